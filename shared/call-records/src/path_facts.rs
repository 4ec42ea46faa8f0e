//! What a record says of the network, the devices and the client on each end of a medium.
//!
//! Decoded apart from [`Session`](crate::Session): the consumer, which is paid for by the millisecond,
//! needs none of it.

use std::borrow::Cow;

use serde::Serialize;
use serde::de::MapAccess;

use crate::bounds::short;
use crate::json::{self, Faults, Members, Object, Read, Shape, decode_object};
use crate::media::Side;
use crate::{ConnectionType, DecodeError, WifiBand, page};

/// What a session says of its ends beyond [`Session`](crate::Session).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SessionFacts {
    /// The programs and machines of the caller and of the callee.
    pub clients: [ClientFacts; 2],
    /// The segments, in the order of [`Session::segments`](crate::Session::segments).
    pub segments: Vec<SegmentFacts>,
}

/// What a segment says of its ends.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SegmentFacts {
    /// The media, in the order of [`Segment::media`](crate::Segment::media).
    pub media: Vec<MediaFacts>,
}

/// What a medium says of its ends: the caller's first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MediaFacts {
    /// The label, as Graph has it.
    pub label: Option<String>,
    /// The networks.
    pub networks: [NetworkFacts; 2],
    /// The devices.
    pub devices: [DeviceFacts; 2],
}

/// The program and the machine on one end (`userAgent`, `participantEndpoint`).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ClientFacts {
    /// What the client says of itself (`headerValue`). Its version stands nowhere else for most
    /// clients.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// The processor (`cpuName`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<String>,
    /// Its cores.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_cores: Option<i64>,
    /// Its clock in MHz.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_mhz: Option<i64>,
}

/// The network on one end of a medium (`networkInfo`). Texts are as they came, cut to 256 bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct NetworkFacts {
    /// How the end was connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionType>,
    /// The address within its own network (`ipAddress`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The network of the address, as the client states it (`subnet`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet: Option<String>,
    /// The address that the media relay saw (`reflexiveIPAddress`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reflexive_address: Option<String>,
    /// The media relay's address, where one was used (`relayIPAddress`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relay_address: Option<String>,
    /// `udp` or `tcp` (`networkTransportProtocol`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transport: Option<String>,
    /// The access point (`basicServiceSetIdentifier`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_point: Option<String>,
    /// The Wi-Fi band.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wifi_band: Option<WifiBand>,
    /// The Wi-Fi channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wifi_channel: Option<i64>,
    /// The strength of the Wi-Fi signal in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wifi_signal_strength: Option<i64>,
    /// The Wi-Fi driver, with its version (`wifiVendorDriver`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wifi_driver: Option<String>,
    /// Bits per second (`linkSpeed`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_speed: Option<i64>,
    /// The domain of the network (`dnsSuffix`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dns_suffix: Option<String>,
}

/// The devices on one end of a medium (`deviceInfo`). Ratios are from 0 to 1, of the time.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DeviceFacts {
    /// The microphone or camera.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capture: Option<String>,
    /// Its driver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capture_driver: Option<String>,
    /// The loudspeaker or screen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub render: Option<String>,
    /// Its driver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub render_driver: Option<String>,
    /// The processor was too busy (`cpuInsufficentEventRatio`, as Graph spells it).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_insufficient: Option<f64>,
    /// The sound of a device had gaps (`deviceGlitchEventRatio`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub glitches: Option<f64>,
    /// Events of acoustic feedback (`howlingEventCount`): a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub howling: Option<i64>,
    /// The microphone was too loud (`deviceClippingEventRatio`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clipping: Option<f64>,
    /// The speaker was too quiet (`lowSpeechLevelEventRatio`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low_speech: Option<f64>,
    /// There was much noise beside the speech (`lowSpeechToNoiseEventRatio`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noisy_speech: Option<f64>,
    /// The microphone did not work (`captureNotFunctioningEventRatio`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capture_failed: Option<f64>,
    /// The loudspeaker did not work (`renderNotFunctioningEventRatio`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub render_failed: Option<f64>,
}

impl SessionFacts {
    /// What a medium of a segment says of one end; none of what is not there.
    pub(crate) fn medium(&self, segment: usize, medium: usize) -> Option<&MediaFacts> {
        self.segments.get(segment)?.media.get(medium)
    }

    /// The client on one side.
    #[must_use]
    pub fn client(&self, side: Side) -> &ClientFacts {
        &self.clients[side.index()]
    }
}

impl MediaFacts {
    /// The network on one side.
    #[must_use]
    pub fn network(&self, side: Side) -> &NetworkFacts {
        &self.networks[side.index()]
    }

