//! `teams-calls export`: the days of a table as Parquet, by the code of the function `export`; and a search of
//! what was written.

use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::{Args, Subcommand};
use export::{Config, Export, Found, Lake, Policy, Summary, Trigger};
use lambda_kit::{Environment, TimeLimits, operator_aws_config};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use privacy::{People, Settings};
use tokio::time::Instant;

use super::which_table::Place;

/// Longer than any export takes: nothing stops a process on a laptop.
const TIMEOUT: Duration = Duration::from_secs(30 * 24 * 3_600);

#[derive(Debug, Args)]
#[command(subcommand_negates_reqs = true, args_conflicts_with_subcommands = true)]
pub(super) struct Options {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    write: Write,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Search every object that was written for a person: exit code 1 when the person is found.
    Search(Search),
}

#[derive(Debug, Args)]
struct Write {
    #[command(flatten)]
    place: Place,
    /// The directory, or s3://BUCKET or s3://BUCKET/PREFIX with the region and the credentials that the AWS
    /// CLI would use.
    // An option, since a search has its own.
    #[arg(long, value_name = "DIR|s3://…", required = true)]
    to: Option<Destination>,
    /// names, or pseudonyms that stay the same as long as their key does.
    #[arg(long, value_name = "HOW", default_value = "names")]
    people: People,
    /// How many of the last digits of telephone numbers are hidden.
    #[arg(long, value_name = "N", default_value_t = Settings::default().phone_digits_hidden)]
    phone_digits_hidden: usize,
    /// The secret with the key of pseudonyms, for `--table`: the stack's resource PseudonymKey.
    #[arg(long, value_name = "ARN", env = "PSEUDONYM_KEY_ARN")]
    pseudonym_key: Option<String>,
    /// The stack's RetentionDays: older days are removed.
    #[arg(long, default_value_t = 400)]
    retention_days: u32,
    /// One JSON object on standard output instead of text.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Search {
    /// The directory or the bucket, as of `export`.
    #[arg(long, value_name = "DIR|s3://…")]
    to: Destination,
    /// What is searched for, in any case of the letters: a person's key or id, name, sign-in name, number,
    /// or the reference of a report (sealed:…).
    #[arg(required = true, value_name = "PERSON")]
    texts: Vec<String>,
    /// One JSON object on standard output instead of text.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Debug)]
enum Destination {
    Directory(PathBuf),
    Bucket { name: String, prefix: Path },
}

impl FromStr for Destination {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some(object) = text.strip_prefix("s3://") else {
            return Ok(Self::Directory(text.into()));
        };
        let (name, prefix) = object.split_once('/').unwrap_or((object, ""));
        if name.is_empty() {
            return Err("write s3://BUCKET or s3://BUCKET/PREFIX".to_owned());
        }
        let prefix = Path::parse(prefix).map_err(|error| error.to_string())?;
        Ok(Self::Bucket { name: name.to_owned(), prefix })
    }
}

impl Destination {
    /// The lake. A directory that is to be written is made, for its owner alone.
    async fn open(&self, write: bool) -> anyhow::Result<Lake> {
        match self {
            Self::Directory(path) => {
                if write {
                    make_private(path)?;
                }
                ensure!(path.is_dir(), "there is no directory {}", path.display());
                let store = LocalFileSystem::new_with_prefix(path)?.with_automatic_cleanup(true);
                Ok(Lake::new(Arc::new(store), Path::ROOT))
            }
            Self::Bucket { name, prefix } => {
                let limits = TimeLimits::BACKGROUND;
                let sdk = operator_aws_config(limits).await?;
                let region = sdk.region().context("set AWS_REGION to the bucket's region")?;
                let credentials = sdk.credentials_provider();
                let credentials = credentials.context("there are no credentials for AWS")?;
                let bucket = object_storage::operator_bucket(
                    name,
                    region.as_ref(),
                    credentials,
                    &Environment::from_process(),
                    limits,
                )?;
                Ok(Lake::new(Arc::new(bucket), prefix.clone()))
            }
        }
    }
}

