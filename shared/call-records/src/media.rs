use std::time::Duration;

use crate::json::decode_object;
use crate::{ConnectionType, Endpoint, StreamDirection, WifiBand};

/// A part of a session (`segment`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Segment {
    /// The segment; usually the session's own id.
    pub id: Option<String>,
    /// Who called. Feedback is repeated here.
    pub caller: Option<Endpoint>,
    /// Who was called.
    pub callee: Option<Endpoint>,
    /// What was transported.
    pub media: Vec<Media>,
}

/// One kind of media in a segment (`media`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Media {
    /// What it is, such as `main-audio`. Free text.
    pub label: Option<String>,
    /// The caller's devices.
    pub caller_device: Device,
    /// The callee's devices.
    pub callee_device: Device,
    /// The caller's network.
    pub caller_network: Network,
    /// The callee's network.
    pub callee_network: Network,
    /// The streams, usually one each way.
    pub streams: Vec<Stream>,
}

/// Sound and picture devices of one side (`deviceInfo`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Device {
    /// The microphone or camera.
    pub capture: Option<String>,
    /// The loudspeaker or screen.
    pub render: Option<String>,
}

/// The network of one side (`networkInfo`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// How the side was connected.
    pub connection_type: Option<ConnectionType>,
    /// The Wi-Fi band.
    pub wifi_band: Option<WifiBand>,
    /// The strength of the Wi-Fi signal in percent, as the client reported it.
    pub wifi_signal_strength: Option<i64>,
}

/// One stream of media in one direction (`mediaStream`): what the classifiers need of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stream {
    /// The stream.
    pub id: Option<String>,
    /// Which way it went.
    pub direction: Option<StreamDirection>,
    /// The audio codec. `unknown` is sent for streams that are not audio.
    pub audio_codec: Option<String>,
    /// The video codec. `unknown` is sent for streams that are not video.
    pub video_codec: Option<String>,
    /// Packets that the measurements rest on.
    pub packet_utilization: Option<i64>,
    /// Average jitter.
    pub average_jitter: Option<Duration>,
    /// Average round trip.
    pub average_round_trip_time: Option<Duration>,
    /// Average share of packets lost, 0 to 1.
    pub average_packet_loss_rate: Option<f64>,
    /// Average loss of the mean opinion score, 0 to 5.
    pub average_audio_degradation: Option<f64>,
    /// Average share of samples that were made up to conceal loss, 0 to 1.
    pub average_ratio_of_concealed_samples: Option<f64>,
    /// Average share of frames lost, in percent.
    pub average_video_frame_loss_percentage: Option<f64>,
    /// Average frames per second of the stream.
    pub average_video_frame_rate: Option<f64>,
    /// Average frames per second received over all streams.
    pub average_received_frame_rate: Option<f64>,
    /// Share of packets lost after forward error correction, 0 to 1.
    pub post_forward_error_correction_packet_loss_rate: Option<f64>,
}

/// One of the two ends of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The end that called.
    Caller,
    /// The end that was called.
    Callee,
}

impl Side {
    pub(crate) const BOTH: [Self; 2] = [Self::Caller, Self::Callee];

    /// Those of both that are chosen, the caller's first.
    pub(crate) fn chosen(is_chosen: impl Fn(Self) -> bool) -> &'static [Self] {
        match Self::BOTH.map(is_chosen) {
            [false, false] => &[],
            [true, false] => &[Self::Caller],
            [false, true] => &[Self::Callee],
            [true, true] => &Self::BOTH,
        }
    }

    pub(crate) const fn opposite(self) -> Self {
        match self {
            Self::Caller => Self::Callee,
            Self::Callee => Self::Caller,
        }
    }

    pub(crate) const fn index(self) -> usize {
        match self {
            Self::Caller => 0,
            Self::Callee => 1,
        }
    }
}

/// What a media entry transports, as far as the statistics care.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Content {
    /// Sound.
    Audio,
    /// A picture of a camera.
    Video,
    /// A picture of a screen.
    ScreenSharing,
    /// Neither, or it is not known.
    Other,
}

impl Content {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
            Self::ScreenSharing => "screen_sharing",
            Self::Other => "other",
        }
    }
}

impl Segment {
    /// The endpoint on one side.
    #[must_use]
    pub fn endpoint(&self, side: Side) -> Option<&Endpoint> {
        match side {
            Side::Caller => self.caller.as_ref(),
            Side::Callee => self.callee.as_ref(),
        }
    }
}

