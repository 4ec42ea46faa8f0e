//! The key of the marks of forgotten people.

use std::fmt;
use std::sync::Arc;

use call_records::PersonKey;
use call_table::{TableError, keys};
use lambda_kit::{Error, SecretValue, Secrets};
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};

/// A shorter key could be guessed, and with it the telephone number behind a mark.
const MIN_LENGTH: usize = 32;

/// The key under which marks name people. Without it a reader of the table cannot tell from a mark
/// who was forgotten, not even by trying every telephone number.
#[derive(Clone)]
pub struct ForgetKey(SecretString);

impl SecretValue for ForgetKey {
    const SETTING: &'static str = "FORGET_KEY_ARN";

    /// The text of the secret, as it stands.
    fn parse(text: &str) -> Result<Self, Error> {
        if text.len() < MIN_LENGTH {
            return Err(Error::Misconfigured(format!(
                "the secret that FORGET_KEY_ARN names holds fewer than {MIN_LENGTH} characters of \
                 text: put a random text there, once and for good"
            )));
        }
        Ok(Self(SecretString::from(text)))
    }

    fn is_same_as(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

impl ForgetKey {
    /// What names a person in a mark: of the id alone, because a later version may know the kind of the
    /// id better.
    pub(crate) fn digest(&self, person: &PersonKey) -> String {
        keys::hex(self.sign(&format!("forgotten {}", person.id())).as_ref())
    }

    /// What tells this key from another. It says nothing about either.
    pub(crate) fn id(&self) -> String {
        keys::hex(&self.sign("the id of this key").as_ref()[..8])
    }

    fn sign(&self, text: &str) -> hmac::Tag {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.expose_secret().as_bytes());
        hmac::sign(&key, text.as_bytes())
    }
}

impl fmt::Debug for ForgetKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForgetKey").finish_non_exhaustive()
    }
}

/// Where the key comes from. It is fetched when a table has marks, or gets one: an organisation that
/// never forgot a person pays nothing for it.
#[derive(Clone, Debug)]
pub enum ForgetKeySource {
    /// A secret, fetched when it is first needed and cached.
    Secret(Secrets<ForgetKey>),
    /// None was given: the sentence says how to give it.
    Missing(&'static str),
}

impl ForgetKeySource {
    /// A key that is known.
    pub fn fixed(key: ForgetKey) -> Self {
        Self::Secret(Secrets::fixed(key))
    }

    pub(crate) async fn current(&self) -> Result<Arc<ForgetKey>, TableError> {
        match self {
            Self::Secret(secrets) => secrets.current().await.map_err(|error| unreadable(&error)),
            Self::Missing(remedy) => Err(TableError::Misconfigured((*remedy).to_owned())),
        }
    }

    /// The key with this id, if it is the present one or the one that replaced the cached one.
    pub(crate) async fn with_id(&self, id: &str) -> Result<Arc<ForgetKey>, TableError> {
        let key = self.current().await?;
        if key.id() == id {
            return Ok(key);
        }
        if let Self::Secret(secrets) = self
            && let Some(newer) = secrets.replacement_for(&key).await
            && newer.id() == id
        {
            return Ok(newer);
        }
        Err(TableError::Misconfigured(
            "the table has marks of forgotten people that were set under another key: give the \
             secret that FORGET_KEY_ARN names its former value again (on a laptop the file that ends \
             in .forget-key), or delete the items of the partition FORGOTTEN and forget these people \
             once more"
                .to_owned(),
        ))
    }
}

/// Also while Secrets Manager is only busy: the call is tried again, and must not be done before its
/// marks were compared.
fn unreadable(error: &Error) -> TableError {
    TableError::Misconfigured(format!(
        "the key of the marks of forgotten people (FORGET_KEY_ARN) cannot be read: {error}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> ForgetKey {
        ForgetKey::parse(&text.repeat(MIN_LENGTH)).unwrap()
    }

    #[test]
    fn a_digest_is_of_the_id_and_of_the_key() {
        let person = |text: &str| text.parse::<PersonKey>().unwrap();
        let number = person("phone:+4930123456");
        assert_eq!(key("a").digest(&number), key("a").digest(&person("user:+4930123456")));
        assert_ne!(key("a").digest(&number), key("a").digest(&person("phone:+4930123457")));
        assert_ne!(key("a").digest(&number), key("b").digest(&number));
        assert_ne!(key("a").id(), key("b").id());
        assert_eq!((key("a").digest(&number).len(), key("a").id().len()), (64, 16));
    }

    #[test]
    fn a_key_that_can_be_guessed_is_refused_and_never_shown() {
        let error = ForgetKey::parse("hunter2").unwrap_err().to_string();
        assert!(error.contains("FORGET_KEY_ARN") && !error.contains("hunter2"), "{error}");
        assert!(!format!("{:?}", key("hunter2")).contains("hunter2"));
    }
}
