//! The part of OData that the service understands: query options, preferences, next links.

use http::HeaderMap;
use jiff::Timestamp;
use url::form_urlencoded;

use crate::refusal::Refusal;

/// What a request asks for besides its path.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Query {
    pub(crate) select: Option<Vec<String>>,
    pub(crate) expand: Option<Expand>,
    pub(crate) filter: Option<String>,
    pub(crate) position: Option<Position>,
}

/// A relationship to include.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Expand {
    pub(crate) relationship: String,
    pub(crate) select: Option<Vec<String>>,
    /// The relationship inside, as in `sessions($expand=segments)`.
    pub(crate) inner: Option<String>,
}

/// Where a page begins. Clients see it as an opaque skip token.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Position {
    /// The first entry: its index, or the id after which to go on.
    pub(crate) from: String,
    /// The page size that the first page was asked with.
    pub(crate) size: usize,
}

impl Position {
    pub(crate) fn token(&self) -> String {
        format!("{}.{}", self.size, self.from).bytes().map(|byte| format!("{byte:02x}")).collect()
    }

    fn parse(token: &str) -> Option<Self> {
        let bytes: Option<Vec<u8>> = (0..token.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(token.get(at..at + 2)?, 16).ok())
            .collect();
        let text = String::from_utf8(bytes?).ok()?;
        let (size, from) = text.split_once('.')?;
        Some(Self { from: from.to_owned(), size: size.parse().ok()? })
    }

    pub(crate) fn index(&self) -> Result<usize, Refusal> {
        self.from.parse().map_err(|_| bad_token())
    }
}

fn bad_token() -> Refusal {
    Refusal::bad_request("Skip token is not valid.")
}

impl Query {
    pub(crate) fn parse(query: &str) -> Result<Self, Refusal> {
        let mut parsed = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "$select" => parsed.select = Some(names(&value)),
                "$expand" => parsed.expand = Some(expand(&value)?),
                "$filter" => parsed.filter = Some(value.into_owned()),
                "$skiptoken" => {
                    parsed.position = Some(Position::parse(&value).ok_or_else(bad_token)?);
                }
                option if option.starts_with('$') => {
                    let message = format!("The query option '{option}' is not supported here.");
                    return Err(Refusal::bad_request(message));
                }
                // Options without a dollar sign are the client's own business.
                _ => {}
            }
        }
        Ok(parsed)
    }

    /// Refuses what the resource does not know.
    pub(crate) fn without_filter(self) -> Result<Self, Refusal> {
        match self.filter {
            None => Ok(self),
            Some(_) => Err(Refusal::bad_request("$filter is not supported on this resource.")),
        }
    }
}

fn names(list: &str) -> Vec<String> {
    list.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

/// Reads `$expand`: one relationship, because Graph expands only one at a time.
fn expand(value: &str) -> Result<Expand, Refusal> {
    let malformed = || Refusal::bad_request(format!("Invalid $expand: '{value}'."));
    let value = value.trim();
    let (relationship, options) = match value.split_once('(') {
        Some((name, rest)) => (name, rest.strip_suffix(')').ok_or_else(malformed)?),
        None => (value, ""),
    };
    if relationship.contains(',') || options.contains(',') && options.contains(')') {
        return Err(Refusal::bad_request("Only one relationship can be expanded at a time."));
    }
    let mut expand =
        Expand { relationship: relationship.trim().to_owned(), select: None, inner: None };
    for option in options.split(';').filter(|option| !option.trim().is_empty()) {
        match option.trim().split_once('=') {
            Some(("$expand", inner)) => expand.inner = Some(inner.trim().to_owned()),
            Some(("$select", list)) => expand.select = Some(names(list)),
            _ => return Err(malformed()),
        }
    }
    Ok(expand)
}

/// What the `Prefer` and `Accept` headers say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Preferences {
    pub(crate) max_page_size: Option<usize>,
    pub(crate) include_unknown_enum_members: bool,
    pub(crate) omit_nulls: bool,
    /// `Accept: application/json;odata.metadata=none`
    pub(crate) without_metadata: bool,
}

impl Preferences {
    /// Reads one header with a comma list as well as several headers.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut preferences = Self::default();
        let prefer = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
        for item in prefer.flat_map(|value| value.split([',', ';'])).map(str::trim) {
            let (name, value) = item.split_once('=').unwrap_or((item, ""));
            let value = value.trim().trim_matches('"');
            match name.trim() {
                "odata.maxpagesize" | "maxpagesize" => {
                    preferences.max_page_size = value.parse().ok().filter(|size| *size > 0);
                }
                "include-unknown-enum-members" => preferences.include_unknown_enum_members = true,
                "omit-values" => preferences.omit_nulls = value == "nulls",
                _ => {}
            }
        }
        preferences.without_metadata = headers
            .get_all("accept")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .any(|accept| accept.replace(' ', "").contains("odata.metadata=none"));
        preferences
    }

    /// The value of `Preference-Applied`.
    pub(crate) fn applied(self) -> Option<String> {
        let applied: Vec<_> = [
            self.max_page_size.map(|size| format!("odata.maxpagesize={size}")),
            self.include_unknown_enum_members.then(|| "include-unknown-enum-members".to_owned()),
            self.omit_nulls.then(|| "omit-values=nulls".to_owned()),
        ]
        .into_iter()
        .flatten()
        .collect();
        (!applied.is_empty()).then(|| applied.join(", "))
    }
}

