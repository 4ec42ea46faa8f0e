"""Where and on what calls were bad: the rules of shared/call-quality/README.md."""

import ipaddress
import math
import re

from .decode import by_bytes, cut, member, text, whole
from .people import EXTERNAL
from .quality import AUDIO, GOOD, POOR, UNCLASSIFIED
from .record import SIDES, stream_identity
from . import quality
from .parts import OTHER

# The twelve numbers of a row.
RECEIVED, SENT, LEGS = {GOOD: 0, POOR: 1, UNCLASSIFIED: 2}, {GOOD: 3, POOR: 4, UNCLASSIFIED: 5}, {GOOD: 6, POOR: 7, UNCLASSIFIED: 8}
ESTABLISHED, DROPPED, FAILED = 9, 10, 11

# What a network says, in the order in which of equal times the last one decides.
NETWORK = [
    ("connectionType", member), ("ipAddress", text), ("subnet", text), ("reflexiveIPAddress", text),
    ("relayIPAddress", text), ("networkTransportProtocol", text), ("basicServiceSetIdentifier", text),
    ("wifiBand", member), ("wifiChannel", whole), ("wifiSignalStrength", whole),
    ("wifiVendorDriver", text), ("linkSpeed", whole), ("dnsSuffix", text),
]
# Networks within each other, of both kinds of addresses, a VPN, and a row without a building.
SITES = "".join("\t".join(cells) + "\n" for cells in (
    ("192.0.2.0", "Hall", "24", "Tower", "", "", "", "Oslo", "", "", "", "", "1", "0", "0"),
    ("192.0.2.0", "Corner", "26", "Tower", "", "", "", "", "", "", "", "", "1", "0", "0"),
    ("198.51.100.0", "Gateway", "24", "VPN", "", "", "", "Oslo", "", "", "", "", "1", "0", "1"),
    ("10.0.0.0", "Home", "8", "", "", "", "", "", "", "", "", "", "0", "0", "0"),
    ("2001:db8::", "", "32", "Annexe", "", "", "", "Bergen", "", "", "", "", "1", "0", "0"),
))
BANDS = {"frequency24GHz": "wifi_2.4", "frequency50GHz": "wifi_5", "frequency60GHz": "wifi_6"}
BAND_NAMES = {"wifi_2.4": "2.4 GHz", "wifi_5": "5 GHz", "wifi_6": "6 GHz"}


def fact(value):
    """A text without white space around it, cut."""
    value = text(value)
    return value and cut(value.strip())


def ordered(value):
    """Absent before all that is there; texts by their bytes."""
    if value is None:
        return (0,)
    return (1, by_bytes(value) if isinstance(value, str) else value)


class Path:
    """What one end of a medium ran on."""

    def __init__(self, session, side, media=None):
        agent = session.ends[side].agent
        network = media.network[side] if media else {}
        device = media.device[side] if media else {}
        read = {member: member, text: fact, whole: whole}
        self.network = {name: read[how](network.get(name)) for name, how in NETWORK}
        self.capture, self.render = fact(device.get("captureDeviceName")), fact(device.get("renderDeviceName"))
        self.platform = member(agent.get("platform"))
        stated = text(agent.get("applicationVersion"))
        self.version = cut(stated) if stated else fact(agent.get("headerValue"))

    @property
    def order(self):
        facts = [self.network[name] for name, _ in NETWORK]
        return [ordered(of) for of in facts + [self.capture, self.render, self.platform, self.version]]


def address(value):
    """The address of a client."""
    value = (value or "").strip()
    match = re.fullmatch(r"\[([^\]]*)\](?::(\d{1,5}))?", value)
    if match:
        value = match[1]
        if ":" not in value or (match[2] and int(match[2]) > 65535):
            return None
    elif re.fullmatch(r"[0-9.]+:\d{1,5}", value):
        value, port = value.split(":")
        if int(port) > 65535:
            return None
    if ":" in value:
        value = value.split("%")[0]
    try:
        found = ipaddress.ip_address(value)
    except ValueError:
        return None
    mapped = getattr(found, "ipv4_mapped", None)
    found = mapped or found
    return None if found.is_unspecified or found.is_loopback else found


def network_of(found, length):
    return str(ipaddress.ip_network((found, length), strict=False).network_address)


def subnet(found, stated):
    if stated is not None and stated.version == found.version:
        bits, least = (32, 8) if stated.version == 4 else (128, 16)
        number = int(stated)
        length = max(bits - ((number & -number).bit_length() - 1), least)
        if network_of(found, length) == str(stated):
            return str(stated)
    return network_of(found, 24 if found.version == 4 else 64)


