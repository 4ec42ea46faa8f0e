//! Which kind of person an id stands for.
//!
//! `associatedIdentity`, the only identity that Graph still sends on a session's endpoint, shows
//! an id without saying what kind of id it is. Other places in the record say it, some better than
//! others, and one person must not become two because two places disagree.

use crate::identity::rank;
use crate::newest::Source;
use crate::{Endpoint, Identity, IdentitySet, Participant, PersonKey};

/// Who, before the kind is settled: ids are compared without kinds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PersonId {
    /// Somebody with an id, an address or a sign-in name.
    Id(String),
    /// Somebody of whom nothing but a display name is known.
    Name(String),
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
}

/// A kind and how it was learned. The greater one wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    evidence: Evidence,
    kind: String,
}

impl Kind {
    /// Whether this is to be preferred to another one for the same id.
    pub(crate) fn is_better_than(&self, other: &Self) -> bool {
        let order =
            |kind: &Self| (kind.evidence, std::cmp::Reverse((rank(&kind.kind), kind.kind.clone())));
        order(self) > order(other)
    }

    pub(crate) fn key(&self, id: &str) -> PersonKey {
        key(&self.kind, id)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.kind
    }
}

/// The key of an id of that kind. What took somebody's place is its own key, whatever kind of
/// identity it stands in.
pub(crate) fn key(kind: &str, id: &str) -> PersonKey {
    match id.split_once(':') {
        Some((PersonKey::FORGOTTEN, tombstone)) => PersonKey::new(PersonKey::FORGOTTEN, tombstone),
        _ => PersonKey::new(kind, id),
    }
}

/// Somebody at one place of a record.
pub(crate) struct Mention<'a> {
    pub(crate) person: PersonId,
    /// What this place says about the kind.
    pub(crate) kind: Option<Kind>,
    /// The identities that name the person, and how far each is trusted.
    pub(crate) names: [Option<(Source, &'a Identity)>; 2],
}

impl<'a> Mention<'a> {
    fn new(person: PersonId, kind: Option<Kind>, source: Source, identity: &'a Identity) -> Self {
        Self { person, kind, names: [Some((source, identity)), None] }
    }
}

/// The person on an endpoint; `None` when it is a service.
///
/// The id is that of `associatedIdentity`, else that of the retired `identity`, else what either has
/// instead of an id, in the same order: an address or a sign-in name, and at last only a name.
pub(crate) fn on_endpoint(endpoint: &Endpoint) -> Option<Mention<'_>> {
    let associated = endpoint.associated_identity.as_ref();
    let retired = endpoint.retired_identity.as_ref();
    let in_retired = retired.and_then(IdentitySet::best);
    let known: [fn(&Identity) -> bool; 3] = [
        |identity| identity.id.is_some(),
        |identity| identity.identifier().is_some(),
        |identity| identity.display_name.is_some(),
    ];
    let mut mention = known.into_iter().find_map(|known| match (associated, in_retired) {
        (Some(identity), _) if known(identity) => of_associated(identity, retired),
        (_, Some((kind, identity))) if known(identity) => {
            mention_in_set(Evidence::RetiredSet, kind, identity, Source::Retired)
        }
        _ => None,
    })?;
    // Both tell of the one person who is there, so that what one leaves out may be in the other.
    let same = |(_, identity): &(&str, &Identity)| match associated.and_then(|a| a.id.as_ref()) {
        Some(id) => identity.id.as_deref().is_none_or(|other| normalised(other) == normalised(id)),
        None => true,
    };
    mention.names = [
        associated.map(|identity| (Source::Session, identity)),
        in_retired.filter(same).map(|(_, identity)| (Source::Retired, identity)),
    ];
    Some(mention)
}

fn of_associated<'a>(identity: &'a Identity, retired: Option<&IdentitySet>) -> Option<Mention<'a>> {
    let Some(id) = identity.identifier().map(normalised) else {
        let in_retired = retired.and_then(IdentitySet::best);
        let kind = in_retired.map(|(kind, _)| of_set(Evidence::RetiredSet, kind, ""));
        return named(identity, kind.or_else(|| of_annotation(identity)), Source::Session);
    };
    let kind = match retired.and_then(|set| set.kind_of(&id)) {
        Some(kind) => of_set(Evidence::RetiredSet, kind, &id),
        None => of_bare(identity, &id),
    };
    Some(Mention::new(PersonId::Id(id), Some(kind), Source::Session, identity))
}

