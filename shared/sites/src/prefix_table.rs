//! Longest-prefix look-up in a fixed set of networks.

use crate::network::Network;

/// The networks of one address family as ranges that do not overlap.
///
/// Networks nest or are disjoint. So the addresses fall into ranges, each of which belongs to the innermost
/// network around it or to none, and a look-up is one binary search.
#[derive(Debug, Default)]
pub(crate) struct PrefixTable {
    /// The first address of each range, ascending.
    starts: Vec<u128>,
    /// The index of the network that a range belongs to.
    owners: Vec<Option<usize>>,
}

impl PrefixTable {
    /// Builds the table of networks with their indices, which are in order and distinct. `report` is
    /// called with the index of each network within another, and that of the innermost around it.
    pub(crate) fn build(
        networks: impl Iterator<Item = (Network, usize)>,
        mut report: impl FnMut(usize, usize),
    ) -> Self {
        let mut table = Self::default();
        // The networks around the present position, innermost last: their last addresses and indices.
        let mut around: Vec<(u128, usize)> = Vec::new();
        for (network, index) in networks {
            let (first, last) = network.range();
            while let Some((end, _)) = around.pop_if(|(end, _)| *end < first) {
                table.begin(end + 1, around.last().map(|(_, outer)| *outer));
            }
            if let Some((_, outer)) = around.last() {
                report(index, *outer);
            }
            table.begin(first, Some(index));
            around.push((last, index));
        }
        while let Some((end, _)) = around.pop() {
            // Behind the last address there is nothing to look up.
            if let Some(next) = end.checked_add(1) {
                table.begin(next, around.last().map(|(_, outer)| *outer));
            }
        }
        table
    }

    /// Begins a range. One that begins at the same address was empty.
    fn begin(&mut self, start: u128, owner: Option<usize>) {
        if self.starts.last() == Some(&start) {
            self.starts.pop();
            self.owners.pop();
        }
        self.starts.push(start);
        self.owners.push(owner);
    }

    /// The index of the network with the longest prefix of this address.
    pub(crate) fn find(&self, address: u128) -> Option<usize> {
        let after = self.starts.partition_point(|start| *start <= address);
        after.checked_sub(1).and_then(|range| self.owners[range])
    }
}