class Sites:
    """A building file of tabs, as the tests write it."""

    def __init__(self, lines):
        self.rows = []
        for line in lines.splitlines():
            cells = line.split("\t")
            network = ipaddress.ip_network((cells[0], int(cells[2])), strict=False)
            name = cells[3] or cells[1]
            if cells[3] and cells[7]:
                name += f", {cells[7]}"
            shown = f"{network} {cells[1]}".strip()
            self.rows.append((network, name or str(network), shown, cells[12] == "1", cells[14] == "1"))

    def row(self, found):
        rows = [row for row in self.rows if found is not None and found.version == row[0].version and found in row[0]]
        return max(rows, key=lambda row: row[0].prefixlen, default=None)


def access_point(value):
    if not value or not re.fullmatch(r"[0-9A-Fa-f:.-]*", value):
        return None
    digits = re.sub(r"[:.-]", "", value).lower()
    if len(digits) != 12 or not digits.strip("0"):
        return None
    return ":".join(digits[at:at + 2] for at in range(0, 12, 2))


def device_group(name):
    name = name.strip()
    inside = name
    if name.endswith(")"):
        depth = 1
        for at in range(len(name) - 2, -1, -1):
            depth += {")": 1, "(": -1}.get(name[at], 0)
            if depth == 0:
                found = name[at + 1:-1].strip()
                inside = found if len(found) > 2 else name
                break
    numbered = re.fullmatch(r"[0-9]+- (.*)", inside, re.DOTALL)
    words = " ".join((numbered[1] if numbered else inside).split())
    return words or name


def known(value):
    return "unknown" if value is None else f"={value}"


class Place:
    """The values of a path in every dimension."""

    def __init__(self, path, kind, is_external, sites):
        network = path.network
        connection, band = network["connectionType"], BANDS.get(network["wifiBand"])
        if connection == "wifi":
            link = band or "wifi"
        elif connection in (None, "unknown"):
            link = band or "unknown"
        else:
            link = connection if connection in ("wired", "mobile") else "other"
        own, stated = address(network["ipAddress"]), address(network["subnet"])
        own = own if own is not None else stated
        row = sites.row(own)
        if is_external:
            location = "external"
        elif (row and row[4]) or connection == "tunnel":
            location = "vpn"
        elif row:
            location = "inside" if row[3] else "outside"
        else:
            location = "unknown" if own is None else "unmapped"
        seen, relay = address(network["reflexiveIPAddress"]), address(network["relayIPAddress"])
        transport = network["networkTransportProtocol"]
        transport = None if transport == "unknown" else transport
        suffix = network["dnsSuffix"]
        has_wifi = link not in ("wired", "mobile", "other")
        self.is_external, self.location = is_external, location
        self.by_class = f"={kind}/{location}/{link}"
        self.values = {
            "site": f"={row[1]}" if row else "unknown" if own is None else "unmapped",
            "subnet": known(row[2] if row else None if own is None else subnet(own, stated)),
            "connection": known(None if connection == "unknown" else connection),
            "wifi_band": known(BAND_NAMES.get(link)) if has_wifi else "none",
            "access_point": known(access_point(network["basicServiceSetIdentifier"])) if has_wifi else "none",
            "transport": known(transport and (f"{transport} by relay" if relay is not None else transport)),
            "vpn": "=VPN" if location == "vpn" else "unknown" if (location, link) == ("unknown", "unknown") else "=no VPN",
            "public_network": known(None if seen is None else network_of(seen, 24 if seen.version == 4 else 48)),
            "dns_suffix": known(suffix and "".join(c.lower() if c.isascii() else c for c in suffix)),
            "application_version": known(path.version),
            "platform": known(None if path.platform == "unknown" else path.platform),
        }
        self.devices = {sent: known(name and device_group(name)) for sent, name in ((True, path.capture), (False, path.render))}

    def value(self, dimension, sent):
        if dimension == "class":
            return self.by_class
        if self.is_external:
            return "external"
        return self.devices[sent] if dimension == "device" else self.values[dimension]

    def at_the_end(self, dimension):
        """Where a leg ended: its device is the microphone, else the loudspeaker."""
        value = self.value(dimension, True)
        return self.value(dimension, False) if value == "unknown" else value


DIMENSIONS = [
    "class", "site", "subnet", "connection", "wifi_band", "access_point", "transport", "vpn",
    "public_network", "dns_suffix", "device", "application_version", "platform",
]


