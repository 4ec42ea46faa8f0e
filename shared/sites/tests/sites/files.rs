//! Building files.

use sites::{LineError, Refused, Sites};

/// A line of tab-separated columns from its network; the rest is the same in each.
pub(crate) fn line(ip: &str, prefix_length: impl std::fmt::Display) -> String {
    fields(ip, prefix_length).join("\t")
}

/// The columns of such a line, which may be changed before they are joined.
pub(crate) fn fields(ip: &str, prefix_length: impl std::fmt::Display) -> [String; 15] {
    let prefix_length = prefix_length.to_string();
    [ip, "Floor 2", &prefix_length, "Tower", "Leased", "Office", "Sales", "Berlin", "10115"]
        .into_iter()
        .chain(["DE", "BE", "EMEA", "1", "0", "0"])
        .map(str::to_owned)
        .collect::<Vec<_>>()
        .try_into()
        .expect("there are 15 columns")
}

pub(crate) fn parse(lines: &[String]) -> Result<Sites, Refused> {
    Sites::parse(lines.join("\n").as_bytes())
}

/// The errors of a file that must be refused.
pub(crate) fn errors(file: &[u8]) -> Vec<LineError> {
    Sites::parse(file).expect_err("the file is wrong").errors
}

/// The only error of a file that must be refused, as it is shown.
pub(crate) fn only_error(file: &[u8]) -> String {
    let errors = errors(file);
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors[0].to_string()
}
