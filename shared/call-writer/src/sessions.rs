//! The session summaries of a revision.
//!
//! They are part of its transactions, and not written beforehand as those of a new version: their keys
//! may be those of summaries that reads show, or that another writer stores or removes meanwhile.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use call_table::TableError;
use call_table::item::{self, Item};
use call_table::keys::{EXPIRES_AT, SK};
use item_writer::{Action, Condition};

use crate::recompute::difference;

/// The changes that lead from the stored session summaries to the rebuilt ones.
pub(crate) fn session_changes(
    table: &str,
    stored: Vec<Item>,
    rebuilt: Vec<Item>,
    expires_at: &AttributeValue,
) -> Result<Vec<Action>, TableError> {
    let key = |item: &Item| item::text(item, SK).unwrap_or_default().to_owned();
    let mut stored: HashMap<_, _> = stored.into_iter().map(|item| (key(&item), item)).collect();
    let mut actions = Vec::new();
    for mut item in rebuilt {
        let old = stored.remove(&key(&item));
        let mut differences = Vec::new();
        if let Some(old) = &old {
            difference::items(old, &item, &mut differences);
            if differences.is_empty() {
                continue;
            }
        }
        let expires_at = old.as_ref().and_then(|old| old.get(EXPIRES_AT)).unwrap_or(expires_at);
        item.insert(EXPIRES_AT.to_owned(), expires_at.clone());
        actions.push(Action::put(table, item, Condition::none())?);
    }
    for item in stored.values() {
        actions.push(Action::delete(table, item::key_of(item), Condition::none())?);
    }
    Ok(actions)
}
