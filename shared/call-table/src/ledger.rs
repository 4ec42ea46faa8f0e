//! Totals in items: the ledger (an item's contribution to totals), and the totals themselves.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use call_records::{Overflow, Totals};

use crate::item::{self, Item};
use crate::keys::EXPIRES_AT;
use crate::{TableError, total_names};

/// The attribute of an unfolded item with its contribution to totals. Replacing the item subtracts exactly this,
/// even if the definitions changed in between.
pub const CONTRIBUTION: &str = "contribution";

/// An item's contribution to totals.
pub fn contribution(item: &Item) -> Result<Totals, TableError> {
    let corrupt = || TableError::Corrupt(format!("the ledger of {} is damaged", item::place(item)));
    let ledger =
        item.get(CONTRIBUTION).and_then(|ledger| ledger.as_m().ok()).ok_or_else(corrupt)?;
    let entries = ledger.iter().map(|(name, value)| {
        let value = value.as_n().ok().and_then(|digits| digits.parse().ok());
        value.map(|value: i64| (name.clone(), value)).ok_or_else(corrupt)
    });
    Ok(entries.collect::<Result<BTreeMap<_, _>, _>>()?.into())
}

/// The totals of a day's item: its numbers. An item that versions before short names began has some
/// of them under both names.
pub fn totals(item: &Item) -> Result<Totals, TableError> {
    let mut totals = BTreeMap::<String, i64>::new();
    for (name, value) in item {
        if let AttributeValue::N(digits) = value
            && name != EXPIRES_AT
        {
            let value: i64 = digits.parse().map_err(|_| {
                TableError::Corrupt(format!("{name} of {} is no integer", item::place(item)))
            })?;
            let total = totals.entry(total_names::total(name).into_owned()).or_default();
            *total = total
                .checked_add(value)
                .ok_or_else(|| TableError::Corrupt(Overflow { name: name.clone() }.to_string()))?;
        }
    }
    Ok(totals.into())
}

pub fn accumulate(sum: &mut Totals, more: &Totals) -> Result<(), TableError> {
    sum.checked_add_assign(more).map_err(|overflow| TableError::Corrupt(overflow.to_string()))
}

/// What has to be added to `old` to make it `new`.
pub fn difference(new: &Totals, old: &Totals) -> Result<Totals, TableError> {
    new.checked_sub(old).map_err(|overflow| TableError::Corrupt(overflow.to_string()))
}
