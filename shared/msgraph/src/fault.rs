//! What Graph says went wrong.

use serde_json::Value;
use uuid::Uuid;

use crate::advice;
use crate::error::{Error, Reference};

/// The longest error code that is shown; Graph's are words such as `InvalidAuthenticationToken`.
const MAX_CODE_LENGTH: usize = 64;

/// More digits in a row may be a telephone number. A code of the login host has seven.
const MAX_DIGITS_IN_A_ROW: usize = 4;

/// A run of letters and digits this long tells too much of a secret.
const MIN_ECHO_LENGTH: usize = 8;

/// An error answer, as far as it can be read.
///
/// The envelope is `{"error": {code, message, innerError | innererror: {…}}}`. Proxies and outages
/// answer HTML or nothing: then the texts are empty.
///
/// The message may quote what it is about, names and numbers among it. It decides what went wrong and
/// goes no further: neither logs nor errors carry it.
#[derive(Default, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) status: u16,
    /// Empty where it has not the form of one.
    pub(crate) code: String,
    message: String,
    request_id: Option<Uuid>,
}

impl Fault {
    /// Reads an answer to a request that carried `token`.
    pub(crate) fn parse(status: u16, body: &[u8], token: &str) -> Self {
        let value: Value = serde_json::from_slice(body).unwrap_or_default();
        let error = &value["error"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let inner = ["innerError", "innererror"].map(|name| &error[name]);
        let request_id = inner
            .iter()
            .flat_map(|inner| ["request-id", "requestId"].map(|name| &inner[name]))
            .find_map(|id| Uuid::try_parse(id.as_str()?).ok());
        if let Some(code) = error.as_str() {
            // The login host's form, which gateways in front of Graph use as well.
            let message = text(&value["error_description"]);
            return Self { status, code: code_or_empty(code, token), message, request_id };
        }
        let mut message = text(&error["message"]);
        if message.is_empty() {
            message = inner.iter().map(|inner| text(&inner["message"])).collect();
        }
        let code = code_or_empty(error["code"].as_str().unwrap_or_default(), token);
        Self { status, code, message, request_id }
    }

    /// 403 because there are too many subscriptions, not because a permission is missing.
    ///
    /// Graph has several wordings and no code of its own for it, so any that names a limit and that it
    /// is reached, or subscriptions, counts. `limited` is no limit: access may be limited, too.
    pub(crate) fn is_quota(&self) -> bool {
        let message = self.message.to_ascii_lowercase();
        let mut words = message.split(|c: char| !c.is_ascii_alphanumeric());
        let limit = words.any(|word| ["limit", "limits", "quota", "quotas"].contains(&word))
            || ["maximum number", "too many"].iter().any(|words| message.contains(words));
        let reached = ["exceed", "reach", "subscription"].iter().any(|word| message.contains(word));
        self.status == 403 && limit && reached
    }

    /// 400 because the webhook did not answer the validation request.
    pub(crate) fn is_handshake(&self) -> bool {
        self.status == 400 && (self.code == "ValidationError" || self.says("validation request"))
    }

    /// 409 because there is such a subscription.
    pub(crate) fn is_duplicate(&self) -> bool {
        self.status == 409 && (self.code == "ObjectIdentifierInUse" || self.says("already exist"))
    }

    /// Whether the message has these words, which are in lower case.
    pub(crate) fn says(&self, words: &str) -> bool {
        self.message.to_ascii_lowercase().contains(words)
    }

    /// The first GUID of the message, as it is written there.
    pub(crate) fn named_id(&self) -> Option<String> {
        self.message
            .split(|c: char| !(c.is_ascii_hexdigit() || c == '-'))
            .find(|word| word.len() == 36 && Uuid::try_parse(word).is_ok())
            .map(str::to_owned)
    }

    pub(crate) fn reference(&self) -> Reference {
        Reference { status: self.status, code: self.code.clone(), request_id: self.request_id }
    }

    pub(crate) fn rejected(self) -> Error {
        Error::Rejected { advice: advice::rejected(&self), reference: self.reference() }
    }
}

/// The text, if it is a code: a word of letters, digits and `_`, `.` or `-` that begins with a letter
/// and holds neither a telephone number nor a part of the secret that was sent.
pub(crate) fn code_or_empty(text: &str, secret: &str) -> String {
    let in_code = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let longest_number = text.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
    let is_code = text.len() <= MAX_CODE_LENGTH
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(in_code)
        && longest_number.unwrap_or_default() <= MAX_DIGITS_IN_A_ROW
        && !text.starts_with("eyJ")
        && !echoes(text, secret);
    if is_code { text.to_owned() } else { String::new() }
}

/// Whether the text holds the secret or a long run of its letters and digits, or is a part of it.
fn echoes(text: &str, secret: &str) -> bool {
    let mut runs = secret.split(|c: char| !c.is_ascii_alphanumeric());
    let is_echoed = |run: &str| run.len() >= MIN_ECHO_LENGTH && text.contains(run);
    let is_part = text.len() >= MIN_ECHO_LENGTH && secret.contains(text);
    !secret.is_empty() && (text.contains(secret) || is_part || runs.any(is_echoed))
}

#[cfg(test)]
mod tests;
