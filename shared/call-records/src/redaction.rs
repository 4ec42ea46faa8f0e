//! Taking one person out of a page of a record, so that everything else still counts as it did.
//!
//! The page stays the JSON of a record: the person becomes a tombstone, the same wherever they
//! stood, and what is counted (times, platforms, streams, ratings, the tenant) stays. What could
//! tell who it was goes: names, sign-in names, addresses, numbers, devices, networks and text.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::identifier::normalised;
use crate::identity::{Identity, IdentitySet};
use crate::json;
use crate::person_kind::{PersonId, on_endpoint};
use crate::{DecodeError, Endpoint, PersonKey};

/// What a side of a medium says that could tell whose it was. None of it is counted for the
/// organisation.
const TELLTALES: [&str; 10] = [
    "captureDeviceName",
    "renderDeviceName",
    "ipAddress",
    "macAddress",
    "subnet",
    "reflexiveIPAddress",
    "relayIPAddress",
    "dnsSuffix",
    "basicServiceSetIdentifier",
    "traceRouteHops",
];

/// A shorter text stands for nobody inside of longer ones.
const MIN_ALIAS_LENGTH: usize = 7;

impl PersonKey {
    /// What takes the place of a person who is forgotten. `token` tells it from other tombstones;
    /// the kind of identity is kept, because calls are counted by it.
    #[must_use]
    pub fn tombstone(&self, token: &str) -> Self {
        Self::new(Self::FORGOTTEN, &format!("{}:{token}", self.kind()))
    }

    /// Whether this is the tombstone of a forgotten person.
    #[must_use]
    pub fn is_tombstone(&self) -> bool {
        self.kind() == Self::FORGOTTEN
    }

    /// The kind of identity: of a tombstone, the one that the person had.
    pub(crate) fn former_kind(&self) -> &str {
        match self.is_tombstone() {
            true => self.id().split(':').next().unwrap_or_default(),
            false => self.kind(),
        }
    }
}

/// Takes a person out of a page, and puts the tombstone in their place.
///
/// Nothing, if the person is not on the page. `aliases` are further texts that stand for the
/// person, such as the sign-in name; they are looked for inside of other texts, too, as is the id.
///
/// # Errors
/// When the bytes are not JSON.
pub fn redact(
    page: &[u8],
    person: &PersonKey,
    tombstone: &PersonKey,
    aliases: &[&str],
) -> Result<Option<Vec<u8>>, DecodeError> {
    let before: Value = json::parse(page)?;
    let mut redaction =
        Redaction { person, tombstone: tombstone.to_string(), aliases: BTreeSet::new() };
    if !redaction.has_only_a_name() {
        redaction.learn(person.id());
    }
    aliases.iter().for_each(|alias| redaction.learn(alias));
    let mut after = before.clone();
    redaction.walk(&mut after);
    // Only now: the walk learns what else the person is called.
    redaction.replace_aliases(&mut after);
    Ok((after != before).then(|| after.to_string().into_bytes()))
}

type Object = Map<String, Value>;

struct Redaction<'a> {
    person: &'a PersonKey,
    tombstone: String,
    /// In lower case.
    aliases: BTreeSet<String>,
}

