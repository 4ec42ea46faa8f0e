//! A fault in the organisation: most streams through one thing are poor, whatever else.

use std::collections::HashMap;

use fastrand::Rng;

use super::draft::{Draft, Side};
use super::media::make_poor;
use super::people::{Party, PartyKind};
use super::places::{self, AccessPoint};
use super::seat::{Seat, headset_model, release_name};

/// Of a hundred streams through the fault, so many are poor.
const POOR_PERCENT: u32 = 60;

/// What is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// One access point of a floor.
    AccessPoint,
    /// One model of headset, wherever it is used.
    Headset,
    /// One of the VPN gateways.
    VpnGateway,
    /// One of the internet providers of those at home.
    Provider,
    /// One release of the client for computers.
    ClientVersion,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 5] =
        [Self::AccessPoint, Self::Headset, Self::VpnGateway, Self::Provider, Self::ClientVersion];
}

/// The fault of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planted {
    /// What is broken.
    pub fault: Fault,
    /// The dimensions in which exactly the streams through it are one value, and that value, in the words
    /// of the roll-up (`call-quality`).
    pub shows_as: Vec<(&'static str, String)>,
    part: Part,
}

/// Which one is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Part {
    AccessPoint(AccessPoint),
    Headset(usize),
    Gateway(usize),
    Provider(usize),
    Release(usize),
}

impl Planted {
    /// Breaks one that at least half as many people use as the most used one; none where no member uses any.
    pub(super) fn choose(fault: Fault, people: &[Party], seed: u64) -> Option<Self> {
        let mut users = HashMap::<Part, usize>::new();
        let mut parts = Vec::new();
        for person in people {
            // Where everybody is on most days: any day tells.
            let mut rng = Rng::with_seed(seed);
            let seats = std::iter::repeat_with(|| Seat::usual(&mut rng, person)).take(5);
            for part in seats.filter_map(|seat| Part::of(fault, &seat)) {
                *users.entry(part).or_insert_with(|| {
                    parts.push(part);
                    0
                }) += 1;
            }
        }
        let most = users.values().max().copied().unwrap_or_default();
        parts.retain(|part| users.get(part).is_some_and(|users| users * 2 >= most));
        let part = Rng::with_seed(seed).choice(parts)?;
        Some(Self { fault, shows_as: part.shows_as()?, part })
    }

    /// Makes streams poor that run through it, in both directions, with chances of their own, so that all
    /// else of the call is as it is without the fault.
    pub(super) fn spoil(&self, draft: &mut Draft, seed: u64) {
        let mut rng = Rng::with_seed(seed);
        for session in &mut draft.sessions {
            let seconds = session.start.duration_until(session.end).as_secs();
            let seconds = u32::try_from(seconds).unwrap_or(0);
            let whole = std::iter::once((&session.caller, &session.callee, &mut session.media));
            let segments = session.segments.iter_mut();
            let segments = segments.map(|it| (&it.caller, &it.callee, &mut it.media));
            for (caller, callee, media) in whole.chain(segments) {
                if !self.is_at(caller) && !self.is_at(callee) {
                    continue;
                }
                for medium in media.iter_mut().filter(|it| it["label"] == "main-audio") {
                    for stream in medium["streams"].as_array_mut().into_iter().flatten() {
                        if rng.u32(..100) < POOR_PERCENT {
                            make_poor(&mut rng, stream, seconds);
                        }
                    }
                }
            }
        }
    }

    fn is_at(&self, side: &Side) -> bool {
        side.seat().and_then(|seat| Part::of(self.fault, seat)) == Some(self.part)
    }
}

impl Part {
    /// Which one a member of the organisation uses.
    fn of(fault: Fault, seat: &Seat) -> Option<Self> {
        if seat.party.kind != PartyKind::Member {
            return None;
        }
        match fault {
            Fault::AccessPoint => seat.access_point().map(Self::AccessPoint),
            Fault::Headset => seat.headset().map(Self::Headset),
            Fault::VpnGateway => seat.gateway().map(Self::Gateway),
            Fault::Provider => seat.provider().map(Self::Provider),
            Fault::ClientVersion => seat.release.map(Self::Release),
        }
    }

    fn shows_as(self) -> Option<Vec<(&'static str, String)>> {
        Some(match self {
            Self::AccessPoint(access_point) => {
                let bssid = access_point.bssid().to_lowercase().replace('-', ":");
                vec![("access_point", bssid)]
            }
            Self::Headset(number) => vec![("device", headset_model(number)?.to_owned())],
            Self::Gateway(number) => places::gateway(number)?.to_vec(),
            Self::Provider(number) => vec![("public_network", places::provider(number)?)],
            Self::Release(number) => {
                vec![("application_version", release_name(number)?.to_owned())]
            }
        })
    }
}
