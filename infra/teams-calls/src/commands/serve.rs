//! `teams-calls serve`: everything stays up until interrupted.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use fake_graph::organisation::Organisation;
use jiff::ToSpan as _;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::serve_import::Imported;
use crate::data_file::DataFile;
use crate::system::{Settings, System, TABLE, invented_day, take_sites};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The first of the ports to listen on: webhook, Graph, DynamoDB, SQS, Secrets Manager, reports,
    /// in this order. Without it, free ports.
    #[arg(long)]
    port_base: Option<u16>,
    /// A file that keeps the table between runs, or that `teams-calls import` made, which is only read.
    /// Without it, the table is in memory.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Runs this many days of an invented organisation, up to yesterday.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=31))]
    invent_days: u32,
    /// The organisation's building file, in CQD's format: which network is which site. It stays in force
    /// in the table until another one is given. Invented days have the invented organisation's, unless
    /// one is in force.
    #[arg(long)]
    sites: Option<PathBuf>,
    /// One line of JSON with every address instead of text on standard output; the log stays on standard
    /// error.
    #[arg(long)]
    json: bool,
}

const CALLS_OF_A_DAY: usize = 120;

const TIMEOUT: Duration = Duration::from_secs(600);

const BETWEEN_ROLL_UPS: Duration = Duration::from_secs(60);

/// After the invented days: several runs, because a call that one of them enqueues may be read from a stale
/// replica.
const RECONCILER_RUNS: usize = 2;

/// The URLs of everything, and the credentials: what `--json` prints.
#[derive(Debug, Serialize)]
struct Addresses {
    webhook: String,
    webhook_lifecycle: String,
    graph: String,
    /// Where records are loaded and notifications are caused. It ends with a random token.
    graph_control: String,
    dynamodb: String,
    sqs: String,
    /// The reports, in a page that stands in for the CloudWatch console.
    reports: String,
    table: String,
    queue_url: String,
    dead_letter_queue_url: String,
    lifecycle_queue_url: String,
    redrive_command: String,
    client_state: String,
    /// With the client id and its secret, what an application needs for a token of the fake Graph.
    tenant_id: String,
    client_id: &'static str,
    client_secret: &'static str,
    token_url: String,
    region: &'static str,
    /// The credentials that DynamoDB, SQS and Secrets Manager take. They end with this process.
    access_key_id: &'static str,
    secret_access_key: &'static str,
}

pub(super) async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let locked = options.data.as_deref().map(DataFile::lock).transpose()?;
    if let Some(file) = &options.data {
        super::warn_of_exposure(file);
    }
    if let Some(file) = &locked
        && let Some(imported) =
            Imported::open(file.path(), options.port_base, options.sites.as_deref()).await?
    {
        return imported.serve(options.json).await;
    }
    let settings =
        Settings { port_base: options.port_base, data: options.data, ..Settings::quiet() };
    let system = System::start(settings).await?;
    if let Some(file) = &options.sites {
        take_sites(system.rollup(), file, system.now()).await?;
    } else if options.invent_days > 0 && system.store().sites_head().await?.is_none() {
        let file = Organisation::building_file();
        system.rollup().take_sites(file.as_bytes(), "invented", system.now()).await?;
    }
    let addresses = Addresses {
        webhook: system.notification_url(),
        webhook_lifecycle: system.lifecycle_notification_url(),
        graph: system.graph().url().to_owned(),
        graph_control: system.graph().control_url(),
        dynamodb: system.dynamodb().url(),
        sqs: system.sqs().url(),
        reports: system.reports_url(),
        table: TABLE.to_owned(),
        queue_url: system.queues().calls.clone(),
        dead_letter_queue_url: system.queues().calls_dead_letters.clone(),
        lifecycle_queue_url: system.queues().lifecycle.clone(),
        redrive_command: system.redrive_command(),
        client_state: system.client_state().to_owned(),
        tenant_id: system.tenant_id().to_owned(),
        client_id: fake_graph::CLIENT_ID,
        client_secret: fake_graph::CLIENT_SECRET,
        token_url: format!(
            "{}/{}/oauth2/v2.0/token",
            system.graph().login_url().trim_end_matches('/'),
            system.tenant_id()
        ),
        region: aws_stand_ins::REGION,
        access_key_id: aws_stand_ins::access_key_id(),
        secret_access_key: aws_stand_ins::SECRET_ACCESS_KEY,
    };
    if options.json {
        println!("{}", serde_json::to_string(&addresses)?);
    } else {
        println!("{}", advice(&addresses, options.invent_days));
    }
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => return Ok(interrupted.map(|()| ExitCode::SUCCESS)?),
        invented = invent(&system, options.invent_days, options.json) => invented?,
    }
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => Ok(interrupted.map(|()| ExitCode::SUCCESS)?),
        failed = roll_up(&system) => failed,
    }
}

