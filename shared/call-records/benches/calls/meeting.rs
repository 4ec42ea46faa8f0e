//! Invented meetings in the pages in which Graph would send them, with what it sends of a session and
//! no statistic needs, too: most of the bytes are skipped.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// The organisation whose records these are.
pub(crate) const HOME: &str = "aaaaaaaa-0000-4000-8000-00000000000a";

/// How many Graph puts on a page.
const PARTICIPANTS_ON_A_PAGE: usize = 130;
const SESSIONS_ON_A_PAGE: usize = 60;

pub(crate) struct Meeting {
    pub(crate) record: Vec<u8>,
    pub(crate) participants: Vec<Vec<u8>>,
    pub(crate) sessions: Vec<Vec<u8>>,
}

impl Meeting {
    /// A meeting of so many people, of whom each tenth joined twice.
    pub(crate) fn of(people: usize) -> Self {
        let record = json!({
            "id": "cccccccc-0000-4000-8000-00000000000c",
            "version": 1,
            "type": "groupCall",
            "modalities": ["audio", "video", "videoBasedScreenSharing"],
            "startDateTime": at(0),
            "endDateTime": at(3_600),
            "lastModifiedDateTime": at(4_000),
            "joinWebUrl": "https://teams.microsoft.com/l/meetup-join/19%3ameeting_NjE0Nzk@thread.v2/0",
            "organizer_v2": participant(0),
        });
        let participants: Vec<_> = (0..people).map(participant).collect();
        let again = (0..people).step_by(10).skip(1);
        let sessions: Vec<_> = (0..people).chain(again).enumerate().map(session).collect();
        Self {
            record: record.to_string().into_bytes(),
            participants: participants.chunks(PARTICIPANTS_ON_A_PAGE).map(page).collect(),
            sessions: sessions.chunks(SESSIONS_ON_A_PAGE).map(page).collect(),
        }
    }

    pub(crate) fn pages(&self) -> impl Iterator<Item = &[u8]> {
        let pages = self.participants.iter().chain(&self.sessions);
        std::iter::once(&self.record).chain(pages).map(Vec::as_slice)
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.pages().map(|page| page.len() as u64).sum()
    }
}

fn page(elements: &[Value]) -> Vec<u8> {
    json!({"@odata.context": "https://graph.microsoft.com/v1.0/$metadata", "value": elements})
        .to_string()
        .into_bytes()
}

fn at(seconds: i64) -> String {
    let nine: Timestamp = "2026-03-02T09:00:00.128956Z".parse().expect("a time");
    (nine + SignedDuration::from_secs(seconds)).to_string()
}

fn person(n: usize) -> String {
    format!("{n:08x}-0000-4000-8000-{n:012x}")
}

fn participant(n: usize) -> Value {
    json!({
        "id": person(n),
        "identity": {
            "@odata.type": "#microsoft.graph.communicationsIdentitySet",
            "user": {
                "@odata.type": "#microsoft.graph.communicationsUserIdentity",
                "id": person(n),
                "displayName": format!("Person {n}"),
                "tenantId": HOME,
                "userPrincipalName": format!("person{n}@contoso.example"),
            },
            "guest": null, "phone": null, "encrypted": null, "onPremises": null, "device": null,
            "application": null, "applicationInstance": null, "acsUser": null,
        },
        "administrativeUnitInfos": [],
    })
}

