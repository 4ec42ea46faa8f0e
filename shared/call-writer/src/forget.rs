//! Forgetting a person: their parts, totals and name go, and in everything else that the calls say
//! a tombstone takes their place, so that the organisation's totals stay what they are and still
//! equal recomputation.
//!
//! A person's part is the list of what is left to do: it goes last, after the pages of its call were
//! replaced and the old ones removed. So whatever stops this, the next run finds what is left.
//!
//! A mark stays behind for as long as Graph may still send a version of a call from before: whoever
//! stores one looks for marks afterwards, and forgets the person again before the message is done.
//! The mark holds no id but a digest of it, and goes by itself.

use std::collections::BTreeMap;

use call_records::{AudioClassifier, PersonKey, redact};
use call_table::error::from_sdk;
use call_table::item::{self, Item, n, s};
use call_table::keys::{self, EXPIRES_AT, FORGOTTEN, PERSON_PREFIX, PK, SESSION_PREFIX, SK};
use call_table::ledger::totals;
use call_table::{Deadline, StoredRecord, TableError};
use item_writer::{Write, write_batch};
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::CallWriter;
use crate::draft::Draft;
use crate::ledger::midnight;
use crate::page_writer::PageWriter;
use crate::plan::{self, Head, StoredPart};
use crate::rebuild::{Rules, feed};
use crate::transaction::Outcome;

mod quarantine;

/// How long a mark stays, in days: Graph sends versions for 30, and a message may lie among the
/// dead letters for 14 and be tried again.
const MARK_DAYS: i64 = 60;

/// How often a call is looked at again because somebody else changed it.
const MAX_ATTEMPTS: u32 = 8;

/// How often the index is read again because totals say that there is a call that it does not show.
const MAX_PASSES: u32 = 6;

/// What forgetting a person did. Nothing in it tells who it was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Forgotten {
    /// What stands in the person's place in the calls of others.
    pub tombstone: String,
    /// Calls from which the person was removed: in which they had a part, or were only named.
    pub calls: u64,
    /// Parts that were removed; one in each call that contribution the person.
    pub parts: u64,
    /// Pages of raw JSON in which the tombstone took the person's place, and those that are no JSON
    /// and were removed.
    pub pages: u64,
    /// Days whose totals were removed.
    pub days: u64,
    /// Whether nothing is left. If not, the time was over, or somebody is just storing one of the
    /// calls: run it again.
    pub complete: bool,
}

/// Who is to be forgotten, and what stands in their place.
struct Mark {
    digest: String,
    token: String,
    forgotten_at: Timestamp,
}

/// What became of one call.
enum Done {
    /// The person is not in it any more. So many parts were removed, and pages replaced.
    Removed { parts: u64, pages: u64 },
    /// Somebody is just storing it.
    Busy,
}

