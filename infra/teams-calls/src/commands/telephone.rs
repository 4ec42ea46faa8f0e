//! `teams-calls telephone`: what telephone calls cost and how the trunks did, from Graph's logs.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::ensure;
use clap::Args;
use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use lambda_kit::Environment;
use pstn_logs::{DayLogs, Micros, Sums, Trunk};
use serde_json::json;

use super::clock_time;
use crate::account::{AccountOptions, ask_for_secret};
use crate::telephone::{self, PACE, Telephone};
use crate::text_table;

/// Graph keeps the logs about as long.
const MAX_DAYS: i64 = 90;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    account: AccountOptions,
    /// The first day (UTC), such as 2026-11-01. Without it, 29 days before the last.
    #[arg(long, value_name = "DAY")]
    from: Option<Date>,
    /// The last day. Without it, today, of which rows are still missing: they come up to 48 hours late.
    #[arg(long, value_name = "DAY")]
    to: Option<Date>,
    /// One JSON object on standard output instead of tables: by day, with the ids of users.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let today = TimeZone::UTC.to_datetime(lambda_kit::now()).date();
    let to = options.to.unwrap_or(today);
    let from = options.from.unwrap_or_else(|| to.saturating_sub(29.days()));
    ensure!(from <= to, "--from {from} is after --to {to}");
    let oldest = today.saturating_sub(MAX_DAYS.days());
    ensure!(from >= oldest, "Graph has the last {MAX_DAYS} days: give --from {oldest} or later");
    let (account, _) = options.account.resolve(&Environment::from_process(), ask_for_secret)?;
    let telephone = telephone::read(&account.graph()?, from, to, PACE).await?;
    if options.json {
        let Telephone { days, undated, unreadable } = &telephone;
        let answer = json!({
            "from": from, "to": to, "days": days, "undated_rows": undated,
            "unreadable_rows": unreadable,
        });
        println!("{answer}");
    } else {
        print!("{}", text(&telephone));
    }
    Ok(ExitCode::SUCCESS)
}

/// The tables of all days together.
fn text(telephone: &Telephone) -> String {
    let total = telephone.total();
    let mut text = of_sums("call type", by_type(&total));
    for (title, of) in [
        ("country", &total.countries),
        ("licence", &total.licenses),
        ("operator", &total.operators),
    ] {
        text += &of_sums(title, of.iter().map(|(name, sums)| (name.clone(), sums)));
    }
    text += &of_trunks(&total.trunks);
    for (rows, what) in [
        (telephone.unreadable, "rows could not be read"),
        (telephone.undated, "rows have no time and are in no day"),
        (total.total().contradictory, "durations contradict start and end"),
    ] {
        if rows > 0 {
            text += &format!("{rows} {what}\n");
        }
    }
    text
}

fn by_type(total: &DayLogs) -> impl Iterator<Item = (String, &Sums)> {
    let directions = total.types.values().flatten();
    directions.flat_map(|(direction, words)| {
        words.iter().map(move |(word, sums)| (format!("{word} ({direction})"), sums))
    })
}

fn of_sums<'a>(title: &str, rows: impl Iterator<Item = (String, &'a Sums)>) -> String {
    let mut table = text_table::new(&[title, "legs", "failed", "h:mm:ss", "charges"]);
    text_table::align_right(&mut table, 1..5);
    let mut is_empty = true;
    for (name, sums) in rows {
        is_empty = false;
        let seconds = i64::try_from(sums.seconds).unwrap_or(i64::MAX / 1_000);
        table.add_row([
            name,
            sums.legs.to_string(),
            sums.failed.to_string(),
            clock_time(seconds.saturating_mul(1_000)),
            charges(&sums.charges),
        ]);
    }
    if is_empty { format!("{title}: no rows\n") } else { format!("{table}\n") }
}

fn charges(charges: &BTreeMap<String, Micros>) -> String {
    let charges = charges.iter().map(|(currency, sum)| format!("{sum} {currency}"));
    charges.collect::<Vec<_>>().join(", ")
}

fn of_trunks(trunks: &BTreeMap<String, Trunk>) -> String {
    if trunks.is_empty() {
        return String::new();
    }
    let mut table = text_table::new(&["trunk", "attempts", "effective", "NER", "failed, by code"]);
    text_table::align_right(&mut table, 1..4);
    for (name, trunk) in trunks {
        let mut codes: Vec<_> = trunk.codes.iter().collect();
        codes.sort_by_key(|(code, legs)| (std::cmp::Reverse(**legs), (*code).clone()));
        let codes = codes.iter().take(5).map(|(code, legs)| format!("{code}: {legs}"));
        let effective = trunk.effective();
        // In tenths of a percent, cut.
        let permille = (effective * 1_000).checked_div(trunk.attempts);
        let ner = permille.map_or("–".to_owned(), |of| format!("{}.{} %", of / 10, of % 10));
        table.add_row([
            name.clone(),
            trunk.attempts.to_string(),
            effective.to_string(),
            ner,
            codes.collect::<Vec<_>>().join(", "),
        ]);
    }
    format!("{table}\n")
}
