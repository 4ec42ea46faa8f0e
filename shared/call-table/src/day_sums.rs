//! Adding up the totals of days while the answer to a query arrives. A year of the organisation is half
//! a million numbers, and the SDK makes a text under a name of its own of each.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextMut;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use bytes::Bytes;
use call_records::Totals;
use futures::stream;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use jiff::civil::Date;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::item;
use crate::keys::{self, EXPIRES_AT, PK, SK};
use crate::{TableError, ledger, total_names};

/// The totals of days, under the names by which they are stored. Several queries may add to it at once.
#[derive(Debug, Clone, Default)]
pub(crate) struct DaySums(Arc<Mutex<Sums>>);

#[derive(Debug, Default)]
struct Sums {
    places: Places,
    /// Of each day the sums, each in the place of its name.
    days: BTreeMap<Date, Vec<i64>>,
}

/// The place of each name.
type Places = HashMap<String, usize>;

/// The items of one answer.
type DayItems = Vec<DayItem>;

#[derive(Debug, Default)]
struct DayItem {
    pk: String,
    sk: String,
    numbers: Vec<(usize, i64)>,
    /// The name of a number that is no integer.
    no_integer: Option<String>,
}

impl DaySums {
    fn lock(&self) -> MutexGuard<'_, Sums> {
        // A panic while it is locked ends the whole report.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What takes the items out of an answer, for [`add`](Self::add).
    pub(crate) fn interceptor(&self) -> TakeItems {
        TakeItems { sums: self.clone(), taken: Taken::default() }
    }

    /// Adds the items that were taken out of an answer that is complete. Of an answer that was not, and
    /// that the SDK had sent again, nothing is added.
    pub(crate) fn add(&self, interceptor: &TakeItems) -> Result<(), TableError> {
        let items = interceptor.taken.take().ok_or_else(|| {
            TableError::Corrupt("an answer to Query is not as DynamoDB documents it".to_owned())
        })?;
        let mut sums = self.lock();
        let Sums { places, days } = &mut *sums;
        for DayItem { pk, sk, numbers, no_integer } in items {
            let place = || item::place(&item::key(&pk, &sk));
            if let Some(name) = no_integer {
                return Err(TableError::Corrupt(format!("{name} of {} is no integer", place())));
            }
            let day = keys::date_of(&sk).ok_or_else(|| {
                TableError::Corrupt(format!("{} has no date in its key", place()))
            })?;
            let day = days.entry(day).or_default();
            day.resize(places.len(), 0);
            for (at, number) in numbers {
                day[at] = day[at].checked_add(number).ok_or_else(|| {
                    let names = places.iter().filter(|(_, place)| **place == at);
                    let name = names.map(|(name, _)| name.as_str()).collect::<String>();
                    TableError::Corrupt(format!("the total {name} is out of range at {}", place()))
                })?;
            }
        }
        Ok(())
    }

    /// The days that have totals, under their own names.
    pub(crate) fn into_totals(self) -> Result<Vec<(Date, Totals)>, TableError> {
        let sums = self.lock();
        let mut names: Vec<_> = sums.places.iter().map(|(name, at)| (*at, name)).collect();
        names.sort_unstable();
        let names: Vec<_> = names.into_iter().map(|(_, name)| total_names::total(name)).collect();
        let days = sums.days.iter().map(|(day, sums)| {
            let mut totals = Totals::new();
            // A day that versions before short names began has some totals under two names.
            for (name, value) in names.iter().zip(sums) {
                ledger::add(&mut totals, name, *value)?;
            }
            Ok((*day, totals))
        });
        let days = days.collect::<Result<Vec<_>, TableError>>()?;
        Ok(days.into_iter().filter(|(_, totals)| !totals.is_empty()).collect())
    }
}

/// What was taken out of the last answer; none when it could not be read.
#[derive(Debug, Clone, Default)]
struct Taken(Arc<Mutex<Option<DayItems>>>);

impl Taken {
    fn set(&self, items: Option<DayItems>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = items;
    }

