//! The secret: our credentials for Graph, and the client states that authenticate Graph's notifications.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use subtle::{Choice, ConstantTimeEq};

use crate::Error;

/// Graph takes client states of at most this many characters.
const MAX_CLIENT_STATE_LENGTH: usize = 128;

/// The client state is the only thing that authenticates Graph's notifications: one that can be
/// guessed is none.
const MIN_CLIENT_STATE_LENGTH: usize = 16;

/// What the Secrets Manager secret says.
#[derive(Clone)]
pub struct Secret {
    tenant_id: String,
    client_id: String,
    client_secret: Option<SecretString>,
    client_states: Vec<SecretString>,
}

impl Secret {
    /// Reads the secret's JSON object. Unknown keys are ignored.
    ///
    /// # Errors
    ///
    /// [`Error::Misconfigured`], which names the key to fix and never quotes a value.
    pub fn parse(json: &str) -> Result<Self, Error> {
        let Ok(Value::Object(object)) = serde_json::from_str(json) else {
            return Err(misconfigured(
                "write it as a JSON object with tenant_id, client_id and client_states",
            ));
        };
        let text = |key: &str| {
            object.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
        };
        let tenant_id = text("tenant_id").filter(|id| is_guid(id)).ok_or_else(|| {
            // A domain name would serve for logging in, but notifications carry the GUID.
            misconfigured(
                "set tenant_id to the directory (tenant) ID, a GUID, from the Entra overview page",
            )
        })?;
        let client_id = text("client_id").filter(|id| is_guid(id)).ok_or_else(|| {
            misconfigured(
                "set client_id to the application (client) ID, a GUID, from the app registration",
            )
        })?;
        let client_states: Option<Vec<SecretString>> = match object.get("client_states") {
            Some(Value::Array(states)) => states.iter().map(client_state).collect(),
            // The console's form and Secrets Manager's own generator write texts only.
            Some(state) => client_state(state).map(|state| vec![state]),
            None => None,
        };
        let client_states = client_states.filter(|states| !states.is_empty()).ok_or_else(|| {
            misconfigured("set client_states to a list of at least one text of 16 to 128 printable characters, the one for new subscriptions first")
        })?;
        Ok(Self {
            tenant_id: tenant_id.to_owned(),
            client_id: client_id.to_owned(),
            client_secret: text("client_secret").map(SecretString::from),
            client_states,
        })
    }

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

    /// The client state for new subscriptions: the first of the list.
    pub fn newest_client_state(&self) -> &SecretString {
        &self.client_states[0]
    }

    /// Every client state that is valid now, the newest first; at least one.
    pub fn client_states(&self) -> &[SecretString] {
        &self.client_states
    }

    /// Whether a notification's client state is one of those valid now.
    ///
    /// Takes the same time whatever is presented: every valid state is compared, in full, in
    /// buffers of one size, and the comparison does not stop at a difference.
    pub fn accepts(&self, presented: &str) -> bool {
        let presented = Padded::new(presented);
        let mut accepted = Choice::from(0);
        for state in &self.client_states {
            accepted |= Padded::new(state.expose_secret()).ct_eq(&presented);
        }
        accepted.into()
    }

    /// Whether both name the same tenant. Graph's spelling of a GUID may differ in capitals.
    pub fn is_tenant(&self, tenant_id: &str) -> bool {
        self.tenant_id.eq_ignore_ascii_case(tenant_id)
    }

    /// Whether both say the same.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        let exposed = |secret: &Self| -> (Option<String>, Vec<String>) {
            (
                secret.client_secret.as_ref().map(|text| text.expose_secret().to_owned()),
                secret.client_states.iter().map(|text| text.expose_secret().to_owned()).collect(),
            )
        };
        self.tenant_id == other.tenant_id
            && self.client_id == other.client_id
            && exposed(self) == exposed(other)
    }
}

/// Without the secrets, and without their lengths or number.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret")
            .field("tenant_id", &self.tenant_id)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// A text in a buffer of one size for all, so that comparing shows nothing of its length. Longer
/// texts than fit differ by the length alone, which no valid state has.
struct Padded {
    text: [u8; MAX_CLIENT_STATE_LENGTH],
    length: u64,
}

impl Padded {
    fn new(text: &str) -> Self {
        let mut padded = [0; MAX_CLIENT_STATE_LENGTH];
        let kept = text.len().min(MAX_CLIENT_STATE_LENGTH);
        padded[..kept].copy_from_slice(&text.as_bytes()[..kept]);
        Self { text: padded, length: u64::try_from(text.len()).unwrap_or(u64::MAX) }
    }
}

impl ConstantTimeEq for Padded {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.text.ct_eq(&other.text) & self.length.ct_eq(&other.length)
    }
}

/// Printable ASCII only: Graph counts characters and we count bytes, and a state with a character
/// that some console changed on the way would never be found equal.
fn client_state(value: &Value) -> Option<SecretString> {
    let text = value.as_str()?;
    let length_fits = (MIN_CLIENT_STATE_LENGTH..=MAX_CLIENT_STATE_LENGTH).contains(&text.len());
    (length_fits && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '))
        .then(|| SecretString::from(text))
}

fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn misconfigured(what: &str) -> Error {
    Error::Misconfigured(format!("the secret that SECRET_ARN names is not usable: {what}"))
}

#[cfg(test)]
mod tests;