impl Media {
    /// The devices on one side.
    #[must_use]
    pub fn device(&self, side: Side) -> &Device {
        match side {
            Side::Caller => &self.caller_device,
            Side::Callee => &self.callee_device,
        }
    }

    /// The network on one side.
    #[must_use]
    pub fn network(&self, side: Side) -> &Network {
        match side {
            Side::Caller => &self.caller_network,
            Side::Callee => &self.callee_network,
        }
    }

    /// What a stream of this media transports: the label says it, else the codec that is set.
    pub(crate) fn content(&self, stream: &Stream) -> Content {
        self.labelled().unwrap_or_else(|| stream.content())
    }

    /// What the label says that this media is.
    pub(crate) fn labelled(&self) -> Option<Content> {
        let label = self.label.as_deref()?.to_ascii_lowercase();
        let says = |word: &str| label.contains(word);
        if says("audio") {
            Some(Content::Audio)
        } else if says("sharing") || says("screen") || says("vbss") {
            Some(Content::ScreenSharing)
        } else if says("video") {
            Some(Content::Video)
        } else {
            says("data").then_some(Content::Other)
        }
    }
}

impl Stream {
    /// What it transports by the codec that is set.
    pub(crate) fn content(&self) -> Content {
        if codec_is_set(self.audio_codec.as_deref()) {
            Content::Audio
        } else if codec_is_set(self.video_codec.as_deref()) {
            Content::Video
        } else {
            Content::Other
        }
    }
}

fn codec_is_set(codec: Option<&str>) -> bool {
    codec.is_some_and(|codec| codec != "unknown" && codec != "invalid")
}

decode_object! { Segment ["caller", "callee", "media"] |segment, members| {
    "id" => segment.id = members.leaf()?,
    "caller" => segment.caller = members.object::<Endpoint>("caller")?,
    "callee" => segment.callee = members.object::<Endpoint>("callee")?,
    "media" => segment.media = members.array::<Media>("media")?,
} }

decode_object! { Media ["callerDevice", "calleeDevice", "callerNetwork", "calleeNetwork", "streams"]
|media, members| {
    "label" => media.label = members.leaf()?,
    "callerDevice" => {
        media.caller_device = members.object::<Device>("callerDevice")?.unwrap_or_default();
    },
    "calleeDevice" => {
        media.callee_device = members.object::<Device>("calleeDevice")?.unwrap_or_default();
    },
    "callerNetwork" => {
        media.caller_network =
            members.object::<Network>("callerNetwork")?.unwrap_or_default();
    },
    "calleeNetwork" => {
        media.callee_network =
            members.object::<Network>("calleeNetwork")?.unwrap_or_default();
    },
    "streams" => media.streams = members.array::<Stream>("streams")?,
} }

decode_object! { Device [] |device, members| {
    "captureDeviceName" => device.capture = members.leaf()?,
    "renderDeviceName" => device.render = members.leaf()?,
} }

decode_object! { Network [] |network, members| {
    "connectionType" => network.connection_type = members.leaf()?,
    "wifiBand" => network.wifi_band = members.leaf()?,
    "wifiSignalStrength" => network.wifi_signal_strength = members.leaf()?,
} }

decode_object! { Stream [] |stream, members| {
    "streamId" => stream.id = members.leaf()?,
    "streamDirection" => stream.direction = members.leaf()?,
    "audioCodec" => stream.audio_codec = members.leaf()?,
    "videoCodec" => stream.video_codec = members.leaf()?,
    "packetUtilization" => stream.packet_utilization = members.leaf()?,
    "averageJitter" => stream.average_jitter = members.leaf()?,
    "averageRoundTripTime" => stream.average_round_trip_time = members.leaf()?,
    "averagePacketLossRate" => stream.average_packet_loss_rate = members.leaf()?,
    "averageAudioDegradation" => stream.average_audio_degradation = members.leaf()?,
    "averageRatioOfConcealedSamples" => {
        stream.average_ratio_of_concealed_samples = members.leaf()?;
    },
    "averageVideoFrameLossPercentage" => {
        stream.average_video_frame_loss_percentage = members.leaf()?;
    },
    "averageVideoFrameRate" => stream.average_video_frame_rate = members.leaf()?,
    "averageReceivedFrameRate" => stream.average_received_frame_rate = members.leaf()?,
    "postForwardErrorCorrectionPacketLossRate" => {
        stream.post_forward_error_correction_packet_loss_rate = members.leaf()?;
    },
} }