    fn take(&self) -> Option<DayItems> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Takes the items out of an answer to a query before the SDK reads it. Everything else, errors
/// included, is the SDK's.
#[derive(Debug, Clone)]
pub(crate) struct TakeItems {
    sums: DaySums,
    taken: Taken,
}

#[dyn_dispatch_hint]
impl Intercept for TakeItems {
    fn name(&self) -> &'static str {
        "TakeItems"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.taken.set(None);
        let response = context.response_mut();
        if response.status().is_success() {
            let body = std::mem::replace(response.body_mut(), SdkBody::taken());
            let this = self.clone();
            let rest = async move {
                let body = body.collect().await?.to_bytes();
                Ok::<_, BoxError>(Frame::data(this.rest_of(body)))
            };
            *response.body_mut() = SdkBody::from_body_1_x(StreamBody::new(stream::once(rest)));
        }
        Ok(())
    }
}

impl TakeItems {
    fn rest_of(&self, answer: Bytes) -> Bytes {
        match read(&answer, &mut self.sums.lock().places) {
            Ok((items, rest)) => {
                self.taken.set(Some(items));
                rest
            }
            // The SDK says what is wrong with it.
            Err(_) => answer,
        }
    }
}

/// The items of an answer, and the answer without them.
fn read(answer: &[u8], places: &mut Places) -> Result<(DayItems, Bytes), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(answer);
    let (items, rest) = Answer(places).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok((items, serde_json::to_vec(&rest)?.into()))
}

/// Reads an answer to a query: its items, and the JSON of its other members.
struct Answer<'p>(&'p mut Places);

impl<'de> DeserializeSeed<'de> for Answer<'_> {
    type Value = (DayItems, BTreeMap<Cow<'de, str>, &'de RawValue>);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Answer<'_> {
    type Value = (DayItems, BTreeMap<Cow<'de, str>, &'de RawValue>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer to Query")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut members: M) -> Result<Self::Value, M::Error> {
        let (mut items, mut rest) = (DayItems::new(), BTreeMap::new());
        while let Some(Text(name)) = members.next_key()? {
            if name == "Items" {
                items = members.next_value_seed(Items(self.0))?;
            } else {
                rest.insert(name, members.next_value()?);
            }
        }
        Ok((items, rest))
    }
}

struct Items<'p>(&'p mut Places);

impl<'de> DeserializeSeed<'de> for Items<'_> {
    type Value = DayItems;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<DayItems, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Items<'_> {
    type Value = DayItems;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of items")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<DayItems, S::Error> {
        let mut items = DayItems::new();
        while let Some(item) = list.next_element_seed(Attributes(self.0))? {
            items.push(item);
        }
        Ok(items)
    }
}

struct Attributes<'p>(&'p mut Places);

impl<'de> DeserializeSeed<'de> for Attributes<'_> {
    type Value = DayItem;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<DayItem, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Attributes<'_> {
    type Value = DayItem;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an item")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut attributes: M) -> Result<DayItem, M::Error> {
        let mut item = DayItem { numbers: Vec::with_capacity(self.0.len()), ..DayItem::default() };
        while let Some((Text(name), value)) = attributes.next_entry()? {
            match value {
                Attribute::S(text) if name == PK => item.pk = text.into_owned(),
                Attribute::S(text) if name == SK => item.sk = text.into_owned(),
                Attribute::N(digits) if name != EXPIRES_AT => match digits.parse() {
                    Ok(number) => item.numbers.push((place(self.0, &name), number)),
                    Err(_) => item.no_integer = Some(name.into_owned()),
                },
                _ => {}
            }
        }
        Ok(item)
    }
}

fn place(places: &mut Places, name: &str) -> usize {
    if let Some(place) = places.get(name) {
        return *place;
    }
    let place = places.len();
    places.insert(name.to_owned(), place);
    place
}

/// A text, borrowed when it has no escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The value of an attribute.
#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Attribute<'a> {
    N(#[serde(borrow)] Cow<'a, str>),
    S(#[serde(borrow)] Cow<'a, str>),
    B(IgnoredAny),
    Bool(IgnoredAny),
    Bs(IgnoredAny),
    L(IgnoredAny),
    M(IgnoredAny),
    Ns(IgnoredAny),
    Null(IgnoredAny),
    Ss(IgnoredAny),
}

#[cfg(test)]
mod tests;
