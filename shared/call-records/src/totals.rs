use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::definitions::{Definition, organisation_day};

/// Named integers that are added up over calls: what a call contributes to a day.
///
/// Integers, milliseconds where time is meant, because sums must be exact: what is stored must
/// equal what is computed again. A name is made of `A-Z a-z 0-9 _`. An entry of zero is no entry,
/// so that equal totals are equal values. Differences may be negative.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, i64>")]
pub struct Totals(BTreeMap<Name, i64>);

/// Most names are those of a definition, which need no memory of their own.
type Name = Cow<'static, str>;

/// A sum left the range of a 64-bit integer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the total {name} is out of range")]
pub struct Overflow {
    /// The total.
    pub name: String,
}

impl Totals {
    /// Nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The total of this name; 0 when there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> i64 {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// Names and values in the order of the names; no value is 0.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, i64)> {
        self.0.iter().map(|(name, value)| (&**name, *value))
    }

    /// How many totals are not 0.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether all totals are 0.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The sum.
    ///
    /// # Errors
    /// When a total leaves the range of an integer.
    pub fn checked_add(&self, other: &Self) -> Result<Self, Overflow> {
        self.combined(other, i64::checked_add)
    }

    /// Adds `other`.
    ///
    /// # Errors
    /// When a total leaves the range of an integer; what comes before it in the order of the names is
    /// added then.
    pub fn checked_add_assign(&mut self, other: &Self) -> Result<(), Overflow> {
        self.combine(other, i64::checked_add)
    }

    /// Adds one total.
    ///
    /// # Errors
    /// When it leaves the range of an integer.
    pub fn checked_add_one(&mut self, name: &str, value: i64) -> Result<(), Overflow> {
        let overflow = || Overflow { name: name.to_owned() };
        let Some(entry) = self.0.get_mut(name) else {
            if value != 0 {
                self.0.insert(Name::Owned(name.to_owned()), value);
            }
            return Ok(());
        };
        *entry = entry.checked_add(value).ok_or_else(overflow)?;
        if *entry == 0 {
            self.0.remove(name);
        }
        Ok(())
    }

    /// The difference: what has to be added to `other` to make it `self`.
    ///
    /// # Errors
    /// When a total leaves the range of an integer.
    pub fn checked_sub(&self, other: &Self) -> Result<Self, Overflow> {
        self.combined(other, i64::checked_sub)
    }

    fn combined(
        &self,
        other: &Self,
        combine: fn(i64, i64) -> Option<i64>,
    ) -> Result<Self, Overflow> {
        let mut sum = self.clone();
        sum.combine(other, combine)?;
        Ok(sum)
    }

    fn combine(
        &mut self,
        other: &Self,
        combine: fn(i64, i64) -> Option<i64>,
    ) -> Result<(), Overflow> {
        for (name, value) in &other.0 {
            let old = self.get(name);
            let new = combine(old, *value).ok_or_else(|| Overflow { name: name.to_string() })?;
            // Adding a day to another finds most names there already.
            match self.0.get_mut(&**name) {
                _ if new == 0 => drop(self.0.remove(&**name)),
                Some(entry) => *entry = new,
                None => drop(self.0.insert(name.clone(), new)),
            }
        }
        Ok(())
    }

    /// The same totals under names that begin with `prefix`.
    #[must_use]
    pub fn prefixed(&self, prefix: &str) -> Self {
        let prefixed = |name: &Name| Name::from([prefix, name].concat());
        Self(self.0.iter().map(|(name, value)| (prefixed(name), *value)).collect())
    }

    /// The totals whose names begin with `prefix`, without it: with `people_`, the sums over people
    /// in the organisation's totals under the names that they have in a person's.
    #[must_use]
    pub fn under(&self, prefix: &str) -> Self {
        let under = self.0.iter().filter_map(|(name, value)| {
            name.strip_prefix(prefix).map(|name| (Name::from(name.to_owned()), *value))
        });
        Self(under.collect())
    }

    /// The members of a family of totals by the ends of their names, such as the platforms of
    /// `platform_ms_*`.
    pub fn family(&self, family: &Definition) -> impl Iterator<Item = (&str, i64)> {
        let stem = family.id.trim_end_matches('*');
        self.iter().filter_map(move |(name, value)| Some((name.strip_prefix(stem)?, value)))
    }

    /// The same totals of a call that began in that hour of a day: `hour_…` are of UTC, and another
    /// time zone has other hours.
    #[must_use]
    pub fn at_hour(&self, hour: i8) -> Self {
        let family = &organisation_day::HOUR;
        let calls = self.family(family).map(|(_, calls)| calls).sum();
        let mut totals = self.clone();
        totals.0.retain(|name, _| !family.covers(name));
        totals.count_in(family, &format!("{hour:02}"), calls);
        totals
    }

    /// How many calls began in each hour of the day.
    #[must_use]
    pub fn hours(&self) -> [i64; 24] {
        let family = &organisation_day::HOUR;
        std::array::from_fn(|hour| self.get(&family.member(&format!("{hour:02}"))))
    }

    /// The same totals with other hours, of which there are as many calls.
    #[must_use]
    pub fn with_hours(&self, hours: &[i64; 24]) -> Self {
        let family = &organisation_day::HOUR;
        let mut totals = self.clone();
        totals.0.retain(|name, _| !family.covers(name));
        for (hour, calls) in hours.iter().enumerate() {
            totals.count_in(family, &format!("{hour:02}"), *calls);
        }
        totals
    }

    /// Adds to one total. The numbers of one call are not negative and stop at the largest
    /// integer, in whatever order they are added; only a record with absurd times gets there.
    pub(crate) fn count(&mut self, total: &Definition, value: i64) {
        self.add(Name::Borrowed(total.id), value);
    }

    /// Adds to one member of a family of totals, under the same rule.
    pub(crate) fn count_in(&mut self, family: &Definition, name: &str, value: i64) {
        if value != 0 {
            self.add(Name::from(family.member(name)), value);
        }
    }

    /// Takes all of `other`, none of whose names is here yet.
    pub(crate) fn take_all(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    fn add(&mut self, name: Name, value: i64) {
        if value != 0 {
            let entry = self.0.entry(name).or_default();
            *entry = entry.saturating_add(value);
        }
    }
}

impl From<BTreeMap<String, i64>> for Totals {
    fn from(totals: BTreeMap<String, i64>) -> Self {
        let totals = totals.into_iter().filter(|(_, value)| *value != 0);
        Self(totals.map(|(name, value)| (Name::from(name), value)).collect())
    }
}

impl From<Totals> for BTreeMap<String, i64> {
    fn from(totals: Totals) -> Self {
        totals.into_iter().collect()
    }
}

impl IntoIterator for Totals {
    type Item = (String, i64);
    type IntoIter = std::iter::Map<
        std::collections::btree_map::IntoIter<Name, i64>,
        fn((Name, i64)) -> (String, i64),
    >;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter().map(|(name, value)| (name.into_owned(), value))
    }
}
