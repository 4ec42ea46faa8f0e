//! Where the key of pseudonyms and links comes from.

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use secrecy::SecretString;

use crate::Error;

/// The key, or where it is.
#[derive(Debug, Clone)]
pub struct PseudonymKey(Source);

#[derive(Debug, Clone)]
enum Source {
    SecretsManager { client: Client, secret_id: String },
    Fixed(SecretString),
}

impl PseudonymKey {
    /// The text of a secret of Secrets Manager, as it stands.
    pub fn of_secrets_manager(config: &SdkConfig, secret_id: impl Into<String>) -> Self {
        Self(Source::SecretsManager { client: Client::new(config), secret_id: secret_id.into() })
    }

    /// A key that is known: for tests and the laptop.
    pub fn fixed(key: impl Into<String>) -> Self {
        Self(Source::Fixed(SecretString::from(key.into())))
    }

    pub(crate) async fn fetch(&self) -> Result<SecretString, Error> {
        let (client, secret_id) = match &self.0 {
            Source::Fixed(key) => return Ok(key.clone()),
            Source::SecretsManager { client, secret_id } => (client, secret_id),
        };
        let answer = client.get_secret_value().secret_id(secret_id).send().await;
        let answer = answer.map_err(|error| unreadable(&error))?;
        match answer.secret_string.filter(|text| text.len() >= MIN_KEY_LENGTH) {
            Some(text) => Ok(SecretString::from(text)),
            None => Err(Error::Misconfigured(format!(
                "The secret that PSEUDONYM_KEY_ARN names holds fewer than {MIN_KEY_LENGTH} \
                 characters of text: put a random text there, once and for good."
            ))),
        }
    }
}

/// A shorter key could be guessed.
const MIN_KEY_LENGTH: usize = 32;

fn unreadable<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Error {
    match error.code() {
        Some("ResourceNotFoundException") => Error::Misconfigured(
            "The secret that PSEUDONYM_KEY_ARN names does not exist: deploy the stack again."
                .to_owned(),
        ),
        Some("AccessDeniedException") => Error::Misconfigured(
            "The function may not read the secret that PSEUDONYM_KEY_ARN names: allow its role \
             secretsmanager:GetSecretValue on it."
                .to_owned(),
        ),
        _ => Error::Unavailable("Secrets Manager did not hand out the key.".to_owned()),
    }
}