/// Rolls up days as their calls come in.
async fn roll_up(system: &System) -> anyhow::Result<ExitCode> {
    loop {
        system.roll_up().await?;
        system.read_telephone_logs().await?;
        tokio::time::sleep(BETWEEN_ROLL_UPS).await;
    }
}

/// Runs the days of an invented organisation, then compares the table with Graph's list as the schedules do, so
/// that the reports can say that nothing is missing.
async fn invent(system: &System, days: u32, silent: bool) -> anyhow::Result<()> {
    if days == 0 {
        return Ok(());
    }
    let today = TimeZone::UTC.to_datetime(system.now()).date();
    for back in (1..=days).rev() {
        let day = today.checked_sub(i64::from(back).days())?;
        let number = usize::try_from(days - back)?;
        let organisation = invented_day(system.tenant_id(), day, number, CALLS_OF_A_DAY);
        system.run_day(&organisation, u64::from(back), TIMEOUT, async |_| ()).await?;
        if !silent {
            eprintln!("{} of {days} invented days are in the table", days - back + 1);
        }
    }
    for schedule in ["everything", "due"] {
        for _ in 0..RECONCILER_RUNS {
            system.tick_reconciler(schedule).await?;
            system.drained(TIMEOUT).await?;
        }
    }
    if !silent {
        eprintln!("the table was compared with Graph's list");
    }
    Ok(())
}

fn advice(at: &Addresses, invented_days: u32) -> String {
    let Addresses { reports, webhook, graph, graph_control, dynamodb, table, region, .. } = at;
    let Addresses { redrive_command, access_key_id, secret_access_key, .. } = at;
    let Addresses { tenant_id, client_id, client_secret, token_url, .. } = at;
    let inventing = match invented_days {
        0 => String::new(),
        1 => "A day of an invented organisation comes in first, in some seconds.\n".to_owned(),
        days => format!(
            "{days} days of an invented organisation come in first, some seconds each; the pages fill up \
             meanwhile.\n"
        ),
    };
    format!(
        "The reports, for a browser: {reports}\n\
         {inventing}\
         Ctrl-C ends it. Scripts get every address as one line of JSON with --json.\n\n\
         The same reports as files, with every row, and people's names:\n\n  \
         curl -o people.csv '{reports}people.csv?range=last_7_days'\n\n\
         The fake Graph, for any client of Graph ({graph}/v1.0):\n\n  \
         tenant id      {tenant_id}\n  \
         client id      {client_id}\n  \
         client secret  {client_secret}\n  \
         curl {token_url} -d grant_type=client_credentials -d client_id={client_id} \
         -d client_secret={client_secret} -d scope={graph}/.default\n\n\
         To make a call record of your own, and to try the webhook:\n\n  \
         curl -X PUT {graph_control}/callRecords/ID -d @record.json && \
         curl -X POST {graph_control}/notify/ID\n  \
         curl -i '{webhook}?validationToken=hello%20there'\n\n\
         The table, and to redrive the dead letters:\n\n  \
         export AWS_ACCESS_KEY_ID={access_key_id} AWS_SECRET_ACCESS_KEY={secret_access_key}\n  \
         aws dynamodb scan --region {region} --endpoint-url {dynamodb} --table-name {table}\n  \
         {redrive_command}\n"
    )
}
