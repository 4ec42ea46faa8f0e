//! Which streams are poor, at the limits of each definition.

use std::time::Duration;

use call_records::{AudioClassifier, Quality, Stream, VideoClassifier};
use rstest::rstest;

use AudioClassifier::{Cqd2024, CqdClassic};
use Quality::{Good, Poor, Unclassified};

fn ms(milliseconds: u64) -> Option<Duration> {
    Some(Duration::from_millis(milliseconds))
}

/// A stream that was measured on that many packets.
fn measured(packets: Option<i64>) -> Stream {
    Stream { packet_utilization: packets, ..Stream::default() }
}

fn round_trip(milliseconds: u64) -> Stream {
    Stream { average_round_trip_time: ms(milliseconds), ..measured(Some(501)) }
}

fn loss(rate: f64) -> Stream {
    Stream { average_packet_loss_rate: Some(rate), ..measured(Some(501)) }
}

fn jitter(milliseconds: u64) -> Stream {
    Stream { average_jitter: ms(milliseconds), ..measured(Some(501)) }
}

fn degradation(points: f64) -> Stream {
    Stream { average_audio_degradation: Some(points), ..measured(Some(501)) }
}

fn concealed(ratio: f64) -> Stream {
    Stream { average_ratio_of_concealed_samples: Some(ratio), ..measured(Some(501)) }
}

#[rstest]
#[case::nothing(Stream::default(), Unclassified, Unclassified)]
#[case::packets_alone(measured(Some(10_000)), Unclassified, Unclassified)]
#[case::round_trip_at_the_limit(round_trip(500), Good, Good)]
#[case::round_trip_above(round_trip(501), Poor, Poor)]
#[case::loss_at_the_limit(loss(0.1), Good, Good)]
#[case::loss_above(loss(0.101), Poor, Poor)]
#[case::no_loss(loss(0.0), Good, Good)]
#[case::jitter_at_the_limit(jitter(30), Good, Good)]
#[case::jitter_above(jitter(31), Poor, Poor)]
#[case::degradation_at_the_limit(degradation(1.0), Unclassified, Good)]
#[case::degradation_above(degradation(1.01), Unclassified, Poor)]
#[case::concealed_at_the_limit(concealed(0.07), Unclassified, Good)]
#[case::concealed_above(concealed(0.071), Unclassified, Poor)]
#[case::one_bad_among_good(
    Stream { average_packet_loss_rate: Some(0.0), average_jitter: ms(31), ..round_trip(10) },
    Poor,
    Poor
)]
#[case::bad_only_for_the_ear(
    Stream { average_ratio_of_concealed_samples: Some(0.2), ..round_trip(10) },
    Good,
    Poor
)]
#[case::too_few_packets(Stream { packet_utilization: Some(500), ..jitter(900) }, Unclassified, Unclassified)]
#[case::no_packets(Stream { packet_utilization: Some(0), ..jitter(9) }, Unclassified, Unclassified)]
#[case::packets_not_known(Stream { packet_utilization: None, ..jitter(900) }, Unclassified, Poor)]
#[case::packets_not_known_good(Stream { packet_utilization: None, ..jitter(9) }, Unclassified, Good)]
fn an_audio_stream_is(#[case] stream: Stream, #[case] new: Quality, #[case] classic: Quality) {
    assert_eq!(Cqd2024.classify(&stream), new, "cqd-2024");
    assert_eq!(CqdClassic.classify(&stream), classic, "cqd-classic");
}

fn video(lost: Option<f64>, rate: Option<f64>, received: Option<f64>, fec: Option<f64>) -> Stream {
    Stream {
        average_video_frame_loss_percentage: lost,
        average_video_frame_rate: rate,
        average_received_frame_rate: received,
        post_forward_error_correction_packet_loss_rate: fec,
        ..Stream::default()
    }
}

#[rstest]
#[case::nothing(video(None, None, None, None), Unclassified, Unclassified)]
#[case::loss_at_the_limit(video(Some(50.0), None, None, None), Good, Good)]
#[case::loss_above(video(Some(50.1), None, None, None), Poor, Poor)]
#[case::loss_decides_alone(video(Some(1.0), Some(0.0), None, Some(1.0)), Good, Good)]
#[case::rate_at_the_limit(video(None, Some(7.0), None, None), Good, Good)]
#[case::rate_below(video(None, Some(6.9), None, None), Poor, Good)]
#[case::sharing_at_the_limit(video(None, Some(2.0), None, None), Poor, Good)]
#[case::sharing_below(video(None, Some(1.9), None, None), Poor, Poor)]
#[case::rate_of_the_stream_before_the_received(
    video(None, Some(30.0), Some(1.0), None),
    Good,
    Good
)]
#[case::received_rate(video(None, None, Some(1.0), Some(0.0)), Poor, Poor)]
#[case::correction_at_the_limit(video(None, None, None, Some(0.15)), Good, Good)]
#[case::correction_above(video(None, None, None, Some(0.16)), Poor, Poor)]
fn a_video_stream_is(#[case] stream: Stream, #[case] camera: Quality, #[case] screen: Quality) {
    assert_eq!(VideoClassifier.classify(&stream, false), camera, "camera");
    assert_eq!(VideoClassifier.classify(&stream, true), screen, "screen");
}

#[test]
fn a_classifier_is_named_by_its_id() {
    for classifier in AudioClassifier::ALL {
        assert_eq!(classifier.id().parse(), Ok(classifier));
        assert_eq!(classifier.to_string(), classifier.id());
        assert_eq!(classifier.version(), 1);
    }
    assert_eq!(AudioClassifier::default(), Cqd2024);
    let error = "cqd-2025".parse::<AudioClassifier>().unwrap_err();
    assert_eq!(error.to_string(), "not an audio classifier: give cqd-2024 or cqd-classic");
}
