//! From a draft to a call record as Graph returns it expanded.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::draft::{Draft, Segment, Session, Side};
use super::people::{Party, PartyKind};
use super::seat::Seat;

/// The forms that records have been seen in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// With the retired identities beside the present ones.
    pub(super) retired: bool,
    /// With `@odata.type` where a type is not the declared one.
    pub(super) typed: bool,
    /// With a null for everything that is not known, as on the wire without `omit-values`.
    pub(super) verbose: bool,
    /// Digits of a second in times.
    pub(super) digits: u8,
}

/// Every key of an identity set that was seen, all null but one.
const IDENTITY_KINDS: [&str; 15] = [
    "acsApplicationInstance",
    "acsUser",
    "application",
    "applicationInstance",
    "assertedIdentity",
    "azureCommunicationServicesUser",
    "device",
    "encrypted",
    "endpointType",
    "guest",
    "onPremises",
    "phone",
    "spoolApplicationInstance",
    "spoolUser",
    "user",
];

/// What a stream, a network and a device may have besides what was measured.
const STREAM: [&str; 29] = [
    "audioCodec",
    "averageAudioDegradation",
    "averageAudioNetworkJitter",
    "averageBandwidthEstimate",
    "averageFreezeDuration",
    "averageJitter",
    "averagePacketLossRate",
    "averageRatioOfConcealedSamples",
    "averageReceivedFrameRate",
    "averageRoundTripTime",
    "averageVideoFrameLossPercentage",
    "averageVideoFrameRate",
    "averageVideoPacketLossRate",
    "endDateTime",
    "isAudioForwardErrorCorrectionUsed",
    "lowFrameRateRatio",
    "lowVideoProcessingCapabilityRatio",
    "maxAudioNetworkJitter",
    "maxJitter",
    "maxPacketLossRate",
    "maxRatioOfConcealedSamples",
    "maxRoundTripTime",
    "packetUtilization",
    "postForwardErrorCorrectionPacketLossRate",
    "rmsFreezeDuration",
    "startDateTime",
    "streamId",
    "videoCodec",
    "wasMediaBypassed",
];

impl Shape {
    pub(super) fn record(self, draft: &Draft) -> Value {
        let mut record = json!({
            "id": draft.id,
            "version": draft.version,
            "type": draft.call_type,
            "modalities": draft.modalities(),
            "lastModifiedDateTime": self.time(draft.modified_at),
            "startDateTime": self.time(draft.start()),
            "endDateTime": self.time(draft.end()),
            "joinWebUrl": draft.join_web_url.as_deref().or_else(|| self.verbose.then_some("")),
            "organizer_v2": self.participant(&draft.organizer),
            "participants_v2": draft.listed.iter().map(|party| self.participant(party)).collect::<Value>(),
            "sessions": draft.sessions.iter().map(|session| self.session(session)).collect::<Value>(),
        });
        if self.retired {
            record["organizer"] = self.identity_set(&draft.organizer, false);
            // The retired list never had more than 130 entries.
            let listed = draft.listed.iter().take(130);
            record["participants"] = listed.map(|party| self.identity_set(party, false)).collect();
        }
        omit_nulls(&mut record, self.verbose);
        record
    }

    fn session(self, session: &Session) -> Value {
        let (caller, callee) = (self.side(&session.caller), self.side(&session.callee));
        let failure =
            session.failure.map(|failure| json!({ "stage": failure.0, "reason": failure.1 }));
        let (start, end) = (self.time(session.start), self.time(session.end));
        let segment = |id: &str, caller: &Value, callee: &Value, media: &[Value]| {
            json!({
                "id": id,
                "startDateTime": start,
                "endDateTime": end,
                "failureInfo": failure,
                "caller": caller,
                "callee": callee,
                "media": self.media(media),
            })
        };
        let segments: Vec<Value> = if session.segments.is_empty() {
            vec![segment(&session.id, &caller, &callee, &session.media)]
        } else {
            let sides = |of: &Segment| (self.side(&of.caller), self.side(&of.callee));
            let of_segment = |of: &Segment| {
                let (caller, callee) = sides(of);
                segment(&of.id, &caller, &callee, &of.media)
            };
            session.segments.iter().map(of_segment).collect()
        };
        json!({
            "id": session.id,
            "modalities": session.modalities,
            "startDateTime": start,
            "endDateTime": end,
            "isTest": session.is_test,
            "failureInfo": failure,
            "caller": caller,
            "callee": callee,
            "segments": segments,
        })
    }

    fn media(self, media: &[Value]) -> Vec<Value> {
        let mut media = media.to_vec();
        if self.verbose {
            let streams = media.iter_mut().filter_map(|media| media["streams"].as_array_mut());
            for stream in streams.flatten().filter_map(Value::as_object_mut) {
                for name in STREAM {
                    stream.entry(name).or_insert(Value::Null);
                }
            }
        }
        media
    }

