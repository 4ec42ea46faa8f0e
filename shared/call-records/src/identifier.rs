//! The forms in which one id is written.
//!
//! The communication services put a prefix before an id that says whose it is, and Graph shows it
//! in some places and not in others. One person must not become two by it.

use call_id::guid_in_lower_case;

/// An id in its one form, and the kind of identity that its prefix said, if it said one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identifier {
    pub(crate) id: String,
    pub(crate) kind: Option<&'static str>,
}

/// What is done with a prefix.
#[derive(Clone, Copy)]
enum Prefix {
    /// It is dropped, and says nothing of the kind: guests have it as users do.
    User,
    /// It is kept, in lower case: what follows is unique only together with it.
    Acs,
    /// It is kept without what comes before `teamsvisitor:`.
    Visitor,
    /// It is dropped.
    Phone,
    /// It is dropped, and the cloud that follows it, too.
    Application,
}

const PREFIXES: [(&str, Prefix); 13] = [
    ("8:orgid:", Prefix::User),
    ("8:dod:", Prefix::User),
    ("8:gcch:", Prefix::User),
    ("8:acs:", Prefix::Acs),
    ("8:gcch-acs:", Prefix::Acs),
    ("8:dod-acs:", Prefix::Acs),
    ("8:spool:", Prefix::Acs),
    ("acs:", Prefix::Acs),
    ("teamsvisitor:", Prefix::Visitor),
    ("8:teamsvisitor:", Prefix::Visitor),
    ("4:", Prefix::Phone),
    ("tel:", Prefix::Phone),
    ("28:", Prefix::Application),
];

/// The clouds of an application, and whether what follows is a resource account of that cloud.
const CLOUDS: [(&str, bool); 5] = [
    ("orgid:", true),
    ("dod:", true),
    ("gcch:", true),
    ("dod-global:", false),
    ("gcch-global:", false),
];

impl Identifier {
    pub(crate) fn parse(text: &str) -> Self {
        // Most ids are GUIDs, and have none.
        let prefixes = if text.contains(':') { &PREFIXES[..] } else { &[] };
        let found = prefixes
            .iter()
            .find_map(|(prefix, meaning)| Some((*prefix, *meaning, after(text, prefix)?)));
        let Some((prefix, meaning, rest)) = found else {
            return Self { id: guid_in_lower_case(text), kind: None };
        };
        match meaning {
            Prefix::User => Self { id: guid_in_lower_case(rest), kind: None },
            Prefix::Acs => {
                let hexadecimal =
                    rest.bytes().all(|b| b.is_ascii_hexdigit() || matches!(b, b'-' | b'_'));
                let rest = if hexadecimal { rest.to_ascii_lowercase() } else { rest.to_owned() };
                Self { id: format!("{prefix}{rest}"), kind: Some("acs") }
            }
            Prefix::Visitor => Self { id: format!("teamsvisitor:{rest}"), kind: Some("anonymous") },
            Prefix::Phone => Self { id: guid_in_lower_case(rest), kind: Some("phone") },
            Prefix::Application => {
                let cloud = CLOUDS
                    .iter()
                    .find_map(|(cloud, instance)| Some((after(rest, cloud)?, *instance)));
                let (rest, instance) = cloud.unwrap_or((rest, false));
                let kind = if instance { "applicationInstance" } else { "application" };
                Self { id: guid_in_lower_case(rest), kind: Some(kind) }
            }
        }
    }
}

/// An id in its one form.
pub(crate) fn normalised(id: &str) -> String {
    Identifier::parse(id).id
}

/// What follows the prefix, in either case; none when nothing does.
fn after<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let start = text.get(..prefix.len())?;
    let rest = &text[prefix.len()..];
    (start.eq_ignore_ascii_case(prefix) && !rest.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(
        "8:orgid:ABCDEF00-0000-4000-8000-00000000000A",
        "abcdef00-0000-4000-8000-00000000000a",
        None
    )]
    #[case(
        "8:OrgId:ABCDEF00-0000-4000-8000-00000000000A",
        "abcdef00-0000-4000-8000-00000000000a",
        None
    )]
    #[case(
        "8:gcch:abcdef00-0000-4000-8000-00000000000a",
        "abcdef00-0000-4000-8000-00000000000a",
        None
    )]
    #[case("8:ACS:0A_0B", "8:acs:0a_0b", Some("acs"))]
    #[case("8:spool:Some-Thing", "8:spool:Some-Thing", Some("acs"))]
    #[case("4:+15550101234", "+15550101234", Some("phone"))]
    #[case("4:anonymous", "anonymous", Some("phone"))]
    #[case("tel:+4930123456", "+4930123456", Some("phone"))]
    #[case("8:teamsvisitor:0aF1", "teamsvisitor:0aF1", Some("anonymous"))]
    #[case("28:orgid:x", "x", Some("applicationInstance"))]
    #[case("28:gcch-global:x", "x", Some("application"))]
    #[case("28:x", "x", Some("application"))]
    #[case("8:orgid:", "8:orgid:", None)]
    #[case("8:live:ada", "8:live:ada", None)]
    #[case("x", "x", None)]
    fn an_id_has_one_form(#[case] text: &str, #[case] id: &str, #[case] kind: Option<&str>) {
        let parsed = Identifier::parse(text);
        assert_eq!((parsed.id.as_str(), parsed.kind), (id, kind));
        assert_eq!(normalised(&parsed.id), parsed.id, "the form is kept");
    }
}
