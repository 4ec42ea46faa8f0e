//! What a session's ends ran on, as far as it is the session's own person.

use std::collections::BTreeMap;

use call_quality::{CallKind, Dimension, Location, Place};
use call_records::{
    ClientFacts, DeviceFacts, LegPath, NetworkFacts, Participation, PersonKey, Relation, Session,
    SessionFacts, SessionSummary, Side,
};
use sites::Sites;

use super::super::QueryContext;
use super::place;
use crate::answer::{DevicesOfEnd, EndOfSession, NetworkOfEnd};
use crate::format::share_of_time;
use crate::people::{Person, shown_value};

/// What one side of a session ran on.
#[derive(Debug, Clone, Default)]
pub(super) struct SideFacts {
    client: ClientFacts,
    /// Each once, with the labels of its media.
    networks: Vec<(Vec<String>, NetworkFacts)>,
    devices: Vec<(Vec<String>, DeviceFacts)>,
}

/// Both sides of a session, the caller's first. A segment whose end is another person's is left out.
pub(super) fn sides(session: &Session, facts: &SessionFacts) -> [SideFacts; 2] {
    [Side::Caller, Side::Callee].map(|side| {
        let mut found = SideFacts { client: facts.client(side).clone(), ..SideFacts::default() };
        for (segment, facts) in session.segments.iter().zip(&facts.segments) {
            let (own, whole) = (segment.endpoint(side), session.endpoint(side));
            let is_same = own.is_none_or(|own| {
                whole.is_none_or(|whole| {
                    own.associated_identity == whole.associated_identity
                        && own.retired_identity == whole.retired_identity
                })
            });
            if !is_same {
                continue;
            }
            for medium in &facts.media {
                let label = medium.label.clone().unwrap_or_default();
                add(&mut found.networks, medium.network(side), &label);
                add(&mut found.devices, medium.device(side), &label);
            }
        }
        found
    })
}

/// Adds facts, or the label to those that are there already. Facts that say nothing are none.
fn add<T: Clone + Default + PartialEq>(list: &mut Vec<(Vec<String>, T)>, facts: &T, label: &str) {
    if *facts == T::default() {
        return;
    }
    match list.iter_mut().find(|(_, known)| known == facts) {
        Some((labels, _)) if labels.iter().any(|known| known == label) => {}
        Some((labels, _)) => labels.push(label.to_owned()),
        None => list.push((vec![label.to_owned()], facts.clone())),
    }
}

/// The ends of a session that are people's.
pub(super) fn of_session(
    reader: QueryContext<'_>,
    session: &SessionSummary,
    sides: &[SideFacts; 2],
    people: &[Participation],
    names: &BTreeMap<PersonKey, Person>,
    sites: Option<&Sites>,
) -> Vec<EndOfSession> {
    let ends = [&session.caller, &session.callee].into_iter().zip(sides);
    ends.filter_map(|(key, side)| {
        let person = names.get(key.as_ref()?)?.clone();
        let part = people.iter().find(|part| Some(&part.person) == key.as_ref());
        let relation = part.map_or(Relation::Unknown, |part| part.relation);
        Some(end(reader, person, side, relation, sites))
    })
    .collect()
}

fn end(
    reader: QueryContext<'_>,
    person: Person,
    side: &SideFacts,
    relation: Relation,
    sites: Option<&Sites>,
) -> EndOfSession {
    let mut remarks = Vec::new();
    let networks = side.networks.iter().map(|(labels, facts)| {
        let path = LegPath { network: facts.clone(), ..LegPath::default() };
        let place = Place::of(&path, relation, sites);
        remarks.extend(remarks_on_network(&place).into_iter().map(str::to_owned));
        let of = |dimension| {
            let value = place.value(dimension, CallKind::Meeting, true);
            shown_value(reader.privacy, dimension, &value).text
        };
        NetworkOfEnd {
            media: labels.clone(),
            site: of(Dimension::Site),
            location: place.location(),
            network: of(Dimension::Subnet),
            connected_by: place::connection(&place),
            facts: shown_network(reader, facts),
        }
    });
    let networks = networks.collect();
    let devices = side.devices.iter().map(|(labels, facts)| {
        remarks.extend(remarks_on_devices(facts));
        DevicesOfEnd { media: labels.clone(), facts: shown_devices(reader, facts) }
    });
    let devices = devices.collect();
    let mut seen = std::collections::BTreeSet::new();
    remarks.retain(|remark| seen.insert(remark.clone()));
    let client = side.client.clone();
    EndOfSession { person, networks, devices, client, remarks }
}

