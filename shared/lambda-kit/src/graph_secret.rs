//! The credentials of the application at Graph.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::Error;
use crate::secrets::{SecretValue, unusable};

/// The credentials of the application at Graph.
#[derive(Clone)]
pub struct GraphSecret {
    tenant_id: String,
    client_id: String,
    client_secret: Option<SecretString>,
}

impl SecretValue for GraphSecret {
    const SETTING: &'static str = "SECRET_ARN";

    /// Reads a JSON object. Unknown keys are ignored, `client_states` among them: older versions kept
    /// the client states here, and a secret of one of them still holds it.
    fn parse(json: &str) -> Result<Self, Error> {
        let Ok(Value::Object(object)) = serde_json::from_str(json) else {
            return Err(misconfigured("write it as a JSON object with tenant_id and client_id"));
        };
        let text = |key: &str| {
            object.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
        };
        let tenant_id = text("tenant_id").filter(|id| call_id::is_guid(id)).ok_or_else(|| {
            // A domain name would serve for logging in, but notifications carry the GUID.
            misconfigured(
                "set tenant_id to the directory (tenant) ID, a GUID, from the Entra overview page",
            )
        })?;
        let client_id = text("client_id").filter(|id| call_id::is_guid(id)).ok_or_else(|| {
            misconfigured(
                "set client_id to the application (client) ID, a GUID, from the app registration",
            )
        })?;
        Ok(Self {
            tenant_id: tenant_id.to_owned(),
            client_id: client_id.to_owned(),
            client_secret: text("client_secret").map(SecretString::from),
        })
    }

    fn is_same_as(&self, other: &Self) -> bool {
        let exposed = |secret: &Self| {
            secret.client_secret.as_ref().map(|text| text.expose_secret().to_owned())
        };
        self.tenant_id == other.tenant_id
            && self.client_id == other.client_id
            && exposed(self) == exposed(other)
    }
}

impl GraphSecret {
    /// The directory (tenant) id, a GUID.
    pub fn tenant_id(&self) -> &str {
        &self.tenant_id
    }

    /// The application (client) id, a GUID.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The client secret. Absent where the function's AWS identity takes its place.
    pub fn client_secret(&self) -> Option<&SecretString> {
        self.client_secret.as_ref()
    }
}

/// Without the client secret and its length.
impl fmt::Debug for GraphSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphSecret")
            .field("tenant_id", &self.tenant_id)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

fn misconfigured(remedy: &str) -> Error {
    unusable::<GraphSecret>(remedy)
}

#[cfg(test)]
mod tests;