/// The person of an entry of `participants_v2`, or of `organizer_v2`.
pub(crate) fn in_list(participant: &Participant, source: Source) -> Option<Mention<'_>> {
    let set = &participant.identity;
    if let Some((kind, identity)) = set.identified() {
        return mention_in_set(Evidence::Participants, kind, identity, source);
    }
    match (&participant.id, set.iter().next()) {
        (Some(id), Some((kind, identity))) => {
            let id = normalised(id);
            let kind = Some(of_set(Evidence::Participants, kind, &id));
            Some(Mention::new(PersonId::Id(id), kind, source, identity))
        }
        (Some(id), None) => {
            let id = normalised(id);
            let kind = Some(of_shape(&id));
            Some(Mention { person: PersonId::Id(id), kind, names: [None, None] })
        }
        (None, _) => {
            let (kind, identity) = set.best()?;
            mention_in_set(Evidence::Participants, kind, identity, source)
        }
    }
}

/// The person of a retired identity set.
pub(crate) fn in_retired_set(set: &IdentitySet) -> Option<Mention<'_>> {
    let (kind, identity) = set.best()?;
    mention_in_set(Evidence::RetiredSet, kind, identity, Source::Retired)
}

fn mention_in_set<'a>(
    evidence: Evidence,
    kind: &str,
    identity: &'a Identity,
    source: Source,
) -> Option<Mention<'a>> {
    let Some(id) = identity.identifier().map(normalised) else {
        return named(identity, Some(of_set(evidence, kind, "")), source);
    };
    let kind = Some(of_set(evidence, kind, &id));
    Some(Mention::new(PersonId::Id(id), kind, source, identity))
}

fn named(identity: &Identity, kind: Option<Kind>, source: Source) -> Option<Mention<'_>> {
    let name = identity.display_name.clone()?;
    Some(Mention::new(PersonId::Name(name), kind, source, identity))
}

/// GUIDs are written in either case in different places; other ids are compared as they came.
pub(crate) fn normalised(id: &str) -> String {
    if is_guid(id) { id.to_ascii_lowercase() } else { id.to_owned() }
}

fn is_guid(id: &str) -> bool {
    id.len() == 36
        && id.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// The kind by which an identity set holds an id. A visitor's says by itself what it is.
fn of_set(evidence: Evidence, kind: &str, id: &str) -> Kind {
    let kind = match kind {
        _ if is_visitor(id) => "anonymous",
        "acsUser" | "azureCommunicationServicesUser" => "acs",
        other => other,
    };
    Kind { evidence, kind: kind.to_owned() }
}

/// The kind of an identity that stands alone.
fn of_bare(identity: &Identity, id: &str) -> Kind {
    if let Some(kind) = of_annotation(identity).filter(|_| !is_visitor(id)) {
        return kind;
    }
    if identity.id.is_none() && identity.email.is_some() {
        // Only guests are known by an address instead of an id.
        return Kind { evidence: Evidence::Shape, kind: "guest".to_owned() };
    }
    of_shape(id)
}

fn of_annotation(identity: &Identity) -> Option<Kind> {
    let kind = annotated(identity.odata_type.as_deref()?)?;
    Some(Kind { evidence: Evidence::Annotation, kind: kind.to_owned() })
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

fn of_shape(id: &str) -> Kind {
    let kind = if is_visitor(id) {
        "anonymous"
    } else if id.starts_with("8:acs:") || id.starts_with("acs:") {
        "acs"
    } else if is_telephone(id) {
        "phone"
    } else {
        "user"
    };
    Kind { evidence: Evidence::Shape, kind: kind.to_owned() }
}

/// Somebody who joined without signing in.
fn is_visitor(id: &str) -> bool {
    let id = id.strip_prefix("8:").unwrap_or(id);
    id.get(..VISITOR.len()).is_some_and(|start| start.eq_ignore_ascii_case(VISITOR))
}

const VISITOR: &str = "teamsvisitor:";

/// A telephone number: digits, possibly written as people do, the last of them possibly masked.
fn is_telephone(id: &str) -> bool {
    if is_guid(id) {
        return false;
    }
    let number = id.strip_prefix("tel:").or_else(|| id.strip_prefix("4:")).unwrap_or(id);
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    (3..=20).contains(&digits)
        && number
            .strip_prefix('+')
            .unwrap_or(number)
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b" ()-./*".contains(&byte))
}