/// Where people are pseudonyms, places are left out.
fn shown_network(reader: QueryContext<'_>, facts: &NetworkFacts) -> NetworkFacts {
    if !reader.privacy.is_pseudonymous() {
        return facts.clone();
    }
    NetworkFacts {
        address: None,
        subnet: None,
        reflexive_address: None,
        relay_address: None,
        access_point: None,
        dns_suffix: None,
        ..facts.clone()
    }
}

fn shown_devices(reader: QueryContext<'_>, facts: &DeviceFacts) -> DeviceFacts {
    let shown = |text: &Option<String>| reader.privacy.free_text(text.as_deref()?);
    let driver = |text: &Option<String>| text.clone().filter(|_| !reader.privacy.is_pseudonymous());
    DeviceFacts {
        capture: shown(&facts.capture),
        capture_driver: driver(&facts.capture_driver),
        render: shown(&facts.render),
        render_driver: driver(&facts.render_driver),
        ..facts.clone()
    }
}

/// What Microsoft says of a network, where it is worth a word: *quality of experience review guide*
/// (learn.microsoft.com/microsoftteams/quality-of-experience-review-guide) and `networkInfo` of Graph.
fn remarks_on_network(place: &Place<'_>) -> Vec<&'static str> {
    let transport = place.value(Dimension::Transport, CallKind::Meeting, true);
    let transport = transport.known().unwrap_or_default();
    let mut remarks = Vec::new();
    if transport.starts_with("tcp") {
        remarks.push(
            "TCP: UDP is preferred for audio. Media falls back to TCP mostly where a firewall or a proxy \
             does not let UDP through.",
        );
    }
    if transport.ends_with("relay") {
        remarks.push(
            "A media relay was allocated: media goes through it where a direct connection is not \
             possible. No fault by itself.",
        );
    }
    if place.location() == Location::Vpn {
        remarks.push(
            "VPN: Microsoft advises to let the media of Teams go beside the VPN (split tunnel), because \
             most VPNs are not made for media in real time.",
        );
    }
    remarks
}

/// What a device reported of itself, in the words of `deviceInfo` of Graph. There are no limits: how much is
/// too much Microsoft does not say.
fn remarks_on_devices(facts: &DeviceFacts) -> Vec<String> {
    let shares = [
        (
            facts.cpu_insufficient,
            "the CPU was too busy, which makes audio poor that is sent and received",
        ),
        (facts.glitches, "the audio that was played or captured had glitches or gaps"),
        (facts.clipping, "the captured audio was clipped: the microphone was too loud"),
        (facts.low_speech, "the speech level was low"),
        (facts.noisy_speech, "there was much noise beside the speech"),
        (facts.capture_failed, "the microphone did not work properly"),
        (facts.render_failed, "the loudspeaker did not work properly"),
    ];
    let shares = shares.into_iter().filter_map(|(share, what)| {
        let share = share.filter(|share| *share > 0.0)?;
        Some(format!("{} of the time {what}.", share_of_time(share)))
    });
    let howling = facts.howling.filter(|times| *times > 0);
    let howling =
        howling.map(|times| format!("Acoustic feedback (howling) was heard {times} times."));
    shares.chain(howling).collect()
}
