//! Writing totals: ledgers as attributes, and their differences as updates of totals.

use std::borrow::Cow;

use call_records::{PersonKey, Totals};
use call_table::item::{self, Item, n, s};
use call_table::keys::{self, BY_DAY, BY_DAY_SORT, EXPIRES_AT};
use call_table::ledger::difference;
use call_table::{TableConfig, TableError, total_names};
use item_writer::Action;
use jiff::civil::Date;

#[cfg(test)]
mod tests;

/// The most totals in one update: an expression holds 4 KB and 300 operators. Further totals of a
/// call are in further items of the day, and every read adds them.
pub(crate) const MAX_NAMES: usize = 250;

/// Whose totals of a day.
#[derive(Debug, Clone, Copy)]
pub enum Owner<'a> {
    Person(&'a PersonKey),
    /// In the shard of a call.
    Organisation(u8),
}

impl Owner<'_> {
    fn pk(self) -> String {
        match self {
            Self::Person(person) => keys::person(person),
            Self::Organisation(shard) => keys::total(shard),
        }
    }

    fn stored_name(self, total: &str) -> Cow<'_, str> {
        match self {
            Self::Person(_) => total_names::of_person(total),
            Self::Organisation(_) => total_names::of_organisation(total),
        }
    }
}

/// What a replacement adds to totals: to none, to one day's, or to two days' when the call moved
/// across midnight. Never two actions on one item, which a transaction may not have.
pub(crate) fn replace(
    config: &TableConfig,
    owner: Owner<'_>,
    old: Option<(Date, &Totals)>,
    new: Option<(Date, &Totals)>,
) -> Result<Vec<Action>, TableError> {
    let nothing = Totals::default();
    let mut changes = Vec::new();
    match (old, new) {
        (Some((old_day, old)), Some((new_day, new))) if old_day == new_day => {
            changes.push((new_day, Cow::Owned(difference(new, old)?)));
        }
        (old, new) => {
            if let Some((day, old)) = old {
                changes.push((day, Cow::Owned(difference(&nothing, old)?)));
            }
            if let Some((day, new)) = new {
                changes.push((day, Cow::Borrowed(new)));
            }
        }
    }
    let mut actions = Vec::new();
    for (day, change) in changes {
        add(config, owner, day, &change, &mut actions)?;
    }
    Ok(actions)
}

fn add(
    config: &TableConfig,
    owner: Owner<'_>,
    day: Date,
    change: &Totals,
    actions: &mut Vec<Action>,
) -> Result<(), TableError> {
    for Shared { key, numbers, fixed } in shared(config, owner, day, change)? {
        actions.push(Action::add(&config.table_name, key, numbers, fixed));
    }
    Ok(())
}

/// The items of these totals where there are none yet.
pub fn items(
    config: &TableConfig,
    owner: Owner<'_>,
    day: Date,
    totals: &Totals,
) -> Result<Vec<Item>, TableError> {
    let items = shared(config, owner, day, totals)?.into_iter().map(|shared| {
        let mut item = shared.key;
        item.extend(shared.numbers.into_iter().map(|(name, value)| (name.into_owned(), n(value))));
        item.extend(shared.fixed);
        item
    });
    Ok(items.collect())
}

/// One item of a day's totals. Many calls add to it.
struct Shared<'a> {
    key: Item,
    numbers: Vec<(Cow<'a, str>, i64)>,
    /// Attributes that never change.
    fixed: Item,
}

fn shared<'a>(
    config: &TableConfig,
    owner: Owner<'_>,
    day: Date,
    totals: &'a Totals,
) -> Result<Vec<Shared<'a>>, TableError> {
    let entries: Vec<_> = totals.iter().collect();
    let mut items = Vec::new();
    for (part, entries) in entries.chunks(MAX_NAMES).enumerate() {
        let mut fixed = Item::from([(EXPIRES_AT.to_owned(), n(expires_at(config, owner, day)?))]);
        let sk = if part == 0 { keys::day(day) } else { keys::day_overflow(day, part + 1) };
        // The index lists a person once per day.
        if part == 0 && matches!(owner, Owner::Person(_)) {
            fixed.insert(BY_DAY.to_owned(), s(keys::day(day)));
            fixed.insert(BY_DAY_SORT.to_owned(), s(owner.pk()));
        }
        let key = item::key(&owner.pk(), &sk);
        let numbers = entries.iter().map(|(name, value)| (owner.stored_name(name), *value));
        items.push(Shared { key, numbers: numbers.collect(), fixed });
    }
    Ok(items)
}

/// When the totals of a day expire, in seconds since 1970: counted from the end of the day, so that no
/// call outlives the totals that it is part of.
fn expires_at(config: &TableConfig, owner: Owner<'_>, day: Date) -> Result<i64, TableError> {
    let days = match owner {
        Owner::Person(_) => config.person_totals_retention_days,
        Owner::Organisation(_) => config.organisation_totals_retention_days,
    };
    Ok(keys::midnight(day)?.as_second() + (i64::from(days) + 1) * 86_400)
}
