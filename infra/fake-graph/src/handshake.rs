//! The validation handshake with a notification endpoint.

use http::{StatusCode, header};
use url::{Url, form_urlencoded};
use uuid::Uuid;

use crate::refusal::Refusal;
use crate::service::Service;

impl Service {
    /// Posts a validation token to the endpoint and expects it back, decoded, as plain text.
    pub(crate) async fn validate(&self, endpoint: &str) -> Result<(), Refusal> {
        let number = {
            let counters = &mut self.lock().journal.counters;
            counters.handshakes += 1;
            counters.handshakes
        };
        // What a careless decoder corrupts: a plus, a percent sign, an ampersand, another alphabet.
        let token = format!("Validation: test of the endpoint+%41&=/? für {}", Uuid::new_v4());
        let url = with_token(endpoint, &token, number % 2 == 0)?;
        let asked = self
            .http
            .post(url)
            .header(header::CONTENT_TYPE, "text/plain; charset=utf-8")
            .timeout(self.delivery.handshake_timeout)
            .send();
        let answer = asked.await.map_err(|_| failed())?;
        let is_plain_text = answer
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.to_ascii_lowercase().starts_with("text/plain"));
        let is_ok = answer.status() == StatusCode::OK;
        let body = answer.text().await.map_err(|_| failed())?;
        if is_ok && is_plain_text && body == token { Ok(()) } else { Err(failed()) }
    }
}

fn failed() -> Refusal {
    Refusal::new(
        StatusCode::BAD_REQUEST,
        "ValidationError",
        "Subscription validation request failed. Notification endpoint must respond with 200 OK to \
         validation request.",
    )
}

/// The endpoint with the token behind whatever query it has. A space may be written as `+` or as
/// `%20`; both are right, so both are used in turn.
fn with_token(endpoint: &str, token: &str, plus_for_space: bool) -> Result<Url, Refusal> {
    let mut url = Url::parse(endpoint).map_err(|_| failed())?;
    let mut encoded: String = form_urlencoded::byte_serialize(token.as_bytes()).collect();
    if !plus_for_space {
        encoded = encoded.replace('+', "%20");
    }
    let query = match url.query().filter(|query| !query.is_empty()) {
        Some(query) => format!("{query}&validationToken={encoded}"),
        None => format!("validationToken={encoded}"),
    };
    url.set_query(Some(&query));
    Ok(url)
}