    /// The devices on one side.
    #[must_use]
    pub fn device(&self, side: Side) -> &DeviceFacts {
        &self.devices[side.index()]
    }
}

/// Decodes what a page of `…/sessions` says of the ends of its sessions, in the order of
/// [`decode_sessions`](crate::decode_sessions).
///
/// # Errors
/// As [`decode_sessions`](crate::decode_sessions).
pub fn decode_session_facts(json: &[u8]) -> Result<Vec<SessionFacts>, DecodeError> {
    page::decode::<SessionFacts>(json).map(|page| page.value)
}

/// Decodes the same of the sessions that are expanded in a record, in the order of
/// [`decode_record`](crate::decode_record).
///
/// # Errors
/// When the bytes are no record.
pub fn decode_record_facts(json: &[u8]) -> Result<Vec<SessionFacts>, DecodeError> {
    json::parse::<Read<Record>>(json)?.0
}

/// A record, of which only the sessions are read.
struct Record;

impl<'de> Shape<'de> for Record {
    type Made = Result<Vec<SessionFacts>, DecodeError>;

    fn other() -> Self::Made {
        Err(DecodeError::wrong_type("an object"))
    }

    fn object<A: MapAccess<'de>>(members: A) -> Result<Self::Made, A::Error> {
        json::object::<RecordMembers, A>(members)
    }
}

#[derive(Default)]
struct RecordMembers(Vec<SessionFacts>);

impl<'de> Object<'de> for RecordMembers {
    type Done = Vec<SessionFacts>;

    fn read<A: MapAccess<'de>>(
        &mut self,
        key: Cow<'de, str>,
        members: &mut Members<A>,
    ) -> Result<(), A::Error> {
        match &*key {
            "sessions" => self.0 = members.array::<SessionFacts>("sessions")?,
            _ => members.skip()?,
        }
        Ok(())
    }

    fn done(self, mut faults: Faults) -> Result<Self::Done, DecodeError> {
        faults.check(&["sessions"])?;
        Ok(self.0)
    }
}

decode_object! { SessionFacts ["caller", "callee", "segments"] |session_facts, members| {
    "caller" => session_facts.clients[0] = object(members, "caller")?,
    "callee" => session_facts.clients[1] = object(members, "callee")?,
    "segments" => session_facts.segments = members.array::<SegmentFacts>("segments")?,
} }

/// A member that is an object; what is not there says nothing.
fn object<'de, T: Object<'de, Done = T>, A: MapAccess<'de>>(
    members: &mut Members<A>,
    key: &'static str,
) -> Result<T, A::Error> {
    Ok(members.object::<T>(key)?.unwrap_or_default())
}

decode_object! { ClientFacts ["userAgent"] |client_facts, members| {
    "userAgent" => {
        let agent = members.object::<Agent>("userAgent")?;
        client_facts.header = agent.unwrap_or_default().0;
    },
    "cpuName" => client_facts.cpu = text(members)?,
    "cpuCoresCount" => client_facts.cpu_cores = members.leaf()?,
    "cpuProcessorSpeedInMhz" => client_facts.cpu_mhz = members.leaf()?,
} }

#[derive(Default)]
struct Agent(Option<String>);

decode_object! { Agent [] |agent, members| {
    "headerValue" => agent.0 = text(members)?,
} }

decode_object! { SegmentFacts ["media"] |segment_facts, members| {
    "media" => segment_facts.media = members.array::<MediaFacts>("media")?,
} }

decode_object! { MediaFacts ["callerDevice", "calleeDevice", "callerNetwork", "calleeNetwork"]
|media_facts, members| {
    "label" => media_facts.label = text(members)?,
    "callerNetwork" => media_facts.networks[0] = object(members, "callerNetwork")?,
    "calleeNetwork" => media_facts.networks[1] = object(members, "calleeNetwork")?,
    "callerDevice" => media_facts.devices[0] = object(members, "callerDevice")?,
    "calleeDevice" => media_facts.devices[1] = object(members, "calleeDevice")?,
} }

decode_object! { NetworkFacts [] |network_facts, members| {
    "connectionType" => network_facts.connection = members.leaf()?,
    "ipAddress" => network_facts.address = text(members)?,
    "subnet" => network_facts.subnet = text(members)?,
    "reflexiveIPAddress" => network_facts.reflexive_address = text(members)?,
    "relayIPAddress" => network_facts.relay_address = text(members)?,
    "networkTransportProtocol" => network_facts.transport = text(members)?,
    "basicServiceSetIdentifier" => network_facts.access_point = text(members)?,
    "wifiBand" => network_facts.wifi_band = members.leaf()?,
    "wifiChannel" => network_facts.wifi_channel = members.leaf()?,
    "wifiSignalStrength" => network_facts.wifi_signal_strength = members.leaf()?,
    "wifiVendorDriver" => network_facts.wifi_driver = text(members)?,
    "linkSpeed" => network_facts.link_speed = members.leaf()?,
    "dnsSuffix" => network_facts.dns_suffix = text(members)?,
} }

