//! A custom domain in front of the API, for the parameter `PublicUrl`.
//!
//! MiniStack serves an API below a path, and `PublicUrl` is an origin without one.

use anyhow::Context as _;
use aws_stand_ins::{HttpApi, HttpApiOptions};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Forwards each request to the API's `$default` stage.
pub(super) async fn start(ministack: &str, api_id: &str) -> anyhow::Result<HttpApi> {
    let stage = format!("{ministack}/_aws/execute-api/{api_id}/$default");
    let http = reqwest::Client::builder().no_proxy().build()?;
    HttpApi::start(HttpApiOptions::default(), move |event| {
        forward(http.clone(), stage.clone(), event)
    })
    .await
}

async fn forward(http: reqwest::Client, stage: String, event: Value) -> anyhow::Result<Value> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let method = text(&event["requestContext"]["http"]["method"]).parse::<reqwest::Method>()?;
    let (path, query) = (text(&event["rawPath"]), text(&event["rawQueryString"]));
    let body = match event["isBase64Encoded"].as_bool() {
        Some(true) => STANDARD.decode(text(&event["body"]))?,
        _ => text(&event["body"]).into_bytes(),
    };
    let mut request = http.request(method, format!("{stage}{path}?{query}")).body(body);
    if let Some(content_type) = event["headers"]["content-type"].as_str() {
        request = request.header("content-type", content_type);
    }
    let answer = request.send().await.context("MiniStack does not answer")?;
    let status = answer.status().as_u16();
    let content_type = answer.headers().get("content-type");
    let content_type = content_type.and_then(|value| value.to_str().ok()).map(str::to_owned);
    Ok(json!({
        "statusCode": status,
        "headers": content_type.map(|value| json!({ "content-type": value })),
        "body": answer.text().await?,
    }))
}
