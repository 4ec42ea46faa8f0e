//! Each person's legs with the network, the devices and the client that they ran on: what quality by
//! network, site and device is made of.
//!
//! Gathered only on request ([`CallBuilder::sessions_with_facts`](crate::CallBuilder::sessions_with_facts)): the consumer
//! stores none of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::media::{Content, Side};
use crate::session::SessionKey;
use crate::session_view::SessionView;
use crate::streams::StreamKey;
use crate::{NetworkFacts, PersonKey, Platform, Quality, Relation, Stream, bounds};

/// One leg of one person.
#[derive(Clone, Debug, PartialEq)]
pub struct LegQuality {
    /// Whose.
    pub person: PersonKey,
    /// How the person relates to the home organisation.
    pub relation: Relation,
    /// The session's id; absent where Graph gives none.
    pub session: Option<String>,
    /// The first start of the session.
    pub started_at: Option<Timestamp>,
    /// By the rules of [`Participation::established_legs`](crate::Participation::established_legs).
    pub established: bool,
    /// By the rules of [`Participation::dropped_legs`](crate::Participation::dropped_legs).
    pub dropped: bool,
    /// It failed to be set up, and was not established by a repetition of the session either.
    pub setup_failed: bool,
    /// Why it dropped or failed, in Graph's words: of the last session that says why, of equal times
    /// the first in the order of bytes.
    pub reason: Option<String>,
    /// What the person's end of the last medium ran on: where a drop or a failure belongs.
    pub path: Arc<LegPath>,
    /// The audio streams of the person, each once for each way: what quality is broken down by.
    pub streams: Vec<StreamQuality>,
    /// The video and screen sharing streams, likewise.
    pub video_streams: Vec<StreamQuality>,
}

/// One way of one stream of a person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StreamQuality {
    /// Whether the person sent it; else it was received.
    pub sent: bool,
    /// What the classifier says.
    pub quality: Quality,
    /// What the person's end of it ran on.
    pub path: Arc<LegPath>,
    /// What was measured of it, whichever end says so.
    pub measured: Measured,
    /// What it transported; never [`Content::Other`].
    pub content: Content,
}

/// What was measured of a stream; absent where Graph does not say it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Measured {
    /// Packets that the measurements rest on.
    pub packets: Option<i64>,
    /// Average jitter, in microseconds.
    pub jitter_us: Option<u64>,
    /// Average round trip, in microseconds.
    pub round_trip_us: Option<u64>,
    /// Average share of packets lost, in millionths.
    pub loss_ppm: Option<u64>,
    /// Average share of video frames lost, in millionths.
    pub frame_loss_ppm: Option<u64>,
    /// Average frames in 1,000 s: of the stream, else received over all streams.
    pub frames_per_1000_s: Option<u64>,
    /// Share of packets lost after forward error correction, in millionths.
    pub corrected_loss_ppm: Option<u64>,
}

/// What a person's end of a medium ran on.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LegPath {
    /// The network.
    pub network: NetworkFacts,
    /// The microphone.
    pub capture: Option<String>,
    /// The loudspeaker.
    pub render: Option<String>,
    /// What the client ran on.
    pub platform: Option<Platform>,
    /// The version of the client: as it is stated, else what the client says of itself.
    pub application_version: Option<String>,
}

/// The legs of a person, as far as they are gathered. A union of what is extreme, so that neither the
/// order of sessions nor their repetition changes it.
#[derive(Clone, Debug, Default)]
pub(crate) struct PersonLegs {
    legs: BTreeMap<SessionKey, Leg>,
    streams: BTreeMap<(Content, StreamKey), Ways>,
}

#[derive(Clone, Debug, Default)]
struct Leg {
    started_at: Option<Timestamp>,
    established: bool,
    dropped: bool,
    setup_failed: bool,
    /// Of the latest session, the reason that is first in the order of bytes.
    reason: Option<(Option<Timestamp>, std::cmp::Reverse<String>)>,
    path: Option<Last>,
}

/// The path of a medium, and when it was: of the latest session, in the last segment, audio before
/// others.
type Last = (Option<Timestamp>, usize, bool, Arc<LegPath>);

/// By way (sent, received): the judgement, what the person's end ran on, and what was measured. Of a
/// stream that is found again the worse judgement stays, with the rest of it.
type Ways = [Option<(Quality, Arc<LegPath>, Measured)>; 2];

