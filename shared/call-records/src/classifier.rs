//! Which streams were poor. Published definitions disagree, so a result always carries the name
//! and the version of the definition that made it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::Stream;

/// What a classifier says about one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quality {
    /// The inputs are missing, or too few packets were measured. Not good: unknown.
    Unclassified,
    /// No input crossed its limit.
    Good,
    /// An input crossed its limit.
    Poor,
}

/// When a stream is poor by `cqd-2024`.
macro_rules! cqd_2024 {
    () => {
        "packet utilisation > 500 **and** (round trip > 500 ms **or** packet loss rate > 0.1 **or** \
         jitter > 30 ms); unclassified without the packets, with 500 or fewer, or without the rest"
    };
}

/// When a stream is poor by `cqd-classic`.
macro_rules! cqd_classic {
    () => {
        "degradation > 1.0 **or** round trip > 500 ms **or** packet loss rate > 0.1 **or** jitter \
         > 30 ms **or** ratio of concealed samples > 0.07; unclassified with 500 packets or fewer, \
         or without any of the inputs"
    };
}

/// When a stream is poor by `cqd-video`.
macro_rules! cqd_video {
    () => {
        "frame loss > 50 %, **else** frame rate < 7 (screen sharing < 2), **else** loss rate after \
         forward error correction > 0.15; the first of the inputs that is there decides alone; \
         unclassified without any"
    };
}

/// A definition of a poor audio stream. All inputs are the averages of the stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AudioClassifier {
    /// `cqd-2024`, what Microsoft's Call Quality Dashboard does since 2024. Poor when
    #[doc = concat!(cqd_2024!(), ".")]
    #[default]
    Cqd2024,
    /// `cqd-classic`, what it did before. Poor when
    #[doc = concat!(cqd_classic!(), ".")]
    CqdClassic,
}

/// Packets below which the averages say nothing.
pub(crate) const FEW_PACKETS: i64 = 500;
pub(crate) const LONG_ROUND_TRIP: Duration = Duration::from_millis(500);
pub(crate) const HIGH_JITTER: Duration = Duration::from_millis(30);
pub(crate) const HIGH_LOSS: f64 = 0.1;
pub(crate) const HIGH_DEGRADATION: f64 = 1.0;
pub(crate) const HIGH_CONCEALMENT: f64 = 0.07;

impl AudioClassifier {
    /// All definitions.
    pub const ALL: [Self; 2] = [Self::Cqd2024, Self::CqdClassic];

    /// The id that is stored with every result.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Cqd2024 => "cqd-2024",
            Self::CqdClassic => "cqd-classic",
        }
    }

    /// The version of the definition; rises when its outcome may differ for the same stream.
    #[must_use]
    pub const fn version(self) -> u32 {
        match self {
            Self::Cqd2024 | Self::CqdClassic => 1,
        }
    }

    /// The definition in words, for showing beside the result.
    #[must_use]
    pub const fn poor_when(self) -> &'static str {
        match self {
            Self::Cqd2024 => cqd_2024!(),
            Self::CqdClassic => cqd_classic!(),
        }
    }

    /// Judges one audio stream.
    #[must_use]
    pub fn classify(self, stream: &Stream) -> Quality {
        let network = [
            stream.average_round_trip_time.map(|round_trip| round_trip > LONG_ROUND_TRIP),
            stream.average_packet_loss_rate.map(|loss| loss > HIGH_LOSS),
            stream.average_jitter.map(|jitter| jitter > HIGH_JITTER),
        ];
        match (self, stream.packet_utilization) {
            (Self::Cqd2024, None) => Quality::Unclassified,
            (_, Some(packets)) if packets <= FEW_PACKETS => Quality::Unclassified,
            (Self::Cqd2024, _) => worst(network),
            (Self::CqdClassic, _) => {
                let listening = [
                    stream.average_audio_degradation.map(|loss| loss > HIGH_DEGRADATION),
                    stream.average_ratio_of_concealed_samples.map(|made| made > HIGH_CONCEALMENT),
                ];
                worst(network.into_iter().chain(listening))
            }
        }
    }
}

/// Poor when any input that is there says so; unclassified when none is there.
fn worst(inputs: impl IntoIterator<Item = Option<bool>>) -> Quality {
    inputs.into_iter().map(judged).max().unwrap_or(Quality::Unclassified)
}

fn judged(input: Option<bool>) -> Quality {
    match input {
        None => Quality::Unclassified,
        Some(false) => Quality::Good,
        Some(true) => Quality::Poor,
    }
}

impl fmt::Display for AudioClassifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for AudioClassifier {
    type Err = UnknownClassifier;

    fn from_str(id: &str) -> Result<Self, UnknownClassifier> {
        Self::ALL.into_iter().find(|classifier| classifier.id() == id).ok_or(UnknownClassifier)
    }
}

/// No audio classifier has this id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an audio classifier: give cqd-2024 or cqd-classic")]
pub struct UnknownClassifier;

/// The definition of a poor video or screen sharing stream, `cqd-video`: poor when
#[doc = concat!(cqd_video!(), ".")]
/// The frame rate is that of the stream, else the received one of all streams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VideoClassifier;

pub(crate) const HIGH_FRAME_LOSS_PERCENT: f64 = 50.0;
pub(crate) const LOW_FRAME_RATE: f64 = 7.0;
pub(crate) const LOW_FRAME_RATE_SHARING: f64 = 2.0;
pub(crate) const HIGH_LOSS_AFTER_CORRECTION: f64 = 0.15;

impl VideoClassifier {
    /// The definition in words, for showing beside the result.
    pub const POOR_WHEN: &'static str = cqd_video!();

    /// The id that is stored with every result.
    #[must_use]
    pub const fn id(self) -> &'static str {
        "cqd-video"
    }

    /// The version of the definition.
    #[must_use]
    pub const fn version(self) -> u32 {
        1
    }

    /// Judges one video stream, or one of a shared screen.
    #[must_use]
    pub fn classify(self, stream: &Stream, screen_sharing: bool) -> Quality {
        let low = if screen_sharing { LOW_FRAME_RATE_SHARING } else { LOW_FRAME_RATE };
        let loss = stream.average_video_frame_loss_percentage;
        let rate = stream.average_video_frame_rate.or(stream.average_received_frame_rate);
        let corrected = stream.post_forward_error_correction_packet_loss_rate;
        judged(
            loss.map(|percent| percent > HIGH_FRAME_LOSS_PERCENT)
                .or_else(|| rate.map(|rate| rate < low))
                .or_else(|| corrected.map(|rate| rate > HIGH_LOSS_AFTER_CORRECTION)),
        )
    }
}
