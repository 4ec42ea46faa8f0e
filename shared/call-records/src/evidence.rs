//! Why a stream was judged as it was: its measurements, each beside the limit that it is held to.

use serde::Serialize;

use crate::classifier::{
    FEW_PACKETS, HIGH_CONCEALMENT, HIGH_DEGRADATION, HIGH_FRAME_LOSS_PERCENT, HIGH_JITTER,
    HIGH_LOSS, HIGH_LOSS_AFTER_CORRECTION, LONG_ROUND_TRIP, LOW_FRAME_RATE, LOW_FRAME_RATE_SHARING,
};
use crate::media::Content;
use crate::{AudioClassifier, Quality, Session, Stream, VideoClassifier};

/// One measurement of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Measurement {
    /// What was measured, in words.
    pub name: &'static str,
    /// What was measured; absent when Graph does not say.
    pub value: Option<f64>,
    /// The unit of value and limit: `ms`, `%`, `packets`, `frames/s` or `of 5`.
    pub unit: &'static str,
    /// The limit of the definition.
    pub limit: f64,
    /// Whether the limit is the least (`true`) or the most (`false`) that is not poor.
    pub at_least: bool,
    /// Whether the value is on the wrong side of the limit.
    pub crossed: bool,
    /// Whether the quality rests on the value: not where it is not known, where another decides
    /// alone, or where there are too few packets.
    pub used: bool,
}

/// One stream of a session, with what its quality follows from.
#[derive(Clone, Debug, PartialEq)]
pub struct JudgedStream {
    /// `audio`, `video` or `screen sharing`.
    pub content: &'static str,
    /// The label of its media, as Graph has it.
    pub label: Option<String>,
    /// Which way it went, as Graph has it.
    pub direction: Option<String>,
    /// What the classifier says.
    pub quality: Quality,
    /// The inputs of the classifier, in the order of its definition.
    pub measurements: Vec<Measurement>,
}

/// The audio, video and screen sharing streams of a session, in their order; data is left out.
#[must_use]
pub fn judged_streams(session: &Session, classifier: AudioClassifier) -> Vec<JudgedStream> {
    let media = session.segments.iter().flat_map(|segment| &segment.media);
    let streams = media.flat_map(|media| media.streams.iter().map(move |stream| (media, stream)));
    streams
        .filter_map(|(media, stream)| {
            let (content, quality, measurements) = match media.content(stream) {
                Content::Audio => {
                    ("audio", classifier.classify(stream), of_audio(classifier, stream))
                }
                Content::Video => {
                    ("video", VideoClassifier.classify(stream, false), of_video(stream, false))
                }
                Content::ScreenSharing => (
                    "screen sharing",
                    VideoClassifier.classify(stream, true),
                    of_video(stream, true),
                ),
                Content::Other => return None,
            };
            Some(JudgedStream {
                content,
                label: media.label.clone(),
                direction: stream.direction.as_ref().map(|way| way.as_str().to_owned()),
                quality,
                measurements,
            })
        })
        .collect()
}

fn of_audio(classifier: AudioClassifier, stream: &Stream) -> Vec<Measurement> {
    let ms = |time: std::time::Duration| time.as_secs_f64() * 1000.0;
    let percent = |share: f64| share * 100.0;
    #[expect(clippy::cast_precision_loss, reason = "a number of packets that is shown")]
    let packets = stream.packet_utilization.map(|packets| packets as f64);
    #[expect(clippy::cast_precision_loss, reason = "a small constant")]
    let few = FEW_PACKETS as f64;
    let mut measurements = vec![
        // Too few packets make no stream poor, but keep it from being judged.
        at_least("packets", packets, "packets", few),
        at_most("round trip", stream.average_round_trip_time.map(ms), "ms", ms(LONG_ROUND_TRIP)),
        at_most(
            "packet loss",
            stream.average_packet_loss_rate.map(percent),
            "%",
            percent(HIGH_LOSS),
        ),
        at_most("jitter", stream.average_jitter.map(ms), "ms", ms(HIGH_JITTER)),
    ];
    if classifier == AudioClassifier::CqdClassic {
        measurements.extend([
            at_most("degradation", stream.average_audio_degradation, "of 5", HIGH_DEGRADATION),
            at_most(
                "concealed samples",
                stream.average_ratio_of_concealed_samples.map(percent),
                "%",
                percent(HIGH_CONCEALMENT),
            ),
        ]);
    }
    if classifier.classify(stream) == Quality::Unclassified {
        // Without enough packets none of the rest says anything.
        for measured in &mut measurements[1..] {
            measured.used = false;
        }
    }
    measurements
}