impl PersonLegs {
    /// Takes a session on `sides` of which the person is, and on `own_sides` of its segments.
    pub(crate) fn add(
        &mut self,
        view: &SessionView<'_>,
        sides: &[Side],
        own_sides: &[&'static [Side]],
    ) {
        let session = view.session;
        let at = session.time();
        let leg = self.legs.entry(view.leg.session.clone()).or_default();
        leg.started_at = leg.started_at.into_iter().chain(session.started_at).min();
        leg.established |= view.course.was_established();
        leg.dropped |= view.course.dropped;
        leg.setup_failed |= view.course.setup_failed;
        if view.course.dropped || view.course.setup_failed {
            let reason = session.failure_reason().map(bounds::short).map(str::to_owned);
            leg.reason = leg.reason.take().max(reason.map(|it| (at, std::cmp::Reverse(it))));
        }
        if let Some(side) = sides.first() {
            let path = Arc::new(LegPath::of_client(view, *side));
            leg.path = leg.path.take().max(Some((at, 0, false, path)));
        }
        let mut paths = BTreeMap::new();
        for (index, (segment, own)) in session.segments.iter().zip(own_sides).enumerate() {
            for (medium_index, medium) in segment.media.iter().enumerate() {
                for side in own.iter().copied() {
                    let path = Arc::new(LegPath::of_medium(view, index, medium_index, side));
                    let is_audio = medium.labelled() == Some(Content::Audio);
                    let last = (at, index + 1, is_audio, Arc::clone(&path));
                    leg.path = leg.path.take().max(Some(last));
                    paths.insert((index, medium_index, side.index()), path);
                }
            }
        }
        for stream in view.streams.iter() {
            let own = own_sides.get(stream.segment).copied().unwrap_or_default();
            let way = |side: Option<Side>| {
                let side = side.filter(|side| own.contains(side))?;
                let path = paths.get(&(stream.segment, stream.medium, side.index()))?;
                let medium = session.segments.get(stream.segment)?.media.get(stream.medium)?;
                let measured = Measured::of(medium.streams.get(stream.index)?);
                Some((stream.quality, Arc::clone(path), measured))
            };
            let (from, to) = stream.ends();
            let ways = [way(from), way(to)];
            if ways.iter().any(Option::is_some) {
                let known = self.streams.entry((stream.content, stream.key.clone())).or_default();
                for (known, way) in known.iter_mut().zip(ways) {
                    *known = known.take().max(way);
                }
            }
        }
    }

    /// The legs, by session.
    pub(crate) fn legs(self, person: &PersonKey, relation: Relation) -> Vec<LegQuality> {
        let mut legs: BTreeMap<_, _> = self
            .legs
            .into_iter()
            .map(|(session, leg)| {
                let leg = LegQuality {
                    person: person.clone(),
                    relation,
                    session: session.id().map(str::to_owned),
                    started_at: leg.started_at,
                    established: leg.established,
                    dropped: leg.dropped,
                    setup_failed: leg.setup_failed && !leg.established,
                    reason: leg.reason.map(|(_, std::cmp::Reverse(reason))| reason),
                    path: leg.path.map(|(.., path)| path).unwrap_or_default(),
                    streams: Vec::new(),
                    video_streams: Vec::new(),
                };
                (session, leg)
            })
            .collect();
        for ((content, key), ways) in self.streams {
            let Some(leg) = legs.get_mut(key.session()) else { continue };
            // A stream has one judgement, whichever way it was found.
            let Some(quality) = ways.iter().flatten().map(|(quality, ..)| *quality).max() else {
                continue;
            };
            for (sent, way) in [true, false].into_iter().zip(ways) {
                if let Some((_, path, measured)) = way {
                    let is_audio = content == Content::Audio;
                    let streams = if is_audio { &mut leg.streams } else { &mut leg.video_streams };
                    streams.push(StreamQuality { sent, quality, path, measured, content });
                }
            }
        }
        let mut legs: Vec<_> = legs.into_values().collect();
        // Keys of streams are digests, by random keys of the process.
        for leg in &mut legs {
            leg.streams.sort();
            leg.video_streams.sort();
        }
        legs
    }
}

impl Measured {
    fn of(stream: &Stream) -> Self {
        let micros =
            |time: std::time::Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let millionths = |share: f64| scaled(share, 1e6).filter(|it| *it <= 1_000_000);
        let frame_rate = stream.average_video_frame_rate.or(stream.average_received_frame_rate);
        Self {
            packets: stream.packet_utilization,
            jitter_us: stream.average_jitter.map(micros),
            round_trip_us: stream.average_round_trip_time.map(micros),
            loss_ppm: stream.average_packet_loss_rate.and_then(millionths),
            frame_loss_ppm: stream
                .average_video_frame_loss_percentage
                .and_then(|percent| millionths(percent / 100.0)),
            frames_per_1000_s: frame_rate.and_then(|rate| scaled(rate, 1e3)),
            corrected_loss_ppm: stream
                .post_forward_error_correction_packet_loss_rate
                .and_then(millionths),
        }
    }
}

/// A measurement as a whole number of parts; none for what is none, or is beyond any of them.
fn scaled(measured: f64, parts: f64) -> Option<u64> {
    let number = (measured * parts).round();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked"
    )]
    (0.0..=1e12).contains(&number).then_some(number as u64)
}

impl LegPath {
    /// The client of one side of a session, of which nothing else is known.
    fn of_client(view: &SessionView<'_>, side: Side) -> Self {
        let agent = view.session.endpoint(side).map(|endpoint| &endpoint.user_agent);
        let header = view.facts.and_then(|facts| facts.client(side).header.clone());
        let stated = agent.and_then(|agent| agent.application_version.as_deref());
        Self {
            platform: agent.and_then(|agent| agent.platform.clone()),
            application_version: stated.map(|version| bounds::short(version).to_owned()).or(header),
            ..Self::default()
        }
    }

    fn of_medium(view: &SessionView<'_>, segment: usize, medium: usize, side: Side) -> Self {
        let client = Self::of_client(view, side);
        let Some(facts) = view.facts.and_then(|facts| facts.medium(segment, medium)) else {
            return client;
        };
        let device = facts.device(side);
        Self {
            network: facts.network(side).clone(),
            capture: device.capture.clone(),
            render: device.render.clone(),
            ..client
        }
    }
}
