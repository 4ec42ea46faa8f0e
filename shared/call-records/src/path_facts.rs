//! What a record says of the network, the devices and the client on each end of a medium.
//!
//! Decoded apart from [`Session`](crate::Session): the consumer, which is paid for by the millisecond,
//! needs none of it.

use std::borrow::Cow;

use serde::Serialize;
use serde::de::MapAccess;

use crate::bounds::short;
use crate::json::{self, Faults, Members, Object, Read, Shape};
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

impl<'de> Object<'de> for SessionFacts {
    type Done = Self;

    fn read<A: MapAccess<'de>>(
        &mut self,
        key: Cow<'de, str>,
        members: &mut Members<A>,
    ) -> Result<(), A::Error> {
        match &*key {
            "caller" => self.clients[0] = object(members, "caller")?,
            "callee" => self.clients[1] = object(members, "callee")?,
            "segments" => self.segments = members.array::<SegmentFacts>("segments")?,
            _ => members.skip()?,
        }
        Ok(())
    }

    fn done(self, mut faults: Faults) -> Result<Self, DecodeError> {
        faults.check(&["caller", "callee", "segments"])?;
        Ok(self)
    }
}

/// A member that is an object; what is not there says nothing.
fn object<'de, T: Object<'de, Done = T>, A: MapAccess<'de>>(
    members: &mut Members<A>,
    key: &'static str,
) -> Result<T, A::Error> {
    Ok(members.object::<T>(key)?.unwrap_or_default())
}

impl<'de> Object<'de> for ClientFacts {
    type Done = Self;

    fn read<A: MapAccess<'de>>(
        &mut self,
        key: Cow<'de, str>,
        members: &mut Members<A>,
    ) -> Result<(), A::Error> {
        match &*key {
            "userAgent" => {
                let agent = members.object::<Agent>("userAgent")?;
                self.header = agent.unwrap_or_default().0;
            }
            "cpuName" => self.cpu = text(members)?,
            "cpuCoresCount" => self.cpu_cores = members.leaf()?,
            "cpuProcessorSpeedInMhz" => self.cpu_mhz = members.leaf()?,
            _ => members.skip()?,
        }
        Ok(())
    }

    fn done(self, mut faults: Faults) -> Result<Self, DecodeError> {
        faults.check(&["userAgent"])?;
        Ok(self)
    }
}

#[derive(Default)]
struct Agent(Option<String>);

impl<'de> Object<'de> for Agent {
    type Done = Self;

    fn read<A: MapAccess<'de>>(
        &mut self,
        key: Cow<'de, str>,
        members: &mut Members<A>,
    ) -> Result<(), A::Error> {
        match &*key {
            "headerValue" => self.0 = text(members)?,
            _ => members.skip()?,
        }
        Ok(())
    }

    fn done(self, _: Faults) -> Result<Self, DecodeError> {
        Ok(self)
    }
}

impl<'de> Object<'de> for SegmentFacts {
    type Done = Self;

    fn read<A: MapAccess<'de>>(
        &mut self,
        key: Cow<'de, str>,
        members: &mut Members<A>,
    ) -> Result<(), A::Error> {
        match &*key {
            "media" => self.media = members.array::<MediaFacts>("media")?,
            _ => members.skip()?,
        }
        Ok(())
    }

    fn done(self, mut faults: Faults) -> Result<Self, DecodeError> {
        faults.check(&["media"])?;
        Ok(self)
    }
}

impl<'de> Object<'de> for MediaFacts {
    type Done = Self;

    fn read<A: MapAccess<'de>>(
        &mut self,
        key: Cow<'de, str>,
        members: &mut Members<A>,
    ) -> Result<(), A::Error> {
        match &*key {
            "label" => self.label = text(members)?,
            "callerNetwork" => self.networks[0] = object(members, "callerNetwork")?,
            "calleeNetwork" => self.networks[1] = object(members, "calleeNetwork")?,
            "callerDevice" => self.devices[0] = object(members, "callerDevice")?,
            "calleeDevice" => self.devices[1] = object(members, "calleeDevice")?,
            _ => members.skip()?,
        }
        Ok(())
    }

    fn done(self, mut faults: Faults) -> Result<Self, DecodeError> {
        faults.check(&["callerDevice", "calleeDevice", "callerNetwork", "calleeNetwork"])?;
        Ok(self)
    }
}

impl<'de> Object<'de> for NetworkFacts {
    type Done = Self;

    fn read<A: MapAccess<'de>>(
        &mut self,
        key: Cow<'de, str>,
        members: &mut Members<A>,
    ) -> Result<(), A::Error> {
        match &*key {
            "connectionType" => self.connection = members.leaf()?,
            "ipAddress" => self.address = text(members)?,
            "subnet" => self.subnet = text(members)?,
            "reflexiveIPAddress" => self.reflexive_address = text(members)?,
            "relayIPAddress" => self.relay_address = text(members)?,
            "networkTransportProtocol" => self.transport = text(members)?,
            "basicServiceSetIdentifier" => self.access_point = text(members)?,
            "wifiBand" => self.wifi_band = members.leaf()?,
            "wifiChannel" => self.wifi_channel = members.leaf()?,
            "wifiSignalStrength" => self.wifi_signal_strength = members.leaf()?,
            "wifiVendorDriver" => self.wifi_driver = text(members)?,
            "linkSpeed" => self.link_speed = members.leaf()?,
            "dnsSuffix" => self.dns_suffix = text(members)?,
            _ => members.skip()?,
        }
        Ok(())
    }

    fn done(self, _: Faults) -> Result<Self, DecodeError> {
        Ok(self)
    }
}

impl<'de> Object<'de> for DeviceFacts {
    type Done = Self;

    fn read<A: MapAccess<'de>>(
        &mut self,
        key: Cow<'de, str>,
        members: &mut Members<A>,
    ) -> Result<(), A::Error> {
        match &*key {
            "captureDeviceName" => self.capture = text(members)?,
            "captureDeviceDriver" => self.capture_driver = text(members)?,
            "renderDeviceName" => self.render = text(members)?,
            "renderDeviceDriver" => self.render_driver = text(members)?,
            "cpuInsufficentEventRatio" => self.cpu_insufficient = members.leaf()?,
            "deviceGlitchEventRatio" => self.glitches = members.leaf()?,
            "howlingEventCount" => self.howling = members.leaf()?,
            "deviceClippingEventRatio" => self.clipping = members.leaf()?,
            "lowSpeechLevelEventRatio" => self.low_speech = members.leaf()?,
            "lowSpeechToNoiseEventRatio" => self.noisy_speech = members.leaf()?,
            "captureNotFunctioningEventRatio" => self.capture_failed = members.leaf()?,
            "renderNotFunctioningEventRatio" => self.render_failed = members.leaf()?,
            _ => members.skip()?,
        }
        Ok(())
    }

    fn done(self, _: Faults) -> Result<Self, DecodeError> {
        Ok(self)
    }
}

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
