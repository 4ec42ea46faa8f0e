//! `teams-calls demo`: an invented organisation's working day through the whole system.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use call_records::Totals;
use call_table::PersonOfDay;
use clap::Args;
use fake_graph::organisation::{Organisation, Plan};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use tokio::time::Instant;

use crate::system::{Settings, System};
use crate::text_table;

const TIMEOUT: Duration = Duration::from_secs(600);

/// Several runs, because a call that one of them enqueues may be read from a stale replica.
const RECONCILER_RUNS: usize = 3;

const BUSIEST: usize = 10;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The number of people of the organisation.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(2..))]
    people: u32,
    /// The approximate number of calls of the day.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    calls: u32,
    /// The seed of the organisation, the day and the faults.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A file that keeps the table, for `recompute`, `forget` and `serve`. Without it, the table is
    /// in memory.
    #[arg(long)]
    data: Option<std::path::PathBuf>,
    /// One JSON object on standard output instead of progress and tables.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Outcome {
    calls_in_graph: usize,
    calls_stored: usize,
    missing: usize,
    stale: usize,
    dead_lettered: usize,
    dead_letter_reasons: BTreeMap<String, usize>,
    totals_equal_recomputation: bool,
    differences: Vec<String>,
    people: u32,
    seed: u64,
    seconds: f64,
    graph: GraphCounts,
    reconciled: Reconciled,
    organisation: Totals,
    busiest: Vec<BusyPerson>,
}

#[derive(Debug, Serialize)]
struct GraphCounts {
    versions: usize,
    notifications: u64,
    duplicates: u64,
    requests: u64,
    throttled: u64,
}

/// Calls that reconciliation found without a notification.
#[derive(Debug, Serialize)]
struct Reconciled {
    missing: u64,
    stale: u64,
    complete_up_to: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct BusyPerson {
    person: String,
    name: Option<String>,
    calls: i64,
    talk_ms: i64,
    missed: i64,
}

pub(super) async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let began = Instant::now();
    let progress = Progress { silent: options.json };
    progress.print(&format!(
        "An invented organisation of {} people makes about {} calls, which go through the whole system in \
         this process; then what is stored is compared with what Graph has. No account is needed and \
         nothing leaves this machine. It takes {}.",
        options.people,
        options.calls,
        match options.calls {
            ..=2_000 => "about half a minute".to_owned(),
            calls => format!("about {} minutes", calls.div_ceil(2_000)),
        },
    ));
    if let Some(file) = &options.data {
        super::warn_of_exposure(file);
    }
    let mut settings =
        Settings { data: options.data.clone(), ..Settings::with_ordinary_faults(options.seed) };
    // Faults that only reconciliation repairs.
    settings.graph_faults.notifications.dropped = 0.02;
    settings.graph_faults.answers.stale = 0.02;
    let system = System::start(settings).await?;
    let day = TimeZone::UTC.to_datetime(system.now()).date().yesterday()?;
    let organisation = Organisation::invent(&Plan {
        people: usize::try_from(options.people)?,
        calls: usize::try_from(options.calls)?,
        seed: options.seed,
        day,
        tenant_id: system.tenant_id().to_owned(),
        fault: None,
    });
    let versions: usize = organisation.calls.iter().map(|call| call.versions.len()).sum();
    progress.print(&format!(
        "{} people of an invented organisation have {} calls on {day} ({versions} versions of records).",
        options.people,
        organisation.calls.len(),
    ));
    system
        .run_day(&organisation, options.seed, TIMEOUT, async |waiting| {
            progress.show(&format!("{waiting} messages wait"));
        })
        .await?;
    let (mut found_missing, mut found_stale) = (0, 0);
    for _ in 0..RECONCILER_RUNS {
        let run = system.tick_reconciler("due").await?;
        let found = |what: &str| run["found"][what].as_u64().unwrap_or_default();
        found_missing += found("missing");
        found_stale += found("stale");
        system.drained(TIMEOUT).await?;
    }
    progress.end();
    // As the schedule does, so that every report of the file has what it needs.
    system.roll_up().await?;
    system.read_telephone_logs().await?;

