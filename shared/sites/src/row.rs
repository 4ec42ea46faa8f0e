//! One line of the file.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use crate::network::Network;
use crate::refused::{Errors, LineError};
use crate::site::Site;

/// The names of the columns, in their order.
pub const COLUMNS: [&str; 15] = [
    "NetworkIP",
    "NetworkName",
    "NetworkRange",
    "BuildingName",
    "OwnershipType",
    "BuildingType",
    "BuildingOfficeType",
    "City",
    "ZipCode",
    "Country",
    "State",
    "Region",
    "InsideCorp",
    "ExpressRoute",
    "VPN",
];

/// Without VPN.
const MIN_COLUMNS: usize = COLUMNS.len() - 1;

/// The most characters of a field. It ends as a key of the table and as a heading.
const MAX_FIELD_LENGTH: usize = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Separator {
    Tab,
    Comma,
}

impl Separator {
    /// The separator of the file whose first line that is not blank this is.
    pub(crate) fn of(first: &str) -> Option<Self> {
        let count = |separator: Self| first.matches(separator.as_char()).count();
        let (tabs, commas) = (count(Self::Tab), count(Self::Comma));
        match (tabs, commas) {
            (0, 0) => None,
            // Names contain commas and no tabs.
            _ if tabs + 1 >= MIN_COLUMNS || tabs > commas => Some(Self::Tab),
            _ => Some(Self::Comma),
        }
    }

    fn as_byte(self) -> u8 {
        match self {
            Self::Tab => b'\t',
            Self::Comma => b',',
        }
    }

    fn as_char(self) -> char {
        self.as_byte().into()
    }
}

impl fmt::Display for Separator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tab => "tab",
            Self::Comma => "comma",
        })
    }
}

struct Fields<'a> {
    count: usize,
    /// The first ones, trimmed: no more than there are columns.
    fields: Vec<Cow<'a, str>>,
}

/// Reads lines. Equal texts are kept once.
#[derive(Debug)]
pub(crate) struct RowReader {
    separator: Separator,
    /// For lines with quotation marks. It is built once, because building it takes longer than a line.
    quoted: csv_core::Reader,
    texts: HashSet<Arc<str>>,
    errors: Errors,
}

impl RowReader {
    pub(crate) fn new(separator: Separator) -> Self {
        let mut quoted = csv_core::ReaderBuilder::new();
        // A carriage return within a line is a character to be refused and no end.
        quoted.delimiter(separator.as_byte()).terminator(csv_core::Terminator::Any(b'\n'));
        Self { separator, quoted: quoted.build(), texts: HashSet::new(), errors: Errors::default() }
    }

    /// The row of a line that is not blank. What is wrong with it is added to the errors. A row whose
    /// network can be read is returned all the same, so that it is compared with the others.
    pub(crate) fn read(&mut self, line: usize, text: &str) -> Option<Site> {
        let Some(Fields { count, fields }) = self.split(text) else {
            self.refuse_line(line, UNCLOSED.to_owned());
            return None;
        };
        if is_header(&fields) {
            self.refuse_line(line, HEADER.to_owned());
            return None;
        }
        if !(MIN_COLUMNS..=COLUMNS.len()).contains(&count) {
            self.refuse_line(line, self.wrong_count(count));
            return None;
        }
        let network = self.network(line, &fields[NETWORK_IP], &fields[NETWORK_RANGE]);
        let mut text = |column: usize| self.text(line, column, &fields[column]);
        let [network_name, building, ownership, building_type, office_type] =
            [1, 3, 4, 5, 6].map(&mut text);
        let [city, zip_code, country, state, region] = [7, 8, 9, 10, 11].map(&mut text);
        let mut flag =
            |column: usize| fields.get(column).is_some_and(|field| self.flag(line, column, field));
        let [inside_corp, express_route, vpn] = [12, 13, 14].map(&mut flag);
        Some(Site {
            line,
            network: network?,
            network_name,
            building,
            ownership,
            building_type,
            office_type,
            city,
            zip_code,
            country,
            state,
            region,
            inside_corp,
            express_route,
            vpn,
        })
    }

    pub(crate) fn into_errors(self) -> Errors {
        self.errors
    }

