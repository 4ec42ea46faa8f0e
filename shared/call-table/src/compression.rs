//! Compressing what is stored, with dictionaries: a page of a small call, or what is folded of an
//! item, is too short to repeat itself, but it repeats those of other calls.
//!
//! A frame names its dictionary, so that a dictionary may be added and none may be changed or removed:
//! items that were written with it are stored for years. `dictionary/train.py` makes one.

use std::cell::RefCell;
use std::sync::LazyLock;
use std::thread::LocalKey;

use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe::get_dict_id_from_frame;

use crate::TableError;

/// What is small is compressed well: the kilobyte that it saves of a small call costs forty times the
/// time that it takes.
const SMALL: usize = 64 * 1024;
const LEVEL_OF_SMALL: i32 = 7;
/// Of pages of a third of a megabyte, level 1 with the dictionary is faster and smaller than level 3.
const LEVEL_OF_LARGE: i32 = 1;

/// What is folded has a dictionary of its own, which saves more than a higher level does. A meeting
/// has an item for each of its people: level 7 takes four times the time and saves a tenth.
const LEVEL_OF_FOLDED: i32 = 3;

/// Of pages, and of all else but what is folded.
const DICTIONARY: &[u8] = include_bytes!("../dictionary/1.zdict");
const DICTIONARY_OF_FOLDED: &[u8] = include_bytes!("../dictionary/2.zdict");

type Encoder = LazyLock<EncoderDictionary<'static>>;
type Context = RefCell<Option<Compressor<'static>>>;

static SMALL_ENCODER: Encoder =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARY, LEVEL_OF_SMALL));
static LARGE_ENCODER: Encoder =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARY, LEVEL_OF_LARGE));
static FOLDED_ENCODER: Encoder =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARY_OF_FOLDED, LEVEL_OF_FOLDED));
static DECODERS: LazyLock<[DecoderDictionary<'static>; 2]> =
    LazyLock::new(|| [DICTIONARY, DICTIONARY_OF_FOLDED].map(DecoderDictionary::copy));

thread_local! {
    /// A context is hundreds of kilobytes, and takes longer to make than a small page to compress.
    static SMALL_CONTEXT: Context = const { RefCell::new(None) };
    static LARGE_CONTEXT: Context = const { RefCell::new(None) };
    static FOLDED_CONTEXT: Context = const { RefCell::new(None) };
}

/// Bytes as a zstd frame.
pub fn compress(bytes: &[u8]) -> Result<Vec<u8>, TableError> {
    match bytes.len() {
        ..=SMALL => compress_with(&SMALL_CONTEXT, &SMALL_ENCODER, bytes),
        _ => compress_with(&LARGE_CONTEXT, &LARGE_ENCODER, bytes),
    }
}

/// The attributes of an item that are folded, as a zstd frame.
pub(crate) fn compress_folded(json: &[u8]) -> Result<Vec<u8>, TableError> {
    compress_with(&FOLDED_CONTEXT, &FOLDED_ENCODER, json)
}

fn compress_with(
    compressor: &'static LocalKey<Context>,
    encoder: &'static Encoder,
    bytes: &[u8],
) -> Result<Vec<u8>, TableError> {
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
    let decompressor = match get_dict_id_from_frame(frame) {
        None => Decompressor::new(),
        Some(id) => {
            let known =
                |decoder: &&DecoderDictionary<'_>| decoder.as_ddict().get_dict_id() == Some(id);
            Decompressor::with_prepared_dictionary(DECODERS.iter().find(known)?)
        }
    };
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
        assert_eq!(decompress(&compress_folded(bytes).unwrap(), bytes.len()).unwrap(), bytes);
    }

    #[test]
    fn a_frame_of_an_older_version_has_no_dictionary() {
        let frame = zstd::bulk::compress(b"as it was written", 3).unwrap();
        assert_eq!(decompress(&frame, 100).unwrap(), b"as it was written");
    }

    /// Written when the dictionary was new: it must be readable by all later versions.
    #[rstest]
    #[case(
        include_bytes!("../dictionary/1.sample.zst"),
        include_bytes!("../dictionary/1.sample.json")
    )]
    #[case(
        include_bytes!("../dictionary/2.sample.zst"),
        include_bytes!("../dictionary/2.sample.json")
    )]
    fn a_frame_of_every_dictionary_stays_readable(#[case] frame: &[u8], #[case] text: &[u8]) {
        assert!(get_dict_id_from_frame(frame).is_some());
        assert_eq!(decompress(frame, 2_000).unwrap(), text);
    }

    #[test]
    fn neither_more_nor_something_else_is_decompressed() {
        let frame = compress(&[7; 1_000]).unwrap();
        assert_eq!(decompress(&frame, 999), None);
        assert_eq!(decompress(&frame[..frame.len() - 1], 1_000), None);
        assert_eq!(decompress(b"no frame", 1_000), None);
    }
}
