//! References to people and to hidden values that only this function can read, and pseudonyms.
//!
//! All come from one key. A reference is the person's key, encrypted with AES-256-GCM under a nonce
//! that is an HMAC of it: so the same person has the same reference everywhere and always, without the key none can be
//! made or read, and no list of people has to be kept to follow a link.
//! Two different people get the same nonce with a chance of 2^-96. Values have keys of their own, so that
//! no reference of one kind is one of the other.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use call_records::PersonKey;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac::{HMAC_SHA256, Key, sign};
use secrecy::{ExposeSecret as _, SecretString};

/// Person keys are filled up to a multiple of this, so that a reference does not reveal the length
/// of what it hides. A user's key fits.
const BLOCK: usize = 48;

/// How a sealed reference begins.
pub const PREFIX: &str = "sealed:";

/// The letters of pseudonyms: none is mistaken for another.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKMNPQRSTVWXYZ0123456789";

/// Seals and opens references.
pub(crate) struct Seal {
    people: Sealer,
    values: Sealer,
}

/// Seals and opens the references of one kind.
struct Sealer {
    names: Key,
    cipher: LessSafeKey,
}

impl Seal {
    pub(crate) fn new(key: &SecretString) -> Self {
        let root = Key::new(HMAC_SHA256, key.expose_secret().as_bytes());
        Self {
            people: Sealer::new(&root, b"people", b"references"),
            values: Sealer::new(&root, b"values", b"references to values"),
        }
    }

    /// The person's reference.
    pub(crate) fn seal(&self, person: &PersonKey) -> String {
        self.people.seal(&person.to_string())
    }

    /// The person of a reference that this key made.
    pub(crate) fn open(&self, reference: &str) -> Option<PersonKey> {
        self.people.open(reference)?.parse().ok()
    }

    /// The person's pseudonym: eight letters, the same as long as the key is.
    pub(crate) fn pseudonym(&self, person: &PersonKey) -> String {
        self.people.pseudonym(&person.to_string())
    }

    /// The reference of a hidden value.
    pub(crate) fn seal_value(&self, value: &str) -> String {
        self.values.seal(value)
    }

    /// The value of a reference that this key made.
    pub(crate) fn open_value(&self, reference: &str) -> Option<String> {
        self.values.open(reference)
    }

    /// The pseudonym of a hidden value.
    pub(crate) fn pseudonym_of_value(&self, value: &str) -> String {
        self.values.pseudonym(value)
    }
}

impl Sealer {
    fn new(root: &Key, of_names: &[u8], of_cipher: &[u8]) -> Self {
        let cipher = UnboundKey::new(&AES_256_GCM, sign(root, of_cipher).as_ref())
            .expect("an HMAC of SHA-256 is as long as the cipher's key");
        Self {
            names: Key::new(HMAC_SHA256, sign(root, of_names).as_ref()),
            cipher: LessSafeKey::new(cipher),
        }
    }

