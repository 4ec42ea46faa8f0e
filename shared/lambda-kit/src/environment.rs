//! The function's settings.

use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

use crate::Error;

/// The environment, read through a lookup function, so that no test sets a variable of the process.
///
/// ```
/// use lambda_kit::Environment;
///
/// let environment = Environment::from_pairs([("RETENTION_DAYS", "400")]);
/// let days: u32 = environment.parsed("RETENTION_DAYS", "a number of days")?;
/// assert_eq!(days, 400);
/// # Ok::<(), lambda_kit::Error>(())
/// ```
#[derive(Clone)]
pub struct Environment {
    lookup: Arc<Lookup>,
}

type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

impl Environment {
    /// The environment of this process.
    #[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
    pub fn from_process() -> Self {
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// An environment that answers as `lookup` does.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self { lookup: Arc::new(lookup) }
    }

    /// An environment of these names and values.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let pairs: std::collections::HashMap<String, String> =
            pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self::from_lookup(move |name| pairs.get(name).cloned())
    }

    /// A setting that may be absent. Blank is absent: CloudFormation passes an unused parameter as
    /// an empty string.
    pub fn optional_text(&self, name: &str) -> Option<String> {
        (self.lookup)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// A setting that must be there. `expected` finishes the sentence "set NAME to …".
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] when it is absent or blank.
    pub fn text(&self, name: &'static str, expected: &'static str) -> Result<String, Error> {
        self.optional_text(name).ok_or_else(|| Error::Setting {
            name,
            expected,
            problem: "it is not set".to_owned(),
        })
    }

    /// A setting that must be there and be readable as `T`.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] when it is absent, blank or not readable.
    pub fn parsed<T>(&self, name: &'static str, expected: &'static str) -> Result<T, Error>
    where
        T: FromStr<Err: Display>,
    {
        self.optional_parsed(name, expected)?.ok_or_else(|| Error::Setting {
            name,
            expected,
            problem: "it is not set".to_owned(),
        })
    }

    /// A setting that may be absent, but must be readable as `T` where it is there.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] when it is there and not readable.
    pub fn optional_parsed<T>(
        &self,
        name: &'static str,
        expected: &'static str,
    ) -> Result<Option<T>, Error>
    where
        T: FromStr<Err: Display>,
    {
        let Some(value) = self.optional_text(name) else {
            return Ok(None);
        };
        value.parse().map(Some).map_err(|error: T::Err| Error::Setting {
            name,
            expected,
            problem: error.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn a_missing_setting_is_named_with_what_belongs_there() {
        let environment = Environment::from_lookup(|_| None);
        let error = environment.text("TABLE_NAME", "the name of the table").unwrap_err();
        assert_eq!(
            error.to_string(),
            "set the environment variable TABLE_NAME to the name of the table: it is not set"
        );
    }

    #[test]
    fn a_blank_setting_is_a_missing_one() {
        let environment = Environment::from_pairs([("TABLE_NAME", "  ")]);
        assert_eq!(environment.optional_text("TABLE_NAME"), None);
        assert!(environment.text("TABLE_NAME", "the name of the table").is_err());
    }

    #[test]
    fn a_setting_is_read_without_the_blanks_around_it() {
        let environment = Environment::from_pairs([("TABLE_NAME", " calls\n")]);
        assert_eq!(environment.text("TABLE_NAME", "a name").unwrap(), "calls");
    }

    #[test]
    fn an_unreadable_number_says_why() {
        let environment = Environment::from_pairs([("RETENTION_DAYS", "a year")]);
        let error = environment.parsed::<u32>("RETENTION_DAYS", "a number of days").unwrap_err();
        assert_eq!(
            error.to_string(),
            "set the environment variable RETENTION_DAYS to a number of days: invalid digit found in string"
        );
    }

    #[test]
    fn an_optional_number_may_be_absent_but_not_unreadable() {
        let environment = Environment::from_pairs([("B", "x")]);
        assert_eq!(environment.optional_parsed::<u32>("A", "a number").unwrap(), None);
        assert!(environment.optional_parsed::<u32>("B", "a number").is_err());
    }
}
