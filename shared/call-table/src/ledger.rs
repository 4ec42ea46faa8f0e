//! Totals in items: the ledger (an item's contribution to totals), and the totals themselves.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use call_records::Totals;

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

/// The totals of a day's item: its numbers.
pub fn totals(item: &Item) -> Result<Totals, TableError> {
    let mut totals = Totals::new();
    for (name, value) in item {
        if let AttributeValue::N(digits) = value
            && name != EXPIRES_AT
        {
            let value: i64 = digits.parse().map_err(|_| {
                TableError::Corrupt(format!("{name} of {} is no integer", item::place(item)))
            })?;
            // A day that versions before short names began has some totals under two names.
            add(&mut totals, &total_names::total(name), value)?;
        }
    }
    Ok(totals)
}

pub(crate) fn add(sum: &mut Totals, name: &str, value: i64) -> Result<(), TableError> {
    sum.checked_add_one(name, value).map_err(|overflow| TableError::Corrupt(overflow.to_string()))
}

pub fn accumulate(sum: &mut Totals, more: &Totals) -> Result<(), TableError> {
    sum.checked_add_assign(more).map_err(|overflow| TableError::Corrupt(overflow.to_string()))
}

/// What has to be added to `old` to make it `new`.
pub fn difference(new: &Totals, old: &Totals) -> Result<Totals, TableError> {
    new.checked_sub(old).map_err(|overflow| TableError::Corrupt(overflow.to_string()))
}
