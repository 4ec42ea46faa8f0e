#![doc = include_str!("../README.md")]

mod filter;
mod key;
mod phone;
mod seal;

use std::str::FromStr;

use lambda_kit::Environment;

pub use filter::{Person, PrivacyFilter, Unresolved};
pub use key::{KeyError, PseudonymKey};
pub use phone::is_number as is_phone_number;
pub use seal::PREFIX as SEALED_PREFIX;

/// The environment variables that say how people are shown.
pub const ENVIRONMENT: &[&str] = &["PEOPLE", "PHONE_DIGITS_HIDDEN"];

/// How people are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum People {
    /// By their display name, with their id at hand.
    #[default]
    Names,
    /// By a pseudonym that stays the same as long as the key does.
    Pseudonyms,
}

impl FromStr for People {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "names" => Ok(Self::Names),
            "pseudonyms" => Ok(Self::Pseudonyms),
            _ => Err("it is neither"),
        }
    }
}

/// What a deployment shows of people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Names or pseudonyms.
    pub people: People,
    /// How many of the last digits of a telephone number are hidden.
    pub phone_digits_hidden: usize,
}

impl Default for Settings {
    /// Names, three hidden digits.
    fn default() -> Self {
        Self { people: People::Names, phone_digits_hidden: 3 }
    }
}

impl Settings {
    /// Reads [`ENVIRONMENT`].
    ///
    /// # Errors
    ///
    /// The error names the variable and what belongs there.
    pub fn from_environment(environment: &Environment) -> Result<Self, lambda_kit::Error> {
        let people = environment.optional_parsed("PEOPLE", "names or pseudonyms")?;
        let hidden = environment.optional_parsed("PHONE_DIGITS_HIDDEN", "a number of digits")?;
        let default = Self::default();
        Ok(Self {
            people: people.unwrap_or(default.people),
            phone_digits_hidden: hidden.unwrap_or(default.phone_digits_hidden),
        })
    }
}