class Leg:
    """A session of a person, by its identity."""

    def __init__(self):
        self.id, self.starts = None, []
        self.paths, self.reasons, self.streams = [], [], {}
        self.established = self.dropped = self.failed = False

    def add(self, part, session):
        self.id = session.id
        self.starts.append(session.start)
        self.established |= session.established
        self.dropped |= session.dropped
        self.failed |= session.failed
        if (session.dropped or session.failed) and session.reason:
            self.reasons.append((session.time, session.reason))
        sides = [side for side in SIDES if part.is_at(session, side)]
        if sides:
            self.paths.append((session.time, 0, False, Path(session, sides[0])))
        for at, segment in enumerate(session.segments):
            own = [side for side in SIDES if part.people.own_end(session, segment, side) is part.person]
            places = {}
            for media in segment.media:
                for side in own:
                    is_audio = "audio" in (media.label or "").lower()
                    self.paths.append((session.time, at + 1, is_audio, Path(session, side, media)))
                for stream in media.streams:
                    place = places[media.label] = places.get(media.label, -1) + 1
                    self.stream(part, session, at, segment, media, place, stream, own)

    def stream(self, part, session, at, segment, media, place, stream, own):
        sender = {"callerToCallee": "caller", "calleeToCaller": "callee"}.get(stream.direction)
        if stream.content is None or sender is None:
            return
        identity = (stream.content, stream_identity(session, at, segment, media, place, stream))
        judgement = quality.judged(part.call.classifier, stream)
        for sent, side in ((True, sender), (False, OTHER[sender])):
            if side in own:
                ways = self.streams.setdefault(identity, {})
                ways.setdefault(sent, []).append((judgement, Path(session, side, media), stream))

    def ends(self):
        """Each end of a stream at which the person was: what it carried, whether it was sent, its judgement, what
        it ran on, and the stream. Of a stream that is found again the worse judgement stays, with the rest of it."""
        for (content, _), ways in self.streams.items():
            judgement = max(of for way in ways.values() for of, *_ in way)
            for sent, way in ways.items():
                _, path, stream = max(way, key=lambda of: (of[0], of[1].order, order_of_measured(of[2])))
                yield content, sent, judgement, path, stream

    @property
    def path(self):
        return max(self.paths, key=lambda of: (*of[:3], of[3].order))[3]

    @property
    def reason(self):
        latest = max((time for time, _ in self.reasons), default=None)
        last = [reason for time, reason in self.reasons if time == latest]
        return cut(min(last, key=lambda of: by_bytes(cut(of)))) if last else None


def parts_of(value, parts, most=10**12):
    """A measurement as a whole number of parts."""
    if value is None:
        return None
    found = math.floor(float(value) * parts + 0.5)
    return found if found <= most else None


# In the order in which of equal ones the greater counts: the name, its divisor and what it is made of.
MEASURED = [
    ("packets", None, lambda of: of.packets),
    ("jitter_ms", 1e3, lambda of: None if of.jitter is None else int(of.jitter * 1_000_000)),
    ("round_trip_ms", 1e3, lambda of: None if of.round_trip is None else int(of.round_trip * 1_000_000)),
    ("packet_loss", 1e6, lambda of: parts_of(of.loss, 1e6, 10**6)),
    ("frame_loss", 1e6, lambda of: parts_of(of.frame_loss and float(of.frame_loss) / 100, 1e6, 10**6)),
    ("frame_rate", 1e3, lambda of: parts_of(of.received_frame_rate if of.frame_rate is None else of.frame_rate, 1e3)),
    ("corrected_packet_loss", 1e6, lambda of: parts_of(of.loss_after_correction, 1e6, 10**6)),
]


def order_of_measured(stream):
    return [ordered(read(stream)) for _, _, read in MEASURED]


def measured(stream):
    """What was measured of a stream."""
    found = {name: (divisor, read(stream)) for name, divisor, read in MEASURED}
    return {name: of if of is None or divisor is None else of / divisor for name, (divisor, of) in found.items()}


def legs(part):
    """The legs of a person, by the identity of the session."""
    found = {}
    for session in part.sessions:
        found.setdefault(session.identity, Leg()).add(part, session)
    return found


def rows(call, sites):
    """The rows of one call: by dimension and value, twelve numbers."""
    found = {}
    if call.record.is_test:
        return found

    def count(dimension, value, number):
        found.setdefault(dimension, {}).setdefault(value, [0] * 12)[number] += 1

    kind = "peer_to_peer" if call.record.is_pair else "meeting"
    for part in call.parts.values():
        is_external = part.person.relation(call.home) in EXTERNAL
        for leg in legs(part).values():
            streams = [
                (sent, judgement, Place(path, kind, is_external, sites))
                for content, sent, judgement, path, _ in leg.ends() if content == AUDIO
            ]
            end = Place(leg.path, kind, is_external, sites)
            failed = leg.failed and not leg.established
            for dimension in DIMENSIONS:
                worst = {}
                for sent, judgement, place in streams:
                    value = place.value(dimension, sent)
                    count(dimension, value, (SENT if sent else RECEIVED)[judgement])
                    worst[value] = max(judgement, worst.get(value, judgement))
                for value, judgement in worst.items():
                    count(dimension, value, LEGS[judgement])
                for number, holds in ((ESTABLISHED, leg.established), (DROPPED, leg.dropped), (FAILED, failed)):
                    if holds:
                        count(dimension, end.at_the_end(dimension), number)
            if leg.dropped or failed:
                for number, holds in ((DROPPED, leg.dropped), (FAILED, failed)):
                    if holds:
                        count("reason", known(leg.reason), number)
    return found
