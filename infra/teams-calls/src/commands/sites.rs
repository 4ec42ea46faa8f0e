//! `teams-calls sites`: checks a building file, and shows which row an address belongs to.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use call_quality::{Counts as StreamCounts, DayQuality, Dimension};
use clap::{Args, Subcommand};
use jiff::ToSpan as _;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Value, json};
use sites::{Refused, Site, Sites};
use url::Url;

use super::which_table::WhichTable;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Read a building file whole; when it is refused, print every error (exit code 1).
    Check(Check),
}

#[derive(Debug, Args)]
struct Check {
    /// The building file, in the format of Microsoft's Call Quality Dashboard.
    file: PathBuf,
    /// An address whose row is printed; any number of times.
    #[arg(long = "address", value_name = "ADDRESS", value_parser = parse_address)]
    addresses: Vec<IpAddr>,
    /// A file of `serve --data`, `demo --data` or `import`: lists the networks of its people that are in
    /// no row, the most used first.
    #[arg(long, conflicts_with = "table")]
    data: Option<PathBuf>,
    /// A table in AWS, likewise, with the credentials that the AWS CLI would use.
    #[arg(long)]
    table: Option<String>,
    /// Another DynamoDB for `--table`.
    #[arg(long, requires = "table")]
    endpoint_url: Option<Url>,
    /// How many days back networks are looked for.
    #[arg(long, default_value_t = 31, value_parser = clap::value_parser!(u32).range(1..=366))]
    days: u32,
    /// One JSON object on standard output instead of text.
    #[arg(long)]
    json: bool,
}

/// How many networks in no row are printed; the JSON has all.
const MAX_UNMAPPED: usize = 50;

#[derive(Debug, Serialize)]
struct Counts {
    networks: usize,
    ipv6_networks: usize,
    buildings: usize,
    inside_corp: usize,
    express_route: usize,
    vpn: usize,
}

pub(super) async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let Action::Check(Check { file, addresses, data, table, endpoint_url, days, json }) =
        options.action;
    let name = file.display();
    let content = std::fs::read(&file).with_context(|| format!("{name} cannot be read"))?;
    match Sites::parse(&content) {
        Ok(sites) => {
            let unmapped = match data.is_some() || table.is_some() {
                true => {
                    let table = WhichTable::to_read(data, table, endpoint_url);
                    Some(unmapped(&quality_of(&table, days).await?, &sites))
                }
                false => None,
            };
            if json {
                let outcome = accepted_json(&sites, &addresses, unmapped.as_deref());
                println!("{}", serde_json::to_string_pretty(&outcome)?);
            } else {
                print(&sites, &addresses, unmapped.as_deref());
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(refused) => {
            if json {
                println!("{}", serde_json::to_string_pretty(&refused_json(&refused))?);
            } else {
                println!("{refused}\nNothing of {name} is taken until all of it is right.");
            }
            Ok(ExitCode::FAILURE)
        }
    }
}

/// The quality of the last days that were rolled up, together.
async fn quality_of(table: &WhichTable, days: u32) -> anyhow::Result<DayQuality> {
    let table = table.open().await?;
    let today = TimeZone::UTC.to_datetime(lambda_kit::now()).date();
    let first = today.checked_sub(i64::from(days).days())?;
    let mut quality = DayQuality::default();
    for day in table.store.quality_days(first, today.tomorrow()?).await? {
        quality.merge(&day.quality);
    }
    Ok(quality)
}

/// Networks that the file does not locate, the most used first; of equally used ones by their text. A
/// network is the one of a row of another file, or that of an address that was in no row.
fn unmapped(quality: &DayQuality, sites: &Sites) -> Vec<(String, StreamCounts)> {
    let rows = quality.rows(Dimension::Subnet);
    let mut unmapped: Vec<_> = rows
        .filter_map(|(value, counts)| {
            let network = value.known()?.split(' ').next()?;
            let address = network.split('/').next()?;
            let is_located = sites.locate(sites::parse_address(address)?).is_some();
            (!is_located).then(|| (network.to_owned(), *counts))
        })
        .collect();
    unmapped.sort_by(|(one, of_one), (other, of_other)| {
        (of_other.streams(), one).cmp(&(of_one.streams(), other))
    });
    unmapped
}

fn parse_address(text: &str) -> Result<IpAddr, &'static str> {
    sites::parse_address(text).ok_or("it is no address of a network; one is 10.1.2.7")
}

