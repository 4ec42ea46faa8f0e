//! Compressing what is stored, with a dictionary of what call records are made of: a page of a small
//! call is too short to repeat itself, but it repeats the pages of other calls.
//!
//! A frame names its dictionary, so that a dictionary may be added and none may be changed or removed:
//! items that were written with it are stored for years. `dictionary/train.py` makes one.

use std::cell::RefCell;
use std::sync::LazyLock;

use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

use crate::TableError;

/// What is small is compressed well: the kilobyte that it saves of a small call costs forty times the
/// time that it takes.
const SMALL: usize = 64 * 1024;
const LEVEL_OF_SMALL: i32 = 7;
const LEVEL_OF_LARGE: i32 = 3;

const DICTIONARY: &[u8] = include_bytes!("../dictionary/1.zdict");

static SMALL_ENCODER: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARY, LEVEL_OF_SMALL));
static LARGE_ENCODER: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARY, LEVEL_OF_LARGE));
static DECODER: LazyLock<DecoderDictionary<'static>> =
    LazyLock::new(|| DecoderDictionary::copy(DICTIONARY));

thread_local! {
    /// A context is hundreds of kilobytes, and takes longer to make than a small page to compress.
    static COMPRESSOR_OF_SMALL: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static COMPRESSOR_OF_LARGE: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
}

/// Bytes as a zstd frame.
pub fn compress(bytes: &[u8]) -> Result<Vec<u8>, TableError> {
    let (compressor, encoder) = match bytes.len() {
        ..=SMALL => (&COMPRESSOR_OF_SMALL, &SMALL_ENCODER),
        _ => (&COMPRESSOR_OF_LARGE, &LARGE_ENCODER),
    };
    let compressed = compressor.with_borrow_mut(|compressor| {
        let compressor = match compressor {
            Some(compressor) => compressor,
            none => none.insert(Compressor::with_prepared_dictionary(encoder)?),
        };
        compressor.compress(bytes)
    });
    compressed.map_err(|error| {
        TableError::Corrupt(format!("what is stored cannot be compressed: {error}"))
    })
}

/// What a zstd frame holds, with or without a dictionary: at most so many bytes. None when it is no
/// such frame, or holds more.
pub fn decompress(frame: &[u8], max: usize) -> Option<Vec<u8>> {
    let plain = zstd::zstd_safe::get_dict_id_from_frame(frame).is_none();
    let decompressor =
        if plain { Decompressor::new() } else { Decompressor::with_prepared_dictionary(&DECODER) };
    decompressor.ok()?.decompress(frame, max).ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(b"")]
    #[case(b"{}")]
    #[case(&[0, 255, 7])]
    fn what_was_compressed_comes_back(#[case] bytes: &[u8]) {
        let frame = compress(bytes).unwrap();
        assert_eq!(decompress(&frame, bytes.len()).unwrap(), bytes);
        assert_eq!(compress(bytes).unwrap(), frame);
    }

    #[test]
    fn a_frame_of_an_older_version_has_no_dictionary() {
        let frame = zstd::bulk::compress(b"as it was written", 3).unwrap();
        assert_eq!(decompress(&frame, 100).unwrap(), b"as it was written");
    }

    /// Written by the first version with a dictionary: it must be readable by all later ones.
    #[test]
    fn a_frame_of_the_first_dictionary_stays_readable() {
        let frame = include_bytes!("../dictionary/1.sample.zst");
        let text = decompress(frame, 1_000).unwrap();
        assert_eq!(text, include_bytes!("../dictionary/1.sample.json"));
    }

    #[test]
    fn neither_more_nor_something_else_is_decompressed() {
        let frame = compress(&[7; 1_000]).unwrap();
        assert_eq!(decompress(&frame, 999), None);
        assert_eq!(decompress(&frame[..frame.len() - 1], 1_000), None);
        assert_eq!(decompress(b"no frame", 1_000), None);
    }
}
