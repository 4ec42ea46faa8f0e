//! Where a participant sits: client, devices, network.

use fastrand::Rng;
use serde_json::{Value, json};

use super::names;
use super::people::{Party, PartyKind};

/// A participant at one endpoint.
#[derive(Clone, Debug)]
pub(super) struct Seat {
    pub(super) party: Party,
    pub(super) platform: &'static str,
    pub(super) product_family: &'static str,
    pub(super) header: Option<String>,
    pub(super) version: Option<String>,
    pub(super) machine: Option<String>,
    pub(super) feedback: Option<Value>,
    devices: Devices,
    network: Network,
}

#[derive(Clone, Debug)]
struct Devices {
    capture: Option<&'static str>,
    render: Option<&'static str>,
}

#[derive(Clone, Debug)]
struct Network {
    connection: &'static str,
    host: u8,
    subnet: u8,
    channel: u32,
    signal: u32,
    transport: &'static str,
    is_relayed: bool,
}

/// Platforms of signed-in users, the common ones more than once.
const PLATFORMS: [&str; 20] = [
    "windows",
    "windows",
    "windows",
    "windows",
    "windows",
    "windows",
    "windows",
    "windows",
    "macOS",
    "macOS",
    "macOS",
    "web",
    "web",
    "iOS",
    "iOS",
    "android",
    "android",
    "ipPhone",
    "roomSystem",
    "surfaceHub",
];

/// Microphone and loudspeaker; the names are of no real product.
const HEADSETS: [(&str, &str); 6] = [
    ("Headset Microphone (Stereo 40)", "Headset Earphone (Stereo 40)"),
    ("Microphone Array (Integrated Audio)", "Speakers (Integrated Audio)"),
    ("Conference Speaker 2", "Conference Speaker 2"),
    ("Wireless Earbuds Hands-Free", "Wireless Earbuds Hands-Free"),
    ("Desk Microphone USB", "Headphones (Line Out)"),
    ("Microphone Array (Integrated Audio)", "Monitor 27 (Display Audio)"),
];

impl Seat {
    /// Where this participant usually sits; the same person nearly always at the same place.
    pub(super) fn usual(rng: &mut Rng, party: &Party) -> Self {
        let mut habit = Rng::with_seed(fingerprint(&party.id));
        let elsewhere = rng.u32(..10) == 0;
        let platform =
            if elsewhere { choose(rng, &PLATFORMS) } else { choose(&mut habit, &PLATFORMS) };
        let mut seat = Self::at(&mut habit, party, platform);
        seat.network = Network::of(&mut habit, rng, platform);
        seat
    }

    /// This participant on that platform.
    pub(super) fn at(rng: &mut Rng, party: &Party, platform: &'static str) -> Self {
        let (platform, product_family) = match party.kind {
            PartyKind::Phone => ("unknown", "unknown"),
            PartyKind::CommunicationServices => ("web", "azureCommunicationServices"),
            PartyKind::Anonymous => ("web", "teams"),
            _ => (platform, "teams"),
        };
        let has_machine = matches!(platform, "windows" | "macOS" | "roomSystem");
        let (capture, render) = choose(rng, &HEADSETS);
        let devices = match platform {
            "unknown" => Devices { capture: None, render: None },
            "iOS" | "android" => {
                Devices { capture: Some("Built-in microphone"), render: Some("Earpiece") }
            }
            "web" => Devices {
                capture: Some("Default input device"),
                render: Some("Default output device"),
            },
            _ => Devices { capture: Some(capture), render: Some(render) },
        };
        let mut chance = rng.fork();
        Self {
            party: party.clone(),
            platform,
            product_family,
            header: header(rng, platform),
            version: (rng.bool() && platform != "unknown")
                .then(|| format!("27/26{:02}20{:02}", rng.u32(1..=2), rng.u32(10..30))),
            machine: has_machine.then(|| names::machine(rng.usize(..10_000))),
            feedback: None,
            devices,
            network: Network::of(rng, &mut chance, platform),
        }
    }

    /// `deviceInfo` as measured; `measured` is false for video and where nothing came in.
    pub(super) fn device(&self, rng: &mut Rng, measured: bool) -> Value {
        let level = |from: i32, to: i32, rng: &mut Rng| measured.then(|| rng.i32(from..to));
        json!({
            "captureDeviceName": self.devices.capture,
            "captureDeviceDriver": self.machine.as_ref().map(|_| "Generic Audio: 10.0.26100.1"),
            "renderDeviceName": self.devices.render,
            "renderDeviceDriver": self.machine.as_ref().map(|_| "Generic Audio: 10.0.26100.1"),
            "sentSignalLevel": level(-40, -10, rng),
            "receivedSignalLevel": level(-40, -10, rng),
            "sentNoiseLevel": level(-90, -50, rng),
            "receivedNoiseLevel": level(-90, -50, rng),
            "initialSignalLevelRootMeanSquare": null,
            "cpuInsufficentEventRatio": measured.then_some(0),
            "renderNotFunctioningEventRatio": measured.then_some(0),
            "captureNotFunctioningEventRatio": measured.then_some(0),
            "deviceGlitchEventRatio": measured.then_some(0),
            "lowSpeechToNoiseEventRatio": level(0, 2, rng),
            "lowSpeechLevelEventRatio": measured.then(|| thousandths(rng, 0, 60)),
            "deviceClippingEventRatio": measured.then_some(0),
            "howlingEventCount": measured.then_some(0),
            "renderZeroVolumeEventRatio": measured.then_some(0),
            "renderMuteEventRatio": measured.then_some(0),
            "micGlitchRate": null,
            "speakerGlitchRate": null,
        })
    }

