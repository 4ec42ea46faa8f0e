//! Bare HTTP, for what no SDK speaks.

use ::http::{Request, Response};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

/// Sends a request, or says that the connection broke.
pub(crate) async fn exchange(
    request: Request<String>,
) -> Result<Response<Bytes>, hyper_util::client::legacy::Error> {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let answer = client.request(request.map(|body| Full::new(body.into()))).await?;
    let (parts, body) = answer.into_parts();
    Ok(Response::from_parts(parts, body.collect().await.unwrap().to_bytes()))
}

/// The header of a request that is signed with this access key id.
pub(crate) fn authorization(access_key_id: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential={access_key_id}/20261128/us-east-1/service/aws4_request, \
         SignedHeaders=host, Signature=0"
    )
}
