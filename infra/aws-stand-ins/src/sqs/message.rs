//! What a message may hold, and its digests.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use super::refusal::Refusal;

/// The most that a message, or a batch of them, may weigh in bytes, attributes included.
pub(super) const SIZE_LIMIT: usize = 1024 * 1024;

/// The most attributes that a message may carry.
const ATTRIBUTE_LIMIT: usize = 10;

pub(super) type Attributes = BTreeMap<String, Attribute>;

/// A message attribute as it is sent and received.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Attribute {
    pub(super) data_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) string_value: Option<String>,
    /// Base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) binary_value: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Content {
    pub(super) body: Arc<str>,
    pub(super) attributes: Arc<Attributes>,
    /// `AWSTraceHeader` is the only one that a sender may set.
    pub(super) system_attributes: Arc<Attributes>,
    pub(super) group_id: Option<String>,
}

impl Content {
    /// The weight that counts against the limits.
    pub(super) fn size(&self) -> usize {
        size(&self.body, &self.attributes)
    }
}

/// The weight in bytes of a message, as the limits reckon it.
pub(super) fn size(body: &str, attributes: &Attributes) -> usize {
    let attributes = attributes.iter().map(|(name, attribute)| {
        let value = attribute.string_value.as_ref().or(attribute.binary_value.as_ref());
        let value = if attribute.data_type.starts_with("Binary") {
            attribute.bytes().map_or(0, |bytes| bytes.len())
        } else {
            value.map_or(0, String::len)
        };
        name.len() + attribute.data_type.len() + value
    });
    body.len() + attributes.sum::<usize>()
}

impl Attribute {
    fn bytes(&self) -> Option<Vec<u8>> {
        STANDARD.decode(self.binary_value.as_ref()?).ok()
    }

    fn check(&self, name: &str) -> Result<(), Refusal> {
        let named = |problem: &str| {
            Err(Refusal::invalid_parameter(format!("The message attribute '{name}' {problem}")))
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let dots = name.starts_with('.') || name.ends_with('.') || name.contains("..");
        let lower = name.to_ascii_lowercase();
        if name.is_empty() || name.len() > 256 || !name.chars().all(plain) || dots {
            return named("has an invalid name: up to 256 of A-Z, a-z, 0-9, _, - and single dots.");
        }
        if lower.starts_with("aws.") || lower.starts_with("amazon.") {
            return named("has a name with a reserved prefix.");
        }
        let prefix = self.data_type.split('.').next().unwrap_or_default();
        let valid = match prefix {
            "String" => self.string_value.as_deref().is_some_and(|value| !value.is_empty()),
            "Number" => {
                self.string_value.as_deref().is_some_and(|value| value.parse::<f64>().is_ok())
            }
            "Binary" => self.bytes().is_some_and(|bytes| !bytes.is_empty()),
            _ => {
                return named(
                    "has an invalid message attribute type, the set of supported type prefixes is \
                     Binary, Number, and String.",
                );
            }
        };
        if !valid {
            return named(&format!("must contain a non-empty value of type '{prefix}'."));
        }
        self.string_value.as_deref().map_or(Ok(()), check_characters)
    }
}

/// Refuses a message that SQS would not take, apart from its size.
pub(super) fn check(body: &str, attributes: &Attributes) -> Result<(), Refusal> {
    if body.is_empty() {
        return Err(Refusal::missing("MessageBody"));
    }
    check_characters(body)?;
    if attributes.len() > ATTRIBUTE_LIMIT {
        return Err(Refusal::invalid_parameter(format!(
            "Number of message attributes [{}] exceeds the allowed maximum [{ATTRIBUTE_LIMIT}].",
            attributes.len()
        )));
    }
    attributes.iter().try_for_each(|(name, attribute)| attribute.check(name))
}

/// SQS takes the characters of XML 1.0.
fn check_characters(text: &str) -> Result<(), Refusal> {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    if text.chars().all(allowed) {
        return Ok(());
    }
    Err(Refusal::invalid_message_contents(
        "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | \
         #xE000 to #xFFFD | #x10000 to #x10FFFF",
    ))
}

/// The MD5 of a body, in hexadecimal.
pub(super) fn body_digest(body: &str) -> String {
    hexadecimal(&Md5::digest(body))
}

/// The MD5 of attributes as the developer guide defines it: sorted by name, each of name, type and
/// value preceded by its length, and a byte before the value that tells text (1) from binary (2).
pub(super) fn attributes_digest<'a>(
    attributes: impl IntoIterator<Item = (&'a String, &'a Attribute)>,
) -> Option<String> {
    let mut digest = Md5::new();
    let mut any = false;
    for (name, attribute) in attributes {
        any = true;
        sized(&mut digest, name.as_bytes());
        sized(&mut digest, attribute.data_type.as_bytes());
        if let Some(text) = &attribute.string_value {
            digest.update([1]);
            sized(&mut digest, text.as_bytes());
        } else {
            digest.update([2]);
            sized(&mut digest, &attribute.bytes().unwrap_or_default());
        }
    }
    any.then(|| hexadecimal(&digest.finalize()))
}

fn sized(digest: &mut Md5, bytes: &[u8]) {
    digest.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    digest.update(bytes);
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(32), |mut text, byte| {
        write!(text, "{byte:02x}").ok();
        text
    })
}
