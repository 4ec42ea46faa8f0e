//! The quality of days by site, network and device and their queues and attendants, as they were rolled up,
//! and the building file by which.

use call_quality::{DayQuality, NamedPerson, NotedLeg};
use call_records::{CallDetail, SessionSummary};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sites::Sites;
use voice_apps::DayVoiceApps;

use crate::item::{self, Item};
use crate::keys::{self, QUALITY};
use crate::packed_list::{MAX_READS, corrupt, unpacked};
use crate::{CallTable, Deadline, Rules, StoredRecord, TableError, rebuild};

/// What is known about the roll-up of one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QualityHead {
    pub day: Date,
    /// When the roll-up began to read.
    pub rolled_up_at: Timestamp,
    /// Tells this roll-up from others of the day; part of the keys of its noted legs.
    pub roll: String,
    /// A digest of the organisation's totals of the day, before the calls were read. Every version that
    /// is stored changes them, so that a day whose totals have another digest is due.
    pub totals: String,
    /// The version of the definitions: [`call_quality::VERSION`].
    pub version: u32,
    /// Likewise of the queues and attendants: [`voice_apps::VERSION`]. 0 for a day that was rolled up
    /// before they were counted.
    #[serde(default)]
    pub voice_apps: u32,
    /// When the last record of the day is final that was not yet: the day is due then, because its queues
    /// and attendants are counted otherwise. None when all were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub final_at: Option<Timestamp>,
    /// The digest of the building file; none without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sites: Option<String>,
    /// Whether it adds up to the people's totals of the day. If not, calls were stored meanwhile, or
    /// were counted by older definitions.
    pub adds_up: bool,
    pub calls: u64,
    /// How many noted legs are stored.
    pub noted_legs: u64,
    /// How many people are stored; none where an older version rolled up the day, which did not store them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<u64>,
}

/// The quality of one day.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredQuality {
    pub head: QualityHead,
    /// Without the noted legs.
    pub quality: DayQuality,
}

/// The queues and attendants of one day.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredVoiceApps {
    pub head: QualityHead,
    pub voice_apps: DayVoiceApps,
}

/// What is known about the building file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SitesHead {
    /// The digest of the file.
    pub digest: String,
    pub loaded_at: Timestamp,
    /// Where it came from, for people to read.
    pub source: String,
    /// The `ETag` of the object that it was, so that it is read again only when it changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// How many networks it has.
    pub networks: u64,
    /// Networks that lie within others.
    pub overlaps: u64,
    pub bytes: u64,
    pub parts: u32,
}

/// A building file that was refused, or could not be read: the one before it stays in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedSites {
    pub refused_at: Timestamp,
    pub source: String,
    /// The `ETag` of the object that it was; none when no object could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// The first errors, a sentence each.
    pub errors: Vec<String>,
    /// How many errors there are.
    pub count: u64,
}

impl CallTable {
    /// What is known about the roll-ups of the days from `from` to `to`, both included; days that were
    /// never rolled up are left out.
    pub async fn quality_heads(
        &self,
        from: Date,
        to: Date,
    ) -> Result<Vec<QualityHead>, TableError> {
        let (first, last) = (keys::quality_head(from), keys::quality_head(to));
        let items = self.query(QUALITY).between(&first, &last).all().await?;
        items.into_iter().map(item::read).collect()
    }

    /// The quality of the days from `from` to `to`, both included; days that were never rolled up are
    /// left out.
    pub async fn quality_days(
        &self,
        from: Date,
        to: Date,
    ) -> Result<Vec<StoredQuality>, TableError> {
        let (first, last) = (keys::quality_day(from), keys::quality_day(to));
        let mut days = Vec::new();
        let mut pages = self.query(QUALITY).between(&first, &last);
        while let Some(items) = pages.next().await? {
            for item in items {
                days.push(stored_quality(item)?);
            }
        }
        Ok(days)
    }

