//! What is in the lake: `manifest.json`, which is written after a day's objects and names them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use object_store::{Error as StoreError, ObjectStoreExt as _};
use serde::{Deserialize, Serialize};

use crate::{Error, Lake};

/// The name of the manifest.
pub(crate) const MANIFEST: &str = "manifest.json";

/// The version of the manifest's own form. One of another version is as none: every day is due then.
const FORMAT: u32 = 1;

/// What is in the lake.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of this form.
    pub format: u32,
    /// The version of the schema by which the newest days are written.
    pub schema_version: u32,
    /// When this was written.
    pub written_at: Timestamp,
    /// Every call that ended before this is in the lake; none where the table does not know it.
    pub complete_up_to: Option<Timestamp>,
    /// The days.
    pub days: BTreeMap<Date, DayEntry>,
}

/// What is in the lake of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayEntry {
    /// Tells this writing of the day from others; every object has it among its metadata.
    pub roll: String,
    /// When its reading began.
    pub exported_at: Timestamp,
    /// A digest of the organisation's totals of the day, before the calls were read.
    pub totals: String,
    /// Whether the objects add up to those totals. If not, calls were stored meanwhile, or were counted by
    /// older definitions; the day stays due.
    pub adds_up: bool,
    /// The version of the schema.
    pub schema_version: u32,
    /// The version of the definitions of the numbers.
    pub definitions_version: u32,
    /// The version of the definitions of queues and attendants; 0 in a manifest of before they were written.
    #[serde(default)]
    pub voice_apps: u32,
    /// When the last record of the day is final that was not yet: the day is due then, because its queues
    /// and attendants are counted otherwise. None when all were.
    #[serde(default)]
    pub final_at: Option<Timestamp>,
    /// A digest of what is shown of people.
    pub privacy: String,
    /// The digest of the building file; none without one.
    pub sites: Option<String>,
    /// Which writing of the logs of telephone calls is in the objects; none without a row.
    #[serde(default)]
    pub telephone: Option<String>,
    /// The stamp of the last time that a person was forgotten in it; none when that was never.
    pub stamp: Option<String>,
    /// Every call that ended before this was in the table when the day was read; none where the table did
    /// not know it.
    pub complete_up_to: Option<Timestamp>,
    /// The calls of the day, test calls included.
    pub calls: u64,
    /// The objects, by table.
    pub objects: BTreeMap<String, ObjectEntry>,
}

/// An object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectEntry {
    /// Where it is, from the lake's own path.
    pub path: String,
    /// Its rows.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
    /// Its `ETag`, by which a reader and the next run see that it is the one that was written.
    pub etag: Option<String>,
}

impl Lake {
    /// The manifest; an empty one where there is none, or none of this form.
    pub(crate) async fn manifest(&self) -> Result<Manifest, Error> {
        let bytes = match self.store.get(&self.path(MANIFEST)).await {
            Ok(found) => found.bytes().await?,
            Err(StoreError::NotFound { .. }) => return Ok(Manifest::default()),
            Err(error) => return Err(error.into()),
        };
        let manifest = serde_json::from_slice::<Manifest>(&bytes).unwrap_or_default();
        Ok(if manifest.format == FORMAT { manifest } else { Manifest::default() })
    }

    pub(crate) async fn put_manifest(&self, manifest: &mut Manifest) -> Result<(), Error> {
        manifest.format = FORMAT;
        manifest.schema_version = crate::schema::SCHEMA_VERSION;
        self.put_json(MANIFEST, &serde_json::to_value(&*manifest).unwrap_or_default()).await
    }

    pub(crate) async fn put_json(
        &self,
        name: &str,
        value: &serde_json::Value,
    ) -> Result<(), Error> {
        self.put_text(name, format!("{value:#}\n")).await
    }

    pub(crate) async fn put_text(&self, name: &str, text: String) -> Result<(), Error> {
        self.store.put(&self.path(name), text.into()).await?;
        Ok(())
    }
}
