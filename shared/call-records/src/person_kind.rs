//! Whom an identity names, and which kind of identity it is.
//!
//! `associatedIdentity`, the only identity that Graph still sends on a session's endpoint, shows
//! an id without saying what kind of id it is. Other places in the record say it, some better than
//! others, and one person must not become two because two places disagree.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::sync::Arc;

use crate::identifier::{Identifier, normalised};
use crate::identity::rank;
use crate::newest::Source;
use crate::role::RoleClass;
use crate::{Endpoint, Identity, IdentitySet, Participant, PersonKey};

/// Who or what, before the kind is settled: ids are compared without kinds. Each stands in several
/// places of a call, which share the text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum PersonId {
    /// An id, an address or a sign-in name.
    Id(Arc<str>),
    /// Nothing but a display name is known.
    Name(Arc<str>),
}

/// How a kind was learned, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Evidence {
    /// From what the id looks like.
    Shape,
    /// From the type annotation of the identity.
    Annotation,
    /// From a retired identity set: of the endpoint, `organizer` or `participants`.
    RetiredSet,
    /// From `participants_v2` or `organizer_v2`.
    Participants,
    /// From the prefix of the id, or from a telephone number behind a gateway.
    Prefix,
}

/// A kind and how it was learned. The greater one wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    evidence: Evidence,
    kind: Cow<'static, str>,
}

impl Kind {
    /// Whether this is to be preferred to another one for the same id.
    pub(crate) fn is_better_than(&self, other: &Self) -> bool {
        fn order(kind: &Kind) -> (Evidence, Reverse<(usize, &str)>) {
            (kind.evidence, Reverse((rank(&kind.kind), &*kind.kind)))
        }
        order(self) > order(other)
    }

    pub(crate) fn key(&self, id: &str) -> PersonKey {
        key(&self.kind, id)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.kind
    }
}

/// The key of an id of that kind. A tombstone is its own key, whatever kind of identity it stands
/// in.
pub(crate) fn key(kind: &str, id: &str) -> PersonKey {
    match id.split_once(':') {
        Some((PersonKey::FORGOTTEN, tombstone)) => PersonKey::new(PersonKey::FORGOTTEN, tombstone),
        _ => PersonKey::new(kind, id),
    }
}

/// A person or a service at one place of a record.
pub(crate) struct Mention<'a> {
    pub(crate) person: PersonId,
    /// What this place says about the kind.
    pub(crate) kind: Option<Kind>,
    /// Whether this place says that it is an application, beside what else it says.
    pub(crate) application: bool,
    /// The identities that name it, and how far each is trusted.
    pub(crate) names: [Option<(Source, &'a Identity)>; 2],
}

impl<'a> Mention<'a> {
    fn new(person: PersonId, kind: Option<Kind>, source: Source, identity: &'a Identity) -> Self {
        let application = kind.as_ref().is_some_and(|kind| is_application(&kind.kind));
        Self { person, kind, application, names: [Some((source, identity)), None] }
    }
}

/// Who or what an endpoint names; `None` when it names nothing.
///
/// `associatedIdentity` decides alone where it names anything: of two ids on one endpoint, the
/// retired one may be another person's.
pub(crate) fn on_endpoint(endpoint: &Endpoint) -> Option<Mention<'_>> {
    let retired = endpoint.retired_identity.as_ref();
    let named =
        |identity: &&Identity| identity.identifier().is_some() || identity.display_name.is_some();
    let mut mention = match endpoint.associated_identity.as_ref().filter(named) {
        Some(identity) => of_associated(identity, retired)?,
        None => in_retired_set(retired?)?,
    };
    if endpoint.role_class() == Some(RoleClass::Gateway) {
        behind_gateway(&mut mention);
    }
    Some(mention)
}

