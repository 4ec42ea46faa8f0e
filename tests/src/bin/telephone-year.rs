//! Stores a year of rows of the logs of telephone calls, and says what it took.

use aws_stand_ins::{DynamoDb, DynamoDbOptions};
use call_table::{CallTable, TableConfig, create_table};
use clap::Parser;
use jiff::civil::date;
use serde_json::json;
use system_tests::benchmark::fill_telephone_year;
use system_tests::peak_memory;

/// A year of rows, stored in ranges of four days as they come.
#[derive(Debug, Parser)]
struct Options {
    /// Rows of the year.
    #[arg(long, default_value_t = 1_000_000)]
    rows: usize,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    // In a file, so that the memory of this process is that of storing.
    let directory = tempfile::tempdir()?;
    let path = Some(directory.path().join("table.db"));
    let dynamodb =
        DynamoDb::start_with(DynamoDbOptions { path, metered: true, ..DynamoDbOptions::default() })
            .await?;
    let client = aws_stand_ins::dynamodb_client(&dynamodb.url());
    create_table(&client, "calls").await?;
    let table = CallTable::new(client, TableConfig::new("calls"));
    let year = fill_telephone_year(&table, date(2026, 11, 24), options.rows, |day| {
        eprint!("\r{day}");
    })
    .await?;
    eprintln!();
    let units = dynamodb.consumption();
    let file = std::fs::metadata(directory.path().join("table.db"))?.len();
    println!(
        "{}",
        json!({
            "year": year,
            "write_units": units.write_units,
            "read_units": units.read_units,
            "bytes_of_the_file": file,
            "peak_memory_bytes": peak_memory()?,
        })
    );
    Ok(())
}
