//! Transactions: their actions, their limits, and why they are cancelled.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::RandomState;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::builders::TransactWriteItemBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem, Update,
};
use call_table::error::{from_code, from_sdk};
use call_table::item::{self, Item};
use call_table::{CallTable, Deadline, TableError};

/// The most actions of one transaction.
pub const MAX_ACTIONS: usize = 100;

/// The most bytes of one transaction, below DynamoDB's 4 MB because sizes are estimated.
pub const MAX_BYTES: usize = 3 * 1024 * 1024;

const MAX_ATTEMPTS: u32 = 12;

/// What the placeholders of an expression stand for.
type Names = HashMap<String, String>;

/// The condition of a conditional write.
#[derive(Debug, Clone)]
pub struct Condition {
    expression: String,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Condition {
    /// The attributes have these values, or are absent where there is none.
    pub fn attributes<'a>(
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

    /// No condition: for an action that the conditions of its transaction guard.
    pub fn none() -> Self {
        Self::attributes([])
    }

    /// The expression with its names and values. DynamoDB refuses an empty one of each.
    pub fn into_parts(self) -> (Option<String>, Option<Names>, Option<Item>) {
        let Self { expression, names, values } = self;
        (
            (!expression.is_empty()).then_some(expression),
            (!names.is_empty()).then_some(names),
            (!values.is_empty()).then_some(values),
        )
    }
}

/// One action of a transaction.
#[derive(Debug, Clone)]
pub struct Action {
    request: Request,
    /// About how many bytes it has.
    pub size: usize,
}

#[derive(Debug, Clone)]
enum Request {
    Built(Box<TransactWriteItem>),
    /// Built for each attempt: a copy of what was built takes as long, and most transactions need one
    /// attempt.
    Add(Addition),
}

impl Action {
    fn of(request: TransactWriteItemBuilder, size: usize) -> Self {
        Self { request: Request::Built(Box::new(request.build())), size }
    }

    /// Puts an item on a condition.
    pub fn put(table: &str, item: Item, condition: Condition) -> Result<Self, TableError> {
        let size = item::size(&item);
        let (expression, names, values) = condition.into_parts();
        let put = Put::builder()
            .table_name(table)
            .set_item(Some(item))
            .set_condition_expression(expression)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .build()
            .map_err(|error| unbuildable(&error))?;
        Ok(Self::of(TransactWriteItem::builder().put(put), size))
    }

    /// Deletes an item on a condition.
    pub fn delete(table: &str, key: Item, condition: Condition) -> Result<Self, TableError> {
        let size = item::size(&key);
        let (expression, names, values) = condition.into_parts();
        let delete = Delete::builder()
            .table_name(table)
            .set_key(Some(key))
            .set_condition_expression(expression)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .build()
            .map_err(|error| unbuildable(&error))?;
        Ok(Self::of(TransactWriteItem::builder().delete(delete), size))
    }

    /// Checks a condition of an item that the transaction does not write.
    pub fn check(table: &str, key: Item, condition: Condition) -> Result<Self, TableError> {
        let size = item::size(&key);
        let (expression, names, values) = condition.into_parts();
        let check = ConditionCheck::builder()
            .table_name(table)
            .set_key(Some(key))
            .set_condition_expression(expression)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .build()
            .map_err(|error| unbuildable(&error))?;
        Ok(Self::of(TransactWriteItem::builder().condition_check(check), size))
    }

    /// Adds to an item's numbers and sets attributes that never change. Unconditional: it takes effect
    /// together with a conditional write of the ledger, so that nothing is added twice.
    pub fn add<'a>(
        table: &str,
        key: Item,
        numbers: impl IntoIterator<Item = (Cow<'a, str>, i64)>,
        fixed: Item,
    ) -> Self {
        let numbers: Vec<_> =
            numbers.into_iter().map(|(name, number)| (name.into_owned(), number)).collect();
        let of_numbers: usize = numbers.iter().map(|(name, _)| name.len() + 8).sum();
        let size = item::size(&key) + item::size(&fixed) + of_numbers;
        let table = table.to_owned();
        let order = RandomState::new();
        Self { request: Request::Add(Addition { table, key, numbers, fixed, order }), size }
    }

