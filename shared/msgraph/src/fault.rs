//! What Graph says went wrong.

use serde_json::Value;
use uuid::Uuid;

use crate::error::Error;

/// Longer texts are cut: a message is for a log line, not for an archive.
const MAX_TEXT_LENGTH: usize = 300;

/// An error answer, as far as it can be read.
///
/// The envelope is `{"error": {code, message, innerError | innererror: {…}}}`. Proxies and outages
/// answer HTML or nothing: then the texts are empty.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) request_id: Option<String>,
}

impl Fault {
    /// Reads an answer to a request that carried `token`.
    pub(crate) fn parse(status: u16, body: &[u8], token: &str) -> Self {
        let value: Value = serde_json::from_slice(body).unwrap_or_default();
        let error = &value["error"];
        let presentable = |text: &str| presentable(text, token);
        let text = |value: &Value| value.as_str().map(presentable).unwrap_or_default();
        let inner = ["innerError", "innererror"].map(|name| &error[name]);
        let request_id = inner
            .iter()
            .flat_map(|inner| ["request-id", "requestId"].map(|name| &inner[name]))
            .find_map(Value::as_str)
            .map(presentable);
        if let Some(code) = error.as_str() {
            // The login host's form, which gateways in front of Graph use as well.
            let message = text(&value["error_description"]);
            return Self { status, code: presentable(code), message, request_id };
        }
        let mut message = text(&error["message"]);
        if message.is_empty() {
            message = inner.iter().map(|inner| text(&inner["message"])).collect();
        }
        Self { status, code: text(&error["code"]), message, request_id }
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
        self.status == 400
            && (self.code == "ValidationError"
                || self.message.to_ascii_lowercase().contains("validation request"))
    }

    /// 409 because there is such a subscription.
    pub(crate) fn is_duplicate(&self) -> bool {
        self.status == 409
            && (self.code == "ObjectIdentifierInUse"
                || self.message.to_ascii_lowercase().contains("already exist"))
    }

    /// The first GUID of the message, as it is written there.
    pub(crate) fn named_id(&self) -> Option<String> {
        self.message
            .split(|c: char| !(c.is_ascii_hexdigit() || c == '-'))
            .find(|word| word.len() == 36 && Uuid::try_parse(word).is_ok())
            .map(str::to_owned)
    }

    /// The message with the request id, by which Microsoft's support finds the request.
    pub(crate) fn words(&self) -> String {
        let message = if self.message.is_empty() { "no message" } else { &self.message };
        match &self.request_id {
            Some(id) => format!("{message} (request-id {id})"),
            None => message.to_owned(),
        }
    }

    pub(crate) fn rejected(self) -> Error {
        Error::Rejected { status: self.status, message: self.words(), code: self.code }
    }
}

/// A text from outside, fit for a log line: one line, cut short, and without `secret` or
/// anything that looks like a token, should a server echo what it was sent, encoded or not.
pub(crate) fn presentable(text: &str, secret: &str) -> String {
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        if word.is_empty() {
            continue;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        let private = word.contains("eyJ") || echoes(word, secret);
        line.push_str(if private { "[withheld]" } else { word });
        if line.len() > MAX_TEXT_LENGTH {
            line.truncate(line.floor_char_boundary(MAX_TEXT_LENGTH));
            line.push('…');
            break;
        }
    }
    line
}

/// A run of letters and digits this long tells too much of a secret.
const MIN_ECHO_LENGTH: usize = 8;

/// Whether the word holds the secret, as it is or percent-encoded, or a long run of its letters and digits,
/// which most encodings leave alone (HTML's and JSON's escapes among them).
fn echoes(word: &str, secret: &str) -> bool {
    if secret.is_empty() {
        return false;
    }
    let holds = |text: &str| {
        let mut runs = secret.split(|c: char| !c.is_ascii_alphanumeric());
        let is_echoed = |run: &str| run.len() >= MIN_ECHO_LENGTH && text.contains(run);
        text.contains(secret) || runs.any(is_echoed)
    };
    let mut text = word.to_owned();
    loop {
        if holds(&text) {
            return true;
        }
        // What was encoded twice shrinks twice; each pass removes at least two characters.
        match percent_decoded(&text) {
            decoded if decoded == text => return false,
            decoded => text = decoded,
        }
    }
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let digits = bytes.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        let value = digits
            .filter(|digits| byte == b'%' && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(value.unwrap_or(byte));
        at += if value.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests;
