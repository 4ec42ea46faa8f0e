//! Where a participant sits: client, devices, network.

use fastrand::Rng;
use serde_json::{Value, json};

use super::names;
use super::people::{Party, PartyKind};
use super::places::{AccessPoint, Spot, channel};

/// A participant at one endpoint.
#[derive(Clone, Debug)]
pub(super) struct Seat {
    pub(super) party: Party,
    pub(super) platform: &'static str,
    pub(super) product_family: &'static str,
    pub(super) header: Option<String>,
    pub(super) version: Option<String>,
    /// The number of the client's release, where it is one for computers.
    pub(super) release: Option<usize>,
    pub(super) machine: Option<String>,
    pub(super) feedback: Option<Value>,
    devices: Devices,
    network: Network,
}

#[derive(Clone, Debug)]
struct Devices {
    capture: Option<String>,
    render: Option<String>,
    /// The number of the headset, where it is one.
    headset: Option<usize>,
}

#[derive(Clone, Debug)]
struct Network {
    connection: &'static str,
    spot: Spot,
    host: u8,
    channel: u32,
    signal: u32,
    transport: &'static str,
    is_relayed: bool,
    oddity: Option<Oddity>,
}

/// What clients were seen to report now and then in place of what is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Oddity {
    /// The address is a loopback.
    Loopback,
    /// Addresses carry ports.
    Ports,
    /// The stated subnet is another one than the address's.
    OtherSubnet,
    /// The access point and the own adapter are all zeros.
    Zeros,
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

/// What the microphone and the loudspeaker of a headset are called, and its model. No real product.
const HEADSETS: [(&str, &str, &str); 4] = [
    ("Headset Microphone", "Headset Earphone", "Larkvoice 40"),
    ("Headset Microphone", "Headset Earphone", "Quietree 65"),
    ("Microphone", "Headphones", "Tessavox Pro"),
    ("Headset", "Headphones", "Vellum Buds"),
];

/// Microphone and loudspeaker of those without a headset.
const OTHER_DEVICES: [(&str, &str); 4] = [
    ("Microphone Array (Integrated Audio)", "Speakers (Integrated Audio)"),
    ("Microphone Array (Integrated Audio)", "Monitor 27 (Display Audio)"),
    ("Conference Speaker 2", "Conference Speaker 2"),
    ("Desk Microphone USB", "Headphones (Line Out)"),
];

/// Releases of the client for computers.
const RELEASES: [&str; 4] =
    ["releases/CL2026.R08", "releases/CL2026.R10", "releases/CL2026.R11", "releases/CL2026.R13"];

impl Seat {
    /// Where this participant usually sits; the same person nearly always at the same place.
    pub(super) fn usual(rng: &mut Rng, party: &Party) -> Self {
        let platform = match rng.u32(..10) {
            0 => choose(rng, &PLATFORMS),
            _ => usual_platform(party),
        };
        Self::at(rng, party, platform)
    }

    /// This participant on that platform.
    pub(super) fn at(rng: &mut Rng, party: &Party, platform: &'static str) -> Self {
        let (platform, product_family) = match party.kind {
            PartyKind::Phone => ("unknown", "unknown"),
            PartyKind::CommunicationServices => ("web", "azureCommunicationServices"),
            PartyKind::Anonymous => ("web", "teams"),
            _ => (platform, "teams"),
        };
        let mut habit = Rng::with_seed(fingerprint(&party.id));
        let has_machine = matches!(platform, "windows" | "macOS" | "roomSystem");
        let client = Client::of(&mut habit, platform);
        let machine = names::machine(habit.usize(..10_000));
        Self {
            party: party.clone(),
            platform,
            product_family,
            header: client.header,
            version: client.version,
            release: client.release,
            machine: has_machine.then_some(machine),
            feedback: None,
            devices: Devices::of(&mut habit, platform),
            network: Network::of(&mut habit, rng, party.kind, platform),
        }
    }

    /// The access point that this seat is connected to, one of the organisation's.
    pub(super) fn access_point(&self) -> Option<AccessPoint> {
        match self.network.spot {
            Spot::Office(access_point) if self.network.connection == "wifi" => Some(access_point),
            _ => None,
        }
    }