    /// The fields of a line, or none where a quotation mark has no partner.
    fn split<'a>(&mut self, line: &'a str) -> Option<Fields<'a>> {
        let separator = self.separator.as_char();
        let at_most = line.matches(separator).count() + 1;
        if !line.contains('"') {
            let fields = line.split(separator).take(COLUMNS.len());
            let fields = fields.map(|field| field.trim().into()).collect();
            return Some(Fields { count: at_most, fields });
        }
        let input = format!("{line}\n");
        let (mut output, mut ends) = (vec![0; input.len()], vec![0; at_most]);
        self.quoted.reset();
        let (result, _, _, count) =
            self.quoted.read_record(input.as_bytes(), &mut output, &mut ends);
        // A field that is not closed takes in the end of the line.
        if !matches!(result, csv_core::ReadRecordResult::Record) {
            return None;
        }
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let fields = starts.zip(&ends[..count]).take(COLUMNS.len()).map(|(start, end)| {
            // The line is UTF-8, and it is cut at ASCII characters.
            String::from_utf8_lossy(&output[start..*end]).trim().to_owned().into()
        });
        Some(Fields { count, fields: fields.collect() })
    }

    fn network(&mut self, line: usize, ip: &str, range: &str) -> Option<Network> {
        let address = parse_network_ip(ip);
        let prefix_length = match &address {
            Ok(IpAddr::V4(_)) => parse_prefix_length(range, 32),
            Ok(IpAddr::V6(_)) | Err(_) => parse_prefix_length(range, 128),
        };
        let address = address.map_err(|message| self.refuse(line, NETWORK_IP, message)).ok();
        let length =
            prefix_length.map_err(|message| self.refuse(line, NETWORK_RANGE, message)).ok();
        Network::new(address?, length?)
    }

    fn text(&mut self, line: usize, column: usize, field: &str) -> Arc<str> {
        if field.chars().nth(MAX_FIELD_LENGTH).is_some() {
            let message = format!("is longer than {MAX_FIELD_LENGTH} characters: shorten it");
            self.refuse(line, column, message);
            return Arc::default();
        }
        if let Some(control) = field.chars().find(|c| c.is_control()) {
            let code = u32::from(control);
            let message = format!("contains the control character U+{code:04X}: delete it");
            self.refuse(line, column, message);
        }
        if let Some(text) = self.texts.get(field) {
            return Arc::clone(text);
        }
        let text: Arc<str> = field.into();
        self.texts.insert(Arc::clone(&text));
        text
    }

    fn flag(&mut self, line: usize, column: usize, field: &str) -> bool {
        match field {
            "0" => return false,
            "1" => return true,
            "" => self.refuse(line, column, "is empty: write 0 or 1".to_owned()),
            other => {
                let shown = excerpt(other);
                let message = format!("{shown} is neither 0 nor 1: write 0 for no, 1 for yes");
                self.refuse(line, column, message);
            }
        }
        false
    }

    fn wrong_count(&self, count: usize) -> String {
        let separator = self.separator;
        let hint = match separator {
            _ if count < MIN_COLUMNS => "an empty column needs its separator, too",
            Separator::Comma => "enclose a text that contains a comma in quotation marks (\")",
            Separator::Tab => "delete what is behind VPN",
        };
        format!(
            "has {count} column{}, separated by {separator} as in the first line; 14 or 15 are \
             expected (NetworkIP to ExpressRoute, then VPN or nothing): {hint}",
            if count == 1 { "" } else { "s" }
        )
    }

    fn refuse(&mut self, line: usize, column: usize, message: String) {
        let column = Some(COLUMNS[column]);
        self.errors.push(LineError { line: Some(line), column, message });
    }

    fn refuse_line(&mut self, line: usize, message: String) {
        self.errors.push(LineError { line: Some(line), column: None, message });
    }
}

/// Whether a line has no values, whichever the separator.
pub(crate) fn is_blank(line: &str) -> bool {
    line.chars().all(|c| c.is_whitespace() || c == ',')
}

const NETWORK_IP: usize = 0;
const NETWORK_RANGE: usize = 2;

const HEADER: &str = "is a header row (NetworkIP, NetworkName, …): delete it, the format has none";
const UNCLOSED: &str = "a quotation mark (\") has no partner on this line: enclose the whole field in \
                        two of them, double one that is part of the text, and leave out line breaks";

fn is_header(fields: &[Cow<'_, str>]) -> bool {
    let is_name = |(field, column): &(&Cow<'_, str>, &str)| {
        let letters = field.chars().filter(|c| c.is_alphanumeric());
        letters.map(|c| c.to_ascii_lowercase()).eq(column.chars().map(|c| c.to_ascii_lowercase()))
    };
    fields.iter().zip(COLUMNS).filter(is_name).count() >= 2
}

/// The address, or what is wrong with it.
fn parse_network_ip(text: &str) -> Result<IpAddr, String> {
    if text.is_empty() {
        return Err("is empty: write an address of the network".to_owned());
    }
    match text.parse::<IpAddr>() {
        // Addresses of this form are looked up as IPv4.
        Ok(IpAddr::V6(address)) if address.to_ipv4_mapped().is_some() => {
            Err(format!("{} is IPv4 in IPv6: write it as IPv4", excerpt(text)))
        }
        Ok(address) => Ok(address),
        Err(_) if text.contains('/') => Err(format!(
            "{} has a prefix length: write that into NetworkRange, and only the address here",
            excerpt(text)
        )),
        Err(_) => Err(format!(
            "{} is no IP address: write one like 10.1.2.0 or 2001:db8:1::",
            excerpt(text)
        )),
    }
}

/// The prefix length, or what is wrong with it.
fn parse_prefix_length(text: &str, longest: u8) -> Result<u8, String> {
    let what_to_do = format!("write a prefix length from 1 to {longest}, as digits");
    if text.is_empty() {
        return Err(format!("is empty: {what_to_do}"));
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let length = text.parse().ok().filter(|length| digits && (1..=longest).contains(length));
    length.ok_or_else(|| format!("{} is no prefix length: {what_to_do}", excerpt(text)))
}

/// The beginning of a text, in quotation marks. What cannot be seen is escaped.
fn excerpt(text: &str) -> String {
    const SHOWN: usize = 40;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
