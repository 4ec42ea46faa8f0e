//! Streams: one end of an audio, video or screen sharing stream, where a person was.

use std::sync::Arc;

use call_quality::{CallKind, Dimension, Place};
use call_records::{CallType, LegQuality, PersonKey, Quality, StreamQuality};

use super::shown::{CallHead, of_call, person};
use super::{Cell, Column, Kind, Shown};

/// A row: a stream of a leg.
pub(crate) struct OfStream {
    pub(crate) call: Arc<CallHead>,
    pub(crate) leg: Arc<LegQuality>,
    pub(crate) stream: StreamQuality,
}

impl OfStream {
    fn place<'a>(&'a self, shown: &Shown<'_>) -> Place<'a> {
        Place::of(&self.stream.path, self.leg.relation, shown.sites)
    }

    fn kind(&self) -> CallKind {
        match self.call.call_type {
            CallType::PeerToPeer => CallKind::PeerToPeer,
            _ => CallKind::Meeting,
        }
    }
}

fn who(row: &OfStream) -> Option<(&PersonKey, Option<&str>)> {
    Some((&row.leg.person, row.call.name(&row.leg.person)))
}

const WORDS: &str = "Null where the record does not say it of this end; `unmapped`: in no row of the building file, `none`: does \
                     not apply, `external`: a person of another organisation.";

pub(crate) fn columns() -> Vec<Column<OfStream>> {
    let mut columns = of_call(|row: &OfStream| &row.call);
    columns.extend(person("person", "Whose end it is", who));
    columns.extend([
        Column::new(
            "relation",
            Kind::Text,
            "How the person relates to the home organisation.",
            |row: &OfStream, _| Cell::text(row.leg.relation.as_str()),
        ),
        Column::new("session_id", Kind::Text, "The session of the stream.", |row: &OfStream, _| {
            Cell::optional(row.leg.session.clone())
        }),
        Column::new("leg_started_at", Kind::Time, "The first start of the session.", |row: &OfStream, _| {
            Cell::time(row.leg.started_at)
        }),
        Column::new(
            "leg_dropped",
            Kind::Flag,
            "Whether the person's leg dropped. It stands with each stream of the leg.",
            |row: &OfStream, _| Cell::Flag(row.leg.dropped),
        ),
        Column::new(
            "content",
            Kind::Text,
            "What it carried: `audio`, `video`, or `screen_sharing`, by the label of its media, else by its codec.",
            |row: &OfStream, _| Cell::text(row.stream.content.as_str()),
        ),
        Column::new("sent", Kind::Flag, "Whether the person sent it; else it was received.", |row: &OfStream, _| {
            Cell::Flag(row.stream.sent)
        }),
        Column::new(
            "quality",
            Kind::Text,
            "What the classifier of its content says: `good`, `poor`, or `unclassified` where too little was \
             measured. Audio and video are judged by other rules and are not added up.",
            |row: &OfStream, _| {
                Cell::text(match row.stream.quality {
                    Quality::Good => "good",
                    Quality::Poor => "poor",
                    Quality::Unclassified => "unclassified",
                })
            },
        ),
        Column::new(
            "location",
            Kind::Text,
            "Where the person was: `inside`, `vpn`, `outside`, `unmapped`, `unknown`, `external`.",
            |row: &OfStream, shown| Cell::text(row.place(shown).location().as_str()),
        ),
    ]);
    for (dimension, text) in [
        (
            Dimension::Site,
            "The building, by the person's address and the building file that was in force when the day was \
             exported. An end without a usable address has none: `location` is `unknown`, or `vpn` by a tunnel.",
        ),
        (
            Dimension::Subnet,
            "The network of the person's address, by the building file, else as the client states it, else \
             /24 or /64. An end without a usable address has none.",
        ),
        (Dimension::Connection, "How the person was connected, as Graph has it."),
        (Dimension::WifiBand, "The Wi-Fi band."),
        (Dimension::AccessPoint, "The Wi-Fi access point (BSSID)."),
        (Dimension::Transport, "`udp` or `tcp`, and whether a media relay was used."),
        (Dimension::Vpn, "Whether the person was on a VPN."),
        (
            Dimension::PublicNetwork,
            "The network that the internet sees: the provider, or the VPN's gateway.",
        ),
        (Dimension::DnsSuffix, "The domain of the network."),
        (
            Dimension::Device,
            "The microphone or camera of what was sent, the loudspeaker of what was received.",
        ),
        (Dimension::ApplicationVersion, "The version of the client."),
        (Dimension::Platform, "What the client ran on."),
    ] {
        let value = move |row: &OfStream, shown: &Shown<'_>| {
            let value = row.place(shown).value(dimension, row.kind(), row.stream.sent);
            shown.value(dimension, &value)
        };
        let text = format!("{text} {WORDS}");
        columns.push(Column::new(dimension.as_str(), Kind::Text, text, value));
    }
    columns.extend([
        Column::new(
            "packets",
            Kind::Integer,
            "Packets that the measurements rest on.",
            |row: &OfStream, _| row.stream.measured.packets.map_or(Cell::Null, Cell::Integer),
        ),
        Column::new(
            "jitter_ms",
            Kind::Real,
            "Average jitter in milliseconds.",
            |row: &OfStream, _| per(row.stream.measured.jitter_us, 1e3),
        ),
        Column::new(
            "round_trip_ms",
            Kind::Real,
            "Average round trip in milliseconds.",
            |row: &OfStream, _| per(row.stream.measured.round_trip_us, 1e3),
        ),
        Column::new(
            "packet_loss",
            Kind::Real,
            "Average share of packets lost, from 0 to 1, rounded to a millionth.",
            |row: &OfStream, _| per(row.stream.measured.loss_ppm, 1e6),
        ),
        Column::new(
            "frame_loss",
            Kind::Real,
            "Average share of video frames lost, from 0 to 1, rounded to a millionth.",
            |row: &OfStream, _| per(row.stream.measured.frame_loss_ppm, 1e6),
        ),
        Column::new(
            "frame_rate",
            Kind::Real,
            "Average video frames per second: of the stream, else received over all streams.",
            |row: &OfStream, _| per(row.stream.measured.frames_per_1000_s, 1e3),
        ),
        Column::new(
            "corrected_packet_loss",
            Kind::Real,
            "Share of packets lost after forward error correction, from 0 to 1, rounded to a millionth.",
            |row: &OfStream, _| per(row.stream.measured.corrected_loss_ppm, 1e6),
        ),
    ]);
    columns
}

#[expect(clippy::cast_precision_loss, reason = "a measurement, and not a sum")]
fn per(measured: Option<u64>, divisor: f64) -> Cell {
    measured.map_or(Cell::Null, |measured| Cell::Real(measured as f64 / divisor))
}
