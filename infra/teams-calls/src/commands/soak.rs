//! `teams-calls soak`: the whole system under random faults, crashes and restarts.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use clap::Args;

use crate::soak::{Plan, Survived, soak};

/// What `teams-calls soak` takes.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// For how many minutes; parts of a minute too.
    #[arg(long, default_value_t = 1.0, value_parser = minutes)]
    minutes: f64,
    /// Which history, faults and crashes.
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

pub(super) async fn run(options: Options) -> anyhow::Result<ExitCode> {
    if let Some(program) = options.consumer.as_ref().filter(|program| !program.is_file()) {
        bail!("{} is no program: build it with cargo build --workspace --bins", program.display());
    }
    let plan = Plan {
        length: Duration::from_secs_f64(options.minutes * 60.0),
        seed: options.seed,
        consumer: options.consumer.map(std::path::absolute).transpose()?,
    };
    let survived = soak(&plan, |so_far| {
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
        println!("{}", serde_json::to_string(&survived)?);
    } else {
        print(&survived);
    }
    Ok(if survived.wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(survived: &Survived) {
    let mut table = super::table(&["survived", "times"]);
    for (what, times) in &survived.faults {
        table.add_row([what.clone(), times.to_string()]);
    }
    for (what, times) in [
        ("consumer dropped in the middle", survived.crashes),
        ("consumer's process killed", survived.kills),
    ] {
        table.add_row([what.to_owned(), times.to_string()]);
    }
    super::align_right(&mut table, 1..2);
    println!("{table}\n");
    println!(
        "{} calls in {} versions, {} requests, {} poisoned messages dead-lettered with their reason.",
        survived.calls, survived.versions, survived.requests, survived.poisoned,
    );
    for wrong in &survived.wrong {
        println!("wrong: {wrong}");
    }
    println!(
        "seed {}: the table {} Graph and recomputation at {} quiet points ({:.0} s, {} MiB at most)",
        survived.seed,
        if survived.wrong.is_empty() { "equalled" } else { "DIFFERED FROM" },
        survived.checks,
        survived.seconds,
        survived.peak_memory / 1024 / 1024,
    );
}
