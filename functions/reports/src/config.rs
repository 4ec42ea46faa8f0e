//! The function's settings.

use std::str::FromStr;

use lambda_kit::{Environment, Error as KitError};

use crate::period::Zone;

/// What the reports are told by their deployment.
#[derive(Clone, Debug)]
pub struct Config {
    /// How people are shown.
    pub people: People,
    /// How many of the last digits of a phone number are hidden.
    pub phone_digits_hidden: usize,
    /// The zone of days and hours, unless a request names another.
    pub time_zone: Option<Zone>,
}

/// How people are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum People {
    /// By their display name, with their id at hand.
    #[default]
    Names,
    /// By a pseudonym that stays the same as long as the key does.
    Pseudonyms,
}

/// How many digits are hidden unless the deployment says otherwise.
const PHONE_DIGITS_HIDDEN: usize = 3;

impl Default for Config {
    /// Names, three hidden digits, UTC.
    fn default() -> Self {
        Self {
            people: People::default(),
            phone_digits_hidden: PHONE_DIGITS_HIDDEN,
            time_zone: None,
        }
    }
}

impl Config {
    /// Reads `PEOPLE`, `PHONE_DIGITS_HIDDEN` and `REPORT_TIME_ZONE`.
    ///
    /// # Errors
    ///
    /// The error names the variable and what belongs there.
    pub fn from_environment(environment: &Environment) -> Result<Self, KitError> {
        let people = environment.optional_parsed("PEOPLE", "names or pseudonyms")?;
        let hidden = environment.optional_parsed("PHONE_DIGITS_HIDDEN", "a number of digits")?;
        let zone =
            environment.optional_parsed("REPORT_TIME_ZONE", "a time zone such as Europe/Berlin")?;
        Ok(Self {
            people: people.unwrap_or_default(),
            phone_digits_hidden: hidden.unwrap_or(PHONE_DIGITS_HIDDEN),
            time_zone: zone,
        })
    }
}

/// Neither `names` nor `pseudonyms`.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("it is neither of the two")]
pub struct UnknownPeople;

impl FromStr for People {
    type Err = UnknownPeople;

    fn from_str(text: &str) -> Result<Self, UnknownPeople> {
        match text {
            "names" => Ok(Self::Names),
            "pseudonyms" => Ok(Self::Pseudonyms),
            _ => Err(UnknownPeople),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_settings_people_have_names_and_phone_numbers_lack_three_digits() {
        let config = Config::from_environment(&Environment::from_look_up(|_| None)).unwrap();
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
