//! `teams-calls report`: a report with all of its rows, from a file or a table in AWS.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use reports::{Config, People, Report, Reports};
use serde_json::{Map, Value};

use super::which_table::Place;
use crate::export::{self, Departments, Extent, Query, Table};
use crate::text_table;

/// The default number of rows of a table on a terminal.
const ROWS: usize = 50;

/// The most rows of one page of the reports.
const MAX_ROWS: u16 = 10_000;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Which report: overview, people, missed, quality, calls, person, call, … A wrong one lists all.
    report: String,
    #[command(flatten)]
    parameters: Parameters,
    /// CSV and JSON have every row, a table has the first ones.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// So many rows at most, of --format table. Without it, 50.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=i64::from(MAX_ROWS)))]
    rows: Option<u16>,
    /// Into this file, which only its owner may read, instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// A CSV file with the object ids, departments and countries of people (columns id, department,
    /// country), such as an export of Entra's users: adds the last two to every row.
    #[arg(long, value_name = "FILE")]
    departments: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
    /// names, or pseudonyms that stay the same as long as their key does.
    #[arg(long, value_name = "HOW", default_value = "names")]
    people: People,
    /// How many of the last digits of telephone numbers are hidden.
    #[arg(long, value_name = "N", default_value_t = Config::default().phone_digits_hidden)]
    phone_digits_hidden: usize,
    /// The secret with the key of pseudonyms, for `--table`: the stack's resource PseudonymKey. Without it
    /// there are no pseudonyms, and the references to people whose id is hidden mean nothing to others.
    #[arg(long, value_name = "ARN", env = "PSEUDONYM_KEY_ARN")]
    pseudonym_key: Option<String>,
}

/// The parameters of a request, as functions/reports describes them.
#[derive(Debug, Args)]
struct Parameters {
    /// today, last_week, last_7_days, last_month, … A wrong one lists all. Without it, last_7_days.
    #[arg(long, conflicts_with_all = ["from", "to"])]
    range: Option<String>,
    /// The first day, such as 2026-11-01.
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// The last day.
    #[arg(long, value_name = "DAY")]
    to: Option<String>,
    /// The zone of days and times, such as Europe/Berlin. Without it, UTC.
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// Of `person`: user:<object id>, phone:<number>, … or the reference of another report.
    #[arg(long)]
    person: Option<String>,
    /// Of `call`: the id of a call record.
    #[arg(long)]
    call: Option<String>,
    /// Of rankings: talk_time, calls, missed, dropped, poor_received, poor_sent.
    #[arg(long)]
    sort: Option<String>,
    /// Of rankings: user, guest, phone, …
    #[arg(long)]
    kind: Option<String>,
    /// Of rankings: internal people, the others, or all. Without it, internal.
    #[arg(long)]
    relation: Option<String>,
    /// Any other parameter of the report, as functions/reports/README.md lists them; may be repeated.
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = assignment)]
    others: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Csv,
    Json,
    Table,
}

pub(super) async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let parameters = options.event()?;
    let departments = options.departments.as_deref().map(Departments::read).transpose()?;
    let departments = departments.as_ref();
    let table = options.place.read().await?;
    let config = Config {
        people: options.people,
        phone_digits_hidden: options.phone_digits_hidden,
        ..Config::default()
    };
    let key = table.pseudonym_key(options.people, options.pseudonym_key.as_deref())?;
    let reports = Reports::new(config, table.store.clone(), key);
    let query = Query::new(&reports, parameters, lambda_kit::now());

    let mut out = Output::open(options.output.as_deref())?;
    let written = match options.format {
        Format::Csv => export::csv(&query, departments, &mut out).await,
        Format::Json => export::json(&query, departments, &mut out).await,
        Format::Table => {
            let rows = options.rows.map_or(ROWS, usize::from);
            match export::table(&query, departments, rows).await {
                Ok(table) => print(&table, &mut out),
                Err(error) => Err(error),
            }
        }
    };
    match written {
        Ok(Extent { note, .. }) => {
            if let Some(note) = note {
                eprintln!("{note}");
            }
            Ok(ExitCode::SUCCESS)
        }
        // Whoever reads it has enough, as `head` has.
        Err(export::Error::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => Err(error.into()),
    }
}

impl Options {
    /// The event of the function.
    fn event(&self) -> anyhow::Result<Map<String, Value>> {
        if Report::parse(&self.report).is_none() {
            let all = Report::ALL.map(Report::as_str).join(", ");
            bail!("there is no report {:?}: the reports are {all}", self.report);
        }
        let Parameters { range, from, to, time_zone, person, call, sort, kind, relation, others } =
            &self.parameters;
        let named = [
            ("range", range),
            ("from", from),
            ("to", to),
            ("time_zone", time_zone),
            ("person", person),
            ("call", call),
            ("sort", sort),
            ("kind", kind),
            ("relation", relation),
        ];
        let named = named.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        let named = named.map(|(name, value)| (name.to_owned(), Value::from(value.as_str())));
        let others = others.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
        let report = ("report".to_owned(), Value::from(self.report.as_str()));
        Ok(named.chain(others).chain([report]).collect())
    }
}

/// Aligned columns, without those that are blank in every row.
fn print(table: &Table, out: &mut impl Write) -> Result<Extent, export::Error> {
    let shown: Vec<usize> = (0..table.header.len())
        .filter(|column| table.rows.iter().any(|row| !cell(row, *column).is_empty()))
        .collect();
    let header: Vec<&str> = shown.iter().map(|column| table.header[*column].as_str()).collect();
    let mut text = text_table::new(&header);
    for (place, column) in shown.iter().enumerate() {
        if table.rows.iter().all(|row| is_number(cell(row, *column))) {
            text_table::align_right(&mut text, place..place + 1);
        }
    }
    for row in &table.rows {
        text.add_row(shown.iter().map(|column| cell(row, *column)));
    }
    if table.rows.is_empty() {
        writeln!(out, "no rows")?;
    } else {
        writeln!(out, "{text}")?;
    }
    if table.total > table.rows.len() {
        writeln!(
            out,
            "{} of {} rows: --format csv and json have all, --rows N more",
            table.rows.len(),
            table.total
        )?;
    }
    out.flush()?;
    Ok(Extent { rows: table.rows.len(), note: table.note.clone() })
}

fn cell(row: &[String], column: usize) -> &str {
    row.get(column).map(String::as_str).unwrap_or_default()
}

fn is_number(cell: &str) -> bool {
    cell.is_empty() || cell.parse::<f64>().is_ok()
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

/// Standard output or a file.
enum Output {
    Standard(BufWriter<io::Stdout>),
    File(BufWriter<File>),
}

impl Output {
    fn open(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path else { return Ok(Self::Standard(BufWriter::new(stdout()))) };
        let mut options = OpenOptions::new();
        options.create(true).write(true).truncate(true);
        // It holds people.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).with_context(|| {
            format!("{} cannot be written: give --output another file", path.display())
        })?;
        Ok(Self::File(BufWriter::new(file)))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Standard(out) => out.write(bytes),
            Self::File(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Standard(out) => out.flush(),
            Self::File(out) => out.flush(),
        }
    }
}