    /// The queues and attendants of the days from `from` to `to`, both included; days that were never
    /// rolled up, or before they were counted, are left out.
    pub async fn voice_apps_days(
        &self,
        from: Date,
        to: Date,
    ) -> Result<Vec<StoredVoiceApps>, TableError> {
        let (first, last) = (keys::voice_apps(from), keys::voice_apps(to));
        let items = self.query(QUALITY).between(&first, &last).all().await?;
        items.into_iter().map(stored_voice_apps).collect()
    }

    /// The noted legs of a day, the worst first; none when the day was never rolled up.
    pub async fn noted_legs(&self, day: Date) -> Result<Vec<NotedLeg>, TableError> {
        let of_head = |head: &QualityHead| Some(head.noted_legs);
        Ok(self.list_of_day(day, None, keys::quality_legs, of_head).await?.unwrap_or_default())
    }

    /// The people of the calls of a day that was rolled up, by key. None where an older version rolled it up,
    /// or where the roll-up was removed since `head` was read.
    pub async fn named_people(
        &self,
        head: QualityHead,
    ) -> Result<Option<Vec<NamedPerson>>, TableError> {
        let day = head.day;
        self.list_of_day(day, Some(head), keys::quality_people, |head| head.people).await
    }

    /// A list that is stored apart from the quality of a day, and of which the head says how long it is.
    async fn list_of_day<T: DeserializeOwned>(
        &self,
        day: Date,
        known: Option<QualityHead>,
        prefix: fn(Date, &str) -> String,
        length: fn(&QualityHead) -> Option<u64>,
    ) -> Result<Option<Vec<T>>, TableError> {
        let sk = keys::quality_head(day);
        let named = |head: &QualityHead| Some((prefix(day, &head.roll), length(head)?));
        let list = self.packed_list(QUALITY, &sk, known, named).await?;
        Ok(list.map(|(_, list)| list))
    }

    /// Days that are to be rolled up whatever their totals say, each with the stamp of the request.
    pub async fn days_due(&self) -> Result<Vec<(Date, String)>, TableError> {
        let items = self.query(QUALITY).beginning_with(keys::QUALITY_DUE_PREFIX).all().await?;
        let due = items.iter().filter_map(|due| {
            let day = item::text(due, keys::SK)?.strip_prefix(keys::QUALITY_DUE_PREFIX)?;
            Some((day.parse().ok()?, item::text(due, keys::STAMP)?.to_owned()))
        });
        Ok(due.collect())
    }

    /// Why a day is due whatever its totals say: the stamp; none when it is not.
    pub async fn day_is_due(&self, day: Date) -> Result<Option<String>, TableError> {
        let due = self.item(QUALITY, &keys::quality_due(day), Deadline::NONE).await?;
        Ok(due.and_then(|due| item::text(&due, keys::STAMP).map(str::to_owned)))
    }

    /// What is known about the building file in force.
    pub async fn sites_head(&self) -> Result<Option<SitesHead>, TableError> {
        self.value(QUALITY, keys::SITES).await
    }

    /// The building file in force.
    pub async fn sites(&self) -> Result<Option<(SitesHead, Sites)>, TableError> {
        for attempt in 0..MAX_READS {
            if attempt > 0 {
                Deadline::NONE.pause(attempt).await?;
            }
            let Some(head) = self.sites_head().await? else { return Ok(None) };
            let prefix = keys::sites_file(&head.digest);
            let items = self.query(QUALITY).beginning_with(&prefix).all().await?;
            if items.len() != usize::try_from(head.parts).unwrap_or(usize::MAX) {
                // Another file took its place.
                continue;
            }
            let mut file = Vec::new();
            for item in &items {
                file.extend(unpacked(item)?);
            }
            let sites = Sites::parse(&file).map_err(|refused| {
                TableError::Corrupt(format!("the stored building file cannot be read: {refused}"))
            })?;
            return Ok(Some((head, sites)));
        }
        Err(TableError::Contended)
    }

