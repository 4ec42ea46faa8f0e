"""Generated call records: seeded, and as odd as Graph has been seen to be, or odder."""

import copy
import random
from datetime import datetime, timedelta, timezone

HOME = "7c0f2e5a-3d41-4c8e-9b7d-1f6a2e5c8d90"
OTHER = "0e000000-0000-4000-8000-0000000000fe"
ASSISTANT = "9e133cac-5238-4d1e-aaa0-d8ff4ca23f4e"

GUIDS = [f"aaaaaaaa-0000-4000-8000-00000000a{place:03x}" for place in range(24)]
SERVICES = [f"5e000000-0000-4000-8000-00000000b{place:03x}" for place in range(5)]
NUMBERS = [f"+1555010{place:04d}" for place in range(6)]
ACS = "8:acs:11111111-2222-4333-8444-555555555555_0000000{}-aaaa-bbbb-cccc-dddddddddddd"

ROLES = [
    "unknown", "customBot", "skypeForBusinessMicrosoftTeamsGateway", "skypeForBusinessAudioVideoMcu",
    "skypeForBusinessApplicationSharingMcu", "skypeForBusinessCallQueues",
    "skypeForBusinessAutoAttendant", "mediationServer", "mediationServerCloudConnectorEdition",
    "exchangeUnifiedMessagingService", "mediaController", "conferencingAnnouncementService",
    "conferencingAttendant", "audioTeleconferencerController",
    "skypeForBusinessUnifiedCommunicationApplicationPlatform",
    "responseGroupServiceAnnouncementService", "gateway", "skypeTranslator",
    "skypeForBusinessAttendant", "responseGroupService", "voicemail", "unknownFutureValue",
    "holographicReceptionist",
]
PLATFORMS = [
    "windows", "windows", "macOS", "iOS", "android", "web", "ipPhone", "roomSystem", "unknown",
    "unknownFutureValue", "visionOS", "a platform with a name that is much longer than sixty-four characters",
]
PRODUCTS = ["teams", "teams", "unknown", "skypeForBusiness", "azureCommunicationServices", "unknownFutureValue"]
MODALITIES = ["audio", "video", "videoBasedScreenSharing", "data", "screenSharing", "unknown", "unknownFutureValue", "smell"]
CONNECTIONS = ["wired", "wifi", "mobile", "tunnel", "unknown", "unknownFutureValue", "pigeon"]
BANDS = ["frequency24GHz", "frequency50GHz", "frequency60GHz", "unknown", "unknownFutureValue", "frequency70GHz"]
RATINGS = ["notRated", "bad", "poor", "fair", "good", "excellent", "unknownFutureValue", "sublime"]
TOKENS = ["NoSound", "Echo", "Noisy", "LowVolume", "Stopped", "Ton weg!", "a b", "a_b"]
LABELS = [
    "main-audio", "main-audio", "main-audio", "Main-Audio", "main-video", "applicationsharing-video",
    "data", "panoramic-video", "", None, "something", "audio-video",
]
STAGES = ["callSetup", "callSetup", "midcall", "midcall", "unknown", "unknownFutureValue", "afterwards", None]
AUDIO_CODECS = ["satin", "silk", "opus", "unknown", "invalid", "unknownFutureValue", "nextgen", None]
VIDEO_CODECS = ["h264", "av1", "unknown", "invalid", "unknownFutureValue", None]
REASONS = ["The phone rang and then the call timed out", "Declined", "", None, "Nobody there", "CallEndReasonMediaConnectivity"]
NEVER = "0001-01-01T00:00:00Z"
DAYS = [datetime(2026, 10, day, tzinfo=timezone.utc) for day in (23, 24, 25, 26)]