fn count(sites: &Sites) -> Counts {
    let rows = |matches: fn(&Site) -> bool| sites.iter().filter(|site| matches(site)).count();
    let with_building = sites.iter().filter(|site| !site.building.is_empty());
    let buildings: BTreeSet<_> = with_building.map(|site| (&site.building, &site.city)).collect();
    Counts {
        networks: sites.len(),
        ipv6_networks: rows(|site| site.network.address().is_ipv6()),
        buildings: buildings.len(),
        inside_corp: rows(|site| site.inside_corp),
        express_route: rows(|site| site.express_route),
        vpn: rows(|site| site.vpn),
    }
}

fn print(sites: &Sites, addresses: &[IpAddr], unmapped: Option<&[(String, StreamCounts)]>) {
    for overlap in sites.overlaps() {
        println!("overlap: {overlap}; the longer prefix wins");
    }
    if sites.overlaps_not_listed() > 0 {
        println!("and {} more overlaps", sites.overlaps_not_listed());
    }
    for address in addresses {
        match sites.locate(*address) {
            Some(site) => {
                println!("{address}: line {}, {}, {}", site.line, site.network, site.name());
            }
            None => println!("{address}: in no row"),
        }
    }
    if let Some(unmapped) = unmapped {
        for (network, counts) in unmapped.iter().take(MAX_UNMAPPED) {
            let (streams, legs) = (counts.streams(), counts.attempted());
            println!("in no row: {network}, {streams} audio streams, {legs} legs");
        }
        match unmapped.len().saturating_sub(MAX_UNMAPPED) {
            0 if unmapped.is_empty() => println!("every network that was used is in a row"),
            0 => {}
            more => println!("and {more} more networks in no row"),
        }
    }
    let Counts { networks, ipv6_networks, buildings, inside_corp, express_route, vpn } =
        count(sites);
    println!(
        "{networks} networks ({ipv6_networks} of IPv6) of {buildings} buildings; {inside_corp} inside, \
         {express_route} with ExpressRoute, {vpn} VPN; digest {}",
        sites.digest()
    );
}

fn accepted_json(
    sites: &Sites,
    addresses: &[IpAddr],
    unmapped: Option<&[(String, StreamCounts)]>,
) -> Value {
    let overlaps = sites.overlaps().iter().map(|overlap| {
        json!({
            "line": overlap.line,
            "network": overlap.network.to_string(),
            "within_line": overlap.within_line,
            "within": overlap.within.to_string(),
        })
    });
    let located = addresses
        .iter()
        .map(|address| json!({"address": address, "row": sites.locate(*address).map(row_json)}));
    let unmapped = unmapped.map(|unmapped| {
        let rows = unmapped.iter().map(|(network, counts)| {
            json!({"network": network, "streams": counts.streams(), "legs": counts.attempted()})
        });
        rows.collect::<Vec<_>>()
    });
    json!({
        "accepted": true,
        "digest": sites.digest(),
        "counts": count(sites),
        "overlaps": overlaps.collect::<Vec<_>>(),
        "overlaps_not_listed": sites.overlaps_not_listed(),
        "addresses": located.collect::<Vec<_>>(),
        "unmapped": unmapped,
    })
}

fn row_json(site: &Site) -> Value {
    json!({
        "line": site.line,
        "network": site.network.to_string(),
        "name": site.name(),
        "network_name": &*site.network_name,
        "building": &*site.building,
        "city": &*site.city,
        "country": &*site.country,
        "region": &*site.region,
        "inside_corp": site.inside_corp,
        "express_route": site.express_route,
        "vpn": site.vpn,
    })
}

fn refused_json(refused: &Refused) -> Value {
    let errors = refused
        .errors
        .iter()
        .map(|error| json!({"line": error.line, "column": error.column, "message": error.message}));
    json!({
        "accepted": false,
        "errors": errors.collect::<Vec<_>>(),
        "errors_not_listed": refused.not_listed,
    })
}
