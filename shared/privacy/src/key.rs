//! Where the key of pseudonyms and links comes from.

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use secrecy::SecretString;

/// Why there is no key: a sentence for the person who sees it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// An operator has to correct the deployment.
    #[error("{0}")]
    Misconfigured(String),
    /// Secrets Manager is busy or out of reach: try again.
    #[error("{0}")]
    Unavailable(String),
}

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

    /// Asks for the key.
    ///
    /// # Errors
    ///
    /// When it cannot be had, or is too short.
    pub async fn fetch(&self) -> Result<SecretString, KeyError> {
        let (client, secret_id) = match &self.0 {
            Source::Fixed(key) => return Ok(key.clone()),
            Source::SecretsManager { client, secret_id } => (client, secret_id),
        };
        let answer = client.get_secret_value().secret_id(secret_id).send().await;
        let answer = answer.map_err(|error| unreadable(&error))?;
        match answer.secret_string.filter(|text| text.len() >= MIN_KEY_LENGTH) {
            Some(text) => Ok(SecretString::from(text)),
            None => Err(KeyError::Misconfigured(format!(
                "The secret that PSEUDONYM_KEY_ARN names holds fewer than {MIN_KEY_LENGTH} \
                 characters of text: put a random text there, once and for good."
            ))),
        }
    }
}

/// A shorter key could be guessed.
const MIN_KEY_LENGTH: usize = 32;

fn unreadable<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> KeyError {
    match error.code() {
        Some("ResourceNotFoundException") => KeyError::Misconfigured(
            "The secret that PSEUDONYM_KEY_ARN names does not exist: deploy the stack again."
                .to_owned(),
        ),
        Some("AccessDeniedException") => KeyError::Misconfigured(
            "The function may not read the secret that PSEUDONYM_KEY_ARN names: allow its role \
             secretsmanager:GetSecretValue on it."
                .to_owned(),
        ),
        _ => KeyError::Unavailable("Secrets Manager did not hand out the key.".to_owned()),
    }
}
