//! The items of one version of a call. No I/O: writing and recomputing share it.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use call_records::{Call, Participation, PersonKey, SessionSummary, Totals};
use call_table::fold::{fields, fold, json};
use call_table::item::{self, Item, n, s};
use call_table::keys::{self, BY_DAY, BY_DAY_SORT, BY_PERSON, BY_PERSON_SORT, EXPIRES_AT, PK, SK};
use call_table::ledger::CONTRIBUTION;
use call_table::{ReplacedVersion, StoredPage, StoredRecord, TableConfig, TableError};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// The attribute of a participation that changes whenever anything in the item does: optimistic
/// locking of a replacement.
pub const FINGERPRINT: &str = "fingerprint";

/// The attributes of a call's own item that are not folded: what an operator looks at, what the index
/// projects, and what conditions are about.
const READABLE_OF_CALL: &[&str] = &[
    PK,
    SK,
    BY_DAY,
    BY_DAY_SORT,
    EXPIRES_AT,
    "call_type",
    "ended_at",
    "is_test",
    "organizer",
    "organizer_name",
    "outcome",
    "people",
    "revision",
    "sessions",
    "started_at",
    "stored_at",
    "version",
];

/// The same of a participation.
const READABLE_OF_PARTICIPATION: &[&str] = &[
    PK,
    SK,
    BY_PERSON,
    BY_PERSON_SORT,
    EXPIRES_AT,
    FINGERPRINT,
    "attended",
    "call_type",
    "display_name",
    "dropped",
    "ended_at",
    "outcome",
    "relation",
    "role",
    "started_at",
    "talk_seconds",
];

/// The attributes that [`unfold`](call_table::fold::unfold) takes from the key and the start.
const SAID_BY_KEY: [&str; 3] = ["call_id", "person", "day"];

/// One version of a call, about to be stored.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    pub config: &'a TableConfig,
    /// The id under which the call is stored.
    pub id: &'a str,
    pub call: &'a Call,
    pub pages: &'a [StoredPage],
    pub now: Timestamp,
    /// See [`StoredRecord::revision`].
    pub revision: u32,
}

impl<'a> Draft<'a> {
    /// The call's own item. `contribution` is what it adds to the organisation's totals.
    pub fn record(
        &self,
        contribution: &Totals,
        replaced: Vec<ReplacedVersion>,
    ) -> Result<Item, TableError> {
        let call = self.call;
        let record = StoredRecord {
            call_id: self.id.to_owned(),
            version: call.version,
            being_replaced_by: None,
            call_type: call.call_type.clone(),
            modalities: call.modalities.clone(),
            started_at: call.started_at,
            ended_at: call.ended_at,
            day: call.day(),
            last_modified_at: call.last_modified_at,
            join_web_url: call.join_web_url.clone(),
            organizer: call.organizer.clone(),
            organizer_name: call.organizer_name.clone(),
            outcome: call.outcome,
            is_test: call.is_test,
            sessions: call.sessions,
            sessions_with_media: call.sessions_with_media,
            people: u32::try_from(call.people.len()).unwrap_or(u32::MAX),
            stored_at: self.now,
            home_tenant: call.home_tenant.clone(),
            audio_classifier: Some(call.audio_classifier.clone()),
            definitions_version: call.definitions_version,
            services: call.services.values().take(StoredRecord::MAX_SERVICES).cloned().collect(),
            revision: (self.revision > 0).then_some(self.revision),
            replaced,
            contribution: contribution.clone(),
            raw: self.pages.to_vec(),
        };
        let record = json(&record)?;
        let mut fields = fields(&record)?;
        fields.retain(|name, _| !SAID_BY_KEY.contains(name));
        let mut item = fold(&fields, READABLE_OF_CALL)?;
        item.extend(item::key(&keys::call(self.id), keys::RECORD));
        item.insert(EXPIRES_AT.to_owned(), n(self.expires_at()));
        item.insert(BY_DAY.to_owned(), s(keys::day(call.day())));
        item.insert(BY_DAY_SORT.to_owned(), s(keys::chronological(call.started_at, self.id)));
        Ok(item)
    }