impl CallWriter {
    /// Forgets a person in every call that began until now: removes their parts, totals and name,
    /// and puts a tombstone in their place in the raw pages, the sessions and the parts of others.
    /// The organisation's totals stay. Calls that begin later are contribution as ever.
    ///
    /// It can be stopped anywhere and run again, and stops by itself at the deadline.
    ///
    /// # Errors
    ///
    /// As [`TableError`] says; what was done stays done.
    pub async fn forget(
        &self,
        person: &PersonKey,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Forgotten, TableError> {
        let deadline = Deadline::at(deadline);
        let mark = self.mark(person, now, deadline).await?;
        let tombstone = person.tombstone(&mark.token);
        let mut forgotten = Forgotten { tombstone: tombstone.to_string(), ..Forgotten::default() };
        match self.forget_everywhere(person, &tombstone, now, &mut forgotten, deadline).await {
            Ok(complete) => forgotten.complete = complete,
            Err(TableError::OutOfTime) => {}
            Err(error) => return Err(error),
        }
        Ok(forgotten)
    }

    /// Forgets a person in calls, in what was quarantined and in totals; says whether nothing is left.
    async fn forget_everywhere(
        &self,
        person: &PersonKey,
        tombstone: &PersonKey,
        now: Timestamp,
        forgotten: &mut Forgotten,
        deadline: Deadline,
    ) -> Result<bool, TableError> {
        let busy = self.forget_calls(person, tombstone, now, forgotten, deadline).await?;
        forgotten.pages += self.forget_quarantined(person, tombstone, deadline).await?;
        let (done, others) = self.days_done(&keys::person(person), now, deadline).await?;
        forgotten.days = u64::try_from(done.len()).unwrap_or(u64::MAX);
        write_batch(&self.table, done.into_iter().map(Write::Delete).collect(), deadline).await?;
        Ok(!busy && !others)
    }

    /// Writes down that a person is to be forgotten; again, if they were before.
    async fn mark(
        &self,
        person: &PersonKey,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<Mark, TableError> {
        let table = self.table.name();
        let digest = digest(person);
        let request = self
            .table
            .client()
            .update_item()
            .table_name(table)
            .set_key(Some(item::key(FORGOTTEN, &digest)))
            .update_expression(
                "SET #token = if_not_exists(#token, :token), #at = :at, #expires = :expires",
            )
            .expression_attribute_names("#token", "token")
            .expression_attribute_names("#at", "forgotten_at")
            .expression_attribute_names("#expires", EXPIRES_AT)
            .expression_attribute_values(":token", s(format!("{:032x}", fastrand::u128(..))))
            .expression_attribute_values(":at", s(now.to_string()))
            .expression_attribute_values(":expires", n(now.as_second() + MARK_DAYS * 86_400))
            .return_values(aws_sdk_dynamodb::types::ReturnValue::AllNew);
        let answer = deadline.run(request.send()).await?;
        let answer = answer.map_err(|error| from_sdk("UpdateItem", table, &error))?;
        read_mark(&answer.attributes.unwrap_or_default())
    }

    /// Forgets a person in every call that the index shows, until it shows none. Says whether one
    /// is just being stored.
    async fn forget_calls(
        &self,
        person: &PersonKey,
        tombstone: &PersonKey,
        now: Timestamp,
        forgotten: &mut Forgotten,
        deadline: Deadline,
    ) -> Result<bool, TableError> {
        let pk = keys::person(person);
        let mut busy = false;
        for round in 0..MAX_PASSES {
            if round > 0 {
                // The index follows the table within a moment.
                deadline.pause(round + 1).await?;
            }
            let (mut found, mut removed) = (0_u64, 0_u64);
            busy = false;
            for key in [&pk, &keys::named_only(person)] {
                let mut pages = self.table.query_by_person(key).only(&[PK]).within(deadline);
                while let Some(items) = pages.next().await? {
                    for item in items {
                        let id = item::text(&item, PK).and_then(|pk| pk.strip_prefix("CALL#"));
                        let Some(id) = id else { continue };
                        found += 1;
                        match Box::pin(self.forget_in_call(id, person, tombstone, deadline)).await?
                        {
                            Done::Removed { parts, pages } => {
                                let something = parts > 0 || pages > 0;
                                removed += u64::from(something);
                                forgotten.calls += u64::from(something);
                                forgotten.parts += parts;
                                forgotten.pages += pages;
                            }
                            Done::Busy => busy = true,
                        }
                    }
                }
            }
            // Whoever is storing a call needs longer than we wait.
            if busy && removed == 0 {
                break;
            }
            if found == 0 && !self.days_done(&pk, now, deadline).await?.1 {
                break;
            }
        }
        Ok(busy)
    }

    /// Forgets a person in one call, whether they have a part in it or are only named.
    async fn forget_in_call(
        &self,
        id: &str,
        person: &PersonKey,
        tombstone: &PersonKey,
        deadline: Deadline,
    ) -> Result<Done, TableError> {
        let sk = keys::person(person);
        let (mut parts, mut replaced) = (0, 0);
        for look in 0..MAX_ATTEMPTS {
            if look > 0 {
                deadline.pause(look).await?;
            }
            let part = self.table.query(&keys::call(id)).between(&sk, &sk).within(deadline);
            let part = part.all().await?.pop();
            // Who finds it gone later took it away, or somebody for them.
            parts |= u64::from(part.is_some());
            let record = self.table.record_item(id, deadline).await?;
            let head = Head::read(record.as_ref())?;
            if head.claim.is_some() {
                continue;
            }
            if let Some(record) = record {
                let record: StoredRecord = item::read(record)?;
                let alias = part.as_ref().and_then(|part| item::text(part, "user_principal_name"));
                let aliases: Vec<_> = alias.into_iter().collect();
                let names = Names { person, tombstone, aliases: &aliases };
                match self.replace_pages(&record, &names, deadline).await? {
                    None => continue,
                    Some(pages) => replaced += pages,
                }
                self.remove_unowned(id, deadline).await?;
            }
            let Some(part) = part else {
                return Ok(Done::Removed { parts, pages: replaced });
            };
            let part = StoredPart::read(person.clone(), &part)?;
            let actions = plan::remove(self.table.config(), id, &part)?;
            if self.transact(actions, deadline).await? == Outcome::Done {
                return Ok(Done::Removed { parts, pages: replaced });
            }
        }
        Ok(Done::Busy)
    }

    /// Stores a call at the same version with the tombstone in the person's place; how many pages
    /// changed, or none when somebody else changed the call meanwhile.
    async fn replace_pages(
        &self,
        record: &StoredRecord,
        names: &Names<'_>,
        deadline: Deadline,
    ) -> Result<Option<u64>, TableError> {
        let otherwise = Rules { home_tenant: None, classifier: AudioClassifier::default() };
        let mut call = Rules::of(record, otherwise).builder();
        let mut writer = PageWriter::new(
            self.table.clone(),
            &record.call_id,
            record.version,
            record.started_at,
            deadline,
        );
        let mut changed = 0;
        for page in &record.raw {
            let body = match self.table.raw_page(record, page).await {
                Ok(body) => body,
                // A newer version took its place, and its pages went.
                Err(_) if self.table.version(&record.call_id).await? != Some(record.version) => {
                    return Ok(None);
                }
                Err(error) => return Err(error),
            };
            let redacted = redact(&body, names.person, names.tombstone, names.aliases)
                .map_err(|error| undecodable(&error))?;
            changed += u64::from(redacted.is_some());
            let body = redacted.unwrap_or(body);
            writer.add_page(page.kind.clone(), page.number, &body).await?;
            let sessions = feed(&mut call, &page.kind, page.number, &body)
                .map_err(|error| undecodable(&error))?;
            writer.add_sessions(&sessions).await?;
        }
        if changed == 0 {
            return Ok(Some(0));
        }
        let call = call.finish().map_err(|error| undecodable(&error))?;
        writer.flush(call.started_at).await?;
        let draft = Draft {
            config: self.table.config(),
            id: &record.call_id,
            call: &call,
            pages: &writer.pages,
            now: record.stored_at,
            revision: record.revision.unwrap_or_default() + 1,
        };
        let done = self.commit_revision(draft, record.revision, names.person, deadline).await?;
        Ok((done == Outcome::Done).then_some(changed))
    }

    /// The days of a person whose totals can go: those that are zero, as they are when every call
    /// was removed, and those from which calls are gone because they are older than the retention.
    /// And whether there are others: then there is a call that the index does not show yet.
    async fn days_done(
        &self,
        pk: &str,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<(Vec<Item>, bool), TableError> {
        let oldest = now.as_second() - i64::from(self.table.config().retention_days) * 86_400;
        let (mut done, mut others) = (Vec::new(), false);
        let mut pages = self.table.query(pk).within(deadline);
        while let Some(items) = pages.next().await? {
            for item in items {
                let day = item::text(&item, SK).and_then(keys::date_of);
                let began = day.map(midnight).transpose()?;
                if totals(&item)?.is_empty() || began.is_some_and(|began| began < oldest) {
                    done.push(item::key_of(&item));
                } else {
                    others = true;
                }
            }
        }
        Ok((done, others))
    }

    /// Forgets, in a call that was just stored, whoever was to be forgotten before it came.
    pub(crate) async fn forget_marked(
        &self,
        id: &str,
        deadline: Deadline,
    ) -> Result<(), TableError> {
        let marks = self.table.query(FORGOTTEN).within(deadline).all().await?;
        if marks.is_empty() {
            return Ok(());
        }
        let marks = marks.iter().map(read_mark).collect::<Result<Vec<_>, _>>()?;
        let mut back = BTreeMap::new();
        for prefix in [PERSON_PREFIX, SESSION_PREFIX] {
            let mut items = self
                .table
                .query(&keys::call(id))
                .beginning_with(prefix)
                .only(&[SK, "named_only", "started_at"])
                .within(deadline);
            while let Some(items) = items.next().await? {
                for item in items {
                    let person =
                        item::text(&item, SK).and_then(|sk| sk.strip_prefix(PERSON_PREFIX));
                    let person = person.or_else(|| item::text(&item, "named_only"));
                    let Some(person) = person.and_then(|person| person.parse::<PersonKey>().ok())
                    else {
                        continue;
                    };
                    // A session without a time is taken to be from before.
                    let started_at = item::text(&item, "started_at");
                    let started_at = started_at.and_then(|at| at.parse::<Timestamp>().ok());
                    let digest = digest(&person);
                    let mark = marks.iter().find(|mark| mark.digest == digest);
                    let before = |mark: &&Mark| started_at.is_none_or(|at| at < mark.forgotten_at);
                    if let Some(mark) = mark.filter(before) {
                        back.insert(person.tombstone(&mark.token), person);
                    }
                }
            }
        }
        for (tombstone, person) in back {
            // In a box, so that storing a call does not carry the room for what it rarely does.
            match Box::pin(self.forget_in_call(id, &person, &tombstone, deadline)).await? {
                Done::Busy => return Err(TableError::Contended),
                Done::Removed { .. } => {}
            }
        }
        Ok(())
    }
}

/// Who is looked for in pages, and what takes their place.
struct Names<'a> {
    person: &'a PersonKey,
    tombstone: &'a PersonKey,
    aliases: &'a [&'a str],
}

/// How a mark names a person without telling who it is: by the id alone, because a later version may
/// know the kind better.
fn digest(person: &PersonKey) -> String {
    keys::hex(&Sha256::digest(format!("forgotten {}", person.id())))
}

fn read_mark(item: &Item) -> Result<Mark, TableError> {
    let text = |name: &str| item::text(item, name).map(str::to_owned);
    let forgotten_at = text("forgotten_at").and_then(|at| at.parse().ok());
    let parts = (text(SK), text("token"), forgotten_at);
    let (Some(digest), Some(token), Some(forgotten_at)) = parts else {
        return Err(TableError::Corrupt(format!("the mark {} is damaged", item::place(item))));
    };
    Ok(Mark { digest, token, forgotten_at })
}

fn undecodable(error: &call_records::DecodeError) -> TableError {
    TableError::Corrupt(format!("the pages make no call: {error}"))
}