    /// `networkInfo` of this side.
    pub(super) fn network(&self, port: u32) -> Value {
        let Network { connection, host, subnet, channel, signal, transport, is_relayed } =
            &self.network;
        let is_wifi = *connection == "wifi";
        let is_known = *connection != "unknown";
        let speed: Option<i64> = match *connection {
            "wired" => Some(1_000_000_000),
            "wifi" => Some(526_500_000),
            "mobile" | "tunnel" => Some(100_000_000),
            _ => None,
        };
        let five = *channel > 14;
        json!({
            "ipAddress": if is_known { format!("10.{subnet}.0.{host}") } else { String::new() },
            "subnet": is_known.then(|| format!("10.{subnet}.0.0")),
            "linkSpeed": speed,
            "connectionType": connection,
            "port": is_known.then_some(port),
            "reflexiveIPAddress": is_known.then(|| format!("198.51.100.{host}")),
            "relayIPAddress": if *is_relayed { format!("203.0.113.{host}") } else { String::new() },
            "relayPort": is_known.then_some(3479),
            // The range that is reserved for documentation.
            "macAddress": is_wifi.then(|| format!("00-00-5E-00-53-{host:02X}")),
            "wifiMicrosoftDriver": is_wifi.then_some(""),
            "wifiMicrosoftDriverVersion": is_wifi.then_some("10.0.26100.1"),
            "wifiVendorDriver": is_wifi.then_some("Generic Wi-Fi Adapter"),
            "wifiVendorDriverVersion": is_wifi.then_some("23.110.0.5"),
            "wifiChannel": is_wifi.then_some(channel),
            "wifiBand": match (is_wifi, five) {
                (true, true) => "frequency50GHz",
                (true, false) => "frequency24GHz",
                (false, _) => "unknown",
            },
            "basicServiceSetIdentifier": is_wifi.then(|| format!("00-00-5E-00-53-{subnet:02X}")),
            "wifiRadioType": match (is_wifi, five) {
                (true, true) => "wifi80211ax",
                (true, false) => "wifi80211n",
                (false, _) => "unknown",
            },
            "wifiSignalStrength": is_wifi.then_some(signal),
            "wifiBatteryCharge": is_wifi.then_some(100),
            "dnsSuffix": "",
            "sentQualityEventRatio": null,
            "receivedQualityEventRatio": null,
            "delayEventRatio": null,
            "bandwidthLowEventRatio": null,
            "networkTransportProtocol": transport,
            "traceRouteHops": [],
        })
    }
}

impl Network {
    fn of(habit: &mut Rng, today: &mut Rng, platform: &str) -> Self {
        let usual = match platform {
            "unknown" => "unknown",
            "iOS" | "android" => choose(habit, &["wifi", "mobile", "mobile"]),
            "ipPhone" | "roomSystem" | "surfaceHub" => "wired",
            _ => choose(habit, &["wired", "wifi", "wifi", "wifi", "tunnel"]),
        };
        // Where UDP is blocked, media go over TCP, and then through a relay.
        let is_blocked = usual != "unknown" && today.u32(..40) == 0;
        let transport = match (usual, is_blocked) {
            ("unknown", _) => "unknown",
            (_, true) => "tcp",
            (_, false) => "udp",
        };
        Self {
            transport,
            is_relayed: is_blocked || usual != "unknown" && today.u32(..20) == 0,
            connection: usual,
            host: habit.u8(2..250),
            subnet: habit.u8(1..40),
            channel: choose(habit, &[1, 6, 11, 36, 44, 100, 149]),
            signal: today.u32(20..100),
        }
    }
}

/// `serviceEndpoint`'s networkInfo.
pub(super) fn service_network(port: u32) -> Value {
    json!({
        "ipAddress": "", "linkSpeed": 0, "connectionType": "wired", "port": port,
        "reflexiveIPAddress": "", "wifiBand": "unknown", "wifiRadioType": "unknown",
        "networkTransportProtocol": "udp", "traceRouteHops": [],
    })
}

/// `serviceEndpoint`'s deviceInfo.
pub(super) fn service_device() -> Value {
    json!({ "captureDeviceName": null, "renderDeviceName": null, "howlingEventCount": 0 })
}

/// `User-Agent` texts of the kinds that were seen. The platform cannot be read from them.
fn header(rng: &mut Rng, platform: &str) -> Option<String> {
    let build = rng.u32(10..40);
    match platform {
        "unknown" => None,
        "web" => Some(format!(
            "SkypeSpaces/1415/1.0.0.20260302{build}/os=windows; osVer=10; deviceType=computer; \
             browser=chrome; browserVer=1{build}.0/TsCallingVersion=2026.05.01.{build}"
        )),
        _ => Some(format!("releases/CL2026.R{build}")),
    }
}

pub(super) fn choose<T: Copy>(rng: &mut Rng, from: &[T]) -> T {
    from[rng.usize(..from.len())]
}

/// A number with three decimals between the bounds, which are thousandths.
pub(super) fn thousandths(rng: &mut Rng, from: i32, to: i32) -> f64 {
    f64::from(rng.i32(from..=to)) / 1_000.0
}

/// FNV-1a: the same on every machine and in every version.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
