//! Transactions: their parts, their limits, and what their refusals mean.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem, Update,
};
use call_table::error::{from_code, from_sdk};
use call_table::item::{self, Item};
use call_table::{Deadline, TableError};

use crate::CallWriter;

/// The most actions of one transaction.
pub(crate) const MAX_ACTIONS: usize = 100;

/// The most bytes that we put into one; DynamoDB takes 4 MB.
pub(crate) const MAX_BYTES: usize = 3 * 1024 * 1024;

/// How often one transaction is tried.
const MAX_ATTEMPTS: u32 = 12;

/// What must be true of an item for an action to be taken.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    expression: String,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Condition {
    /// The attributes are these; one without a value is absent.
    pub(crate) fn attributes<'a>(
        expected: impl IntoIterator<Item = (&'a str, Option<AttributeValue>)>,
    ) -> Self {
        let mut condition =
            Self { expression: String::new(), names: HashMap::new(), values: HashMap::new() };
        for (index, (name, value)) in expected.into_iter().enumerate() {
            if index > 0 {
                condition.expression.push_str(" AND ");
            }
            condition.names.insert(format!("#c{index}"), name.to_owned());
            if let Some(value) = value {
                condition.expression.push_str(&format!("#c{index} = :c{index}"));
                condition.values.insert(format!(":c{index}"), value);
            } else {
                condition.expression.push_str(&format!("attribute_not_exists(#c{index})"));
            }
        }
        condition
    }

    /// The expression and what its placeholders stand for; no values where it needs none.
    pub(crate) fn into_parts(
        self,
    ) -> (String, HashMap<String, String>, Option<HashMap<String, AttributeValue>>) {
        let values = (!self.values.is_empty()).then_some(self.values);
        (self.expression, self.names, values)
    }
}

/// One action of a transaction.
#[derive(Debug, Clone)]
pub(crate) struct Action {
    pub(crate) request: TransactWriteItem,
    /// About how many bytes it is.
    pub(crate) size: usize,
}

impl Action {
    /// Puts an item, if the one in its place is as expected.
    pub(crate) fn put(table: &str, item: Item, condition: Condition) -> Result<Self, TableError> {
        let size = item::size(&item);
        let (expression, names, values) = condition.into_parts();
        let put = Put::builder()
            .table_name(table)
            .set_item(Some(item))
            .condition_expression(expression)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(values)
            .build()
            .map_err(|error| unbuildable(&error))?;
        Ok(Self { request: TransactWriteItem::builder().put(put).build(), size })
    }

    /// Deletes an item, if it is as expected.
    pub(crate) fn delete(table: &str, key: Item, condition: Condition) -> Result<Self, TableError> {
        let size = item::size(&key);
        let (expression, names, values) = condition.into_parts();
        let delete = Delete::builder()
            .table_name(table)
            .set_key(Some(key))
            .condition_expression(expression)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(values)
            .build()
            .map_err(|error| unbuildable(&error))?;
        Ok(Self { request: TransactWriteItem::builder().delete(delete).build(), size })
    }

    /// Leaves an item as it is, if it is as expected.
    pub(crate) fn check(table: &str, key: Item, condition: Condition) -> Result<Self, TableError> {
        let size = item::size(&key);
        let (expression, names, values) = condition.into_parts();
        let check = ConditionCheck::builder()
            .table_name(table)
            .set_key(Some(key))
            .condition_expression(expression)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(values)
            .build()
            .map_err(|error| unbuildable(&error))?;
        Ok(Self { request: TransactWriteItem::builder().condition_check(check).build(), size })
    }

    /// Adds to an item's numbers and sets some attributes that never change, whatever it is.
    pub(crate) fn add<'a>(
        table: &str,
        key: Item,
        numbers: impl IntoIterator<Item = (&'a str, i64)>,
        fixed: Item,
    ) -> Result<Self, TableError> {
        let mut size = item::size(&key) + item::size(&fixed);
        let (mut names, mut values) = (HashMap::new(), HashMap::new());
        let mut adds = Vec::new();
        for (index, (name, number)) in numbers.into_iter().enumerate() {
            size += name.len() + 8;
            adds.push(format!("#{index} :{index}"));
            names.insert(format!("#{index}"), name.to_owned());
            values.insert(format!(":{index}"), item::n(number));
        }
        let mut sets = Vec::new();
        for (index, (name, value)) in fixed.into_iter().enumerate() {
            sets.push(format!("#s{index} = :s{index}"));
            names.insert(format!("#s{index}"), name);
            values.insert(format!(":s{index}"), value);
        }
        let update = Update::builder()
            .table_name(table)
            .set_key(Some(key))
            .update_expression(format!("ADD {} SET {}", adds.join(", "), sets.join(", ")))
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .build()
            .map_err(|error| unbuildable(&error))?;
        Ok(Self { request: TransactWriteItem::builder().update(update).build(), size })
    }
}

/// What became of a transaction that was no error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All of it took effect.
    Done,
    /// None of it: an item is not as expected, so look again. It may be our own doing, when an
    /// earlier try took effect and its answer was lost.
    ConditionFailed,
}

impl CallWriter {
    /// Runs a transaction. Conflicts, throttling and failures are tried again for a while.
    pub(crate) async fn transact(
        &self,
        actions: Vec<Action>,
        deadline: Deadline,
    ) -> Result<Outcome, TableError> {
        let table = self.table.name();
        let items: Vec<_> = actions.into_iter().map(|action| action.request).collect();
        let mut token = token();
        let mut tries = 0;
        loop {
            let request = self
                .table
                .client()
                .transact_write_items()
                .client_request_token(&token)
                .set_transact_items(Some(items.clone()));
            let Err(error) = deadline.run(request.send()).await? else {
                return Ok(Outcome::Done);
            };
            let failure = match cancelled(&error) {
                None => from_sdk("TransactWriteItems", table, &error),
                Some(codes) => {
                    if codes.contains(&"ConditionalCheckFailed") {
                        return Ok(Outcome::ConditionFailed);
                    }
                    // It surely had no effect. After any other failure the token stays the same,
                    // so that DynamoDB recognises a try that did.
                    token = self::token();
                    worst(table, &codes)
                }
            };
            tries += 1;
            if tries >= MAX_ATTEMPTS || !failure.is_transient() {
                return Err(failure);
            }
            deadline.pause(tries).await?;
        }
    }
}

/// The codes for which a transaction was cancelled; none when it failed otherwise.
fn cancelled<R>(error: &SdkError<TransactWriteItemsError, R>) -> Option<Vec<&str>> {
    match error.as_service_error()? {
        TransactWriteItemsError::TransactionCanceledException(cancelled) => {
            let reasons = cancelled.cancellation_reasons().iter();
            Some(
                reasons.filter_map(|reason| reason.code()).filter(|code| *code != "None").collect(),
            )
        }
        _ => None,
    }
}

/// The one among several reasons that decides: what does not pass by itself, then throttling.
fn worst(table: &str, codes: &[&str]) -> TableError {
    let failures = codes.iter().map(|code| from_code("TransactWriteItems", table, code));
    failures
        .min_by_key(|failure| match failure {
            TableError::Throttled => 1,
            TableError::Contended => 2,
            TableError::Unavailable(_) => 3,
            _ => 0,
        })
        .unwrap_or(TableError::Contended)
}

/// A name for one try of one transaction.
fn token() -> String {
    format!("{:032x}", fastrand::u128(..))
}

fn unbuildable(error: &aws_sdk_dynamodb::error::BuildError) -> TableError {
    TableError::Corrupt(format!("an action cannot be built: {error}"))
}