    /// The action as DynamoDB takes it: the same bytes each time, because a request is not repeated under
    /// its token with others.
    pub fn request(&self) -> Result<TransactWriteItem, TableError> {
        match &self.request {
            Request::Built(request) => Ok((**request).clone()),
            Request::Add(addition) => {
                Ok(TransactWriteItem::builder().update(addition.update()?).build())
            }
        }
    }
}

#[derive(Debug, Clone)]
struct Addition {
    table: String,
    key: Item,
    numbers: Vec<(String, i64)>,
    fixed: Item,
    /// By which the maps of every request are in the same order.
    order: RandomState,
}

impl Addition {
    fn update(&self) -> Result<Update, TableError> {
        let Self { table, key, numbers, fixed, order } = self;
        let entries = numbers.len() + fixed.len();
        let mut names = HashMap::with_capacity_and_hasher(entries, order.clone());
        let mut values = HashMap::with_capacity_and_hasher(entries, order.clone());
        let mut expression = String::new();
        for (index, (name, number)) in numbers.iter().enumerate() {
            let (name_of, value_of) = (format!("#{index}"), format!(":{index}"));
            let before = if index == 0 { "ADD " } else { ", " };
            expression.extend([before, &name_of, " ", &value_of]);
            names.insert(name_of, name.clone());
            values.insert(value_of, item::n(*number));
        }
        for (index, (name, value)) in fixed.iter().enumerate() {
            let (name_of, value_of) = (format!("#s{index}"), format!(":s{index}"));
            let before = if index == 0 { " SET " } else { ", " };
            expression.extend([before, &name_of, " = ", &value_of]);
            names.insert(name_of, name.clone());
            values.insert(value_of, value.clone());
        }
        Update::builder()
            .table_name(table)
            .set_key(Some(key.clone()))
            .update_expression(expression)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .build()
            .map_err(|error| unbuildable(&error))
    }
}

/// The result of a transaction that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Nothing took effect, because a condition failed: read again. The cause may be an earlier attempt
    /// of the same writer that took effect and whose answer was lost.
    ConditionFailed,
}

/// Runs a transaction. Conflicts, throttling and transient failures are retried with backoff.
pub async fn transact(
    table: &CallTable,
    actions: &[Action],
    deadline: Deadline,
) -> Result<Outcome, TableError> {
    let name = table.name();
    let mut token = token();
    let mut attempts = 0;
    loop {
        let items = actions.iter().map(Action::request).collect::<Result<_, _>>()?;
        let request = table
            .client()
            .transact_write_items()
            .client_request_token(&token)
            .set_transact_items(Some(items));
        let Err(error) = deadline.run(request.send()).await? else {
            return Ok(Outcome::Done);
        };
        let failure = match cancelled(&error) {
            None => from_sdk("TransactWriteItems", name, &error),
            Some(codes) => {
                if codes.contains(&"ConditionalCheckFailed") {
                    return Ok(Outcome::ConditionFailed);
                }
                // It had no effect for certain. After any other failure the token stays, so that
                // DynamoDB recognises an attempt that took effect (idempotency token).
                token = self::token();
                worst(name, &codes)
            }
        };
        attempts += 1;
        if attempts >= MAX_ATTEMPTS || !failure.is_transient() {
            return Err(failure);
        }
        deadline.pause(attempts).await?;
    }
}

/// The codes for which a transaction was cancelled; none when it failed in another way.
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

/// The reason that decides what to do: first those that a retry does not cure, then throttling.
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

/// An idempotency token.
fn token() -> String {
    format!("{:032x}", fastrand::u128(..))
}

fn unbuildable(error: &aws_sdk_dynamodb::error::BuildError) -> TableError {
    TableError::Corrupt(format!("an action cannot be built: {error}"))
}

#[cfg(test)]
mod tests {
    use call_table::item::{key, n, s};

    use super::*;

    #[test]
    fn a_repeated_request_has_the_same_bytes() {
        let numbers = (0..60).map(|name| (Cow::from(format!("n{name}")), name));
        let fixed = Item::from([("expires_at".to_owned(), n(7)), ("by_day".to_owned(), s("d"))]);
        let action = Action::add("calls", key("TOTAL#03", "DAY#2026-11-23"), numbers, fixed);
        let bytes = || format!("{:?}", action.request().unwrap());
        assert_eq!(bytes(), bytes());
        assert!(bytes().contains("ADD #0 :0, #1 :1, "));
    }
}
