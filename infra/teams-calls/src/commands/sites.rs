//! `teams-calls sites`: checks a building file, and shows which row an address belongs to.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::{Value, json};
use sites::{Refused, Site, Sites};

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
    /// One JSON object on standard output instead of text.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Counts {
    networks: usize,
    ipv6_networks: usize,
    buildings: usize,
    inside_corp: usize,
    express_route: usize,
    vpn: usize,
}

pub(super) fn run(options: Options) -> anyhow::Result<ExitCode> {
    let Action::Check(Check { file, addresses, json }) = options.action;
    let name = file.display();
    let content = std::fs::read(&file).with_context(|| format!("{name} cannot be read"))?;
    match Sites::parse(&content) {
        Ok(sites) => {
            if json {
                println!("{}", serde_json::to_string_pretty(&accepted_json(&sites, &addresses))?);
            } else {
                print(&sites, &addresses);
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

fn print(sites: &Sites, addresses: &[IpAddr]) {
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
    let Counts { networks, ipv6_networks, buildings, inside_corp, express_route, vpn } =
        count(sites);
    println!(
        "{networks} networks ({ipv6_networks} of IPv6) of {buildings} buildings; {inside_corp} inside, \
         {express_route} with ExpressRoute, {vpn} VPN; digest {}",
        sites.digest()
    );
}

fn accepted_json(sites: &Sites, addresses: &[IpAddr]) -> Value {
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
    json!({
        "accepted": true,
        "digest": sites.digest(),
        "counts": count(sites),
        "overlaps": overlaps.collect::<Vec<_>>(),
        "overlaps_not_listed": sites.overlaps_not_listed(),
        "addresses": located.collect::<Vec<_>>(),
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