fn make_private(path: &std::path::Path) -> anyhow::Result<()> {
    let mut directory = std::fs::DirBuilder::new();
    directory.recursive(true);
    // It holds people.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut directory, 0o700);
    directory.create(path).with_context(|| format!("{} cannot be made", path.display()))
}

pub(super) async fn run(options: Options) -> anyhow::Result<ExitCode> {
    match options.action {
        Some(Action::Search(search)) => run_search(search).await,
        None => run_write(options.write).await,
    }
}

async fn run_write(options: Write) -> anyhow::Result<ExitCode> {
    let to = options.to.context("give --to")?;
    let table = options.place.read().await?;
    let lake = to.open(true).await?;
    let key = table.pseudonym_key(options.people, options.pseudonym_key.as_deref())?;
    let config = Config {
        // Reading a day again costs little, and the command looks at all of them.
        policy: Policy { waits: false, days_back: options.retention_days },
        retention_days: options.retention_days,
        privacy: Settings {
            people: options.people,
            phone_digits_hidden: options.phone_digits_hidden,
        },
        ..Config::default()
    };
    let export = Export::new(table.store.clone(), lake, key, config);
    let summary = export.run(Trigger::Due, lambda_kit::now(), Instant::now() + TIMEOUT).await?;
    if options.json {
        println!("{}", serde_json::to_string_pretty(&summary)?);
    } else {
        print(&summary);
    }
    Ok(ExitCode::SUCCESS)
}

fn print(summary: &Summary) {
    for day in &summary.exported {
        let unsettled =
            if day.adds_up { "" } else { ", which do not add up to the table's totals" };
        println!("{}: {} calls, {} bytes{unsettled}", day.day, day.calls, day.bytes);
    }
    let (exported, removed) = (summary.exported.len(), summary.removed.len());
    println!("{exported} days written, {removed} removed; the others did not change");
    if let Some(mark) = summary.complete_up_to {
        println!("complete up to {mark}");
    }
}

async fn run_search(options: Search) -> anyhow::Result<ExitCode> {
    let lake = options.to.open(false).await?;
    // A key is `<kind>:<id>`, and the id also stands alone.
    let texts: Vec<String> = options.texts.iter().map(|text| searched(text).to_owned()).collect();
    ensure!(texts.iter().all(|text| text.len() >= 3), "give at least three characters");
    let found = export::search(&lake, &texts).await?;
    ensure!(found.objects > 0, "there is no object below this path");
    if options.json {
        println!("{}", serde_json::to_string_pretty(&found)?);
    } else {
        print_found(&found);
    }
    Ok(if found.places.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn searched(text: &str) -> &str {
    match text.split_once(':') {
        Some((kind, id)) if kind != "sealed" && !id.is_empty() => id,
        _ => text,
    }
}

fn print_found(found: &Found) {
    for place in &found.places {
        let column = place.column.as_deref().unwrap_or("the text");
        println!("{}: {column}, {} times", place.object, place.times);
    }
    let Found { objects, bytes, rows, places } = found;
    let verdict = if places.is_empty() { "not found in" } else { "found, among" };
    println!("{verdict} {objects} objects with {rows} rows and {bytes} bytes");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destination_is_a_directory_or_a_bucket_with_a_prefix() {
        let bucket = |text: &str| match text.parse() {
            Ok(Destination::Bucket { name, prefix }) => (name, prefix.to_string()),
            other => panic!("{other:?}"),
        };
        assert_eq!(bucket("s3://lake"), ("lake".to_owned(), String::new()));
        assert_eq!(bucket("s3://lake/teams/calls/"), ("lake".to_owned(), "teams/calls".to_owned()));
        assert!("s3:///x".parse::<Destination>().is_err());
        assert!(matches!("lake".parse(), Ok(Destination::Directory(_))));
    }

    #[test]
    fn a_person_is_searched_by_the_id_of_the_key() {
        assert_eq!(searched("user:8f1b"), "8f1b");
        assert_eq!(searched("sealed:abc"), "sealed:abc");
        assert_eq!(searched("Ada"), "Ada");
    }
}
