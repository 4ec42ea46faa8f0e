//! `teams-calls forget`: the function `forget` on a table.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use forget::Forget;
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
    /// One JSON object on standard output instead of text.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let table = options.table.open().await?;
    let forget = Forget::new(table.writer());
    let event = json!({"person": options.person});
    let forgotten = forget.handle(event, lambda_kit::now(), Instant::now() + TIMEOUT).await?;
    table.close_without_traces()?;
    if options.json {
        println!("{}", serde_json::to_string(&forgotten)?);
    } else {
        println!(
            "removed from {} calls: {} participations, {} days of totals; {} pages of raw JSON name {} instead",
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
    Ok(if forgotten.complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
