//! From a number to the calls behind it.

use call_records::definitions::{derived, organisation_day as day, person_day as person};
use maud::{Markup, html};

use super::Page;
use super::links::Target;
use crate::request::{Issue, LegFilter, Report};

/// The list of the calls behind a number at the head of a page; none where there is none of so many days.
pub(crate) fn of_figure(page: &Page<'_>, id: &str, person: Option<&str>) -> Option<Target> {
    if id == day::CALLS.id && person.is_none() {
        return has_room(page, Report::Calls).then(|| page.links.to(Report::Calls));
    }
    of_issue(page, issue(id)?, person)
}

/// The legs with an issue, of everybody or of a person.
pub(crate) fn of_issue(page: &Page<'_>, issue: Issue, person: Option<&str>) -> Option<Target> {
    let filter = LegFilter { issue: Some(issue), ..LegFilter::default() };
    let calls = page.links.to(Report::NotedCalls).legs(&filter);
    let calls = match person {
        Some(person) => calls.person(person),
        None => calls,
    };
    has_room(page, Report::NotedCalls).then_some(calls)
}

/// A number that leads to its calls, where it is not zero.
pub(crate) fn number(page: &Page<'_>, shown: &str, is_some: bool, calls: Option<Target>) -> Markup {
    match calls.filter(|_| is_some) {
        Some(calls) => page.links.link(shown, "The calls behind it", calls),
        None => html! { (shown) },
    }
}

/// Whether there is such a report of so many days.
pub(crate) fn has_room(page: &Page<'_>, report: Report) -> bool {
    report.max_days().is_none_or(|most| page.request.period.length() <= most)
}

fn issue(id: &str) -> Option<Issue> {
    let is_one_of = |ids: &[&str]| ids.contains(&id);
    if id == person::MISSED.id {
        Some(Issue::Missed)
    } else if is_one_of(&[day::DROPPED.id, derived::DROP_RATE.id]) {
        Some(Issue::Dropped)
    } else if is_one_of(&[day::FAILED.id, day::FAILED_JOINS.id, derived::FAILURE_RATE.id]) {
        Some(Issue::Failed)
    } else if is_one_of(&[
        derived::POOR_STREAM_SHARE.id,
        derived::POOR_LEG_SHARE.id,
        derived::POOR_CALL_SHARE.id,
        derived::POOR_RECEIVED_SHARE.id,
        derived::POOR_SENT_SHARE.id,
    ]) {
        Some(Issue::Poor)
    } else {
        None
    }
}