    fn seal(&self, name: &str) -> String {
        let mut text = name.as_bytes().to_vec();
        let nonce = self.nonce(&text);
        let mut sealed = nonce.to_vec();
        text.resize(text.len().next_multiple_of(BLOCK), 0);
        self.cipher
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut text)
            .expect("a name is far shorter than the cipher allows");
        sealed.extend(text);
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(sealed))
    }

    fn open(&self, reference: &str) -> Option<String> {
        let sealed = URL_SAFE_NO_PAD.decode(reference.strip_prefix(PREFIX)?).ok()?;
        let (nonce, text) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut text = text.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let text = self.cipher.open_in_place(nonce, Aad::empty(), &mut text).ok()?;
        Some(std::str::from_utf8(text).ok()?.trim_end_matches('\0').to_owned())
    }

    fn pseudonym(&self, name: &str) -> String {
        let digest = sign(&self.names, format!("pseudonym of {name}").as_bytes());
        let letters = digest.as_ref().iter().take(8);
        let letters: String =
            letters.map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
        format!("{}-{}", &letters[..4], &letters[4..])
    }

    fn nonce(&self, text: &[u8]) -> [u8; NONCE_LEN] {
        let digest = sign(&self.names, text);
        let mut nonce = [0; NONCE_LEN];
        nonce.copy_from_slice(&digest.as_ref()[..NONCE_LEN]);
        nonce
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(key: &str) -> Seal {
        Seal::new(&SecretString::from(key.to_owned()))
    }

    fn person(text: &str) -> PersonKey {
        text.parse().unwrap()
    }

    #[test]
    fn a_reference_leads_back_to_its_person_and_is_always_the_same() {
        for who in ["user:0f3a6c1e-0000-4000-8000-000000000001", "phone:+15550100", "unknown:Ä Ö"]
        {
            let who = person(who);
            let reference = seal("a key").seal(&who);
            assert_eq!(seal("a key").open(&reference), Some(who.clone()));
            assert_eq!(reference, seal("a key").seal(&who));
            assert!(!reference.contains(who.id()));
        }
    }

    #[test]
    fn references_do_not_reveal_the_length_of_the_id() {
        let length = |who: &str| seal("a key").seal(&person(who)).len();
        assert_eq!(length("phone:+1"), length("user:0f3a6c1e-0000-4000-8000-000000000001"));
    }

    /// Two texts under one nonce would show what they have in common, and let anyone forge a third.
    #[test]
    fn every_person_has_a_nonce_of_their_own_that_their_id_alone_determines() {
        let nonce = |who: &str| {
            let reference = seal("a key").seal(&person(who));
            let sealed = URL_SAFE_NO_PAD.decode(reference.strip_prefix(PREFIX).unwrap()).unwrap();
            <[u8; NONCE_LEN]>::try_from(&sealed[..NONCE_LEN]).unwrap()
        };
        let all: std::collections::HashSet<_> =
            (0..1_000).map(|id| nonce(&format!("user:{id}"))).collect();
        assert_eq!(all.len(), 1_000);
        assert_eq!(nonce("user:1"), nonce("user:1"));
        assert_ne!(nonce("user:1"), nonce("guest:1"));
    }

    #[test]
    fn what_is_sealed_is_filled_up_to_whole_blocks() {
        for length in [1, 42, 43, 44, 91, 92, 500] {
            let reference = seal("a key").seal(&person(&format!("user:{}", "x".repeat(length))));
            let sealed = URL_SAFE_NO_PAD.decode(reference.strip_prefix(PREFIX).unwrap()).unwrap();
            let text = sealed.len() - NONCE_LEN - AES_256_GCM.tag_len();
            assert_eq!(text % 48, 0, "{length}");
            assert!(text >= length + "user:".len());
        }
    }

    #[test]
    fn another_key_makes_others_and_opens_none() {
        let who = person("user:ada");
        let reference = seal("a key").seal(&who);
        assert_ne!(reference, seal("another").seal(&who));
        assert_ne!(seal("a key").pseudonym(&who), seal("another").pseudonym(&who));
        assert_eq!(seal("another").open(&reference), None);
    }

    #[test]
    fn a_forged_or_unsealed_reference_opens_to_no_person() {
        let mut reference = seal("a key").seal(&person("user:ada")).into_bytes();
        reference[20] ^= 1;
        assert_eq!(seal("a key").open(std::str::from_utf8(&reference).unwrap()), None);
        for text in ["", "sealed:", "sealed:AAAA", "sealed:???", "user:ada"] {
            assert_eq!(seal("a key").open(text), None);
        }
    }

    #[test]
    fn a_value_has_a_reference_that_names_no_person_and_comes_back() {
        let (seal, text) = (seal("a key"), "user:ada");
        let reference = seal.seal_value(text);
        assert_eq!(seal.open_value(&reference).as_deref(), Some(text));
        assert_ne!(reference, seal.seal(&person(text)));
        assert_eq!(seal.open(&reference), None);
        assert_eq!(seal.open_value(&seal.seal(&person(text))), None);
        assert_ne!(seal.pseudonym_of_value(text), seal.pseudonym(&person(text)));
    }

    #[test]
    fn ten_thousand_people_have_as_many_pseudonyms() {
        let seal = seal("a key");
        let all: std::collections::HashSet<_> =
            (0..10_000).map(|id| seal.pseudonym(&person(&format!("user:{id}")))).collect();
        assert_eq!(all.len(), 10_000);
    }
}
