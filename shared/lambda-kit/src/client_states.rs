//! The client states that authenticate Graph's notifications.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use subtle::{Choice, ConstantTimeEq};

use crate::Error;
use crate::secrets::{SecretValue, unusable};

/// Graph takes client states of at most this many characters.
const MAX_LENGTH: usize = 128;

/// The client state is the only thing that authenticates Graph's notifications: one that can be
/// guessed is none.
const MIN_LENGTH: usize = 16;

/// The client states that are valid now, the newest first; at least one. Several are valid at once,
/// so that rotating loses nothing. They are a secret of their own, so that the webhook, which the
/// internet reaches, cannot read the application's credentials.
#[derive(Clone)]
pub struct ClientStates(Vec<SecretString>);

impl SecretValue for ClientStates {
    const SETTING: &'static str = "CLIENT_STATES_ARN";

    /// Reads a JSON object with `client_states`, a text or a list of texts. Unknown keys are ignored.
    fn parse(json: &str) -> Result<Self, Error> {
        let Ok(Value::Object(object)) = serde_json::from_str(json) else {
            return Err(unusable::<Self>("write it as a JSON object with client_states"));
        };
        let states: Option<Vec<SecretString>> = match object.get("client_states") {
            Some(Value::Array(states)) => states.iter().map(client_state).collect(),
            // The console's form and Secrets Manager's own generator write texts only.
            Some(state) => client_state(state).map(|state| vec![state]),
            None => None,
        };
        states.filter(|states| !states.is_empty()).map(Self).ok_or_else(|| {
            unusable::<Self>("set client_states to a list of at least one text of 16 to 128 printable characters, the one for new subscriptions first")
        })
    }

    fn is_same_as(&self, other: &Self) -> bool {
        let exposed = |states: &Self| -> Vec<String> {
            states.0.iter().map(|text| text.expose_secret().to_owned()).collect()
        };
        exposed(self) == exposed(other)
    }
}

impl ClientStates {
    /// The client state for new subscriptions: the first of the list.
    pub fn newest(&self) -> &SecretString {
        &self.0[0]
    }

    /// Every client state that is valid now, the newest first; at least one.
    pub fn all(&self) -> &[SecretString] {
        &self.0
    }

    /// Whether a notification's client state is one of those valid now.
    ///
    /// Takes the same time whatever is presented: every valid state is compared, in full, in
    /// buffers of one size, and the comparison does not stop at a difference.
    pub fn accept(&self, presented: &str) -> bool {
        let presented = Padded::new(presented);
        let mut accepted = Choice::from(0);
        for state in &self.0 {
            accepted |= Padded::new(state.expose_secret()).ct_eq(&presented);
        }
        accepted.into()
    }
}

/// Without the states, their lengths and their number.
impl fmt::Debug for ClientStates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientStates").finish_non_exhaustive()
    }
}

/// A text in a buffer of one size for all, so that comparing shows nothing of its length. Longer
/// texts than fit differ by the length alone, which no valid state has.
struct Padded {
    text: [u8; MAX_LENGTH],
    length: u64,
}

impl Padded {
    fn new(text: &str) -> Self {
        let mut padded = [0; MAX_LENGTH];
        let kept = text.len().min(MAX_LENGTH);
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
    let length_fits = (MIN_LENGTH..=MAX_LENGTH).contains(&text.len());
    (length_fits && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '))
        .then(|| SecretString::from(text))
}

#[cfg(test)]
mod tests;
