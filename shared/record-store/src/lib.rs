#![doc = include_str!("../README.md")]

mod actions;
mod batch;
mod bulk;
mod commit;
mod config;
mod deadline;
mod draft;
mod error;
mod forget;
mod import;
mod item;
mod keys;
mod ledger;
mod lists;
mod meter;
mod overviews;
mod page;
mod plan;
mod quarantine;
mod query;
mod read;
mod rebuild;
mod recent;
mod recompute;
mod reconciliation;
mod single;
mod stored;
mod subscription;
mod sweep;
mod table;
mod totals;
mod transaction;
mod writer;
mod zoned;

pub use actions::{FORGET_ACTIONS, READ_ACTIONS, RECONCILE_ACTIONS, WRITE_ACTIONS};
pub use bulk::{BulkItem, BulkLoad};
pub use config::{RecordStore, StoreConfig};
pub use error::StoreError;
pub use forget::Forgotten;
pub use import::ImportState;
pub use meter::{Consumption, Meter};
pub use page::{PageKind, RawPage, StoredPage};
pub use rebuild::rebuild;
pub use recompute::{Difference, Finding, Recomputation};
pub use reconciliation::{
    Completeness, DayCompleteness, Found, GRAPH_KEEPS, MAX_CALL_DURATION, MissingCall,
    PUBLISHED_WITHIN, Pass, ReconciliationRequest, ReconciliationRun, ReconciliationState,
};
pub use stored::{
    CallOfDay, PersonCall, PersonOfDay, ReplacedVersion, StoredCall, StoredRecord, StoredVersion,
};
pub use subscription::SubscriptionState;
pub use table::{IndexDefinition, TableDefinition, create_table, table_definition};
pub use writer::{CallWriter, Committed};