    fn side(self, side: &Side) -> Value {
        match side {
            Side::Seat(seat) => self.seat(seat),
            Side::Service => json!({
                "@odata.type": self.odata_type("callRecords.serviceEndpoint"),
                "userAgent": {
                    "@odata.type": self.odata_type("callRecords.clientUserAgent"),
                    "headerValue": null,
                    "applicationVersion": null,
                    "platform": "unknown",
                    "productFamily": "unknown",
                    "communicationServiceId": null,
                    "azureADAppId": null,
                },
            }),
            Side::ServiceInRole(role) => json!({
                "@odata.type": self.odata_type("callRecords.serviceEndpoint"),
                "userAgent": self.service_user_agent(role),
            }),
            Side::ServiceAs(role, party) => {
                // In the schema only a participant's endpoint has an identity.
                let mut endpoint = json!({
                    "@odata.type": self.odata_type("callRecords.participantEndpoint"),
                    "userAgent": self.service_user_agent(role),
                    "associatedIdentity": self.identity(party, true),
                });
                if self.retired {
                    endpoint["identity"] = self.identity_set(party, false);
                }
                endpoint
            }
        }
    }

    fn service_user_agent(self, role: &str) -> Value {
        json!({
            "@odata.type": self.odata_type("callRecords.serviceUserAgent"),
            "headerValue": null,
            "applicationVersion": null,
            "role": role,
        })
    }

    fn seat(self, seat: &Seat) -> Value {
        let has_processor = seat.machine.is_some();
        let mut endpoint = json!({
            "@odata.type": self.odata_type("callRecords.participantEndpoint"),
            "name": seat.machine,
            "cpuName": has_processor.then_some("Generic 64-bit Processor"),
            "cpuCoresCount": has_processor.then_some(8),
            "cpuProcessorSpeedInMhz": has_processor.then_some(2_400),
            "userAgent": {
                "@odata.type": self.odata_type("callRecords.clientUserAgent"),
                "headerValue": seat.header,
                "applicationVersion": seat.version,
                "platform": seat.platform,
                "productFamily": seat.product_family,
                "communicationServiceId": null,
                "azureADAppId": null,
            },
            "associatedIdentity": self.identity(&seat.party, true),
            "feedback": seat.feedback,
        });
        if self.retired {
            endpoint["identity"] = self.identity_set(&seat.party, false);
        }
        endpoint
    }

    /// An entry of `participants_v2`, or the organizer.
    fn participant(self, party: &Party) -> Value {
        json!({
            "id": party.id,
            "identity": self.identity_set(party, true),
            "administrativeUnitInfos": [],
        })
    }

    fn identity_set(self, party: &Party, with_principal_name: bool) -> Value {
        let mut set = Map::new();
        if self.verbose {
            set.extend(IDENTITY_KINDS.map(|kind| (kind.to_owned(), Value::Null)));
        }
        let kind = match party.kind {
            PartyKind::Member
            | PartyKind::Federated
            | PartyKind::Anonymous
            | PartyKind::ResourceAccount => "user",
            PartyKind::Guest => "guest",
            PartyKind::Phone => "phone",
            PartyKind::CommunicationServices => "azureCommunicationServicesUser",
            PartyKind::ApplicationInstance => "applicationInstance",
            PartyKind::Application => "application",
        };
        set.insert(kind.to_owned(), self.identity(party, with_principal_name));
        Value::Object(set)
    }

    fn identity(self, party: &Party, with_principal_name: bool) -> Value {
        let odata_type = match party.kind {
            PartyKind::Member | PartyKind::Federated | PartyKind::ResourceAccount => "userIdentity",
            PartyKind::Application => "identity",
            PartyKind::Anonymous => "communicationsUserIdentity",
            PartyKind::Guest => "communicationsGuestIdentity",
            PartyKind::Phone => "communicationsPhoneIdentity",
            PartyKind::CommunicationServices => "azureCommunicationServicesUserIdentity",
            PartyKind::ApplicationInstance => "communicationsApplicationInstanceIdentity",
        };
        let mut identity = json!({
            "@odata.type": self.odata_type(odata_type),
            "id": party.id,
            "displayName": party.display_name,
            "tenantId": party.tenant_id,
        });
        if with_principal_name {
            identity["userPrincipalName"] = party.user_principal_name.clone().into();
        }
        identity
    }

    fn odata_type(self, name: &str) -> Option<String> {
        self.typed.then(|| format!("#microsoft.graph.{name}"))
    }

    fn time(self, at: Timestamp) -> String {
        match self.digits {
            0 => at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            6 => at.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(),
            _ => at.strftime("%Y-%m-%dT%H:%M:%S%.7fZ").to_string(),
        }
    }
}

/// Removes what is null; where nulls are wanted, only the types that are not given.
fn omit_nulls(value: &mut Value, only_types: bool) {
    match value {
        Value::Object(map) => {
            map.retain(|key, value| !value.is_null() || only_types && key != "@odata.type");
            map.values_mut().for_each(|value| omit_nulls(value, only_types));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| omit_nulls(item, only_types)),
        _ => {}
    }
}
