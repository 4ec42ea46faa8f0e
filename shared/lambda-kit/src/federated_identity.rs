//! The function's own AWS identity, as a token that Entra takes instead of a client secret.

use aws_config::SdkConfig;
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::operation::get_web_identity_token::GetWebIdentityTokenError;
use secrecy::SecretString;

use crate::Error;

/// The audience that Entra expects of a federated credential.
const AUDIENCE: &str = "api://AzureADTokenExchange";

/// Entra takes RS256 only.
const ALGORITHM: &str = "RS256";

/// The token is used at once, to get an access token: five minutes cover clocks that differ.
const LIFETIME_SECONDS: i32 = 300;

/// Gets tokens from `sts:GetWebIdentityToken`.
///
/// The account must allow it once (`aws iam enable-outbound-web-identity-federation`), and the Entra
/// application must have a federated credential with the account's issuer, the role's ARN as
/// subject, and the audience above.
#[derive(Debug, Clone)]
pub struct FederatedIdentity {
    client: aws_sdk_sts::Client,
}

impl FederatedIdentity {
    /// From the SDK's configuration. The operation exists on regional endpoints only, which is what
    /// the SDK uses.
    pub fn new(config: &SdkConfig) -> Self {
        Self { client: aws_sdk_sts::Client::new(config) }
    }

    /// A new token, valid for five minutes. Not cached: the access token that it buys is.
    ///
    /// # Errors
    ///
    /// [`Error::Misconfigured`] names the command or permission that is missing;
    /// [`Error::Unavailable`] says that trying again later may help.
    pub async fn token(&self) -> Result<SecretString, Error> {
        let answer = self
            .client
            .get_web_identity_token()
            .audience(AUDIENCE)
            .signing_algorithm(ALGORITHM)
            .duration_seconds(LIFETIME_SECONDS)
            .send()
            .await
            .map_err(|error| refusal(&error))?;
        answer
            .web_identity_token
            .filter(|token| !token.is_empty())
            .map(SecretString::from)
            .ok_or_else(|| {
                Error::Unavailable("STS answered without a web identity token".to_owned())
            })
    }
}

fn refusal<R: std::fmt::Debug>(error: &SdkError<GetWebIdentityTokenError, R>) -> Error {
    let Some(service) = error.as_service_error() else {
        return Error::Unavailable("STS could not be reached or did not answer in time".to_owned());
    };
    if service.is_outbound_web_identity_federation_disabled_exception() {
        return Error::Misconfigured(
            "allow the account's identities to leave AWS, once: aws iam enable-outbound-web-identity-federation"
                .to_owned(),
        );
    }
    match service.code() {
        Some("AccessDenied" | "AccessDeniedException") => Error::Misconfigured(
            "STS denied access: allow sts:GetWebIdentityToken to the function's role".to_owned(),
        ),
        Some("Throttling" | "ThrottlingException" | "ServiceUnavailable" | "InternalFailure")
        | None => Error::Unavailable("STS was busy".to_owned()),
        Some(code) => Error::Misconfigured(format!("STS refused a web identity token: {code}")),
    }
}

#[cfg(test)]
mod tests;
