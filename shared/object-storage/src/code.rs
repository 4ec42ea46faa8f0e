//! Which of S3's errors it was.

use object_store::Error;

/// The code of S3's answer, such as `NoSuchKey`. None for an answer without one, and for no answer.
///
/// `object_store` tells a missing object from refused access, and not a missing object from a missing
/// bucket; what S3 answered is in the text of the error only.
#[must_use]
pub fn error_code(error: &Error) -> Option<String> {
    let text = error.to_string();
    if text.contains("redirect without LOCATION") {
        return Some("PermanentRedirect".to_owned());
    }
    let (_, after) = text.split_once("<Code>")?;
    let (code, _) = after.split_once("</Code>")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '.';
    (!code.is_empty() && code.chars().all(plain)).then(|| code.to_owned())
}
