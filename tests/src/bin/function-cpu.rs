//! Measures the CPU that the functions' processes take, over the Lambda Runtime API.

use std::path::{Path, PathBuf};

use clap::Parser;
use system_tests::function_cpu::{CpuTime, consumer_cpu, webhook_cpu};
use teams_calls::text_table;

/// CPU of programs that do the work of the webhook and of the consumer, in one run: the functions, built with
/// `cargo build --release`, and whatever else speaks the Runtime API. The stand-ins are asked without TLS.
#[derive(Debug, Parser)]
struct Options {
    /// A program that does the webhook's work; several are measured one after the other.
    #[arg(long, value_name = "PROGRAM")]
    webhook: Vec<PathBuf>,
    /// A program that does the consumer's work.
    #[arg(long, value_name = "PROGRAM")]
    consumer: Vec<PathBuf>,
    /// How often each is measured; the medians are printed.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..))]
    rounds: u8,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let webhooks = options.webhook.iter().map(|program| (program, true));
    let consumers = options.consumer.iter().map(|program| (program, false));
    let mut table = text_table::new(&["program", "CPU of", "microseconds"]);
    let programs: Vec<_> = webhooks.chain(consumers).collect();
    let mut measured: Vec<Vec<Vec<CpuTime>>> = vec![Vec::new(); programs.len()];
    // By turns, so that what else the machine does is shared.
    for _ in 0..options.rounds {
        for (rounds, (program, is_webhook)) in measured.iter_mut().zip(&programs) {
            let program = std::path::absolute(program)?;
            rounds.push(match is_webhook {
                true => webhook_cpu(&program).await?,
                false => consumer_cpu(&program).await?,
            });
        }
    }
    for (rounds, (program, _)) in measured.iter().zip(&programs) {
        for (place, first) in rounds.iter().flatten().take(rounds[0].len()).enumerate() {
            let mut times: Vec<f64> =
                rounds.iter().map(|round| round[place].microseconds).collect();
            times.sort_by(f64::total_cmp);
            let median = times[times.len() / 2];
            table.add_row([name(program), first.what.to_owned(), format!("{median:.0}")]);
        }
    }
    text_table::align_right(&mut table, 2..3);
    println!("{table}");
    Ok(())
}

fn name(program: &Path) -> String {
    program.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
