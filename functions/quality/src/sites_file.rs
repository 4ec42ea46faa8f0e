//! Taking a building file.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use call_table::item;
use call_table::keys::{self, QUALITY, REFUSED_SITES, SITES};
use call_table::{CallTable, Deadline, RefusedSites, SitesHead, TableError, compression};
use item_writer::{Write, put_value, write_batch};
use jiff::Timestamp;
use sites::{Refused, Sites};

/// The bytes of one part before they are compressed: they fit into an item however little that helps.
const PART: usize = 350 * 1024;

/// How many errors of a refused file are kept.
const MAX_ERRORS: usize = 20;

/// What became of a building file.
#[derive(Debug)]
pub(crate) enum Taken {
    /// It is in force.
    InForce(SitesHead),
    /// It was refused; the one before it stays in force.
    Refused(Refused),
}

/// Puts a building file in force, whole or not at all: the head names the parts, and is written last.
pub(crate) async fn take(
    table: &CallTable,
    file: &[u8],
    source: &str,
    now: Timestamp,
) -> Result<Taken, TableError> {
    let sites = match Sites::parse(file) {
        Ok(sites) => sites,
        Err(refused) => {
            note_refused(table, &refused, source, now).await?;
            return Ok(Taken::Refused(refused));
        }
    };
    let prefix = keys::sites_file(sites.digest());
    let mut puts = Vec::new();
    for (number, part) in file.chunks(PART).enumerate() {
        let mut item = item::key(QUALITY, &format!("{prefix}{number:03}"));
        let data = AttributeValue::B(Blob::new(compression::compress(part)?));
        item.insert("data".to_owned(), data);
        puts.push(Write::Put(item));
    }
    let head = SitesHead {
        digest: sites.digest().to_owned(),
        loaded_at: now,
        source: source.to_owned(),
        networks: count(sites.len()),
        overlaps: count(sites.overlaps().len()),
        bytes: count(file.len()),
        parts: u32::try_from(puts.len()).unwrap_or(u32::MAX),
    };
    write_batch(table, puts, Deadline::NONE).await?;
    put_value(table, QUALITY, SITES, &head).await?;
    sweep(table, &prefix).await?;
    Ok(Taken::InForce(head))
}

/// Removes the parts of other files, and what is known of a refused one.
async fn sweep(table: &CallTable, own: &str) -> Result<(), TableError> {
    let all = keys::sites_file("");
    let query = table.query(QUALITY).beginning_with(all.trim_end_matches('#'));
    let items = query.only(&[keys::PK, keys::SK]).all().await?;
    let others = items.iter().filter(|item| {
        item::text(item, keys::SK).is_some_and(|sk| sk != SITES && !sk.starts_with(own))
    });
    let deletes = others.map(|item| Write::Delete(item::key_of(item))).collect();
    write_batch(table, deletes, Deadline::NONE).await
}

async fn note_refused(
    table: &CallTable,
    refused: &Refused,
    source: &str,
    now: Timestamp,
) -> Result<(), TableError> {
    let errors = refused.errors.iter().take(MAX_ERRORS).map(ToString::to_string).collect();
    let noted = RefusedSites {
        refused_at: now,
        source: source.to_owned(),
        errors,
        count: count(refused.errors.len() + refused.not_listed),
    };
    put_value(table, QUALITY, REFUSED_SITES, &noted).await
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