fn of_video(stream: &Stream, screen_sharing: bool) -> Vec<Measurement> {
    let low = if screen_sharing { LOW_FRAME_RATE_SHARING } else { LOW_FRAME_RATE };
    let rate = stream.average_video_frame_rate.or(stream.average_received_frame_rate);
    let loss = stream.average_video_frame_loss_percentage;
    let corrected = stream.post_forward_error_correction_packet_loss_rate;
    let mut measurements = vec![
        at_most("frame loss", loss, "%", HIGH_FRAME_LOSS_PERCENT),
        Measurement {
            crossed: rate.is_some_and(|rate| rate < low),
            ..at_least("frame rate", rate, "frames/s", low)
        },
        at_most(
            "loss after error correction",
            corrected.map(|share| share * 100.0),
            "%",
            HIGH_LOSS_AFTER_CORRECTION * 100.0,
        ),
    ];
    // The first that is there decides alone.
    let known = measurements.iter_mut().filter(|measured| measured.value.is_some());
    for measured in known.skip(1) {
        measured.used = false;
    }
    measurements
}

fn at_most(name: &'static str, value: Option<f64>, unit: &'static str, limit: f64) -> Measurement {
    let crossed = value.is_some_and(|value| value > limit);
    Measurement { name, value, unit, limit, at_least: false, crossed, used: value.is_some() }
}

fn at_least(name: &'static str, value: Option<f64>, unit: &'static str, limit: f64) -> Measurement {
    let crossed = value.is_some_and(|value| value <= limit);
    Measurement { name, value, unit, limit, at_least: true, crossed, used: value.is_some() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode_sessions;

    fn streams(stream: &str, classifier: AudioClassifier) -> Vec<JudgedStream> {
        let page = format!(
            r#"{{"value": [{{"id": "s", "segments": [{{"media": [
                {{"label": "main-audio", "streams": [{stream}]}},
                {{"label": "data", "streams": [{{}}]}}
            ]}}]}}]}}"#
        );
        let sessions = decode_sessions(page.as_bytes()).unwrap();
        judged_streams(&sessions.value[0], classifier)
    }

    #[test]
    fn a_poor_stream_shows_which_limit_it_crossed() {
        let streams = streams(
            r#"{"packetUtilization": 900, "averageJitter": "PT0.045S", "averagePacketLossRate": 0.01,
                "streamDirection": "callerToCallee"}"#,
            AudioClassifier::Cqd2024,
        );
        assert_eq!(streams.len(), 1, "data is no stream that can be judged");
        assert_eq!((streams[0].content, streams[0].quality), ("audio", Quality::Poor));
        assert_eq!(streams[0].direction.as_deref(), Some("callerToCallee"));
        let crossed: Vec<_> =
            streams[0].measurements.iter().filter(|measured| measured.crossed).collect();
        assert_eq!(crossed.len(), 1);
        assert_eq!(
            (crossed[0].name, crossed[0].value, crossed[0].limit),
            ("jitter", Some(45.0), 30.0)
        );
    }

    #[test]
    fn of_video_the_first_value_that_is_there_decides_alone() {
        let page = r#"{"value": [{"id": "s", "segments": [{"media": [{"label": "main-video", "streams": [
            {"averageVideoFrameLossPercentage": 2.0, "averageVideoFrameRate": 3.0,
             "postForwardErrorCorrectionPacketLossRate": 0.3}]}]}]}]}"#;
        let sessions = decode_sessions(page.as_bytes()).unwrap();
        let streams = judged_streams(&sessions.value[0], AudioClassifier::default());
        assert_eq!((streams[0].content, streams[0].quality), ("video", Quality::Good));
        let told = |measured: &Measurement| (measured.name, measured.used, measured.crossed);
        let told: Vec<_> = streams[0].measurements.iter().map(told).collect();
        let corrected = ("loss after error correction", false, true);
        assert_eq!(told, [("frame loss", true, false), ("frame rate", false, true), corrected]);
    }

    #[test]
    fn what_graph_does_not_say_is_absent_and_crosses_nothing() {
        let streams = streams(r#"{"packetUtilization": 100}"#, AudioClassifier::CqdClassic);
        assert_eq!(streams[0].quality, Quality::Unclassified);
        let packets = streams[0].measurements[0];
        assert!(packets.crossed && packets.at_least, "too few packets");
        assert!(streams[0].measurements[1..].iter().all(|other| other.value.is_none()));
        assert!(streams[0].measurements[1..].iter().all(|other| !other.crossed));
    }
}
