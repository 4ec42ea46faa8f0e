//! Runs the soak: the whole system under random faults, crashes and restarts.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use clap::Parser;
use system_tests::soak::{Outcome, Plan, soak};
use teams_calls::text_table;

/// The whole system under random faults, crashes and restarts, compared with Graph and with
/// recomputation at quiet points. Exit code 1 and the seed when anything differs.
#[derive(Debug, Parser)]
struct Options {
    /// For how many minutes; may be a fraction.
    #[arg(long, default_value_t = 1.0, value_parser = minutes)]
    minutes: f64,
    /// The seed of the history, the faults and the crashes.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The consumer's binary: one more consumer, which is killed with SIGKILL now and then.
    #[arg(long)]
    consumer: Option<PathBuf>,
    /// One JSON object on standard output instead of progress and a table.
    #[arg(long)]
    json: bool,
}

fn minutes(text: &str) -> Result<f64, String> {
    let minutes = text.parse::<f64>().map_err(|error| error.to_string())?;
    (minutes > 0.0 && minutes <= 10_000.0)
        .then_some(minutes)
        .ok_or_else(|| "a soak takes more than 0 and at most 10,000 minutes".to_owned())
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let options = Options::parse();
    if let Some(program) = options.consumer.as_ref().filter(|program| !program.is_file()) {
        bail!("{} is no program: build it with cargo build --workspace --bins", program.display());
    }
    let plan = Plan {
        duration: Duration::from_secs_f64(options.minutes * 60.0),
        seed: options.seed,
        consumer: options.consumer.map(std::path::absolute).transpose()?,
    };
    let outcome = soak(&plan, |so_far| {
        if !options.json {
            eprintln!(
                "{:6.1} s: {} versions, {} crashes, {} kills, {} faults, equal at {} quiet points",
                so_far.seconds,
                so_far.versions,
                so_far.crashes,
                so_far.kills,
                so_far.faults.values().sum::<u64>(),
                so_far.checks,
            );
        }
    })
    .await?;
    if options.json {
        println!("{}", serde_json::to_string(&outcome)?);
    } else {
        print(&outcome);
    }
    Ok(if outcome.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(outcome: &Outcome) {
    let mut table = text_table::new(&["fault", "times"]);
    for (what, times) in &outcome.faults {
        table.add_row([what.clone(), times.to_string()]);
    }
    for (what, times) in [
        ("consumer dropped in the middle", outcome.crashes),
        ("consumer's process killed", outcome.kills),
    ] {
        table.add_row([what.to_owned(), times.to_string()]);
    }
    text_table::align_right(&mut table, 1..2);
    println!("{table}\n");
    println!(
        "{} calls in {} versions, {} requests, {} poisoned messages dead-lettered with their reason.",
        outcome.calls, outcome.versions, outcome.requests, outcome.poisoned,
    );
    println!(
        "{} people forgotten, {} calls recounted, {} hostile records; {} histories.",
        outcome.people_forgotten,
        outcome.calls_recounted,
        outcome.hostile_records,
        outcome.histories + 1,
    );
    for violation in &outcome.violations {
        println!("violation: {violation}");
    }
    println!(
        "seed {}: the table {} Graph and recomputation at {} quiet points ({:.0} s, {} MiB at most)",
        outcome.seed,
        if outcome.violations.is_empty() { "equalled" } else { "DIFFERED FROM" },
        outcome.checks,
        outcome.seconds,
        outcome.peak_memory / 1024 / 1024,
    );
}