decode_object! { DeviceFacts [] |device_facts, members| {
    "captureDeviceName" => device_facts.capture = text(members)?,
    "captureDeviceDriver" => device_facts.capture_driver = text(members)?,
    "renderDeviceName" => device_facts.render = text(members)?,
    "renderDeviceDriver" => device_facts.render_driver = text(members)?,
    "cpuInsufficentEventRatio" => device_facts.cpu_insufficient = members.leaf()?,
    "deviceGlitchEventRatio" => device_facts.glitches = members.leaf()?,
    "howlingEventCount" => device_facts.howling = members.leaf()?,
    "deviceClippingEventRatio" => device_facts.clipping = members.leaf()?,
    "lowSpeechLevelEventRatio" => device_facts.low_speech = members.leaf()?,
    "lowSpeechToNoiseEventRatio" => device_facts.noisy_speech = members.leaf()?,
    "captureNotFunctioningEventRatio" => device_facts.capture_failed = members.leaf()?,
    "renderNotFunctioningEventRatio" => device_facts.render_failed = members.leaf()?,
} }

/// A text, cut to a length of which many fit into an item.
fn text<'de, A: MapAccess<'de>>(members: &mut Members<A>) -> Result<Option<String>, A::Error> {
    let text = members.scalar()?.text();
    Ok(text.map(|text| short(text.trim()).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode_sessions;

    #[test]
    fn the_facts_of_both_ends_are_read_of_each_medium() {
        let page =
            br#"{"value": [{"id": "s", "callee": {"cpuName": " a cpu ", "cpuCoresCount": "8",
            "userAgent": {"headerValue": "SkypeSpaces/1"}}, "segments": [null, {"media": [{
                "label": "main-audio",
                "callerNetwork": {"connectionType": "wifi", "ipAddress": "10.1.2.3", "subnet": "",
                    "networkTransportProtocol": "tcp", "relayIPAddress": null, "linkSpeed": "100",
                    "basicServiceSetIdentifier": "01:02:03:04:05:06", "wifiChannel": 11},
                "calleeDevice": {"captureDeviceName": "Headset", "deviceGlitchEventRatio": 0.25,
                    "howlingEventCount": 2, "cpuInsufficentEventRatio": -1}}]}]}]}"#;
        let sessions = decode_session_facts(page).unwrap();
        let [session] = sessions.as_slice() else { panic!("one session") };
        assert_eq!(session.client(Side::Caller), &ClientFacts::default());
        let client = session.client(Side::Callee);
        assert_eq!(client.header.as_deref(), Some("SkypeSpaces/1"));
        assert_eq!((client.cpu.as_deref(), client.cpu_cores), (Some("a cpu"), Some(8)));
        let medium = session.medium(0, 0).unwrap();
        let network = medium.network(Side::Caller);
        assert_eq!(network.connection, Some(ConnectionType::Wifi));
        assert_eq!(network.address.as_deref(), Some("10.1.2.3"));
        assert_eq!((&network.subnet, &network.relay_address), (&None, &None), "no value");
        assert_eq!((network.link_speed, network.wifi_channel), (Some(100), Some(11)));
        let device = medium.device(Side::Callee);
        assert_eq!((device.capture.as_deref(), device.glitches), (Some("Headset"), Some(0.25)));
        assert_eq!((device.howling, device.cpu_insufficient), (Some(2), None));
        // The same place as of the streams.
        assert_eq!(decode_sessions(page).unwrap().value[0].segments.len(), session.segments.len());
        assert_eq!(session.medium(0, 1), None);
    }

    #[test]
    fn the_facts_of_a_record_are_those_of_its_expanded_sessions() {
        let record =
            br#"{"id": "c", "version": 1, "sessions": [null, {"segments": [{"media": [{}]}]}]}"#;
        let sessions = decode_record_facts(record).unwrap();
        assert_eq!(sessions.len(), 1);
        assert_eq!(sessions[0].medium(0, 0), Some(&MediaFacts::default()));
        assert_eq!(decode_record_facts(br#"{"id": "c"}"#), Ok(Vec::new()));
        assert!(decode_record_facts(b"[]").is_err());
        assert!(decode_record_facts(br#"{"sessions": {}}"#).is_err());
    }
}
