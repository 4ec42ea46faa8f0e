//! The items that one version of a call makes. No I/O: writing and recomputing share it.

use call_records::{Call, Participation, PersonKey, SessionSummary, Totals};
use call_table::item::{self, Item, n, s};
use call_table::keys::{self, BY_DAY, BY_DAY_SORT, BY_PERSON, BY_PERSON_SORT, EXPIRES_AT};
use call_table::ledger::CONTRIBUTION;
use call_table::{ReplacedVersion, StoredPage, StoredRecord, TableConfig, TableError};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::ledger;

/// The attribute of a person's item that changes whenever anything in it does: what a replacement
/// is conditional on.
pub const FINGERPRINT: &str = "fingerprint";

/// One version of a call, about to be stored.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    pub config: &'a TableConfig,
    /// The id under which the call is stored.
    pub id: &'a str,
    pub call: &'a Call,
    pub pages: &'a [StoredPage],
    pub now: Timestamp,
    /// How often this version was stored again because somebody in it was forgotten.
    pub revision: u32,
}

impl<'a> Draft<'a> {
    /// The call's own item. It adds `contribution` to the organisation's totals, and takes the place of
    /// the versions in `replaced`.
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
        let mut item = item::of(&record)?;
        item.extend(item::key(&keys::call(self.id), keys::RECORD));
        item.insert(EXPIRES_AT.to_owned(), n(self.expires_at()));
        item.insert(BY_DAY.to_owned(), s(keys::day(call.day())));
        item.insert(BY_DAY_SORT.to_owned(), s(keys::chronological(call.started_at, self.id)));
        Ok(item)
    }

    /// Those whose parts are stored: everybody but who was forgotten, whom only the organisation's
    /// totals still count.
    pub fn parts(&self) -> impl Iterator<Item = &'a Participation> + use<'a> {
        self.call.people.values().filter(|part| !part.person.is_tombstone())
    }

    /// The item of one person's part. It adds `contribution` to the person's totals.
    pub fn person(&self, part: &Participation, contribution: &Totals) -> Result<Item, TableError> {
        let call = self.call;
        let person = keys::person(&part.person);
        let mut item = item::of(part)?;
        item.extend(item::key(&keys::call(self.id), &person));
        item.extend([
            ("call_id".to_owned(), s(self.id)),
            ("version".to_owned(), n(call.version)),
            ("call_type".to_owned(), s(call.call_type.as_str())),
            ("started_at".to_owned(), s(call.started_at.to_string())),
            ("day".to_owned(), s(call.day().to_string())),
            (CONTRIBUTION.to_owned(), ledger::attribute(contribution)),
            (FINGERPRINT.to_owned(), s(self.fingerprint(part, contribution)?)),
            (EXPIRES_AT.to_owned(), n(self.expires_at())),
            (BY_PERSON.to_owned(), s(person)),
            (BY_PERSON_SORT.to_owned(), s(keys::chronological(call.started_at, self.id))),
        ]);
        if let Some(ended_at) = call.ended_at {
            item.insert("ended_at".to_owned(), s(ended_at.to_string()));
        }
        Ok(item)
    }

    /// What a part adds to the person's totals.
    pub fn contribution(&self, part: &Participation) -> Totals {
        self.call.participation_totals(part)
    }

    /// A digest of everything that a person's item says.
    pub fn fingerprint(
        &self,
        part: &Participation,
        contribution: &Totals,
    ) -> Result<String, TableError> {
        let call = self.call;
        let said = (
            call.version,
            &call.call_type,
            (call.started_at, call.ended_at, call.day()),
            part,
            contribution,
        );
        let said = serde_json::to_vec(&said)
            .map_err(|error| TableError::Corrupt(format!("a part cannot be written: {error}")))?;
        Ok(keys::hex(&Sha256::digest(said)[..8]))
    }

    /// When the items of the call are forgotten, in seconds since 1970.
    pub fn expires_at(&self) -> i64 {
        self.config.expires_at(self.call.started_at)
    }
}

/// The item of a session's summary: `chain` names the pages up to the one that holds it.
pub fn session(
    id: &str,
    version: i64,
    session: &SessionSummary,
    chain: &str,
) -> Result<Item, TableError> {
    let mut item = item::of(session)?;
    item.extend(item::key(&keys::call(id), &keys::session(version, session.position, chain)));
    item.insert("version".to_owned(), n(version));
    // So that whoever is only named can be forgotten.
    if let Some(person) = session.named_only.as_ref().filter(|person| !person.is_tombstone()) {
        item.insert(BY_PERSON.to_owned(), s(keys::named_only(person)));
        item.insert(BY_PERSON_SORT.to_owned(), s(id));
    }
    Ok(item)
}

/// What a whole version says, as one digest: two writers with the same plan may help each other,
/// two with different ones may not.
pub fn plan<'a>(
    pages: &[StoredPage],
    contribution: &Totals,
    people: impl Iterator<Item = (&'a PersonKey, &'a str)>,
) -> String {
    let mut plan = Sha256::new();
    for page in pages {
        plan.update(format!("{} {}\n", page.chain, page.digest));
    }
    for (name, value) in contribution.iter() {
        plan.update(format!("{name} {value}\n"));
    }
    for (person, fingerprint) in people {
        plan.update(format!("{person} {fingerprint}\n"));
    }
    keys::hex(&plan.finalize()[..8])
}
