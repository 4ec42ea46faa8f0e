#![doc = include_str!("../README.md")]

mod answer;
mod charts;
mod csv;
mod dimensions;
mod error;
mod format;
mod handle;
mod pages;
mod people;
mod period;
mod query;
mod request;

use call_table::{CallTable, TableConfig};
use lambda_kit::{Environment, Error as KitError, TimeLimits, aws_config};
use privacy::Settings;
use tokio::sync::OnceCell;

pub use answer::{Answer, SCHEMA};
pub use error::Error;
pub use privacy::{People, PrivacyFilter, PseudonymKey};
pub use request::Report;

use period::Zone;

/// The environment variables that the function reads.
pub const ENVIRONMENT: &[&str] =
    &["PEOPLE", "PHONE_DIGITS_HIDDEN", "PSEUDONYM_KEY_ARN", "REPORT_TIME_ZONE", "TABLE_NAME"];

/// The IAM actions that the function's own requests need. It reads and never writes; of the secrets
/// it needs its own key and not the one for Graph.
pub const ACTIONS: &[&str] = &[
    "dynamodb:BatchGetItem",
    "dynamodb:GetItem",
    "dynamodb:Query",
    "secretsmanager:GetSecretValue",
];

/// The reports' settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// How people are shown.
    pub people: People,
    /// How many of the last digits of a phone number are hidden.
    pub phone_digits_hidden: usize,
    /// The zone of days and hours, unless a request names another.
    pub time_zone: Option<Zone>,
}

impl Default for Config {
    /// Names, three hidden digits, UTC.
    fn default() -> Self {
        let Settings { people, phone_digits_hidden } = Settings::default();
        Self { people, phone_digits_hidden, time_zone: None }
    }
}

impl Config {
    /// Reads `PEOPLE`, `PHONE_DIGITS_HIDDEN` and `REPORT_TIME_ZONE`.
    ///
    /// # Errors
    ///
    /// The error names the variable and what belongs there.
    pub fn from_environment(environment: &Environment) -> Result<Self, KitError> {
        let Settings { people, phone_digits_hidden } = Settings::from_environment(environment)?;
        let zone =
            environment.optional_parsed("REPORT_TIME_ZONE", "a time zone such as Europe/Berlin")?;
        Ok(Self { people, phone_digits_hidden, time_zone: zone })
    }

    /// What is shown of people.
    pub(crate) fn privacy(&self) -> Settings {
        Settings { people: self.people, phone_digits_hidden: self.phone_digits_hidden }
    }
}

/// The reports and what they are made from.
pub struct Reports {
    config: Config,
    table: CallTable,
    key: PseudonymKey,
    privacy: OnceCell<PrivacyFilter>,
}

impl Reports {
    /// Reports from this table. The key is fetched when it is first needed.
    pub fn new(config: Config, table: CallTable, key: PseudonymKey) -> Self {
        Self { config, table, key, privacy: OnceCell::new() }
    }

    /// Reports from the environment of their function. Nothing is asked of anyone yet.
    ///
    /// # Errors
    ///
    /// A setting that is missing or unusable, by its name.
    pub async fn from_environment(environment: &Environment) -> Result<Self, KitError> {
        let config = Config::from_environment(environment)?;
        let table = TableConfig::new(environment.text("TABLE_NAME", "the table's name")?);
        let key = environment.text(
            "PSEUDONYM_KEY_ARN",
            "the ARN of the secret with the key of pseudonyms and links",
        )?;
        let sdk = aws_config(environment, TimeLimits::BACKGROUND)?;
        Ok(Self::new(
            config,
            CallTable::new(aws_sdk_dynamodb::Client::new(&sdk), table),
            PseudonymKey::of_secrets_manager(&sdk, key),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_settings_people_have_names_and_phone_numbers_lack_three_digits() {
        let config = Config::from_environment(&Environment::from_lookup(|_| None)).unwrap();
        assert_eq!((config.people, config.phone_digits_hidden), (People::Names, 3));
        assert!(config.time_zone.is_none());
    }

    #[test]
    fn a_setting_that_cannot_be_read_is_named() {
        for (name, value) in [
            ("PEOPLE", "initials"),
            ("PHONE_DIGITS_HIDDEN", "some"),
            ("REPORT_TIME_ZONE", "Europe/Nowhere"),
        ] {
            let error = Config::from_environment(&Environment::from_pairs([(name, value)]));
            assert!(error.unwrap_err().to_string().contains(name));
        }
    }
}