    /// The participations that are stored: all but those of tombstones, which only the organisation's
    /// totals still count.
    pub fn participations(&self) -> impl Iterator<Item = &'a Participation> + use<'a> {
        self.call.people.values().filter(|part| !part.person.is_tombstone())
    }

    /// The item of one participation. `contribution` is what it adds to the person's totals, and
    /// `fingerprint` is [that](Self::fingerprint) of both.
    pub fn participation(
        &self,
        part: &Participation,
        contribution: &Totals,
        fingerprint: AttributeValue,
    ) -> Result<Item, TableError> {
        let call = self.call;
        let person = keys::person(&part.person);
        let (part, contribution) = (json(part)?, json(contribution)?);
        let mut fields = fields(&part)?;
        fields.retain(|name, _| !SAID_BY_KEY.contains(name));
        fields.insert(CONTRIBUTION, &contribution);
        let mut item = fold(&fields, READABLE_OF_PARTICIPATION)?;
        item.extend(item::key(&keys::call(self.id), &person));
        item.extend([
            ("call_type".to_owned(), s(call.call_type.as_str())),
            ("started_at".to_owned(), s(call.started_at.to_string())),
            (FINGERPRINT.to_owned(), fingerprint),
            (EXPIRES_AT.to_owned(), n(self.expires_at())),
            (BY_PERSON.to_owned(), s(person)),
            (BY_PERSON_SORT.to_owned(), s(keys::chronological(call.started_at, self.id))),
        ]);
        if let Some(ended_at) = call.ended_at {
            item.insert("ended_at".to_owned(), s(ended_at.to_string()));
        }
        Ok(item)
    }

    /// What a participation adds to the person's totals.
    pub fn contribution(&self, part: &Participation) -> Totals {
        self.call.participation_totals(part)
    }

    /// A digest of all attributes of a participation's item. The version is none of them, so that a
    /// newer one leaves what it does not change.
    pub fn fingerprint(
        &self,
        part: &Participation,
        contribution: &Totals,
    ) -> Result<AttributeValue, TableError> {
        let call = self.call;
        let content =
            (&call.call_type, (call.started_at, call.ended_at, call.day()), part, contribution);
        let content = serde_json::to_vec(&content).map_err(|error| {
            TableError::Corrupt(format!("a participation cannot be written: {error}"))
        })?;
        Ok(AttributeValue::B(Blob::new(&Sha256::digest(content)[..8])))
    }

    /// When the items of the call expire, in seconds since 1970.
    pub fn expires_at(&self) -> i64 {
        self.config.expires_at(self.call.started_at)
    }
}

/// The item of a session that names a person who has no participation because of it: indexed, so
/// that forgetting finds them. None for other sessions, which are made of the pages. `chain` is that
/// of the page with the session.
pub fn session(id: &str, version: i64, session: &SessionSummary, chain: &str) -> Option<Item> {
    let person = session.named_only.as_ref().filter(|person| !person.is_tombstone())?;
    let mut item = item::key(&keys::call(id), &keys::session(version, session.position, chain));
    item.extend([
        ("version".to_owned(), n(version)),
        ("named_only".to_owned(), s(person.to_string())),
        (BY_PERSON.to_owned(), s(keys::named_only(person))),
        (BY_PERSON_SORT.to_owned(), s(id)),
    ]);
    Some(item)
}

/// The items of all sessions of a version that have one, each with the chain of its page.
pub fn sessions(id: &str, version: i64, sessions: &[(SessionSummary, String)]) -> Vec<Item> {
    sessions.iter().filter_map(|(summary, chain)| session(id, version, summary, chain)).collect()
}

/// A digest of a whole version: two writers with the same digest write the same items.
pub(crate) fn plan_digest<'a>(
    pages: &[StoredPage],
    contribution: &Totals,
    people: impl Iterator<Item = (&'a PersonKey, &'a AttributeValue)>,
) -> String {
    let mut plan = Sha256::new();
    for page in pages {
        plan.update(format!("{} {}\n", page.chain, page.digest));
    }
    for (name, value) in contribution.iter() {
        plan.update(format!("{name} {value}\n"));
    }
    for (person, fingerprint) in people {
        plan.update(format!("{person} {fingerprint:?}\n"));
    }
    keys::hex(&plan.finalize()[..8])
}
