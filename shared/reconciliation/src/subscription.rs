//! Writing the subscription's state.

use call_table::keys::{CALL_RECORDS, SUBSCRIPTION};
use call_table::{CallTable, SubscriptionState, TableError};
use item_writer::put_value;

/// Replaces the subscription's state. Unconditional: only the renewer writes it, and it has a
/// concurrency of one.
pub async fn put_subscription_state(
    table: &CallTable,
    state: &SubscriptionState,
) -> Result<(), TableError> {
    put_value(table, SUBSCRIPTION, CALL_RECORDS, state).await
}