class Hostile:
    """Makes records from a seed; the same seed makes the same records."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.made = 0

    def records(self, count):
        return [self.record() for _ in range(count)]

    # Choices

    def chance(self, share):
        return self.random.random() < share

    def among(self, *values):
        return self.random.choice(values)

    def maybe(self, obj, key, value, absent=0.06, null=0.05, empty=0.0):
        """Sets a key, or leaves it out, or makes it null or an empty text."""
        at = self.random.random()
        if at < absent:
            return
        if at < absent + null:
            obj[key] = None
        elif at < absent + null + empty:
            obj[key] = ""
        else:
            obj[key] = value

    def time(self, moment, nanoseconds=0):
        """A time in one of the spellings of ISO 8601 that occur; `nanoseconds` beyond the second."""
        moment = moment.replace(microsecond=0)
        digits = self.among(0, 0, 1, 3, 6, 7, 7, 9)
        fraction = f"{nanoseconds:09d}"[:digits]
        hours, minutes = self.among((0, 0), (0, 0), (0, 0), (0, 0), (2, 0), (-8, 0), (5, 30), (-3, -30), (13, 45))
        local = moment + timedelta(hours=hours, minutes=minutes)
        text = local.strftime("%Y-%m-%dT%H:%M:%S") + (f".{fraction}" if fraction else "")
        if (hours, minutes) == (0, 0):
            return text + self.among("Z", "Z", "Z", "+00:00")
        sign = "-" if hours < 0 else "+"
        return f"{text}{sign}{abs(hours):02d}:{abs(minutes):02d}"

    # The record

    def record(self):
        self.made += 1
        kind = self.random.choices(
            ["peerToPeer", "groupCall", "unknown", "unknownFutureValue", "hologram", None, ""],
            [48, 40, 4, 2, 2, 2, 2],
        )[0]
        start = self.random.choice(DAYS) + timedelta(seconds=self.random.randrange(86_400))
        if self.chance(0.15):
            # Around a midnight, of UTC or of a zone.
            start = start.replace(hour=self.among(0, 21, 22, 23), minute=self.among(0, 59), second=self.among(0, 59))
        self.length = self.among(0, 1, 30, 61, 300, 300, 1800, 3600, 3601, 86_400 + 5)
        self.start = start
        record = {"id": f"0b5711e0-0000-4000-8000-{self.made:012x}", "version": self.among(1, 1, 2, 3, 7)}
        if self.chance(0.02):
            record["version"] = self.among(2**31, 2**53 - 1)
        self.maybe(record, "type", kind, 0.01, 0.01)
        self.maybe(record, "startDateTime", self.time(start, self.fraction()), 0.03, 0.02, 0.01)
        if self.chance(0.01):
            record["startDateTime"] = NEVER
        end = self.end(start, self.length)
        self.maybe(record, "endDateTime", end, 0.03, 0.03, 0.02)
        self.maybe(record, "lastModifiedDateTime", self.time(start + timedelta(seconds=self.length + 600)), 0.2)
        self.maybe(record, "modalities", self.modalities(), 0.05, 0.02)
        self.maybe(record, "joinWebUrl", self.among("https://teams.example/l/1", ""), 0.3, 0.3)
        self.parties = [self.party() for _ in range(self.among(1, 2, 2, 2, 3, 3, 4, 6))]
        if self.chance(0.25):
            self.parties.append(self.service_party())
        if self.chance(0.85):
            record["sessions"] = self.sessions(kind)
        elif self.chance(0.5):
            record["sessions"] = self.among([], None)
        listed = [self.listing(party) for party in self.parties if self.chance(0.8)]
        if self.chance(0.2):
            listed.append(self.listing(self.party()))
        if self.chance(0.1) and listed:
            listed.append(dict(self.random.choice(listed)))
        self.maybe(record, "participants_v2", listed, 0.15, 0.05)
        if self.chance(0.75):
            self.maybe(record, "organizer_v2", self.listing(self.random.choice(self.parties)), 0.02, 0.05)
        if self.chance(0.25):
            self.maybe(record, "organizer", self.retired(self.random.choice(self.parties)))
        if self.chance(0.25):
            self.maybe(record, "participants", [self.retired(party) for party in self.parties])
        if self.chance(0.04):
            record = copy.deepcopy(record)
            self.broken(record)
        return record

    def broken(self, record):
        """Puts a value of a wrong type into some place of the record."""
        objects = []

        def walk(value):
            if isinstance(value, dict):
                objects.extend((value, key) for key in value if key != "id" or value is not record)
                for of in value.values():
                    walk(of)
            elif isinstance(value, list):
                objects.extend((value, at) for at in range(len(value)))
                for of in value:
                    walk(of)

        walk(record)
        container, key = self.random.choice(objects)
        container[key] = self.among("x", 7, 1.5, True, [], {}, [7], {"x": 1}, None)

    def fraction(self):
        return self.random.randrange(1_000_000_000)

    def end(self, start, seconds):
        at = self.random.random()
        if at < 0.02:
            return NEVER
        if at < 0.06:
            return self.time(start - timedelta(seconds=self.among(1, 60)), self.fraction())
        return self.time(start + timedelta(seconds=seconds), self.fraction())

    def modalities(self):
        return [self.random.choice(MODALITIES) for _ in range(self.among(0, 1, 1, 1, 2, 3))]

    # Who takes part

    def party(self):
        """Somebody, as a kind, an id, and what else is known of them."""
        kind = self.random.choices(
            ["user", "guest", "phone", "visitor", "acs", "spool", "federated", "prefixed", "mail", "name"],
            [46, 5, 14, 5, 5, 2, 8, 8, 4, 3],
        )[0]
        name = f"Name {self.random.randrange(30)}"
        party = {"kind": kind, "name": name, "tenant": HOME, "upn": None}
        if kind in ("user", "guest", "federated"):
            party["id"] = self.random.choice(GUIDS)
            if self.chance(0.25):
                party["id"] = party["id"].upper()
            if kind == "federated":
                party["tenant"] = OTHER
            if self.chance(0.3):
                party["upn"] = f"{name.replace(' ', '.').lower()}@contoso.example"
        elif kind == "phone":
            party.update(id=self.random.choice(NUMBERS), tenant=None)
            if self.chance(0.2):
                party["id"] = self.among("4:" + party["id"], "anonymous", "15550100001", "+1555010***")
        elif kind == "visitor":
            party.update(id="teamsvisitor:" + f"{self.random.randrange(4):032x}", tenant=None)
        elif kind == "acs":
            party.update(id=ACS.format(self.random.randrange(4)), tenant=None)
            if self.chance(0.4):
                party["id"] = self.among("8:gcch-acs:", "8:dod-acs:", "acs:") + party["id"].removeprefix("8:acs:")
        elif kind == "spool":
            party.update(id=f"8:spool:{self.random.randrange(3)}", tenant=None)
        elif kind == "prefixed":
            guid = self.random.choice(GUIDS)
            party["id"] = "8:orgid:" + (guid.upper() if self.chance(0.3) else guid)
        elif kind == "mail":
            party.update(id=None, upn=f"{name.replace(' ', '.').lower()}@contoso.example")
        else:
            party.update(id=None, tenant=None)
        if self.chance(0.12):
            party["tenant"] = None
        return party

    def service_party(self):
        kind = self.among("resource", "resource", "instance", "application", "assistant")
        ids = {"assistant": ASSISTANT if self.chance(0.7) else ASSISTANT.upper()}
        return {
            "kind": kind,
            "id": ids.get(kind) or self.random.choice(SERVICES),
            "name": f"Service {self.random.randrange(5)}",
            "tenant": HOME,
            "upn": "x@contoso.onmicrosoft.example" if kind == "resource" and self.chance(0.5) else None,
            "role": self.random.choice(ROLES),
        }

    SLOTS = {
        "user": ("user",), "federated": ("user",), "prefixed": ("user",), "mail": ("user", "guest"),
        "name": ("user", "guest", "anonymous"), "guest": ("guest", "user"), "phone": ("phone", "phone", "user"),
        "visitor": ("user", "anonymous", "guest"), "acs": ("acsUser", "azureCommunicationServicesUser", "user"),
        "spool": ("spoolUser",), "resource": ("user",), "instance": ("applicationInstance", "acsApplicationInstance"),
        "application": ("application",), "assistant": ("user", "application"),
    }

    def identity(self, party):
        """What an identity says: an id, a name, a tenant; each of them may be missing."""
        identity = {}
        self.maybe(identity, "id", party["id"], 0.03, 0.02, 0.01)
        self.maybe(identity, "displayName", party["name"], 0.2, 0.15, 0.05)
        if party["tenant"]:
            tenant = party["tenant"].upper() if self.chance(0.1) else party["tenant"]
            self.maybe(identity, "tenantId", tenant, 0.15, 0.1, 0.03)
        if party["upn"]:
            self.maybe(identity, "userPrincipalName", party["upn"], 0.1, 0.1, 0.05)
        if party["kind"] == "guest" and self.chance(0.3):
            identity["email"] = party["name"].replace(" ", ".").lower() + "@guest.example"
        return identity

    def listing(self, party):
        """An entry of `participants_v2`, or the organizer."""
        identity = {slot: None for slot in ("phone", "guest", "user", "acsUser") if self.chance(0.3)}
        identity[self.random.choice(self.SLOTS[party["kind"]])] = self.identity(party)
        if self.chance(0.1):
            identity["endpointType"] = self.among(None, "default", "voicemail")
        listing = {"identity": identity, "administrativeUnitInfos": []}
        self.maybe(listing, "id", party["id"] or "", 0.1, 0.05, 0.05)
        if self.chance(0.03):
            listing["identity"] = self.among(None, {})
        return listing

    def retired(self, party):
        return {self.random.choice(self.SLOTS[party["kind"]]): self.identity(party)}

    # Sessions

    def sessions(self, kind):
        count = self.among(0, 1, 1, 1, 2, 2, 3, 4, 6)
        ids = [f"5e550000-0000-4000-8000-{self.random.randrange(4):012x}" for _ in range(3)]
        sessions = []
        for _ in range(count):
            if sessions and self.chance(0.08):
                sessions.append(sessions[self.random.randrange(len(sessions))])
                continue
            session = {}
            self.maybe(session, "id", self.random.choice(ids), 0.06, 0.04, 0.03)
            start = self.start + timedelta(seconds=self.random.randrange(max(1, min(self.length, 4000))))
            if self.chance(0.3):
                start = self.start
            length = self.among(0, 0, 1, 20, 60, 300, self.length)
            self.maybe(session, "startDateTime", self.time(start, self.fraction()), 0.02, 0.02, 0.01)
            if self.chance(0.15):
                session["endDateTime"] = session.get("startDateTime")
            else:
                self.maybe(session, "endDateTime", self.end(start, length), 0.03, 0.03, 0.01)
            self.maybe(session, "modalities", self.modalities(), 0.05, 0.05)
            self.maybe(session, "caller", self.endpoint(kind, True), 0.02, 0.02)
            self.maybe(session, "callee", self.endpoint(kind, False), 0.03, 0.03)
            if self.chance(0.2):
                self.maybe(session, "failureInfo", self.failure())
            if self.chance(0.3):
                self.maybe(session, "isTest", self.chance(0.3))
            self.maybe(session, "segments", [self.segment(session, kind) for _ in range(self.among(0, 1, 1, 1, 2, 3))], 0.05, 0.03)
            sessions.append(session)
        if self.chance(0.02):
            for session in sessions:
                session["isTest"] = True
        return sessions

    def failure(self):
        failure = {}
        self.maybe(failure, "stage", self.random.choice(STAGES), 0.03, 0.0, 0.02)
        self.maybe(failure, "reason", self.random.choice(REASONS), 0.1)
        return failure

    def endpoint(self, kind, is_caller):
        """A person's, a service's, one of whom nothing is known, or a mixture."""
        at = self.random.random()
        if at < (0.08 if is_caller else 0.35 if kind == "groupCall" else 0.1):
            return self.among(
                {},
                {"userAgent": {"platform": "unknown"}},
                {"userAgent": {"@odata.type": "#microsoft.graph.callRecords.serviceUserAgent", "role": self.random.choice(ROLES)}},
                {"userAgent": None, "associatedIdentity": None, "identity": None},
            )
        party = self.random.choice(self.parties)
        endpoint = {}
        if self.chance(0.3):
            endpoint["@odata.type"] = self.among(
                "#microsoft.graph.callRecords.participantEndpoint",
                "#microsoft.graph.callRecords.participantEndpoint",
                "#microsoft.graph.callRecords.serviceEndpoint",
                "#microsoft.graph.callRecords.endpoint",
            )
        agent = {}
        self.maybe(agent, "platform", self.random.choice(PLATFORMS), 0.05, 0.02, 0.02)
        self.maybe(agent, "productFamily", self.random.choice(PRODUCTS), 0.1)
        self.maybe(agent, "applicationVersion", self.among("24.1", "25.2.1", "x" * 80), 0.4, 0.1, 0.05)
        self.maybe(agent, "headerValue", self.among("releases/CL2025.R25", "CallQueue/1.0", ""), 0.4, 0.2)
        if "role" in party and self.chance(0.8):
            agent["role"] = party["role"]
        elif self.chance(0.07):
            agent["role"] = self.among(self.random.choice(ROLES), None, "")
        self.maybe(endpoint, "userAgent", agent, 0.05, 0.02)
        if self.chance(0.85):
            identity = self.identity(party)
            if self.chance(0.2):
                identity["@odata.type"] = self.among(
                    "#microsoft.graph.identity",
                    "#microsoft.graph.communicationsUserIdentity",
                    "#microsoft.graph.communicationsPhoneIdentity",
                    "#microsoft.graph.communicationsGuestIdentity",
                    "#microsoft.graph.azureCommunicationServicesUserIdentity",
                    "#microsoft.graph.communicationsApplicationInstanceIdentity",
                    "#microsoft.graph.communicationsApplicationIdentity",
                )
            endpoint["associatedIdentity"] = identity
        if self.chance(0.2):
            other = party if self.chance(0.7) else self.random.choice(self.parties)
            self.maybe(endpoint, "identity", self.retired(other))
        if self.chance(0.3):
            self.maybe(endpoint, "feedback", self.feedback())
        return endpoint

    def feedback(self):
        feedback = {}
        self.maybe(feedback, "rating", self.random.choice(RATINGS), 0.05, 0.05, 0.02)
        tokens = {token: self.among(True, False, False, None) for token in TOKENS if self.chance(0.3)}
        self.maybe(feedback, "tokens", tokens, 0.2, 0.05)
        if self.chance(0.2):
            feedback["text"] = self.among(None, "", "could not hear her")
        return feedback

    # Segments

    def segment(self, session, kind):
        segment = {"id": session.get("id") or "g"}
        for side in ("caller", "callee"):
            at = self.random.random()
            if at < 0.6 and session.get(side) is not None:
                segment[side] = session[side]
            elif at < 0.8:
                self.maybe(segment, side, self.endpoint(kind, side == "caller"))
            elif at < 0.9:
                segment[side] = {"userAgent": {"role": self.random.choice(ROLES)}}
        self.maybe(segment, "startDateTime", session.get("startDateTime"))
        self.maybe(segment, "endDateTime", session.get("endDateTime"))
        if self.chance(0.05):
            self.maybe(segment, "failureInfo", self.failure())
        self.maybe(segment, "media", [self.media() for _ in range(self.among(0, 1, 1, 2, 3))], 0.05, 0.03)
        return segment

    def media(self):
        media = {}
        self.maybe(media, "label", self.random.choice(LABELS), 0.05)
        for side in ("caller", "callee"):
            self.maybe(media, f"{side}Network", self.network(), 0.1)
            self.maybe(media, f"{side}Device", self.device(), 0.2)
        self.maybe(media, "streams", [self.stream() for _ in range(self.among(0, 1, 2, 2, 2, 3))], 0.05, 0.05)
        return media

    def network(self):
        network = {}
        self.maybe(network, "connectionType", self.random.choice(CONNECTIONS), 0.06, 0.02, 0.02)
        self.maybe(network, "wifiBand", self.random.choice(BANDS), 0.2, 0.05, 0.02)
        self.maybe(network, "wifiSignalStrength", self.among(0, 1, 55, 88, 100, -60, 101, "70", 3.5, 2**40), 0.3, 0.1)
        self.maybe(network, "networkTransportProtocol", self.among("udp", "tcp", "unknown"), 0.2)
        addresses = [
            "192.0.2.1", "192.0.2.200", " 192.0.2.70 ", "192.0.2.1:50012", "198.51.100.7", "10.1.2.3", "172.16.5.9",
            "2001:db8::1", "[2001:db8::7]:3478", "2001:DB8:0:1::2", "fe80::1%12", "::ffff:10.9.9.9", "127.0.0.1", "::1",
            "0.0.0.0", "::", "", "nowhere", "10.1.2", "300.1.1.1",
        ]
        for key in ("ipAddress", "reflexiveIPAddress"):
            self.maybe(network, key, self.random.choice(addresses), 0.2)
        self.maybe(network, "relayIPAddress", self.random.choice(addresses), 0.7)
        self.maybe(network, "subnet", self.among("192.0.2.0", "192.0.2.64", "10.0.0.0", "10.1.0.0", "172.16.4.0", "2001:db8::", "", "x"), 0.4)
        self.maybe(network, "basicServiceSetIdentifier", self.among("01-02-03-0A-0b-0c", "01:02:03:0a:0b:0c", "00:00:00:00:00:00", "0102", "", "not one"), 0.4)
        self.maybe(network, "dnsSuffix", self.among("Corp.Example", "corp.example", "", " "), 0.5)
        self.maybe(network, "wifiChannel", self.among(1, 11, "36", 2.5), 0.6)
        self.maybe(network, "linkSpeed", self.among(0, 100_000_000, "1000000000"), 0.6)
        return network

    def device(self):
        device = {}
        for key in ("captureDeviceName", "renderDeviceName"):
            self.maybe(device, key, self.among("Headset", "Built-in", " Headset ", "Kamera (HD)", "Headset Microphone (2- Brand 40)", "Headset Earphone (Brand  40)", "Audio(R)", "Odd (Simple (WDM))", "x" * 300), 0.2, 0.1, 0.1)
        return device

    def stream(self):
        stream = {}
        self.maybe(stream, "streamId", self.among("1", "2", "3", "4", "5", 6), 0.15, 0.1, 0.05)
        self.maybe(stream, "streamDirection", self.among("callerToCallee", "calleeToCaller", "callerToCallee", "calleeToCaller", "sideways"), 0.05, 0.03)
        self.maybe(stream, "audioCodec", self.random.choice(AUDIO_CODECS), 0.3)
        self.maybe(stream, "videoCodec", self.random.choice(VIDEO_CODECS), 0.4)
        durations = ["PT0.005S", "PT0.04S", "PT0.0300000S", "PT0.0300001S", "PT0.5S", "PT0.5000001S", "PT1M0.2S", "P1D", "PT0S", "-PT1S", "PT", "", "0.04", 0.04, None]
        ratios = [0, 0.0, 0.01, 0.07, 0.0700001, 0.1, 0.1000001, 0.15, 0.5, 1, 1.0, 1.5, -0.1, 60.25, 1e30, "0.2", None, True]
        self.maybe(stream, "packetUtilization", self.among(0, 1, 499, 500, 501, 501, 20_000, 20_000, 20_000, 2**40, -5, "60000", 700.5, 700.0, None), 0.06)
        for key in ("averageJitter", "averageRoundTripTime"):
            self.maybe(stream, key, self.random.choice(durations[:6] if self.chance(0.7) else durations), 0.12)
        for key in ("averagePacketLossRate", "averageAudioDegradation", "averageRatioOfConcealedSamples"):
            self.maybe(stream, key, self.random.choice(ratios[:6] if self.chance(0.7) else ratios), 0.12)
        for key in ("averageVideoFrameLossPercentage", "averageVideoFrameRate", "postForwardErrorCorrectionPacketLossRate", "averageReceivedFrameRate"):
            self.maybe(stream, key, self.among(0, 0.1, 0.15, 0.16, 1.9, 2, 6.9, 7, 30, 50, 50.1, 80, -1, "9", None), 0.4)
        return stream
