//! Which days are rolled up, and by which building file.

use std::collections::BTreeMap;

use call_table::{QualityHead, RefusedSites, SitesHead, StoredQuality};
use futures::future::try_join;
use jiff::civil::Date;

use super::QueryContext;
use crate::Error;
use crate::answer::{BuildingFile, BuildingFileOfDays, RefusedFile, RollUp};
use crate::format::{count_of, number};
use crate::period::Period;

/// Errors of a refused file that are shown.
const MAX_ERRORS: usize = 20;

pub(super) async fn read(
    reader: QueryContext<'_>,
    period: &Period,
    days: &[StoredQuality],
) -> Result<RollUp, Error> {
    let sites = reader.table.sites_head();
    let (sites, refused) = try_join(sites, reader.table.refused_sites()).await?;
    let heads: Vec<&QualityHead> = days.iter().map(|day| &day.head).collect();
    let mut by_file = BTreeMap::<Option<&str>, usize>::new();
    for head in &heads {
        *by_file.entry(head.sites.as_deref()).or_default() += 1;
    }
    let dates = |is: fn(&QualityHead) -> bool| -> Vec<Date> {
        heads.iter().filter(|head| is(head)).map(|head| head.day).collect()
    };
    let mut roll_up = RollUp {
        days: period.length(),
        days_rolled_up: heads.len(),
        days_missing: missing(period, &heads),
        days_not_adding_up: dates(|head| !head.adds_up),
        days_of_older_definitions: dates(|head| head.version != call_quality::VERSION),
        building_files: by_file
            .into_iter()
            .map(|(digest, days)| BuildingFileOfDays { digest: digest.map(str::to_owned), days })
            .collect(),
        building_file: sites.map(building_file),
        refused_building_file: refused.map(refused_file),
        notes: Vec::new(),
    };
    roll_up.notes = notes(&roll_up);
    Ok(roll_up)
}

/// The days of a period that are not rolled up.
pub(crate) fn missing(period: &Period, heads: &[&QualityHead]) -> Vec<Date> {
    period.days().filter(|day| heads.iter().all(|head| head.day != *day)).collect()
}

fn building_file(head: SitesHead) -> BuildingFile {
    let SitesHead { digest, loaded_at, source, networks, overlaps, .. } = head;
    BuildingFile { digest, loaded_at, source, networks, overlaps }
}

fn refused_file(refused: RefusedSites) -> RefusedFile {
    let RefusedSites { refused_at, source, mut errors, count, etag: _ } = refused;
    errors.truncate(MAX_ERRORS);
    RefusedFile { refused_at, source, errors, errors_in_all: count }
}

fn notes(roll_up: &RollUp) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(note) = missing_note(&roll_up.days_missing) {
        notes.push(note);
    }
    if !roll_up.days_not_adding_up.is_empty() {
        notes.push(format!(
            "Not yet equal to the people's totals: {}. Calls were stored while it was rolled up, or were \
             counted by older definitions; it is rolled up again.",
            list(&roll_up.days_not_adding_up)
        ));
    }
    if !roll_up.days_of_older_definitions.is_empty() {
        notes.push(format!(
            "Counted by older definitions, and due to be rolled up again: {}.",
            list(&roll_up.days_of_older_definitions)
        ));
    }
    let in_force = roll_up.building_file.as_ref().map(|file| file.digest.as_str());
    let of_another = roll_up.building_files.iter().filter(|it| it.digest.as_deref() != in_force);
    let of_another: usize = of_another.map(|it| it.days).sum();
    match in_force {
        None => notes.push(
            "There is no building file: every address is in no row of it, and nobody is known to be \
             inside. Give one in CQD's format."
                .to_owned(),
        ),
        Some(_) if of_another > 0 => notes.push(format!(
            "{} rolled up by another building file than the one in force ({} in this range): sites may \
             be named differently. Days of the last month are rolled up again by the new one.",
            count_of(of_another, "day was", "days were"),
            count_of(roll_up.building_files.len(), "file", "files"),
        )),
        Some(_) => {}
    }
    if let Some(refused) = &roll_up.refused_building_file {
        let stays = if in_force.is_some() {
            "The one before it stays in force"
        } else {
            "None is in force"
        };
        let all = usize::try_from(refused.errors_in_all).unwrap_or(usize::MAX);
        notes.push(format!(
            "The building file {} was refused, with {}. {stays}.",
            refused.source,
            count_of(all, "error", "errors"),
        ));
    }
    notes
}

/// What is to be said of days without a roll-up.
pub(crate) fn missing_note(days: &[Date]) -> Option<String> {
    (!days.is_empty()).then(|| {
        format!("Not rolled up: {}. No call began there, or the next run takes it up.", list(days))
    })
}

/// Days in words; of many only how many.
pub(crate) fn list(days: &[Date]) -> String {
    const MAX_LISTED: usize = 7;
    if days.len() > MAX_LISTED {
        let days = crate::format::count(number(u64::try_from(days.len()).unwrap_or(u64::MAX)));
        return format!("{days} days");
    }
    let days: Vec<String> = days.iter().map(|day| day.strftime("%a %-d %b").to_string()).collect();
    days.join(", ")
}
