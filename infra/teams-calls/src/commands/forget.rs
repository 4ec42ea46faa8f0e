//! `teams-calls forget`: what the function of that name does, on a table at hand.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use forget::Forget;
use serde_json::json;
use tokio::time::Instant;

use super::which_table::WhichTable;

/// How long one run may take; the next goes on where it stopped.
const TIME: Duration = Duration::from_secs(3_600);

/// What `teams-calls forget` takes.
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
    let forget = Forget::new(table.store.clone());
    let event = json!({"person": options.person});
    let forgotten = forget.handle(event, lambda_kit::now(), Instant::now() + TIME).await?;
    if options.json {
        println!("{}", serde_json::to_string(&forgotten)?);
    } else {
        println!(
            "removed from {} calls: {} parts, {} days of totals; {} pages of raw JSON name {} instead",
            forgotten.calls, forgotten.parts, forgotten.days, forgotten.pages, forgotten.tombstone
        );
        if !forgotten.complete {
            println!("something is left, because a call is just being stored: run it again");
        }
    }
    Ok(if forgotten.complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
