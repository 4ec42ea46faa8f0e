//! Media and their streams: good, poor, and without measurements.

use fastrand::Rng;
use serde_json::{Value, json};

use super::seat::{Seat, choose, service_device, service_network, thousandths};

/// How a session went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quality {
    Good,
    /// Poor in one direction.
    Poor,
    /// Nothing was measured.
    Unmeasured,
}

pub(super) fn media(
    rng: &mut Rng,
    modalities: &[&str],
    caller: Option<&Seat>,
    callee: Option<&Seat>,
    seconds: u32,
    quality: Quality,
) -> Vec<Value> {
    modalities
        .iter()
        .map(|modality| {
            let label = match *modality {
                "audio" => "main-audio",
                "video" => "main-video",
                "videoBasedScreenSharing" | "screenSharing" => "applicationsharing-video",
                other => other,
            };
            let port = rng.u32(50_000..50_060);
            let measured = *modality == "audio" && quality != Quality::Unmeasured;
            json!({
                "label": label,
                "callerNetwork": caller.map_or_else(|| service_network(3479), |seat| seat.network(port)),
                "calleeNetwork": callee.map_or_else(|| service_network(3479), |seat| seat.network(port)),
                "callerDevice": caller.map_or_else(service_device, |seat| seat.device(rng, measured)),
                "calleeDevice": callee.map_or_else(service_device, |seat| seat.device(rng, measured)),
                "streams": streams(rng, modality, seconds, quality),
            })
        })
        .collect()
}

fn streams(rng: &mut Rng, modality: &str, seconds: u32, quality: Quality) -> Vec<Value> {
    let poor_direction = rng.bool();
    [("callerToCallee", true), ("calleeToCaller", false)]
        .into_iter()
        .map(|(direction, is_first)| {
            let quality = match quality {
                Quality::Poor if is_first != poor_direction => Quality::Good,
                other => other,
            };
            let mut stream = match (modality, quality) {
                (_, Quality::Unmeasured) | ("data", _) => unmeasured(),
                ("audio", _) => audio(rng, seconds, quality),
                (other, _) => video(rng, seconds, other != "video", quality),
            };
            stream["streamId"] = rng.u32(100..30_000).to_string().into();
            stream["streamDirection"] = direction.into();
            stream
        })
        .collect()
}

/// Makes an audio stream poor, unless nothing was measured.
pub(super) fn make_poor(rng: &mut Rng, stream: &mut Value, seconds: u32) {
    let Some(stream) = stream.as_object_mut().filter(|it| it.contains_key("averageJitter")) else {
        return;
    };
    if let Value::Object(poor) = audio(rng, seconds, Quality::Poor) {
        // Packets stay: who was silent was silent.
        stream.extend(poor.into_iter().filter(|(name, _)| name != "packetUtilization"));
    }
}

fn unmeasured() -> Value {
    json!({ "packetUtilization": 0, "audioCodec": "unknown", "videoCodec": "unknown" })
}

fn audio(rng: &mut Rng, seconds: u32, quality: Quality) -> Value {
    let is_poor = quality == Quality::Poor;
    // Any one of the three makes a stream poor.
    let reason = rng.u32(..3);
    let milliseconds = |rng: &mut Rng, good: (u32, u32), poor: (u32, u32), when: u32| {
        let (from, to) = if is_poor && reason == when { poor } else { good };
        rng.u32(from..to)
    };
    let jitter = milliseconds(rng, (2, 15), (45, 120), 0);
    let round_trip = milliseconds(rng, (20, 110), (620, 1_400), 1);
    let loss = match is_poor && reason == 2 {
        true => thousandths(rng, 130, 300),
        false => thousandths(rng, 0, 12),
    };
    let concealed = if is_poor { thousandths(rng, 80, 200) } else { thousandths(rng, 0, 30) };
    let degradation =
        if is_poor { thousandths(rng, 1_050, 2_000) } else { thousandths(rng, 0, 400) };
    // 50 packets a second, less where a person was silent.
    let packets = u64::from(seconds) * u64::from(rng.u32(25..50));
    json!({
        "averageAudioDegradation": degradation,
        "averageJitter": duration(jitter),
        "maxJitter": duration(jitter * 3),
        "averagePacketLossRate": loss,
        "maxPacketLossRate": (loss * 2.0).min(1.0),
        "averageRatioOfConcealedSamples": concealed,
        "averageRoundTripTime": duration(round_trip),
        "maxRoundTripTime": duration(round_trip + 40),
        "packetUtilization": packets,
        "averageBandwidthEstimate": rng.u32(400_000..9_000_000),
        "averageAudioNetworkJitter": duration(jitter + 4),
        "maxAudioNetworkJitter": duration(jitter * 4),
        "audioCodec": choose(rng, &["satin", "satin", "satinFullband", "opus", "silkWide", "g722"]),
        "videoCodec": "unknown",
        "isAudioForwardErrorCorrectionUsed": rng.bool(),
        "wasMediaBypassed": false,
    })
}

fn video(rng: &mut Rng, seconds: u32, is_sharing: bool, quality: Quality) -> Value {
    let is_poor = quality == Quality::Poor;
    let (frame_loss, frame_rate) = match (is_poor, is_sharing) {
        (true, true) => (f64::from(rng.u32(0..40)), thousandths(rng, 300, 1_900)),
        (true, false) => (f64::from(rng.u32(51..90)), thousandths(rng, 2_000, 6_900)),
        (false, true) => (f64::from(rng.u32(0..5)), thousandths(rng, 3_000, 15_000)),
        (false, false) => (f64::from(rng.u32(0..5)), thousandths(rng, 14_000, 30_000)),
    };
    let loss = if is_poor { thousandths(rng, 160, 300) } else { thousandths(rng, 0, 20) };
    json!({
        "averagePacketLossRate": loss,
        "averageRoundTripTime": duration(rng.u32(20..200)),
        "packetUtilization": u64::from(seconds) * u64::from(rng.u32(80..200)),
        "averageBandwidthEstimate": rng.u32(800_000..9_000_000),
        "postForwardErrorCorrectionPacketLossRate": loss,
        "averageVideoFrameLossPercentage": frame_loss,
        "averageReceivedFrameRate": frame_rate,
        "averageVideoFrameRate": frame_rate,
        "lowFrameRateRatio": thousandths(rng, 0, 100),
        "averageVideoPacketLossRate": loss,
        "averageFreezeDuration": duration(rng.u32(0..900)),
        "audioCodec": "unknown",
        "videoCodec": choose(rng, &["h264", "av1"]),
    })
}

/// Milliseconds in ISO 8601.
fn duration(milliseconds: u32) -> String {
    let (seconds, rest) = (milliseconds / 1_000, milliseconds % 1_000);
    match rest {
        0 => format!("PT{seconds}S"),
        _ => format!("PT{}S", format!("{seconds}.{rest:03}").trim_end_matches('0')),
    }
}