/// Behind a gateway there is a telephone, also where the number is withheld.
fn behind_gateway(mention: &mut Mention<'_>) {
    let evidence = match &mention.person {
        PersonId::Id(id) if is_telephone(id) => Evidence::Prefix,
        PersonId::Id(id) => match key("user", id) {
            // Of a tombstone, what it was of: only a telephone's and a name's were no service.
            key if key.is_tombstone() && !matches!(key.former_kind(), "phone" | "unknown") => {
                return;
            }
            key if !key.is_tombstone() && call_id::is_guid(id) => return,
            _ => Evidence::Shape,
        },
        PersonId::Name(_) => Evidence::Shape,
    };
    let phone = Kind { evidence, kind: Cow::Borrowed("phone") };
    if mention.kind.as_ref().is_none_or(|kind| kind.evidence <= evidence) {
        mention.kind = Some(phone);
    }
}

fn of_associated<'a>(
    identity: &'a Identity,
    retired: Option<&'a IdentitySet>,
) -> Option<Mention<'a>> {
    let identifier = identity.identifier().map(Identifier::parse);
    // Beside it, only the same identity is read: for its kind, and for what this one leaves out.
    let is_same = |other: &Identity| match (&identifier, other.identifier()) {
        (Some(identifier), Some(other)) => normalised(other) == identifier.id,
        (None, None) => identity.display_name == other.display_name,
        _ => false,
    };
    let mut same = retired.into_iter().flat_map(|set| set.iter().filter(|(_, i)| is_same(i)));
    let beside = same.next();
    let annotation = of_annotation(identity);
    let application = beside.into_iter().chain(same).any(|(kind, _)| is_application(kind))
        || annotation.as_ref().is_some_and(|kind| is_application(&kind.kind));
    let mut mention = match &identifier {
        Some(identifier) => {
            let kind = match beside {
                Some((kind, _)) => Some(of_set(Evidence::RetiredSet, kind, identifier)),
                None => of_bare(identity, identifier, annotation),
            };
            let person = PersonId::Id(identifier.id.as_str().into());
            Mention::new(person, kind, Source::Session, identity)
        }
        None => {
            let kind = beside.map(|(kind, _)| of_set_unnamed(Evidence::RetiredSet, kind));
            named(identity, kind.or(annotation), Source::Session)?
        }
    };
    mention.application |= application;
    mention.names[1] = beside.map(|(_, identity)| (Source::Retired, identity));
    Some(mention)
}

/// The person of an entry of `participants_v2`, or of `organizer_v2`.
pub(crate) fn in_list(participant: &Participant, source: Source) -> Option<Mention<'_>> {
    let set = &participant.identity;
    if set.identified().is_some() {
        return in_set(Evidence::Participants, set, source);
    }
    match (&participant.id, set.iter().next()) {
        (Some(id), Some((kind, identity))) => {
            let identifier = Identifier::parse(id);
            let kind = Some(of_set(Evidence::Participants, kind, &identifier));
            Some(Mention::new(PersonId::Id(identifier.id.into()), kind, source, identity))
        }
        (Some(id), None) => {
            let identifier = Identifier::parse(id);
            let kind = of_shape(&identifier);
            let application = is_application(&kind.kind);
            let person = PersonId::Id(identifier.id.into());
            Some(Mention { person, kind: Some(kind), application, names: [None, None] })
        }
        (None, _) => in_set(Evidence::Participants, set, source),
    }
}

/// The person of a retired identity set.
pub(crate) fn in_retired_set(set: &IdentitySet) -> Option<Mention<'_>> {
    in_set(Evidence::RetiredSet, set, Source::Retired)
}

fn in_set(evidence: Evidence, set: &IdentitySet, source: Source) -> Option<Mention<'_>> {
    let (kind, identity) = set.best()?;
    let Some(identifier) = identity.identifier().map(Identifier::parse) else {
        return named(identity, Some(of_set_unnamed(evidence, kind)), source);
    };
    let same = |other: &Identity| other.identifier().map(normalised) == Some(identifier.id.clone());
    let application = set.iter().any(|(kind, other)| is_application(kind) && same(other));
    let kind = Some(of_set(evidence, kind, &identifier));
    let mut mention =
        Mention::new(PersonId::Id(identifier.id.as_str().into()), kind, source, identity);
    mention.application |= application;
    Some(mention)
}

