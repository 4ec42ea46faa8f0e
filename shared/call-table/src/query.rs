//! Queries, page by page.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::types::Select;

use crate::Deadline;
use crate::day_sums::{DaySums, TakeItems};
use crate::error::from_sdk;
use crate::item::{Item, n, s};
use crate::keys::{BY_DAY, BY_DAY_SORT, BY_PERSON, BY_PERSON_SORT, PK, SK};
use crate::{CallTable, TableError};

/// A query: built first, then read page by page. Strongly consistent unless it is of an index.
#[derive(Debug)]
pub struct Query<'a> {
    table: &'a CallTable,
    index: Option<&'static str>,
    partition: &'static str,
    sort: &'static str,
    values: Vec<(&'static str, String)>,
    range: &'static str,
    only: &'a [&'a str],
    with_some: Option<&'static str>,
    count_only: bool,
    consistent: bool,
    newest_first: bool,
    limit: Option<i32>,
    deadline: Deadline,
    from: Option<Item>,
    done: bool,
}

impl CallTable {
    /// A query of one partition of the table.
    pub fn query(&self, pk: &str) -> Query<'_> {
        self.query_of(None, PK, SK, pk)
    }

    /// A query of one day in its index.
    pub fn query_by_day(&self, day: &str) -> Query<'_> {
        self.query_of(Some(BY_DAY), BY_DAY, BY_DAY_SORT, day)
    }

    /// A query of one person in their index.
    pub fn query_by_person(&self, person: &str) -> Query<'_> {
        self.query_of(Some(BY_PERSON), BY_PERSON, BY_PERSON_SORT, person)
    }

    fn query_of(
        &self,
        index: Option<&'static str>,
        partition: &'static str,
        sort: &'static str,
        value: &str,
    ) -> Query<'_> {
        Query {
            table: self,
            index,
            partition,
            sort,
            values: vec![(":partition", value.to_owned())],
            range: "",
            only: &[],
            with_some: None,
            count_only: false,
            consistent: index.is_none(),
            newest_first: false,
            limit: None,
            deadline: Deadline::NONE,
            from: None,
            done: false,
        }
    }
}

impl<'a> Query<'a> {
    /// Only sort keys that begin with `prefix`.
    pub fn beginning_with(mut self, prefix: &str) -> Self {
        self.range = " AND begins_with(#sort, :prefix)";
        self.values.push((":prefix", prefix.to_owned()));
        self
    }

    /// Only sort keys from `first` to `last`, both included.
    pub fn between(mut self, first: &str, last: &str) -> Self {
        self.range = " AND #sort BETWEEN :first AND :last";
        self.values.extend([(":first", first.to_owned()), (":last", last.to_owned())]);
        self
    }

    /// Projects these attributes.
    pub fn only(mut self, attributes: &'a [&'a str]) -> Self {
        self.only = attributes;
        self
    }

    /// Only items in which this number is greater than 0. A filter: the others are read and paid, and
    /// not returned.
    pub fn with_some(mut self, number: &'static str) -> Self {
        self.with_some = Some(number);
        self
    }

    /// In descending order, with at most this many items on a page.
    pub fn newest_first(mut self, limit: i32) -> Self {
        self.newest_first = true;
        self.limit = Some(limit);
        self
    }

    /// Costs half; what was written within the last second may be missing.
    pub fn eventually_consistent(mut self) -> Self {
        self.consistent = false;
        self
    }

    pub fn within(mut self, deadline: Deadline) -> Self {
        self.deadline = deadline;
        self
    }

    /// The next page; none after the last. A page may be empty.
    pub async fn next(&mut self) -> Result<Option<Vec<Item>>, TableError> {
        Ok(self.answer().await?.map(|answer| answer.items.unwrap_or_default()))
    }

    /// Adds the items of the next page, which are days with totals; false after the last.
    pub(crate) async fn add_next(&mut self, days: &DaySums) -> Result<bool, TableError> {
        let items = days.interceptor();
        let answered = self.answer_with(Some(items.clone())).await?.is_some();
        if answered {
            days.add(&items)?;
        }
        Ok(answered)
    }

    /// The number of items; no item is transferred.
    pub async fn count(mut self) -> Result<u64, TableError> {
        self.count_only = true;
        let mut count = 0;
        while let Some(answer) = self.answer().await? {
            count += u64::try_from(answer.count).unwrap_or_default();
        }
        Ok(count)
    }

    async fn answer(&mut self) -> Result<Option<QueryOutput>, TableError> {
        self.answer_with(None).await
    }

    /// The next answer; without its items, where these are taken.
    async fn answer_with(
        &mut self,
        take: Option<TakeItems>,
    ) -> Result<Option<QueryOutput>, TableError> {
        if self.done {
            return Ok(None);
        }
        let table = self.table.name();
        let mut names = HashMap::from([("#partition".to_owned(), self.partition.to_owned())]);
        if !self.range.is_empty() {
            names.insert("#sort".to_owned(), self.sort.to_owned());
        }
        let mut projection = Vec::new();
        for (index, attribute) in self.only.iter().enumerate() {
            projection.push(format!("#only{index}"));
            names.insert(format!("#only{index}"), (*attribute).to_owned());
        }
        let values = self.values.iter().map(|(name, value)| ((*name).to_owned(), s(value)));
        let mut values: Item = values.collect();
        if let Some(number) = self.with_some {
            names.insert("#some".to_owned(), number.to_owned());
            values.insert(":none".to_owned(), n(0));
        }
        let request = self
            .table
            .client()
            .query()
            .table_name(table)
            .set_index_name(self.index.map(str::to_owned))
            .consistent_read(self.consistent)
            .key_condition_expression(format!("#partition = :partition{}", self.range))
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .set_filter_expression(self.with_some.map(|_| "#some > :none".to_owned()))
            .set_select(self.count_only.then_some(Select::Count))
            .set_projection_expression((!projection.is_empty()).then(|| projection.join(", ")))
            .scan_index_forward(!self.newest_first)
            .set_limit(self.limit)
            .set_exclusive_start_key(self.from.take())
            .set_return_consumed_capacity(self.table.return_consumed_capacity());
        let answer = match take {
            None => self.deadline.run(request.send()).await?,
            Some(take) => self.deadline.run(request.customize().interceptor(take).send()).await?,
        };
        let mut answer = answer.map_err(|error| from_sdk("Query", table, &error))?;
        let read = usize::try_from(answer.scanned_count).unwrap_or_default();
        self.table.count_read(read, answer.consumed_capacity.as_slice());
        self.from = answer.last_evaluated_key.take().filter(|key| !key.is_empty());
        self.done = self.from.is_none();
        Ok(Some(answer))
    }

    /// The items of all remaining pages.
    pub async fn all(mut self) -> Result<Vec<Item>, TableError> {
        let mut all = Vec::new();
        while let Some(items) = self.next().await? {
            all.extend(items);
        }
        Ok(all)
    }
}
