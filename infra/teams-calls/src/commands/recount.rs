//! `teams-calls recount`: replaces the numbers of stored calls by those of the present definitions.

use std::process::ExitCode;

use call_records::AudioClassifier;
use call_writer::{RecountOptions, Recounted};
use clap::Args;

use super::which_table::WhichTable;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    table: WhichTable,
    /// The home tenant, for calls that do not record the one they were counted by.
    #[arg(long)]
    tenant_id: Option<String>,
    /// The stack's AudioClassifier, if it changed. Without it each call keeps its own.
    #[arg(long)]
    audio_classifier: Option<AudioClassifier>,
    /// One JSON object on standard output instead of text.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let table = options.table.open().await?;
    let writer = table.writer();
    let recount = RecountOptions {
        home_tenant: options.table.home_tenant(options.tenant_id.as_deref()),
        classifier: options.audio_classifier,
    };
    // To standard error, so that standard output stays one JSON object.
    let recounted = writer
        .recount(recount, |day, sofar| {
            eprintln!(
                "{day}: {} of {} calls recounted, {} days left",
                sofar.recounted, sofar.calls, sofar.days_left
            );
        })
        .await?;
    if options.json {
        println!("{}", serde_json::to_string_pretty(&recounted)?);
    } else {
        print(&recounted);
    }
    let all = recounted.is_complete() && recounted.unreadable == 0;
    Ok(if all { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(recounted: &Recounted) {
    for sentence in &recounted.unreadable_sentences {
        println!("unreadable: {sentence}");
    }
    println!(
        "{} calls: {} recounted, {} up to date, {} unreadable",
        recounted.calls, recounted.recounted, recounted.up_to_date, recounted.unreadable
    );
    if recounted.busy > 0 {
        println!("{} calls were being stored: run it again", recounted.busy);
    }
}
