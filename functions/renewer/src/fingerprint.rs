//! Telling client states apart without keeping them.

use sha2::{Digest, Sha256};

/// The first 16 hexadecimal digits of a hash of a client state: enough to see that it rotated, of
/// no use to one who reads it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The fingerprint of a client state.
    pub fn of(client_state: &str) -> Self {
        // The prefix makes it differ from hashes of the same secret that others may publish.
        let hash = Sha256::new().chain_update("client state: ").chain_update(client_state);
        Self(hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect())
    }

    /// A fingerprint as it was written down.
    pub fn stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The 16 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_distinguishes_client_states_without_showing_them() {
        let one = Fingerprint::of("an invented client state");
        assert_eq!(one, Fingerprint::of("an invented client state"));
        assert_ne!(one, Fingerprint::of("an invented client statf"));
        assert_eq!(one.as_str().len(), 16);
        assert!(one.as_str().bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_eq!(one, Fingerprint::stored(one.as_str()));
    }
}
