//! The step that asks the webhook, as Graph does before it makes a subscription.

use std::error::Error as _;
use std::time::Duration;

use msgraph::{ConfigError, Proxy, is_loopback};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Response, StatusCode};
use url::{Url, form_urlencoded};

use super::{Finding, Step};

/// Graph waits this long.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Longer answers are no token.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Has what a careless decoder corrupts: a plus, a percent sign, an ampersand, another alphabet.
const TOKEN: &str = "Validation: `teams-calls doctor` tests the endpoint+%41&=/? für";

/// Asks `url` for the handshake, and the address for lifecycle events beside it: Graph makes no
/// subscription unless both answer.
pub(super) async fn examine(url: &Url, proxy: Option<&Proxy>) -> Finding {
    if let Err(sentence) = handshake(url, proxy, TIMEOUT).await {
        return Finding::wrong(Step::Webhook, sentence);
    }
    if let Some(lifecycle) = lifecycle(url)
        && let Err(sentence) = handshake(&lifecycle, proxy, TIMEOUT).await
    {
        let sentence = format!("at {}, for lifecycle events: {sentence}", lifecycle.path());
        return Finding::wrong(Step::Webhook, sentence);
    }
    Finding::ok(Step::Webhook, "the webhook is there and answers the handshake as Graph expects it")
}

/// The address for lifecycle events, as the template makes it; none if `url` is another's.
fn lifecycle(url: &Url) -> Option<Url> {
    let base = url.path().strip_suffix("/notifications")?;
    let mut lifecycle = url.clone();
    lifecycle.set_path(&format!("{base}/lifecycle"));
    Some(lifecycle)
}

async fn handshake(url: &Url, proxy: Option<&Proxy>, timeout: Duration) -> Result<(), String> {
    let host = url.host_str().unwrap_or_default();
    if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(url)) {
        return Err("Graph notifies https addresses only: give the stack's output \
                    NotificationUrl"
            .to_owned());
    }
    let client =
        client(proxy).map_err(|error| format!("the HTTPS client cannot be set up: {error}"))?;
    let request = client
        .post(with_token(url))
        .header(CONTENT_TYPE, "text/plain; charset=utf-8")
        .timeout(timeout)
        .send();
    let answer = request.await.map_err(|error| unreachable(host, error) + &way(proxy))?;
    judge(host, answer).await
}

async fn judge(host: &str, answer: Response) -> Result<(), String> {
    let status = answer.status();
    if status != StatusCode::OK {
        let what = if status.is_redirection() {
            "Graph follows no redirect, so give the address that it leads to"
        } else if status == StatusCode::NOT_FOUND || status == StatusCode::METHOD_NOT_ALLOWED {
            "check the path: it is the one of the stack's output NotificationUrl"
        } else if status == StatusCode::UNAUTHORIZED || status == StatusCode::FORBIDDEN {
            "nothing in front of the webhook may ask for a login or keep Graph out"
        } else {
            "see the webhook's log and at its alarms"
        };
        return Err(format!("{host} answers the handshake with {status} instead of 200: {what}"));
    }
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let kind = kind.unwrap_or("no content type").to_owned();
    let body = text_of(answer).await.map_err(|error| unreachable(host, error))?;
    let wrong = if body.trim_matches('"') == TOKEN && body != TOKEN {
        "the token in quotes: it must be the bare text, not JSON"
    } else if body == encoded() || body == encoded().replace('+', "%20") {
        "the token still URL-encoded: decode the query parameter once"
    } else if body != TOKEN {
        "something else than the token: what answers there is not this webhook, or changes what it \
         says"
    } else if !kind.to_ascii_lowercase().starts_with("text/plain") {
        return Err(format!(
            "{host} answers the handshake as {kind:?}: Graph wants text/plain, so check what \
             stands in front of the webhook"
        ));
    } else {
        return Ok(());
    };
    Err(format!("{host} answers the handshake with {wrong}"))
}

async fn text_of(mut answer: Response) -> Result<String, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ANSWER_BYTES {
            break;
        }
    }
    Ok(String::from_utf8_lossy(&body).into_owned())
}

fn unreachable(host: &str, error: reqwest::Error) -> String {
    if error.is_timeout() {
        return format!(
            "{host} does not answer within 10 s: Graph gives up then; see the webhook's log, at \
             its time-out and at what stands in front of it"
        );
    }
    // The innermost cause says what happened: "connection refused", "certificate expired".
    let error = error.without_url();
    let (mut why, mut cause) = (error.to_string(), error.source());
    while let Some(inner) = cause {
        why = inner.to_string();
        cause = inner.source();
    }
    format!(
        "{host} cannot be reached ({why}): check the address, its DNS name, its certificate and the \
         firewall; it must be open to the internet"
    )
}

/// What belongs behind the text of a failure, where the machine's way out may be the reason.
fn way(proxy: Option<&Proxy>) -> String {
    proxy.map_or_else(String::new, |proxy| format!(" (HTTPS_PROXY names the proxy {proxy})"))
}

/// The address with the token behind whatever query it has.
fn with_token(url: &Url) -> Url {
    let mut url = url.clone();
    let token = encoded();
    let query = match url.query().filter(|query| !query.is_empty()) {
        Some(query) => format!("{query}&validationToken={token}"),
        None => format!("validationToken={token}"),
    };
    url.set_query(Some(&query));
    url
}

fn encoded() -> String {
    form_urlencoded::byte_serialize(TOKEN.as_bytes()).collect()
}

/// As Graph asks, without following a redirect; out of this machine's network as HTTPS_PROXY says.
fn client(proxy: Option<&Proxy>) -> anyhow::Result<Client> {
    // Fails if a provider is installed already, which is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = || {
        let builder = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        Ok::<_, ConfigError>(match proxy {
            Some(proxy) => builder.proxy(proxy.for_client()?),
            None => builder,
        })
    };
    // Without any certificates on the machine there is no HTTPS, but there is loopback.
    match builder()?.build() {
        Ok(client) => Ok(client),
        Err(_) => Ok(builder()?.tls_certs_only([]).build()?),
    }
}

#[cfg(test)]
mod tests;
