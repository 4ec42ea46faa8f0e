#![doc = include_str!("../README.md")]

mod call;
mod call_table;
mod completeness;
pub mod compression;
mod day_sums;
mod deadline;
mod definition;
pub mod error;
pub mod fold;
mod get;
pub mod item;
pub mod keys;
mod lake;
pub mod ledger;
mod lists;
mod meter;
mod overviews;
mod packed_list;
mod page;
mod page_kind;
mod pstn;
mod quality;
mod quarantine;
mod query;
mod rebuild;
mod recent;
mod resume_point;
mod stored;
mod subscription;
pub mod total_names;
mod totals;
mod zoned;

pub use call_table::{CallTable, MIN_RETENTION_DAYS, TableConfig};
pub use completeness::{Completeness, DayCompleteness, MAX_CALL_DURATION, MissingCall};
pub use deadline::Deadline;
pub use definition::{IndexDefinition, TableDefinition, create_table, table_definition};
pub use error::TableError;
pub use item::Item;
pub use meter::{Consumption, Meter};
pub use page::{Bundled, RawPage, StoredPage, page_body, page_digest};
pub use page_kind::PageKind;
pub use pstn::{PstnDay, PstnHead};
pub use quality::{QualityHead, RefusedSites, SitesHead, StoredQuality, StoredVoiceApps};
pub use quarantine::{pages_by_place, quarantined_page};
pub use query::Query;
pub use rebuild::{Rules, feed, rebuild, undecodable};
pub use resume_point::ResumePoint;
pub use stored::{
    CallOfDay, PersonCall, PersonOfDay, ReplacedVersion, StoredCall, StoredRecord, StoredVersion,
};
pub use subscription::SubscriptionState;

/// The IAM actions of every read. The indexes need `dynamodb:Query`, too.
pub const READ_ACTIONS: &[&str] = &["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"];