/// The filters that a list of call records knows.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct ListFilter {
    at_least: Option<Timestamp>,
    more_than: Option<Timestamp>,
    at_most: Option<Timestamp>,
    less_than: Option<Timestamp>,
    pub(crate) participants: Vec<String>,
}

impl ListFilter {
    /// Reads a conjunction of comparisons of `startDateTime` and `participants_v2/any(…)`.
    pub(crate) fn parse(filter: &str) -> Result<Self, Refusal> {
        let mut parsed = Self::default();
        for term in filter.split(" and ").map(str::trim).filter(|term| !term.is_empty()) {
            parsed.add(term).ok_or_else(|| {
                Refusal::bad_request(format!("The filter is not supported: '{term}'."))
            })?;
        }
        Ok(parsed)
    }

    fn add(&mut self, term: &str) -> Option<()> {
        if let Some(lambda) = term.strip_prefix("participants_v2/any(") {
            let (variable, condition) = lambda.strip_suffix(')')?.split_once(':')?;
            let id = condition
                .trim()
                .strip_prefix(variable.trim())?
                .strip_prefix("/id eq '")?
                .strip_suffix('\'')?;
            self.participants.push(id.replace("''", "'"));
            return Some(());
        }
        let mut words = term.split_whitespace();
        let (property, operator, time) = (words.next()?, words.next()?, words.next()?);
        if property != "startDateTime" || words.next().is_some() {
            return None;
        }
        let time = Some(time.parse().ok()?);
        match operator {
            "ge" => self.at_least = time,
            "gt" => self.more_than = time,
            "le" => self.at_most = time,
            "lt" => self.less_than = time,
            _ => return None,
        }
        Some(())
    }

    /// A time in which every record of a bounded window began, both ends included.
    pub(crate) fn bounds(&self) -> Option<(Timestamp, Timestamp)> {
        Some((self.at_least.or(self.more_than)?, self.at_most.or(self.less_than)?))
    }

    /// Whether a record that started then is in the window.
    pub(crate) fn covers(&self, started_at: Option<Timestamp>) -> bool {
        let Some(at) = started_at else {
            return *self == Self::default();
        };
        self.at_least.is_none_or(|bound| at >= bound)
            && self.more_than.is_none_or(|bound| at > bound)
            && self.at_most.is_none_or(|bound| at <= bound)
            && self.less_than.is_none_or(|bound| at < bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::both("$expand=participants_v2,sessions($expand=segments)")]
    #[case::both_the_other_way("$expand=sessions($expand=segments),participants_v2")]
    #[case::unbalanced("$expand=sessions($expand=segments")]
    #[case::unknown_option("$orderby=startDateTime")]
    #[case::token("$skiptoken=zz")]
    fn a_query_that_graph_does_not_know_is_refused(#[case] query: &str) {
        assert_eq!(Query::parse(query).unwrap_err().status, 400);
    }

    #[test]
    fn nested_options_are_read() {
        let query =
            Query::parse("$select=id,version&$expand=sessions($expand=segments;$select=id)");
        let query = query.unwrap();
        assert_eq!(query.select, Some(vec!["id".to_owned(), "version".to_owned()]));
        let expand = query.expand.unwrap();
        assert_eq!(expand.relationship, "sessions");
        assert_eq!(expand.inner.as_deref(), Some("segments"));
        assert_eq!(expand.select, Some(vec!["id".to_owned()]));
    }

    #[test]
    fn preferences_come_in_one_header_or_in_several() {
        let mut several = HeaderMap::new();
        for value in ["odata.maxpagesize=5", "omit-values=nulls", "include-unknown-enum-members"] {
            several.append("prefer", value.parse().unwrap());
        }
        let mut one = HeaderMap::new();
        let list = "include-unknown-enum-members, omit-values=nulls,odata.maxpagesize=5";
        one.insert("prefer", list.parse().unwrap());
        assert_eq!(Preferences::of(&one), Preferences::of(&several));
        assert_eq!(Preferences::of(&one).max_page_size, Some(5));
    }

    #[test]
    fn a_list_filter_is_a_window_and_a_participant() {
        let filter = ListFilter::parse(
            "startDateTime ge 2026-03-02T09:00:00Z and startDateTime lt 2026-03-02T10:00:00Z \
             and participants_v2/any(p:p/id eq '+12025550100')",
        )
        .unwrap();
        assert_eq!(filter.participants, ["+12025550100"]);
        assert!(filter.covers("2026-03-02T09:00:00Z".parse().ok()));
        assert!(!filter.covers("2026-03-02T10:00:00Z".parse().ok()));
        assert!(ListFilter::parse("version gt 1").is_err());
        assert!(ListFilter::parse("startDateTime eq 2026-03-02T09:00:00Z").is_err());
    }

    #[test]
    fn a_position_survives_its_token() {
        let position = Position { from: "3cf3bbc8-b21d".to_owned(), size: 60 };
        assert_eq!(Position::parse(&position.token()), Some(position));
    }
}
