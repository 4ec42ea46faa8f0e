//! What people's ends of the sessions ran on.

use call_records::{ClientFacts, DeviceFacts, NetworkFacts};
use maud::{Markup, html};

use super::super::card::{no_data, tag};
use super::super::text::breakable;
use super::super::{Page, people};
use crate::answer::{CallReport, DevicesOfEnd, EndOfSession, NetworkOfEnd};
use crate::format;

/// A block for each end of the sessions of the page.
pub(super) fn list(page: &Page<'_>, data: &CallReport) -> Markup {
    let sessions = || data.sessions.rows.iter();
    let ends = || sessions().filter_map(|session| session.ends.as_ref()).flatten();
    let unread = sessions().filter(|session| session.ends.is_none()).count();
    html! {
        @if ends().next().is_none() { (no_data("the record says nothing of networks and devices")) }
        @for end in ends() { (block(page, end)) }
        @if unread > 0 {
            p.tcr-muted { (format::count_of(unread, "session is", "sessions are")) " on pages of the record that were not read." }
        }
        p.tcr-muted { "Sites are by the building file that is in force now." }
    }
}

fn block(page: &Page<'_>, end: &EndOfSession) -> Markup {
    let several = end.networks.len() > 1;
    html! {
        p { b { (people::name(&page.links, &end.person)) } }
        dl {
            @for network in &end.networks {
                dt { "Site" } dd { (breakable(&network.site)) " " (tag("none", network.location.as_str())) @if several { (media(&network.media)) } }
                (line("Network", &network_text(network)))
                (line("Addresses", &addresses(&network.facts)))
            }
            @for devices in &end.devices { (device(devices)) }
            (line("Client", &client(&end.client)))
            @if !end.remarks.is_empty() {
                dt { "Worth a word" }
                dd { @for (place, remark) in end.remarks.iter().enumerate() { @if place > 0 { br; } (breakable(remark)) } }
            }
        }
    }
}

fn line(name: &str, parts: &[String]) -> Markup {
    html! { @if !parts.is_empty() { dt { (name) } dd { (breakable(&parts.join(", "))) } } }
}

fn media(labels: &[String]) -> Markup {
    html! { span.tcr-muted { " (" (labels.join(", ")) ")" } }
}

fn network_text(network: &NetworkOfEnd) -> Vec<String> {
    let facts = &network.facts;
    let parts = [
        network.connected_by.clone(),
        facts.transport.as_ref().map(|it| it.to_uppercase()),
        facts.wifi_channel.map(|channel| format!("channel {channel}")),
        facts.wifi_signal_strength.map(|strength| format!("signal {strength} %")),
        facts.link_speed.filter(|speed| *speed > 0).map(megabits),
        facts.access_point.as_ref().map(|it| format!("access point {it}")),
        facts.wifi_driver.as_ref().map(|it| format!("driver {it}")),
    ];
    parts.into_iter().flatten().collect()
}

fn megabits(bits_per_second: i64) -> String {
    format!("{} Mbit/s", format::count(bits_per_second / 1_000_000))
}

fn addresses(facts: &NetworkFacts) -> Vec<String> {
    let parts = [
        ("", &facts.address),
        ("subnet ", &facts.subnet),
        ("seen as ", &facts.reflexive_address),
        ("relay ", &facts.relay_address),
        ("DNS suffix ", &facts.dns_suffix),
    ];
    let parts = parts.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
    parts.map(|(name, value)| format!("{name}{value}")).collect()
}

fn device(devices: &DevicesOfEnd) -> Markup {
    let DeviceFacts { capture, capture_driver, render, render_driver, .. } = &devices.facts;
    html! {
        @for (name, device, driver) in [("From", capture, capture_driver), ("To", render, render_driver)] {
            @if let Some(device) = device {
                dt { (name) }
                dd {
                    (breakable(device))
                    @if let Some(driver) = driver { span.tcr-muted { ", driver " (breakable(driver)) } }
                    (media(&devices.media))
                }
            }
        }
    }
}

fn client(client: &ClientFacts) -> Vec<String> {
    let cores = client.cpu_cores.map(|cores| format!("{cores} cores"));
    let speed = client.cpu_mhz.map(|speed| format!("{speed} MHz"));
    [client.header.clone(), client.cpu.clone(), cores, speed].into_iter().flatten().collect()
}