    /// The gateway that this seat is connected through.
    pub(super) fn gateway(&self) -> Option<usize> {
        match self.network.spot {
            Spot::Vpn(gateway, _) => Some(gateway),
            _ => None,
        }
    }

    /// The internet provider that this seat is connected through, but for a VPN.
    pub(super) fn provider(&self) -> Option<usize> {
        match self.network.spot {
            Spot::Home(provider, _) => Some(provider),
            _ => None,
        }
    }

    pub(super) fn headset(&self) -> Option<usize> {
        self.devices.headset
    }

    /// `deviceInfo` as measured; `measured` is false for video and where nothing came in.
    pub(super) fn device(&self, rng: &mut Rng, measured: bool) -> Value {
        let level = |from: i32, to: i32, rng: &mut Rng| measured.then(|| rng.i32(from..to));
        json!({
            "captureDeviceName": &self.devices.capture,
            "captureDeviceDriver": self.machine.as_ref().map(|_| "Generic Audio: 10.0.26100.1"),
            "renderDeviceName": &self.devices.render,
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
        let Network { connection, spot, host, channel, signal, transport, is_relayed, oddity } =
            self.network;
        let is_wifi = connection == "wifi";
        let is_known = connection != "unknown";
        let speed: Option<i64> = match connection {
            "wired" => Some(1_000_000_000),
            "wifi" => Some(526_500_000),
            "mobile" | "tunnel" => Some(100_000_000),
            _ => None,
        };
        let five = channel > 14;
        let at = spot.addresses(host);
        let with_port = |address: String| match (oddity, address.contains(':')) {
            (Some(Oddity::Ports), false) => format!("{address}:{port}"),
            (Some(Oddity::Ports), true) => format!("[{address}]:{port}"),
            _ => address,
        };
        let address = match oddity {
            Some(Oddity::Loopback) => "127.0.0.1".to_owned(),
            _ => with_port(at.address),
        };
        let subnet = match oddity {
            Some(Oddity::OtherSubnet) => "172.20.9.0".to_owned(),
            _ => at.subnet,
        };
        let zeros = || "00-00-00-00-00-00".to_owned();
        let (access_point, adapter) = match (is_wifi, oddity) {
            (true, Some(Oddity::Zeros)) => (Some(zeros()), Some(zeros())),
            (true, _) => (Some(at.access_point), Some(format!("02-00-5E-00-54-{host:02X}"))),
            // Beside a cable, too, there are zeros.
            (false, _) => ((connection == "wired" && host % 2 == 0).then(zeros), None),
        };
        json!({
            "ipAddress": if is_known { address } else { String::new() },
            "subnet": is_known.then_some(subnet),
            "linkSpeed": speed,
            "connectionType": connection,
            "port": is_known.then_some(port),
            "reflexiveIPAddress": is_known.then(|| with_port(at.reflexive)),
            "relayIPAddress": match is_relayed {
                true => with_port(format!("203.0.113.{host}")),
                false => String::new(),
            },
            "relayPort": is_known.then_some(3479),
            "macAddress": adapter,
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
            "basicServiceSetIdentifier": access_point,
            "wifiRadioType": match (is_wifi, five) {
                (true, true) => "wifi80211ax",
                (true, false) => "wifi80211n",
                (false, _) => "unknown",
            },
            "wifiSignalStrength": is_wifi.then_some(signal),
            "wifiBatteryCharge": is_wifi.then_some(100),
            "dnsSuffix": if is_known { at.dns_suffix } else { "" },
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
    fn of(habit: &mut Rng, today: &mut Rng, kind: PartyKind, platform: &str) -> Self {
        let is_bound_to_desk = matches!(platform, "ipPhone" | "roomSystem" | "surfaceHub");
        let usual = match (kind, is_bound_to_desk) {
            (PartyKind::Member, false) => Spot::usual(habit),
            (PartyKind::Member, true) => Spot::desk(habit),
            _ => Spot::elsewhere(habit),
        };
        let by_cable = match usual {
            Spot::Vpn(..) => choose(habit, &["tunnel", "tunnel", "wired", "wifi"]),
            _ => choose(habit, &["wired", "wifi", "wifi", "wifi"]),
        };
        let (spot, connection) = match platform {
            "unknown" => (usual, "unknown"),
            // A telephone is in the Wi-Fi, or its owner is under way.
            "iOS" | "android" => match (usual, today.u32(..3)) {
                (_, 1..) | (Spot::Vpn(..), _) => (Spot::Mobile, "mobile"),
                (spot, _) => (spot, "wifi"),
            },
            _ if is_bound_to_desk => (usual, "wired"),
            _ => (usual, by_cable),
        };
        // Where UDP is blocked, media go over TCP, and then through a relay.
        let is_blocked = connection != "unknown" && today.u32(..40) == 0;
        let transport = match (connection, is_blocked) {
            ("unknown", _) => "unknown",
            (_, true) => "tcp",
            (_, false) => "udp",
        };
        Self {
            transport,
            is_relayed: is_blocked || connection != "unknown" && today.u32(..20) == 0,
            connection,
            spot,
            host: habit.u8(2..250),
            channel: channel(habit),
            signal: today.u32(20..100),
            oddity: match today.u32(..100) {
                0 => Some(Oddity::Loopback),
                1 => Some(Oddity::Ports),
                2 => Some(Oddity::OtherSubnet),
                3 => Some(Oddity::Zeros),
                _ => None,
            },
        }
    }
}

impl Devices {
    fn of(habit: &mut Rng, platform: &str) -> Self {
        let has_headset = habit.u32(..10) < 7;
        let headset = habit.usize(..HEADSETS.len());
        let (capture, render) = choose(habit, &OTHER_DEVICES);
        // Where it was plugged in a second time, one of its two ends has a number.
        let numbers = choose(habit, &[("", ""), ("", ""), ("2- ", ""), ("3- ", "2- ")]);
        let known = |capture: &str, render: &str| Self {
            capture: Some(capture.to_owned()),
            render: Some(render.to_owned()),
            headset: None,
        };
        match platform {
            "unknown" => Self { capture: None, render: None, headset: None },
            "iOS" | "android" => known("Built-in microphone", "Earpiece"),
            "web" => known("Default input device", "Default output device"),
            "roomSystem" | "surfaceHub" => known("Conference Speaker 2", "Conference Speaker 2"),
            _ if !has_headset => known(capture, render),
            _ => {
                let (microphone, loudspeaker, model) = HEADSETS[headset];
                let capture = format!("{microphone} ({}{model})", numbers.0);
                let render = format!("{loudspeaker} ({}{model})", numbers.1);
                Self { headset: Some(headset), ..known(&capture, &render) }
            }
        }
    }
}

/// What a client says of itself.
struct Client {
    header: Option<String>,
    version: Option<String>,
    release: Option<usize>,
}

impl Client {
    /// `User-Agent` texts of the kinds that were seen. The platform cannot be read from them, and only
    /// telephones state a version besides.
    fn of(habit: &mut Rng, platform: &str) -> Self {
        let release = habit.usize(..RELEASES.len());
        let build = habit.u32(10..13);
        let header = match platform {
            "unknown" => None,
            "web" => Some(format!(
                "SkypeSpaces/1415/1.0.0.20260302{build}/os=windows; osVer=10; deviceType=computer; \
                 browser=chrome; browserVer=1{build}.0/TsCallingVersion=2026.05.01.{build}"
            )),
            _ => RELEASES.get(release).map(|header| (*header).to_owned()),
        };
        let is_telephone = matches!(platform, "iOS" | "android");
        Self {
            header,
            version: is_telephone.then(|| format!("27/260220{build}")),
            release: (!is_telephone && !matches!(platform, "unknown" | "web")).then_some(release),
        }
    }
}

/// The platform on which this participant usually is.
fn usual_platform(party: &Party) -> &'static str {
    choose(&mut Rng::with_seed(fingerprint(&party.id) ^ 1), &PLATFORMS)
}

/// The model of a headset.
pub(super) fn headset_model(number: usize) -> Option<&'static str> {
    HEADSETS.get(number).map(|(.., model)| *model)
}

/// How a release is called.
pub(super) fn release_name(number: usize) -> Option<&'static str> {
    RELEASES.get(number).copied()
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
