#![doc = include_str!("../README.md")]

mod actions;
mod config;
mod error;
mod page;
mod read;
mod recompute;
mod set_aside;
mod subscription;
mod sweep;
mod table;
mod writer;

pub use actions::{READ_ACTIONS, RECOMPUTE_ACTIONS, STATE_ACTIONS, WRITE_ACTIONS};
pub use config::{RecordStore, StoreConfig};
pub use error::StoreError;
pub use page::{PageKind, RawPage};
pub use read::{CallOfDay, PersonCall, PersonOfDay, StoredCall, StoredRecord};
pub use recompute::{Difference, Recomputation};
pub use subscription::SubscriptionState;
pub use table::{IndexDefinition, TableDefinition, create_table, table_definition};
pub use writer::{CallWriter, Committed};