fn session((place, n): (usize, usize)) -> Value {
    let id = format!("{place:08x}-1111-4111-8111-{place:012x}");
    let caller = json!({
        "@odata.type": "#microsoft.graph.callRecords.participantEndpoint",
        "associatedIdentity": {
            "@odata.type": "#microsoft.graph.communicationsUserIdentity",
            "id": person(n),
            "displayName": format!("Person {n}"),
            "tenantId": HOME,
        },
        "userAgent": {
            "@odata.type": "#microsoft.graph.callRecords.clientUserAgent",
            "headerValue": "SkypeSpaces/1415/26.3.2.33/os=windows; osVer=10/TsCallingVersion=2026.5.1",
            "applicationVersion": "26030.233.0",
            "platform": (["windows", "macOS", "iOS", "web"][n % 4]),
            "productFamily": "teams",
        },
        "feedback": {"rating": (["notRated", "good", "poor"][n % 3]), "text": null, "tokens": {"Echo": n % 3 == 2}},
    });
    let callee = json!({
        "@odata.type": "#microsoft.graph.callRecords.serviceEndpoint",
        "userAgent": {
            "@odata.type": "#microsoft.graph.callRecords.clientUserAgent",
            "platform": "unknown",
            "productFamily": "unknown",
        },
    });
    let labels = ["main-audio", "main-video", "applicationsharing-video"];
    let media: Vec<_> = labels.iter().map(|label| medium(&id, n, label)).collect();
    let (start, end) = (at(5), at(3_000 + i64::from(place % 600 == 0)));
    json!({
        "id": id,
        "caller": caller,
        "callee": callee,
        "failureInfo": null,
        "isTest": false,
        "modalities": ["audio", "video", "videoBasedScreenSharing"],
        "startDateTime": start,
        "endDateTime": end,
        "segments": [{
            "id": id,
            "caller": caller,
            "callee": callee,
            "failureInfo": null,
            "startDateTime": start,
            "endDateTime": end,
            "media": media,
        }],
    })
}

fn medium(session: &str, n: usize, label: &str) -> Value {
    let device = json!({
        "captureDeviceName": format!("Headset {} Microphone", n % 9),
        "renderDeviceName": format!("Headset {} Speakers", n % 9),
        "captureDeviceDriver": "Microsoft: 10.0.26100.1",
        "howlingEventCount": 0,
        "initialSignalLevelRootMeanSquare": 27.5,
        "lowSpeechLevelEventRatio": 0.012,
        "receivedNoiseLevel": -64,
        "sentSignalLevel": -19,
        "speakerGlitchRate": 0.25,
    });
    let network = json!({
        "connectionType": (if n.is_multiple_of(3) { "wired" } else { "wifi" }),
        "wifiBand": "frequency50GHz",
        "wifiChannel": 36,
        "wifiRadioType": "wifi80211ac",
        "wifiSignalStrength": 60 + n % 40,
        "ipAddress": "192.0.2.7",
        "subnet": "192.0.2.0",
        "macAddress": "00-53-00-00-00-07",
        "linkSpeed": 866_700_000,
        "port": 50_012,
        "reflexiveIPAddress": "198.51.100.7",
        "relayIPAddress": "203.0.113.7",
        "relayPort": 3_478,
        "sentQualityEventRatio": 0.0,
        "traceRouteHops": null,
    });
    let streams = ["callerToCallee", "calleeToCaller"].map(|direction| {
        json!({
            "streamId": format!("{session}-{label}-{direction}"),
            "streamDirection": direction,
            "audioCodec": (if label.contains("audio") { "satin" } else { "unknown" }),
            "videoCodec": (if label.contains("audio") { "unknown" } else { "h264" }),
            "packetUtilization": 61_234,
            "startDateTime": at(5),
            "endDateTime": at(3_000),
            "averageJitter": "PT0.012S",
            "maxJitter": "PT0.044S",
            "averageRoundTripTime": "PT0.061S",
            "maxRoundTripTime": "PT0.2S",
            "averagePacketLossRate": 0.003_125,
            "maxPacketLossRate": 0.062_5,
            "averageAudioDegradation": 0.25,
            "averageBandwidthEstimate": 9_965_083,
            "averageRatioOfConcealedSamples": 0.014_2,
            "averageVideoFrameLossPercentage": null,
            "averageVideoFrameRate": 24.5,
            "averageReceivedFrameRate": 24.25,
            "lowFrameRateRatio": 0.0,
            "postForwardErrorCorrectionPacketLossRate": 0.001,
            "wasMediaBypassed": false,
        })
    });
    json!({
        "label": label,
        "callerDevice": device,
        "callerNetwork": network,
        "calleeDevice": null,
        "calleeNetwork": {"connectionType": "wired", "ipAddress": "203.0.113.9", "port": 3_478},
        "streams": streams,
    })
}
