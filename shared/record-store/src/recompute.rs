//! Rebuilding every number from the stored pages and comparing.

use std::fmt;

use call_records::AudioClassifier;
use jiff::Timestamp;

use crate::{RecordStore, StoreError};

/// What a recomputation found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recomputation {
    /// How many calls were rebuilt.
    pub calls: u64,
    /// How many days' totals were compared.
    pub days: u64,
    /// Everything that is not as it should be.
    pub differences: Vec<Difference>,
}

/// One thing that is stored otherwise than the pages say. Its sentence holds no name and no phone
/// number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The item's partition key and sort key, phone numbers masked.
    pub key: String,
    /// The attribute, or none when the whole item is missing or superfluous.
    pub attribute: Option<String>,
    /// What is stored; none when nothing is.
    pub stored: Option<String>,
    /// What the pages give; none when they give nothing.
    pub recomputed: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.key)
    }
}

impl RecordStore {
    /// Rebuilds every call from its raw pages and compares what is stored of it, and all totals.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says. What is stored wrongly is no error but a [`Difference`].
    pub async fn recompute(
        &self,
        _home_tenant: Option<&str>,
        _classifier: AudioClassifier,
        _now: Timestamp,
    ) -> Result<Recomputation, StoreError> {
        todo!()
    }
}
