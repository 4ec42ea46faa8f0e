//! The shapes in which Graph sends a value, and what is made of the unexpected ones.
//!
//! A document is decoded in one pass, straight into what is needed of it. Two kinds of things are
//! read. *Structure* (objects and arrays) must have its type, because a record whose sessions are a
//! string is not understood at all. *Leaves* that do not have the expected type are unknown, because
//! one odd measurement must not cost the record. Empty strings mean no value everywhere. Of
//! duplicate keys, which occur, the last one counts, also for what is wrong with its value.
//!
//! Invariant: whether bytes are JSON does not depend on which members are read. What is skipped is
//! therefore parsed like the rest; serde's `IgnoredAny` would accept deeper nesting, numbers out of
//! range and lone surrogates there.

mod leaf;
mod object;
mod shape;

use serde::de::{Deserialize, Error as _};

pub(crate) use leaf::{Leaf, Scalar};
pub(crate) use object::{Faults, Members, Object, ObjectOf, decode_object, object, objects};
pub(crate) use shape::{Read, Shape, Skipped};

use crate::DecodeError;

/// The most values in one document. A page of 60 sessions has some 30,000, in 1 MB; the memory of a
/// function is bounded.
pub(crate) const MAX_VALUES: usize = 200_000;

/// The most elements of one array. Pages hold 60 sessions or 130 participants.
pub(crate) const MAX_ELEMENTS: usize = 10_000;

/// Parses bytes; a UTF-8 byte order mark is skipped.
pub(crate) fn parse<'de, T: Deserialize<'de>>(json: &'de [u8]) -> Result<T, DecodeError> {
    let json = json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json);
    // Each value but the first comes behind a separator, so that short documents need no count.
    if json.len() > MAX_VALUES && separators(json) > MAX_VALUES {
        return Err(DecodeError::TooManyValues { most: MAX_VALUES });
    }
    // Checked as a whole, which is faster than text by text.
    let parsed = match std::str::from_utf8(json) {
        Ok(text) => serde_json::from_str(text),
        // The parser says where it is not.
        Err(_) => serde_json::from_slice::<Read<Skipped>>(json)
            .and_then(|_| Err(serde_json::Error::custom("not UTF-8"))),
    };
    parsed.map_err(|e| DecodeError::NotJson { line: e.line(), column: e.column() })
}

/// How many bytes may separate values; those inside of texts are too few to matter.
fn separators(json: &[u8]) -> usize {
    // So short that a byte holds the count of each: the compiler then adds many bytes at once.
    const CHUNK: usize = 128;
    let count = |chunk: &[u8]| {
        let separates = |byte: &u8| u8::from(matches!(byte, b',' | b'[' | b'{'));
        usize::from(chunk.iter().map(separates).sum::<u8>())
    };
    let (chunks, rest) = json.as_chunks::<CHUNK>();
    chunks.iter().map(|chunk| count(chunk)).sum::<usize>() + count(rest)
}
