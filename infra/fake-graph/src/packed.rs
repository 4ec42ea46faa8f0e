//! Entries kept small: a hundred thousand call records have to fit a laptop's memory.

use crate::node::Node;

/// Entries per compressed chunk: enough alike text to compress well, little enough that a page
/// unpacks not much more than itself.
const CHUNK: usize = 20;
const LEVEL: i32 = 1;

/// JSON values, compressed in chunks.
#[derive(Debug, Default)]
pub(crate) struct Packed {
    chunks: Vec<Box<[u8]>>,
    len: usize,
}

impl Packed {
    pub(crate) fn new(entries: &[Node]) -> Self {
        let chunks = entries.chunks(CHUNK).map(|entries| pack(entries).into_boxed_slice());
        Self { chunks: chunks.collect(), len: entries.len() }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Up to `size` entries, the first of them number `from`.
    pub(crate) fn range(&self, from: usize, size: usize) -> Vec<Node> {
        let first = from / CHUNK;
        let last = from.saturating_add(size).div_ceil(CHUNK);
        let chunks = self.chunks.iter().take(last).skip(first);
        chunks.flat_map(|chunk| unpack(chunk)).skip(from % CHUNK).take(size).collect()
    }
}

/// What was packed here always unpacks, so neither direction has a failure to hand on.
fn pack(entries: &[Node]) -> Vec<u8> {
    let text = serde_json::to_vec(entries).unwrap_or_default();
    zstd::bulk::compress(&text, LEVEL).unwrap_or_default()
}

fn unpack(chunk: &[u8]) -> Vec<Node> {
    let text = zstd::stream::decode_all(chunk).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0, 60)]
    #[case(19, 2)]
    #[case(20, 20)]
    #[case(35, 30)]
    #[case(70, 60)]
    #[case(71, 60)]
    fn any_range_comes_back_as_it_was(#[case] from: usize, #[case] size: usize) {
        let entries: Vec<_> = (0..71).map(|n| Node::text(n.to_string())).collect();
        let packed = Packed::new(&entries);
        assert_eq!(packed.len(), 71);
        let end = (from + size).min(71);
        assert_eq!(packed.range(from, size), entries[from.min(71)..end]);
    }
}