fn named(identity: &Identity, kind: Option<Kind>, source: Source) -> Option<Mention<'_>> {
    let name = identity.display_name.as_deref()?;
    Some(Mention::new(PersonId::Name(name.into()), kind, source, identity))
}

/// Whether a kind of identity is an application's, and so a service's.
fn is_application(kind: &str) -> bool {
    const WORD: &[u8] = b"application";
    kind.as_bytes().windows(WORD.len()).any(|part| part.eq_ignore_ascii_case(WORD))
}

/// The kind by which an identity set holds an id, unless the id says it.
fn of_set(evidence: Evidence, kind: &str, identifier: &Identifier) -> Kind {
    by_prefix(identifier).unwrap_or_else(|| of_set_unnamed(evidence, kind))
}

/// The kind of an identity set, of what has no id.
fn of_set_unnamed(evidence: Evidence, kind: &str) -> Kind {
    let kind = match kind {
        "acsUser" | "azureCommunicationServicesUser" | "spoolUser" => Cow::Borrowed("acs"),
        "user" => Cow::Borrowed("user"),
        other => Cow::Owned(other.to_owned()),
    };
    Kind { evidence, kind }
}

fn by_prefix(identifier: &Identifier) -> Option<Kind> {
    Some(Kind { evidence: Evidence::Prefix, kind: Cow::Borrowed(identifier.kind?) })
}

/// The kind of an identity that stands alone.
fn of_bare(identity: &Identity, identifier: &Identifier, annotation: Option<Kind>) -> Option<Kind> {
    let said = by_prefix(identifier).or(annotation);
    // The tombstone of a name looks no more like a kind than the name did.
    if said.is_some() || is_of_a_name(&identifier.id) {
        return said;
    }
    if identity.id.is_none() && identity.email.is_some() {
        // Only guests are known by an address instead of an id.
        return Some(Kind { evidence: Evidence::Shape, kind: Cow::Borrowed("guest") });
    }
    Some(of_shape(identifier))
}

/// Whether an id is the tombstone of a person of whom only a name was known.
fn is_of_a_name(id: &str) -> bool {
    let key = id.starts_with(PersonKey::FORGOTTEN).then(|| key("user", id));
    key.is_some_and(|key| key.is_tombstone() && key.former_kind() == "unknown")
}

fn of_annotation(identity: &Identity) -> Option<Kind> {
    let kind = annotated(identity.odata_type.as_deref()?)?;
    Some(Kind { evidence: Evidence::Annotation, kind: Cow::Borrowed(kind) })
}

/// The kind that a type annotation names. User types name none: they are also put on ids that are
/// no user's, so that the shape of the id says more.
fn annotated(odata_type: &str) -> Option<&'static str> {
    let name = odata_type.rsplit(['.', '#']).next()?.to_ascii_lowercase();
    // The longer words come before those that they contain.
    [
        ("phone", "phone"),
        ("guest", "guest"),
        ("azurecommunicationservices", "acs"),
        ("acsuser", "acs"),
        ("applicationinstance", "applicationInstance"),
        ("application", "application"),
        ("encrypted", "encrypted"),
        ("onpremises", "onPremises"),
        ("device", "device"),
    ]
    .into_iter()
    .find_map(|(word, kind)| name.contains(word).then_some(kind))
}

fn of_shape(identifier: &Identifier) -> Kind {
    let kind = if is_telephone(&identifier.id) { "phone" } else { "user" };
    let by_shape = || Kind { evidence: Evidence::Shape, kind: Cow::Borrowed(kind) };
    by_prefix(identifier).unwrap_or_else(by_shape)
}

/// A telephone number: digits, possibly written as people do, the last of them possibly masked. A GUID
/// of digits alone has too many.
fn is_telephone(id: &str) -> bool {
    let digits = id.bytes().filter(u8::is_ascii_digit).count();
    (3..=20).contains(&digits)
        && id
            .strip_prefix('+')
            .unwrap_or(id)
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b" ()-./*".contains(&byte))
}
