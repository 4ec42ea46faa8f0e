//! What has to be known to read the numbers of the logs.

use call_table::PstnHead;
use jiff::civil::Date;
use pstn_logs::Log;

use super::super::quality::list_of_days;
use crate::answer::LogsCompleteness;
use crate::format::count_of;

/// What to do where the logs are not read.
pub(super) const SWITCH_ON: &str = "No log of telephone calls was ever read, and the numbers are not zero but unknown. They are read \
     with the stack's parameter PstnLogs, and need an administrator's consent to the application permission \
     CallRecord-PstnCalls.Read.All, or CallRecords.Read.All; teams-calls doctor says whether Graph answers.";

/// `sums_alone` is of how many days of the range there are sums and no rows, `missing` are those of which
/// there is neither.
pub(super) fn notes(
    completeness: &LogsCompleteness,
    missing: &[Date],
    heads: &[PstnHead],
    sums_alone: usize,
) -> Vec<String> {
    if completeness.first_day.is_none() && sums_alone == 0 {
        return vec![SWITCH_ON.to_owned()];
    }
    let mut notes = Vec::new();
    if !missing.is_empty() {
        let days = list_of_days(missing);
        notes.push(format!("Not read: {days}. The numbers are of the other days."));
    }
    for log in Log::ALL {
        let without = heads.iter().filter(|head| !head.listed_at.contains_key(&log));
        let without: Vec<Date> = without.map(|head| head.day).collect();
        if !without.is_empty() {
            notes.push(format!("{} was not read of {}.", function(log), list_of_days(&without)));
        }
    }
    if sums_alone > 0 {
        notes.push(format!(
            "The rows of {} were removed with their retention: their sums are kept, and no person's legs.",
            count_of(sums_alone, "day", "days")
        ));
    }
    let older = heads.iter().filter(|head| head.version != pstn_logs::VERSION).count();
    if older > 0 {
        let days = count_of(older, "day was", "days were");
        notes.push(format!("{days} added up by older definitions, and are added up again."));
    }
    notes
}

const fn function(log: Log) -> &'static str {
    match log {
        Log::Pstn => "getPstnCalls",
        Log::DirectRouting => "getDirectRoutingCalls",
    }
}
