//! Taking a building file.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use call_table::item;
use call_table::keys::{self, QUALITY, REFUSED_SITES, SITES};
use call_table::{CallTable, Deadline, RefusedSites, SitesHead, TableError, compression};
use item_writer::{Write, put_value, write_batch};
use jiff::Timestamp;
use sites::{Refused, Sites};

use crate::object::{FetchError, Fetched, SitesObject};

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
    etag: Option<&str>,
    now: Timestamp,
) -> Result<Taken, TableError> {
    let sites = match Sites::parse(file) {
        Ok(sites) => sites,
        Err(refused) => {
            let errors = refused.errors.iter().take(MAX_ERRORS).map(ToString::to_string).collect();
            let noted = RefusedSites {
                refused_at: now,
                source: source.to_owned(),
                etag: etag.map(str::to_owned),
                errors,
                count: count(refused.errors.len() + refused.not_listed),
            };
            put_value(table, QUALITY, REFUSED_SITES, &noted).await?;
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
        etag: etag.map(str::to_owned),
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

/// Takes the object's file, unless it is the one of it that was taken or refused last. Whatever is wrong
/// with it, the one before it stays in force.
pub(crate) async fn take_changed(
    table: &CallTable,
    object: &SitesObject,
    now: Timestamp,
) -> Result<(), TableError> {
    let source = object.name().to_string();
    let head = table.sites_head().await?.filter(|head| head.source == source);
    let refused = table.refused_sites().await?.filter(|refused| refused.source == source);
    // A refused file is removed when one is taken, so it is the later one.
    let refused_etag = refused.as_ref().and_then(|refused| refused.etag.clone());
    let known = refused_etag.clone().or_else(|| head.and_then(|head| head.etag));
    match object.fetch(known.as_deref()).await {
        Ok(Fetched::Unchanged) if refused.is_some() && refused_etag.is_none() => {
            // It could not be read for a while, and is still the one in force.
            let delete = Write::Delete(item::key(QUALITY, REFUSED_SITES));
            write_batch(table, vec![delete], Deadline::NONE).await?;
        }
        Ok(Fetched::Unchanged) => {}
        Ok(Fetched::Changed { content, etag }) => {
            match take(table, &content, &source, etag.as_deref(), now).await? {
                Taken::InForce(head) => {
                    tracing::info!(source, networks = head.networks, "quality.sites_taken");
                }
                Taken::Refused(refused) => {
                    let errors = refused.errors.len() + refused.not_listed;
                    let first = refused.errors.first().map(ToString::to_string);
                    tracing::error!(source, errors, first, "quality.sites_refused");
                }
            }
        }
        Err(FetchError::Refused(sentence)) => {
            tracing::error!(source, error = sentence, "quality.sites_not_read");
            let errors = vec![sentence];
            if refused.is_none_or(|refused| refused.errors != errors) {
                let noted = RefusedSites { refused_at: now, source, etag: None, errors, count: 1 };
                put_value(table, QUALITY, REFUSED_SITES, &noted).await?;
            }
        }
        Err(FetchError::Passing(error)) => {
            tracing::warn!(source, error, "quality.sites_not_read");
        }
    }
    Ok(())
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
