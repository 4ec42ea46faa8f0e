//! What all batches have in common: limits on the whole, and a result for each entry.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::refusal::Refusal;

/// The most entries in one batch.
const ENTRY_LIMIT: usize = 10;

/// Checks a batch as a whole: the number of entries and their ids.
pub(super) fn check<'a>(
    kind: &str,
    ids: impl ExactSizeIterator<Item = &'a Option<String>> + Clone,
) -> Result<(), Refusal> {
    if ids.len() == 0 {
        return Err(Refusal::empty_batch_request(format!(
            "There should be at least one {kind}BatchRequestEntry in the request."
        )));
    }
    if ids.len() > ENTRY_LIMIT {
        return Err(Refusal::too_many_entries(format!(
            "Maximum number of entries per request are {ENTRY_LIMIT}. You have sent {}.",
            ids.len()
        )));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let mut seen = HashSet::new();
    for id in ids {
        let id = id.as_deref().unwrap_or_default();
        if id.is_empty() || id.len() > 80 || !id.chars().all(plain) {
            return Err(Refusal::invalid_batch_entry_id(
                "A batch entry id can only contain alphanumeric characters, hyphens and underscores. \
                 It can be at most 80 letters long.",
            ));
        }
        if !seen.insert(id) {
            return Err(Refusal::batch_entry_ids_not_distinct(format!("Id {id} repeated.")));
        }
    }
    Ok(())
}

/// Serves each entry; those at the positions in `left_out` fail as if SQS itself had failed.
pub(super) fn serve<E>(
    entries: &[E],
    id: impl Fn(&E) -> &Option<String>,
    left_out: &[usize],
    mut one: impl FnMut(&E) -> Result<Value, Refusal>,
) -> Value {
    let mut successful = Vec::new();
    let mut failed = Vec::new();
    for (position, entry) in entries.iter().enumerate() {
        let id = id(entry).as_deref().unwrap_or_default();
        if left_out.contains(&position) {
            failed.push(json!({
                "Id": id,
                "SenderFault": false,
                "Code": "InternalError",
                "Message": "We encountered an internal error. Please try again.",
            }));
            continue;
        }
        match one(entry) {
            Ok(mut result) => {
                result["Id"] = id.into();
                successful.push(result);
            }
            Err(refusal) => failed.push(json!({
                "Id": id,
                "SenderFault": true,
                "Code": refusal.code,
                "Message": refusal.message,
            })),
        }
    }
    json!({"Successful": successful, "Failed": failed})
}