impl Redaction<'_> {
    fn learn(&mut self, alias: &str) {
        let alias = alias.trim().to_ascii_lowercase();
        for alias in [alias.replace('@', "%40"), alias.replace('+', "%2b"), alias] {
            if alias.len() >= MIN_ALIAS_LENGTH {
                self.aliases.insert(alias);
            }
        }
    }

    fn walk(&mut self, value: &mut Value) {
        match value {
            Value::Array(elements) => elements.iter_mut().for_each(|element| self.walk(element)),
            Value::Object(object) => {
                for side in ["caller", "callee"] {
                    if object.get(side).and_then(Value::as_object).is_some_and(|e| self.is_on(e)) {
                        self.scrub_side(object, side);
                    }
                }
                if self.is_on(object) {
                    self.scrub_holder(object);
                }
                if self.is_identity(object) {
                    self.scrub_identity(object);
                }
                for (key, member) in object.iter_mut() {
                    // Whose an endpoint or an entry is, is not for one name in it to say.
                    let held = matches!(key.as_str(), "associatedIdentity" | "identity");
                    if !(held && self.has_only_a_name()) {
                        self.walk(member);
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// Whether the person is known by nothing but a name.
    fn has_only_a_name(&self) -> bool {
        self.person.kind() == "unknown"
    }

    fn is_called(&self, name: &str) -> bool {
        self.has_only_a_name() && PersonKey::new("unknown", name).id() == self.person.id()
    }

    /// Whether an object is an identity of the person.
    fn is_identity(&self, object: &Object) -> bool {
        let identity = identity_in(object);
        match identity.identifier() {
            Some(id) => {
                let id = PersonKey::new("user", &normalised(id));
                id.id() == self.person.id() && !self.has_only_a_name()
            }
            None => identity.display_name.as_deref().is_some_and(|name| self.is_called(name)),
        }
    }

    /// Whether an endpoint or an entry of a list is the person's. Another person may stand in an
    /// identity that does not decide whose it is.
    fn is_on(&self, holder: &Object) -> bool {
        match person_of(holder) {
            Some(PersonId::Id(id)) => {
                !self.has_only_a_name() && PersonKey::new("user", &id).id() == self.person.id()
            }
            Some(PersonId::Name(name)) => self.is_called(&name),
            None => false,
        }
    }

    /// Scrubs an endpoint or an entry of a list that is the person's.
    fn scrub_holder(&mut self, holder: &mut Object) {
        for telltale in ["name", "cpuName", "administrativeUnitInfos"] {
            holder.remove(telltale);
        }
        if let Some(Value::Object(feedback)) = holder.get_mut("feedback") {
            feedback.remove("text");
        }
        if let Some(Value::Object(identity)) = holder.get_mut("associatedIdentity") {
            self.scrub_held(identity);
        }
        if let Some(Value::Object(set)) = holder.get_mut("identity") {
            for identity in set.values_mut().filter_map(Value::as_object_mut) {
                self.scrub_held(identity);
            }
        }
        if holder.contains_key("identity") && holder.contains_key("id") {
            holder.insert("id".to_owned(), Value::from(self.tombstone.as_str()));
        }
    }

    /// Scrubs an identity on what is the person's. One of another id is not read there, so that it
    /// goes without a tombstone: it must not begin to stand for the person.
    fn scrub_held(&mut self, identity: &mut Object) {
        if self.is_identity(identity) {
            return self.scrub_identity(identity);
        }
        let has_an_id = identity_in(identity).identifier().is_some();
        identity.retain(|key, _| key.contains('@') || key == "tenantId" && !has_an_id);
    }

    /// Leaves of an identity what is no text of its own, the annotation of its type, its tenant,
    /// and the tombstone for its id.
    fn scrub_identity(&mut self, identity: &mut Object) {
        let known = identity_in(identity);
        let is_somebody = known.identifier().is_some() || known.display_name.is_some();
        for alias in [known.id, known.email, known.user_principal_name].into_iter().flatten() {
            if !alias.starts_with(self.tombstone.as_str()) {
                self.learn(&alias);
            }
        }
        identity.retain(|key, value| {
            key.contains('@') || key == "tenantId" || key != "id" && !value.is_string()
        });
        // One that stood for nobody must not begin to: its kind may be another.
        if is_somebody {
            identity.insert("id".to_owned(), Value::from(self.tombstone.as_str()));
        }
    }

    /// Scrubs what a session or a segment says of the side on which the person is.
    fn scrub_side(&mut self, leg: &mut Object, side: &str) {
        if let Some(Value::Object(endpoint)) = leg.get_mut(side) {
            self.scrub_holder(endpoint);
        }
        if let Some(Value::Array(media)) = leg.get_mut("media") {
            for media in media.iter_mut().filter_map(Value::as_object_mut) {
                for medium in ["Device", "Network"] {
                    if let Some(Value::Object(said)) = media.get_mut(&format!("{side}{medium}")) {
                        TELLTALES.iter().for_each(|telltale| drop(said.remove(*telltale)));
                    }
                }
            }
        }
        if let Some(Value::Array(segments)) = leg.get_mut("segments") {
            for segment in segments.iter_mut().filter_map(Value::as_object_mut) {
                // A segment's endpoint may leave out whose it is; one with a role is a service's.
                let own = match segment.get(side).and_then(Value::as_object) {
                    None => true,
                    Some(endpoint) if person_of(endpoint).is_some() => self.is_on(endpoint),
                    Some(endpoint) => match endpoint.get("userAgent") {
                        None | Some(Value::Null) => true,
                        Some(Value::Object(agent)) => text(agent, "role").is_none(),
                        Some(_) => false,
                    },
                };
                if own {
                    self.scrub_side(segment, side);
                }
            }
        }
    }

    /// Replaces what stands for the person inside of other texts, such as the organizer's id in
    /// the link of a meeting.
    fn replace_aliases(&self, value: &mut Value) {
        match value {
            Value::Array(elements) => elements.iter_mut().for_each(|e| self.replace_aliases(e)),
            Value::Object(object) => object.values_mut().for_each(|m| self.replace_aliases(m)),
            Value::String(text) => {
                for alias in &self.aliases {
                    if let Some(replaced) = replaced(text, alias, &self.tombstone) {
                        *text = replaced;
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// Whom an endpoint or an entry of a list names.
fn person_of(holder: &Object) -> Option<PersonId> {
    let object = |key| holder.get(key).and_then(Value::as_object);
    let endpoint = Endpoint {
        associated_identity: object("associatedIdentity").map(identity_in),
        retired_identity: object("identity").map(identities_in),
        ..Endpoint::default()
    };
    let named = on_endpoint(&endpoint).map(|mention| mention.person);
    match (named, text(holder, "id")) {
        (Some(PersonId::Id(id)), _) => Some(PersonId::Id(id)),
        // The id of an entry stands for whom it holds when nothing in it does.
        (_, Some(id))
            if holder.contains_key("identity") && endpoint.associated_identity.is_none() =>
        {
            Some(PersonId::Id(normalised(id).into()))
        }
        (named, _) => named,
    }
}

/// A member that is a text and says something.
fn text<'a>(object: &'a Object, key: &str) -> Option<&'a str> {
    object.get(key)?.as_str().filter(|text| !text.trim().is_empty())
}

fn identity_in(object: &Object) -> Identity {
    let mut identity = Identity::default();
    for key in object.keys() {
        if let Some(member) = identity.member(key) {
            *member = text(object, key).map(str::to_owned);
        }
    }
    identity
}

fn identities_in(object: &Object) -> IdentitySet {
    let identity = |kind: &Value| kind.as_object().map(identity_in);
    IdentitySet::new(object.iter().map(|(key, kind)| (Cow::from(key), identity(kind))).collect())
}

/// `text` with every `alias`, in whatever case, replaced; none when it has none.
fn replaced(text: &str, alias: &str, by: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    if !lower.contains(alias) {
        return None;
    }
    let mut replaced = String::with_capacity(text.len());
    let mut done = 0;
    for (found, _) in lower.match_indices(alias) {
        replaced.push_str(&text[done..found]);
        replaced.push_str(by);
        done = found + alias.len();
    }
    replaced.push_str(&text[done..]);
    Some(replaced)
}
