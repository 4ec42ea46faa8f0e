//! Calls from somewhere, on something.

use serde_json::{Value, json};

use crate::world::{ADA, BOB, Who, World, end};

/// The building file: a tower with Wi-Fi, and a VPN.
pub(crate) const BUILDINGS: &str = "10.1.2.0\tFloor 3\t24\tTower\tOwned\tOffice\tMain\tOslo\t0150\tNO\t\tEU\t1\t0\t0\n\
    10.1.3.0\tFloor 4\t24\tAnnex\tOwned\tOffice\tMain\tOslo\t0150\tNO\t\tEU\t1\t0\t0\n\
    10.9.0.0\tVPN pool\t16\tGateway\tOwned\tOffice\tMain\tOslo\t0150\tNO\t\tEU\t1\t0\t1\n";

/// The access point on which everything is poor.
pub(crate) const BAD_ACCESS_POINT: &str = "02:00:00:00:00:0b";
const GOOD_ACCESS_POINT: &str = "02:00:00:00:00:0a";

/// The place of a person.
#[derive(Clone, Copy)]
pub(crate) struct Spot {
    pub(crate) address: &'static str,
    pub(crate) access_point: &'static str,
    pub(crate) device: &'static str,
}

pub(crate) const FLOOR_3: Spot =
    Spot { address: "10.1.2.77", access_point: BAD_ACCESS_POINT, device: "Headset (Brand 40)" };
pub(crate) const FLOOR_4: Spot =
    Spot { address: "10.1.3.12", access_point: GOOD_ACCESS_POINT, device: "Headset (Brand 40)" };

fn network(spot: Spot) -> Value {
    json!({
        "connectionType": "wifi", "wifiBand": "frequency50GHz", "wifiChannel": 36,
        "wifiSignalStrength": 61, "wifiVendorDriver": "Driver 1.2", "linkSpeed": 526_500_000,
        "basicServiceSetIdentifier": spot.access_point, "ipAddress": spot.address,
        "subnet": "", "reflexiveIPAddress": "203.0.113.9", "relayIPAddress": "52.112.0.1",
        "networkTransportProtocol": "tcp", "dnsSuffix": "corp.example",
    })
}

fn stream(id: &str, direction: &str, poor: bool) -> Value {
    let jitter = if poor { "PT0.045S" } else { "PT0.004S" };
    json!({
        "streamId": id, "streamDirection": direction, "packetUtilization": 2000,
        "averageJitter": jitter, "averagePacketLossRate": 0.01, "averageRoundTripTime": "PT0.05S",
    })
}

/// A person's session of a meeting, with so many streams each way.
fn session(id: &str, who: Who, spot: Spot, streams: usize, poor: bool) -> Value {
    let both = |place: usize| {
        ["callerToCallee", "calleeToCaller"]
            .map(|way| stream(&format!("{id}-{place}-{way}"), way, poor))
    };
    let streams: Vec<Value> = (0..streams).flat_map(both).collect();
    json!({
        "id": id, "modalities": ["audio"],
        "startDateTime": "2026-11-17T09:00:00Z", "endDateTime": "2026-11-17T09:10:00Z",
        "caller": end(who), "callee": {"userAgent": {"role": "mediaController"}},
        "segments": [{"id": id, "media": [{
            "label": "main-audio", "callerNetwork": network(spot),
            "callerDevice": {
                "captureDeviceName": spot.device, "renderDeviceName": spot.device,
                "captureDeviceDriver": "usb 6.0.1.8186", "cpuInsufficentEventRatio": 0.25,
            },
            "calleeNetwork": {"connectionType": "wired", "ipAddress": "10.0.0.9"},
            "streams": streams,
        }]}],
    })
}

/// A meeting of a day: who, where, and whether it was poor.
pub(crate) fn meeting_at(
    id: &str,
    day: &str,
    streams: usize,
    people: &[(Who, Spot, bool)],
) -> Value {
    let sessions = people.iter().enumerate().map(|(place, (who, spot, poor))| {
        session(&format!("{id}-{place}"), *who, *spot, streams, *poor)
    });
    let record = json!({
        "id": id, "version": 1, "type": "groupCall", "modalities": ["audio"],
        "startDateTime": "2026-11-17T09:00:00Z", "endDateTime": "2026-11-17T09:10:00Z",
        "lastModifiedDateTime": "2026-11-24T09:00:00Z",
        "sessions": sessions.collect::<Vec<_>>(),
    });
    serde_json::from_str(&record.to_string().replace("2026-11-17T", &format!("{day}T"))).unwrap()
}

/// A week in which Ada sits at an access point where everything is poor, and Bob where nothing is; and the
/// week before, when Ada was at Bob's.
pub(crate) async fn with_a_bad_access_point() -> World {
    let world = World::with_a_week().await;
    world
        .rollup()
        .take_sites(BUILDINGS.as_bytes(), "buildings.tsv", crate::world::now())
        .await
        .unwrap();
    let people = [(ADA, FLOOR_3, true), (BOB, FLOOR_4, false)];
    for day in 16..19 {
        let id = format!("meeting-{day}");
        world.deliver(&meeting_at(&id, &format!("2026-11-{day}"), 30, &people)).await;
    }
    let before = [(ADA, FLOOR_4, false), (BOB, FLOOR_4, false)];
    world.deliver(&meeting_at("meeting-before", "2026-11-10", 30, &before)).await;
    world.roll_up().await;
    world
}
