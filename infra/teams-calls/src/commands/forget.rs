//! `teams-calls forget`: the function `forget` on a table, which says first what it would remove.

use std::io::{IsTerminal as _, stdin};
use std::process::ExitCode;
use std::time::Duration;

use call_writer::WouldForget;
use clap::Args;
use forget::{Answer, Forget, WouldRemove};
use serde_json::json;
use tokio::time::Instant;

use super::which_table::WhichTable;

/// The next run resumes where this one stopped.
const TIMEOUT: Duration = Duration::from_secs(3_600);

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The person as the table names them: user:<object id>, phone:<number>, …
    person: String,
    #[command(flatten)]
    table: WhichTable,
    /// Forgets the person without asking.
    #[arg(long, conflicts_with = "dry_run")]
    confirm: bool,
    /// Only says what would be removed, and changes nothing. Without this and --confirm, it says so first and then
    /// asks, on a terminal.
    #[arg(long)]
    dry_run: bool,
    /// One JSON object on standard output instead of text.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let table = options.table.open().await?;
    let forget = Forget::new(table.writer());
    let deadline = Instant::now() + TIMEOUT;
    let ask = async |confirm: bool| {
        let event = json!({"person": options.person, "confirm": confirm});
        forget.handle(event, lambda_kit::now(), deadline).await
    };
    if !options.confirm {
        let preview = ask(false).await?;
        show(&preview, options.json)?;
        if options.dry_run {
            return Ok(ExitCode::SUCCESS);
        }
        if !is_confirmed()? {
            eprintln!("nothing was removed: give --confirm to forget the person");
            return Ok(ExitCode::FAILURE);
        }
    }
    let answer = ask(true).await?;
    table.close_without_traces()?;
    show(&answer, options.json)?;
    let complete = matches!(&answer, Answer::Forgotten { forgotten, .. } if forgotten.complete);
    Ok(if complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Asks on the terminal; without one, it is not confirmed.
fn is_confirmed() -> anyhow::Result<bool> {
    if !stdin().is_terminal() {
        return Ok(false);
    }
    eprint!("This cannot be undone. Type yes to forget the person: ");
    let mut typed = String::new();
    stdin().read_line(&mut typed)?;
    Ok(typed.trim() == "yes")
}

fn show(answer: &Answer, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string(answer)?);
        return Ok(());
    }
    match answer {
        Answer::Preview { would_remove, .. } => {
            let WouldRemove { calls, telephone_rows } = would_remove;
            let WouldForget { calls, participations, days, first_day, last_day } = calls;
            let between = first_day
                .zip(*last_day)
                .map_or(String::new(), |(first, last)| format!(" (from {first} to {last})"));
            println!(
                "would be removed from {calls} calls: {participations} participations, {days} days of \
                 totals{between}, and from {telephone_rows} rows of telephone calls; a tombstone would \
                 take the person's place in the raw JSON"
            );
        }
        Answer::Forgotten { forgotten, telephone_rows } => {
            println!(
                "removed from {} calls: {} participations, {} days of totals, and from {telephone_rows} \
                 rows of telephone calls; {} pages of raw JSON name {} instead",
                forgotten.calls,
                forgotten.participations,
                forgotten.days,
                forgotten.pages,
                forgotten.tombstone
            );
            if !forgotten.complete {
                println!("incomplete, because a call is being stored: run it again");
            }
        }
    }
    Ok(())
}
