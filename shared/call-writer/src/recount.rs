//! Recounting: replacing the numbers of stored calls by those of the present definitions.
//!
//! A call is rebuilt from its stored pages, and a revision of the stored version replaces its
//! participations, session summaries and record together with their totals.
//!
//! Invariant: recounting never overwrites what another writer stored. Every transaction is conditional
//! on the version, the claim and the revision that were read, so that a newer version or forgetting
//! wins, and the call is read again.
//!
//! There is no cursor. Each call records the definitions and the classifier by which it was counted;
//! a run skips calls that are up to date, so that the next run continues where one was stopped.

use std::collections::HashMap;

use call_records::{AudioClassifier, Call, DEFINITIONS_VERSION};
use call_table::fold::{FOLDED, unfold};
use call_table::item::{self, Item, n};
use call_table::keys::{self, PK};
use call_table::{Deadline, Rules, StoredRecord, TableError};
use futures::{StreamExt, TryStreamExt, stream};
use item_writer::Outcome;
use jiff::civil::Date;
use serde::Serialize;

use crate::CallWriter;
use crate::days::{CALLS_AT_ONCE, stored_days};
use crate::draft::{self, Draft};
use crate::plan::{Head, Revision};
use crate::sessions::session_changes;

/// How often a call is read again after another writer changed it.
const MAX_ATTEMPTS: u32 = 8;

/// How many sentences about unreadable calls are kept.
const MAX_SENTENCES: usize = 100;

/// The attributes that say whether a call is up to date.
const STATE: &[&str] =
    &[PK, "version", "definitions_version", "audio_classifier", "revision", FOLDED];

/// How calls are recounted.
#[derive(Debug, Clone, Copy, Default)]
pub struct RecountOptions<'a> {
    /// The tenant whose users count as internal, for calls that do not record it.
    pub home_tenant: Option<&'a str>,
    /// The classifier for all calls; without it each call keeps its own.
    pub classifier: Option<AudioClassifier>,
}

/// What a run did so far. It names no person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Recounted {
    pub days: u64,
    /// Days that are left.
    pub days_left: u64,
    pub calls: u64,
    /// Calls whose numbers were replaced.
    pub recounted: u64,
    /// Calls that were up to date.
    pub up_to_date: u64,
    /// Calls that other writers were storing: run it again.
    pub busy: u64,
    /// Calls whose pages do not decode, and that stay as they are.
    pub unreadable: u64,
    /// A sentence for each of the first hundred of them.
    pub unreadable_sentences: Vec<String>,
}

impl Recounted {
    /// Whether every call that can be read is up to date.
    pub fn is_complete(&self) -> bool {
        self.days_left == 0 && self.busy == 0
    }

    fn add(&mut self, result: CallResult) {
        self.calls += 1;
        match result {
            CallResult::Recounted => self.recounted += 1,
            CallResult::UpToDate => self.up_to_date += 1,
            CallResult::Busy => self.busy += 1,
            CallResult::Unreadable(sentence) => {
                self.unreadable += 1;
                if self.unreadable_sentences.len() < MAX_SENTENCES {
                    self.unreadable_sentences.push(sentence);
                }
            }
        }
    }
}

enum CallResult {
    Recounted,
    UpToDate,
    Busy,
    Unreadable(String),
}

impl RecountOptions<'_> {
    fn is_up_to_date(&self, definitions: Option<u32>, classifier: Option<&str>) -> bool {
        definitions == Some(DEFINITIONS_VERSION)
            && self.classifier.is_none_or(|wanted| classifier == Some(wanted.id()))
    }

    fn rules<'a>(&'a self, record: &'a StoredRecord) -> Rules<'a> {
        let classifier = self.classifier.unwrap_or_default();
        let rules = Rules::of(record, Rules { home_tenant: self.home_tenant, classifier });
        Rules { classifier: self.classifier.unwrap_or(rules.classifier), ..rules }
    }
}

impl CallWriter {
    /// Recounts every stored call that is not up to date, day by day, and reports after each day.
    ///
    /// It may be stopped anywhere and run again, and may run beside consumers and forgetting. Memory
    /// is bounded by the list of a day and a few calls.
    pub async fn recount(
        &self,
        options: RecountOptions<'_>,
        mut progress: impl FnMut(Date, &Recounted),
    ) -> Result<Recounted, TableError> {
        let days = stored_days(&self.table).await?;
        let mut recounted = Recounted { days_left: count(days.len()), ..Recounted::default() };
        // A run that was stopped between a commit and forgetting left a person in a call that is up
        // to date now. A mark that is set later covers only what forgetting itself finds.
        let marked = self.forgotten.is_any(Deadline::NONE).await?;
        for day in days {
            let calls = self.table.calls_of_day(day).await?;
            let ids: Vec<_> = calls.into_iter().map(|call| call.call_id).collect();
            let states = self.states(&ids).await?;
            let mut results = stream::iter(ids)
                .map(|id| {
                    let state = states.get(&id);
                    async move { self.recount_if_due(&id, state, marked, options).await }
                })
                .buffer_unordered(CALLS_AT_ONCE);
            while let Some(result) = results.try_next().await? {
                recounted.add(result);
            }
            drop(results);
            recounted.days += 1;
            recounted.days_left -= 1;
            progress(day, &recounted);
        }
        Ok(recounted)
    }