    let counts = system.compare_with_graph().await?;
    let recomputed = system.recompute().await?;
    let counters = system.graph().counters();
    let mut dead_letter_reasons = BTreeMap::new();
    for message in system.dead_lettered()? {
        *dead_letter_reasons.entry(message.reason).or_default() += 1;
    }
    let outcome = Outcome {
        calls_in_graph: counts.in_graph,
        calls_stored: counts.stored,
        missing: counts.missing,
        stale: counts.stale,
        dead_lettered: dead_letter_reasons.values().sum(),
        dead_letter_reasons,
        totals_equal_recomputation: recomputed.differences.is_empty(),
        differences: recomputed.sentences().into_iter().take(20).collect(),
        people: options.people,
        seed: options.seed,
        seconds: began.elapsed().as_secs_f64(),
        graph: GraphCounts {
            versions,
            notifications: counters.notifications,
            duplicates: counters.duplicated,
            requests: counters.requests,
            throttled: counters.throttled(),
        },
        reconciled: Reconciled {
            missing: found_missing,
            stale: found_stale,
            complete_up_to: system.store().completeness().await?.complete_up_to,
        },
        organisation: organisation_totals(&system, day).await?,
        busiest: busiest(&system, day).await?,
    };
    if options.json {
        println!("{}", serde_json::to_string(&outcome)?);
    } else {
        print(&outcome);
        println!("{}", next_step(options.data.as_deref()));
    }
    let is_healthy =
        outcome.missing == 0 && outcome.stale == 0 && outcome.totals_equal_recomputation;
    Ok(if is_healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What to look at now.
fn next_step(data: Option<&Path>) -> String {
    let options = match data {
        Some(data) => format!("--data {}", data.display()),
        None => "--invent-days 7".to_owned(),
    };
    format!(
        "See the reports in a browser: cargo run -- serve {options} (its first line is their address, \
         http://127.0.0.1:PORT/TOKEN/)"
    )
}

/// The totals of the day and its neighbours: calls across midnight may belong to those.
async fn organisation_totals(system: &System, day: Date) -> anyhow::Result<Totals> {
    let mut sum = Totals::new();
    for (_, totals) in system.store().organisation_totals(day.yesterday()?, day.tomorrow()?).await?
    {
        sum = sum.checked_add(&totals)?;
    }
    Ok(sum)
}

async fn busiest(system: &System, day: Date) -> anyhow::Result<Vec<BusyPerson>> {
    let mut people = system.store().people_of_day(day).await?;
    people.sort_by_key(|PersonOfDay { person, totals }| {
        (std::cmp::Reverse(totals.get("talk_ms")), person.to_string())
    });
    let mut busiest = Vec::new();
    for PersonOfDay { person, totals } in people.into_iter().take(BUSIEST) {
        busiest.push(BusyPerson {
            name: system.store().newest_name(&person).await?,
            person: person.to_string(),
            calls: totals.get("calls"),
            talk_ms: totals.get("talk_ms"),
            missed: totals.get("missed"),
        });
    }
    Ok(busiest)
}

fn print(outcome: &Outcome) {
    let mut table =
        text_table::new(&["busiest people", "calls", "time in calls", "missed (incoming)"]);
    for busy in &outcome.busiest {
        let name = busy.name.clone().unwrap_or_else(|| busy.person.clone());
        table.add_row([
            name,
            busy.calls.to_string(),
            super::clock_time(busy.talk_ms),
            busy.missed.to_string(),
        ]);
    }
    text_table::align_right(&mut table, 1..4);
    println!("{table}\n");

    let of = |name: &str| outcome.organisation.get(name).to_string();
    let ms = |name: &str| super::clock_time(outcome.organisation.get(name));
    let mut table = text_table::new(&["organisation", ""]);
    for (what, value) in [
        ("calls", of("calls")),
        ("  peer-to-peer", of("calls_peer_to_peer")),
        ("  group", of("calls_group")),
        (
            "answered, voicemail, unanswered, failed, unknown",
            ["answered", "voicemail", "unanswered", "failed", "outcome_unknown"].map(of).join(", "),
        ),
        ("missed by people, always incoming", of("people_missed")),
        ("failed joins of meetings", of("failed_joins")),
        ("test calls", of("test_calls")),
        ("dropped", of("dropped")),
        ("length of all calls", ms("call_ms")),
        ("time of all people in calls", ms("people_talk_ms")),
        ("sessions", of("sessions")),
        (
            "rated, of sessions with a feedback object",
            format!("{} of {}", of("people_feedback_rated"), of("people_feedback_objects")),
        ),
        (
            "poor audio streams, of judged",
            format!(
                "{} of {}",
                of("audio_streams_poor"),
                outcome.organisation.get("audio_streams_poor")
                    + outcome.organisation.get("audio_streams_good")
            ),
        ),
    ] {
        table.add_row([what.to_owned(), value]);
    }
    text_table::align_right(&mut table, 1..2);
    println!("{table}\n");
    println!(
        "Graph sent {} notifications ({} of them twice) for {} versions and answered {} requests, {} with 429.",
        outcome.graph.notifications,
        outcome.graph.duplicates,
        outcome.graph.versions,
        outcome.graph.requests,
        outcome.graph.throttled
    );
    for (reason, messages) in &outcome.dead_letter_reasons {
        println!(
            "dead-lettered: {messages} with the reason {reason}; `cargo run -- serve` prints the command that redrives"
        );
    }
    println!(
        "Graph's list held {} calls that were missing and {} newer versions, which no notification had announced.",
        outcome.reconciled.missing, outcome.reconciled.stale
    );
    for difference in &outcome.differences {
        println!("differs: {difference}");
    }
    println!(
        "calls in Graph {}, stored {}, missing {}, stale {}; totals {} recomputation ({:.1} s)",
        outcome.calls_in_graph,
        outcome.calls_stored,
        outcome.missing,
        outcome.stale,
        if outcome.totals_equal_recomputation { "equal" } else { "DIFFER FROM" },
        outcome.seconds,
    );
}

/// Progress on standard error, so that standard output is the result alone.
struct Progress {
    silent: bool,
}

impl Progress {
    fn print(&self, text: &str) {
        if !self.silent {
            eprintln!("{text}");
        }
    }

    /// Shows a line that the next one replaces; nothing without a terminal.
    fn show(&self, text: &str) {
        if !self.silent && std::io::stderr().is_terminal() {
            eprint!("\r\x1b[2K{text}");
        }
    }

    fn end(&self) {
        self.show("");
    }
}
