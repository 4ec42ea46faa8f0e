//! The file's bytes as text.

use std::borrow::Cow;

use crate::refused::LineError;

/// The text of the file.
///
/// # Errors
///
/// When it is neither UTF-8 nor UTF-16 with a byte order mark.
pub(crate) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, LineError> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Err(unsupported("is UTF-32")),
        [0xff, 0xfe, text @ ..] => decode_utf16(text, u16::from_le_bytes),
        [0xfe, 0xff, text @ ..] => decode_utf16(text, u16::from_be_bytes),
        [b'P', b'K', 3, 4, ..] => Err(unsupported("is an Excel workbook or another archive")),
        // Digits and letters of UTF-16 have a zero in every other byte.
        [0, _, ..] | [_, 0, ..] => Err(unsupported("looks like UTF-16 without a byte order mark")),
        [0xef, 0xbb, 0xbf, text @ ..] | text => decode_utf8(text),
    }
}

fn decode_utf8(text: &[u8]) -> Result<Cow<'_, str>, LineError> {
    std::str::from_utf8(text).map(Cow::Borrowed).map_err(|error| {
        let before = &text[..error.valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        LineError { line: Some(line), ..unsupported("is not UTF-8 from this line on") }
    })
}

fn decode_utf16(
    text: &[u8],
    unit: impl Fn([u8; 2]) -> u16,
) -> Result<Cow<'static, str>, LineError> {
    let (pairs, rest) = text.as_chunks::<2>();
    let decoded: Result<String, _> = char::decode_utf16(pairs.iter().copied().map(unit)).collect();
    match decoded {
        Ok(text) if rest.is_empty() => Ok(Cow::Owned(text)),
        _ => Err(unsupported("begins as UTF-16, and is damaged")),
    }
}

fn unsupported(what: &str) -> LineError {
    LineError::of_file(format!(
        "the file {what}: save it as UTF-8, in Excel as \"CSV UTF-8 (Comma delimited)\" or \
         \"Unicode Text\""
    ))
}