    /// The building file that was refused last, if none was taken since.
    pub async fn refused_sites(&self) -> Result<Option<RefusedSites>, TableError> {
        self.value(QUALITY, keys::REFUSED_SITES).await
    }

    /// A call with its people's legs and its flow, made of what is stored; none when it is not stored any more.
    ///
    /// One eventually consistent query, which costs a quarter of reading record and pages each by
    /// itself; a call whose pages were replaced within the last second is read again, consistently.
    pub async fn call_in_detail(
        &self,
        id: &str,
        fallback: Rules<'_>,
    ) -> Result<Option<CallDetail>, TableError> {
        let call = self.call_with_sessions_from(0, id, fallback).await?;
        Ok(call.map(|(detail, _)| detail))
    }

    /// The same with its sessions, by position.
    pub async fn call_with_sessions(
        &self,
        id: &str,
        fallback: Rules<'_>,
    ) -> Result<Option<(CallDetail, Vec<SessionSummary>)>, TableError> {
        self.call_with_sessions_from(0, id, fallback).await
    }

    /// The same by consistent reads, for twice the price: whatever was committed before is in it, and
    /// what was removed before is not.
    pub async fn call_with_sessions_consistently(
        &self,
        id: &str,
        fallback: Rules<'_>,
    ) -> Result<Option<(CallDetail, Vec<SessionSummary>)>, TableError> {
        self.call_with_sessions_from(1, id, fallback).await
    }

    /// The attempt 0 is eventually consistent.
    async fn call_with_sessions_from(
        &self,
        first: u32,
        id: &str,
        fallback: Rules<'_>,
    ) -> Result<Option<(CallDetail, Vec<SessionSummary>)>, TableError> {
        for attempt in first..MAX_READS {
            if attempt > 1 {
                Deadline::NONE.pause(attempt).await?;
            }
            let pk = keys::call(id);
            let query = self.query(&pk).between(keys::RAW_PREFIX, keys::RECORD);
            let query = if attempt == 0 { query.eventually_consistent() } else { query };
            let mut items = query.all().await?;
            let Some(record) =
                items.pop_if(|item| item::text(item, keys::SK) == Some(keys::RECORD))
            else {
                return Ok(None);
            };
            if !record.contains_key("version") {
                return Ok(None);
            }
            let record: StoredRecord = item::read(record)?;
            match in_detail(&record, &items, Rules::of(&record, fallback)) {
                Ok(call) => return Ok(Some(call)),
                Err(_) if attempt == 0 || !self.is_stored(&record).await? => {}
                Err(error) => return Err(error),
            }
        }
        Err(TableError::Contended)
    }
}

/// A call of its record and the items of its pages.
fn in_detail(
    record: &StoredRecord,
    items: &[Item],
    rules: Rules<'_>,
) -> Result<(CallDetail, Vec<SessionSummary>), TableError> {
    let mut call = rules.builder();
    let mut sessions = Vec::new();
    for page in &record.raw {
        let body = page.body_among(&record.call_id, record.version, items)?;
        let summaries = rebuild::feed_with_facts(&mut call, &page.kind, page.number, &body)
            .map_err(|error| rebuild::undecodable(&error))?;
        sessions.extend(summaries);
    }
    let detail = call.finish_in_detail().map_err(|error| rebuild::undecodable(&error))?;
    Ok((detail, sessions))
}

fn stored_quality(item: Item) -> Result<StoredQuality, TableError> {
    let quality = DayQuality::from_bytes(&unpacked(&item)?).map_err(|e| corrupt(&item, &e))?;
    Ok(StoredQuality { head: item::read(item)?, quality })
}

fn stored_voice_apps(item: Item) -> Result<StoredVoiceApps, TableError> {
    let voice_apps = DayVoiceApps::from_bytes(&unpacked(&item)?).map_err(|e| corrupt(&item, &e))?;
    Ok(StoredVoiceApps { head: item::read(item)?, voice_apps })
}
