//! The file as a whole.

use std::fmt;
use std::net::IpAddr;

use sha2::{Digest, Sha256};

use crate::encoding;
use crate::network::{Network, number};
use crate::prefix_table::PrefixTable;
use crate::refused::{Errors, LineError, MAX_LISTED, Refused};
use crate::row::{RowReader, Separator, is_blank};
use crate::site::Site;

/// The rows of a building file, and which of them an address belongs to. The default is an organisation
/// without a building file: no row.
#[derive(Debug, Default)]
pub struct Sites {
    /// By network.
    rows: Vec<Site>,
    ipv4: PrefixTable,
    ipv6: PrefixTable,
    overlaps: Vec<Overlap>,
    overlaps_not_listed: usize,
    digest: String,
}

/// A network within another one. The longer prefix wins; CQD refuses such a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The line of the inner network, from 1.
    pub line: usize,
    /// The inner network.
    pub network: Network,
    /// The line of the smallest network around it.
    pub within_line: usize,
    /// The smallest network around it.
    pub within: Network,
}

impl fmt::Display for Overlap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, network, within_line, within } = self;
        write!(f, "line {line}: {network} lies within {within} of line {within_line}")
    }
}

impl Sites {
    /// Reads a building file.
    ///
    /// # Errors
    ///
    /// When anything in it is wrong. Nothing of it is taken then.
    pub fn parse(file: &[u8]) -> Result<Self, Refused> {
        let text = encoding::decode(file)?;
        let lines = || number_lines(&text).filter(|(_, line)| !is_blank(line));
        let Some((first, line)) = lines().next() else {
            return Err(LineError::of_file(EMPTY).into());
        };
        let Some(separator) = Separator::of(line) else {
            return Err(LineError::of_line(first, NO_SEPARATOR).into());
        };
        let mut reader = RowReader::new(separator);
        let mut rows: Vec<Site> = lines().filter_map(|(at, line)| reader.read(at, line)).collect();
        rows.sort_unstable_by_key(|site| (site.network, site.line));
        let mut errors = reader.into_errors();
        refuse_equal_networks(&rows, &mut errors);
        errors.into_result()?;
        Ok(Self::index(rows, hex_digest(file)))
    }

    /// `rows` are by network, each of which occurs once.
    fn index(rows: Vec<Site>, digest: String) -> Self {
        let mut overlaps = Vec::new();
        let mut build = |is_ipv4: bool| {
            let networks = rows.iter().enumerate().map(|(index, site)| (site.network, index));
            let networks = networks.filter(|(network, _)| network.address().is_ipv4() == is_ipv4);
            PrefixTable::build(networks, |inner, outer| {
                let (inner, outer): (&Site, &Site) = (&rows[inner], &rows[outer]);
                overlaps.push(Overlap {
                    line: inner.line,
                    network: inner.network,
                    within_line: outer.line,
                    within: outer.network,
                });
            })
        };
        let (ipv4, ipv6) = (build(true), build(false));
        overlaps.sort_by_key(|overlap| overlap.line);
        let overlaps_not_listed = overlaps.len().saturating_sub(MAX_LISTED);
        overlaps.truncate(MAX_LISTED);
        Self { rows, ipv4, ipv6, overlaps, overlaps_not_listed, digest }
    }

    /// The row that an address belongs to: that of the longest prefix. IPv4 in IPv6 is IPv4.
    #[must_use]
    pub fn locate(&self, address: IpAddr) -> Option<&Site> {
        let address = address.to_canonical();
        let table = if address.is_ipv4() { &self.ipv4 } else { &self.ipv6 };
        table.find(number(address)).map(|index| &self.rows[index])
    }

    /// The rows, by network.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Site> {
        self.rows.iter()
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row, which only the default has.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The networks within others, by line, [`MAX_LISTED`] at most. Each is listed once, with the smallest
    /// network around it.
    #[must_use]
    pub fn overlaps(&self) -> &[Overlap] {
        &self.overlaps
    }

    /// How many more overlaps there are.
    #[must_use]
    pub fn overlaps_not_listed(&self) -> usize {
        self.overlaps_not_listed
    }

    /// The first 16 hexadecimal digits of the file's SHA-256: which file this is. Empty for the default.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

const EMPTY: &str = "the file has no rows: with it every address would be without a site; write at \
                     least one network";
const NO_SEPARATOR: &str = "has neither a tab nor a comma: separate the columns by one of them";

/// The lines with their numbers, from 1, as an editor shows them.
fn number_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let end = if text.contains('\n') { '\n' } else { '\r' };
    let lines = text.split(end).map(|line| line.strip_suffix('\r').unwrap_or(line));
    (1..).zip(lines)
}

/// An error for each network that occurs more than once, at the first of its lines. `rows` are by network
/// and line.
fn refuse_equal_networks(rows: &[Site], errors: &mut Errors) {
    for equal in rows.chunk_by(|a, b| a.network == b.network).filter(|equal| equal.len() > 1) {
        let listed: Vec<String> =
            equal.iter().take(MAX_LISTED).map(|site| site.line.to_string()).collect();
        let rest = match equal.len() - listed.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        errors.push(LineError {
            line: Some(equal[0].line),
            column: Some(crate::COLUMNS[0]),
            message: format!(
                "the network {} is in lines {}{rest} (bits behind the prefix do not count): keep one \
                 of them",
                equal[0].network,
                listed.join(", "),
            ),
        });
    }
}

fn hex_digest(file: &[u8]) -> String {
    Sha256::digest(file).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