    /// What the calls' own items say about how they were counted, by id. Eventually consistent: at
    /// worst a call is read once more.
    async fn states(&self, ids: &[String]) -> Result<HashMap<String, Item>, TableError> {
        let key = |id: &String| item::key(&keys::call(id), keys::RECORD);
        let keys: Vec<_> = ids.iter().map(key).collect();
        let items = self.table.read_batch_of(&keys, Some(STATE), false).await?;
        let id = |item: &Item| Some(item::text(item, PK)?.strip_prefix("CALL#")?.to_owned());
        let items = items.into_iter().map(unfold).collect::<Result<Vec<_>, _>>()?;
        Ok(items.into_iter().filter_map(|item| Some((id(&item)?, item))).collect())
    }

    async fn recount_if_due(
        &self,
        id: &str,
        state: Option<&Item>,
        marked: bool,
        options: RecountOptions<'_>,
    ) -> Result<CallResult, TableError> {
        let up_to_date = state.is_some_and(|state| {
            let definitions = item::number(state, "definitions_version");
            options.is_up_to_date(definitions, item::text(state, "audio_classifier"))
        });
        let result = if up_to_date {
            let revised = state.is_some_and(|state| state.contains_key("revision"));
            if marked && revised {
                self.forget_marked(id, Deadline::NONE).await.map(|()| CallResult::UpToDate)
            } else {
                Ok(CallResult::UpToDate)
            }
        } else {
            // Boxed: the state of several is in flight.
            Box::pin(self.recount_call(id, options)).await
        };
        match result {
            Err(TableError::Contended) => Ok(CallResult::Busy),
            // One damaged call must not keep all others from being recounted.
            Err(TableError::Corrupt(what)) => {
                Ok(CallResult::Unreadable(format!("{}: {what}", keys::call(id))))
            }
            result => result,
        }
    }

    async fn recount_call(
        &self,
        id: &str,
        options: RecountOptions<'_>,
    ) -> Result<CallResult, TableError> {
        for attempt in 0..MAX_ATTEMPTS {
            if attempt > 0 {
                Deadline::NONE.pause(attempt).await?;
            }
            let Some(record) = self.table.record_item(id, Deadline::NONE).await? else {
                // It expired meanwhile.
                return Ok(CallResult::UpToDate);
            };
            let head = Head::read(Some(&record))?;
            if head.is_being_replaced() {
                continue;
            }
            let record: StoredRecord = item::read(record)?;
            let classifier = record.audio_classifier.as_deref();
            if options.is_up_to_date(Some(record.definitions_version), classifier) {
                return Ok(CallResult::UpToDate);
            }
            // Before participations change: those of a forgotten person lead a stopped forgetting to
            // pages that it redacted and did not sweep.
            self.remove_unowned(id, Deadline::NONE).await?;
            let rebuilt = self.table.rebuild(&record, options.rules(&record)).await;
            let (call, sessions) = match rebuilt {
                Ok((call, sessions)) => (call, draft::sessions(id, record.version, &sessions)),
                // A newer version or forgetting replaced the pages while they were read.
                Err(TableError::Corrupt(_)) if !self.table.is_stored(&record).await? => continue,
                Err(error) => return Err(error),
            };
            if self.commit_recount(&record, &call, sessions).await? == Outcome::Done {
                // The commit took over the claim of a forgetting that died, if there was one, and with
                // it what kept its pages.
                self.remove_unowned(id, Deadline::NONE).await?;
                // The present definitions may find a person whom those before did not, and who was
                // forgotten.
                self.forget_marked(id, Deadline::NONE).await?;
                return Ok(CallResult::Recounted);
            }
        }
        Ok(CallResult::Busy)
    }

    async fn commit_recount(
        &self,
        record: &StoredRecord,
        call: &Call,
        sessions: Vec<Item>,
    ) -> Result<Outcome, TableError> {
        let draft = Draft {
            config: self.table.config(),
            id: &record.call_id,
            call,
            pages: &record.raw,
            now: record.stored_at,
            revision: record.revision.unwrap_or_default() + 1,
        };
        let stored = self.table.session_items(record).await?;
        let expires_at = n(draft.expires_at());
        let sessions = session_changes(self.table.name(), stored, sessions, &expires_at)?;
        let revision = Revision::Recount(sessions);
        self.commit_revision(draft, record.revision, revision, Deadline::NONE).await
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
