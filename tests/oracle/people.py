"""Who is in a call: people and services, their keys, names and sessions. The rules *People and services*."""

import re

from .decode import by_bytes
from .identities import first, is_number, listed, members, place
from .record import SIDES

ASSISTANT = "9e133cac-5238-4d1e-aaa0-d8ff4ca23f4e"
KINDS = ["queue", "auto_attendant", "voicemail", "bot", "conferencing", "other"]
# By what the role contains: whose it is, and the kind of service.
ROLES = [
    (("voicemail", "unifiedmessaging"), "mailbox", "voicemail"),
    (("mediationserver", "gateway"), "gateway", "other"),
    (("callqueue", "responsegroup"), "service", "queue"),
    (("conferenc", "mcu", "mediacontroller"), "service", "conferencing"),
    (("attendant",), "service", "auto_attendant"),
    (("bot", "applicationplatform"), "service", "bot"),
]
RELATIONS = {"guest": "guest", "phone": "pstn", "anonymous": "anonymous", "acs": "acs"}
EXTERNAL = {"federated", "guest", "pstn", "anonymous", "acs"}


def role_of(role):
    """Whose role it is, and the kind of service; none without a role."""
    if role is None:
        return None, None
    lower = role.lower()
    for words, whose, kind in ROLES:
        if any(word in lower for word in words):
            return whose, kind
    return "service", "other"


def is_mailbox(endpoint):
    return role_of(endpoint.role)[0] == "mailbox"


def is_same_end(endpoint, of_session):
    """Whether an unnamed endpoint of a segment is that of its session, and not a server between people."""
    if not endpoint.there or not endpoint.says_something:
        return True
    platform = endpoint.platform
    return endpoint.role is None and platform not in (None, "unknown") and platform == of_session.platform


def checksum(data):
    """FNV-1a of 64 bits."""
    found = 0xCBF29CE484222325
    for byte in data:
        found = (found ^ byte) * 0x100000001B3 % 2**64
    return found


def key(kind, identifier):
    """`<kind>:<id>`, cut where it would be too long."""
    kind = re.sub(r"[^A-Za-z0-9_.-]", "_", kind)[:64]
    data = identifier.encode()
    if len(data) > 512:
        identifier = data[:495].decode(errors="ignore") + f"~{checksum(data):016x}"
    return f"{kind}:{identifier}"


class Subject:
    """An id, or a name without one, and everything that the record says of it."""

    def __init__(self, subject):
        self.subject = subject
        self.always = set()
        # Kinds by the rank of the place that says them.
        self.kinds = {1: set(), 2: set(), 3: set()}
        self.by_email = False
        self.beside_gateway = False
        # Roles on endpoints of sessions and of segments that are named by it.
        self.roles = set()
        self.segment_roles = set()
        self.is_application = False
        # By field: the values of each rank, the best rank first.
        self.names = {"display_name": [], "user_principal_name": [], "tenant_id": []}

    def says(self, identity, rank):
        if identity.always:
            self.always.add(identity.always)
        if identity.kind:
            self.kinds[rank].add(identity.kind)
        elif identity.annotated:
            self.kinds[3].add(identity.annotated)
        self.by_email = self.by_email or identity.by_email
        if identity.says_application:
            self.is_application = True

    def named(self, identity, rank):
        fields = zip(self.names, (identity.name, identity.upn, identity.tenant))
        for name, value in fields:
            if value:
                self.names[name].append((rank, value))

    def read_names(self, endpoint, session):
        """What an endpoint of a session says; of the latest session first."""
        known, at = session.time
        if endpoint.associated:
            self.named(endpoint.identity, (0, not known, -at))
        if endpoint.retired is not None:
            self.named(endpoint.retired, (3, not known, -at))

    def name(self, field):
        """The value of the best rank; of the latest session; of equals the first by its bytes."""
        found = sorted(self.names[field], key=lambda of: (of[0], by_bytes(of[1])))
        return found[0][1] if found else None

    @property
    def said_kind(self):
        """The kind that the record says, for an id or for a name; none when it says none."""
        if self.always:
            return min(self.always, key=place)
        if self.beside_gateway and self.subject[0] == "id" and is_number(self.subject[1]):
            return "phone"
        for rank in (1, 2, 3):
            if self.kinds[rank]:
                return min(self.kinds[rank], key=place)
        if self.subject[0] == "name" and self.beside_gateway:
            return "phone"
        return None

    @property
    def kind(self):
        what, identifier = self.subject
        if what == "name":
            return "unknown"
        said = self.said_kind
        if said:
            return said
        if self.by_email:
            return "guest"
        if is_number(identifier):
            return "phone"
        if self.beside_gateway and not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", identifier):
            return "phone"
        return "user"

    @property
    def kind_that_counts(self):
        """For rules and relations: of a name, the kind that the record says for it."""
        return self.said_kind if self.subject[0] == "name" else self.kind

    @property
    def key(self):
        return key(self.kind, self.subject[1])

    @property
    def is_service(self):
        for role in self.roles | self.segment_roles:
            if role_of(role)[0] == "service":
                return True
        behind = any(role_of(role)[0] == "gateway" for role in self.roles)
        return (behind and self.kind_that_counts != "phone") or self.is_application or self.subject == ("id", ASSISTANT)

    def relation(self, home):
        if self.kind_that_counts in RELATIONS:
            return RELATIONS[self.kind_that_counts]
        tenant = self.name("tenant_id")
        if not tenant or not home:
            return "unknown"
        return "internal" if tenant.lower() == home.lower() else "federated"


class Service:
    """A service of a call."""

    def __init__(self, key, kind=None):
        self.key = key
        self.given_kind = kind
        self.roles = set()
        self.subject = None
        self.sessions = []

    def names(self, endpoint, session):
        """What a mailbox's endpoint says of its name."""
        self.subject = self.subject or Subject(("id", self.key))
        self.subject.is_application = True
        self.subject.read_names(endpoint, session)

    @property
    def kind(self):
        kinds = {role_of(role)[1] for role in self.roles}
        if self.subject is not None and self.subject.subject == ("id", ASSISTANT):
            kinds.add("conferencing")
        for kind in KINDS:
            if kind in kinds:
                return kind
        kind = self.subject.said_kind or self.subject.kind
        return "other" if "instance" in kind.lower() else "bot"


class People:
    """The people and services of a record."""

    def __init__(self, record):
        self.record = record
        self.subjects = {}
        self.entries = []
        self.organizer_entry = None
        self.read()
        self.find()

    def of(self, subject):
        return self.subjects.setdefault(subject, Subject(subject))

    def read(self):
        record = self.record
        for session in record.sessions:
            for side in SIDES:
                self.endpoint(session.ends[side], session)
            for segment in session.segments:
                for side in SIDES:
                    self.endpoint(segment.ends[side], None)
        # The ranks of names: sessions, `participants_v2`, `organizer_v2`, retired fields.
        for rank, values in ((1, record.participants), (2, [record.organizer])):
            for value in values:
                entry, identities = listed(value)
                self.listing(entry, identities, 1, (rank,))
                if rank == 2:
                    self.organizer_entry = entry
        for value in record.retired_participants + [record.retired_organizer]:
            identities = members(value)
            self.listing(first(identities), identities, 2, (4,))
        if self.organizer_entry is None:
            self.organizer_entry = first(members(record.retired_organizer))

    def endpoint(self, endpoint, session):
        """What an endpoint of a session, or without one of a segment, says of whom it names."""
        if endpoint.subject is None:
            return
        subject = self.of(endpoint.subject)
        for identity in endpoint.said:
            subject.says(identity, 2)
        subject.is_application = subject.is_application or endpoint.says_application
        if endpoint.role is not None:
            (subject.segment_roles if session is None else subject.roles).add(endpoint.role)
            if role_of(endpoint.role)[0] == "gateway":
                subject.beside_gateway = True
        if session is None:
            return
        subject.read_names(endpoint, session)

    def listing(self, entry, identities, rank, rank_of_names):
        if entry is None or not entry.subject:
            return
        subject = self.of(entry.subject)
        subject.says(entry, rank)
        subject.named(entry, rank_of_names)
        self.entries.append(entry.subject)
        for identity in identities:
            if identity.subject == entry.subject and identity.says_application:
                subject.is_application = True

    def find(self):
        record = self.record
        # The sessions of a person, each with the sides on which the person is.
        self.sessions = {}
        self.services = {}
        people = set()
        for subject in self.subjects.values():
            subject.service = subject.is_service
        for session in record.sessions:
            for side in SIDES:
                endpoint = session.ends[side]
                whose, _ = role_of(endpoint.role)
                subject = self.subjects.get(endpoint.subject)
                if whose == "mailbox":
                    owner = endpoint.subject[1] if subject else None
                    service = self.service(f"voicemail:{owner}" if owner else f"service:{endpoint.role}", endpoint, session)
                    if subject:
                        service.names(endpoint, session)
                    if subject and not subject.service and record.is_pair:
                        people.add(subject.subject)
                elif subject is None:
                    if whose == "service":
                        self.service(f"service:{endpoint.role}", endpoint, session)
                elif subject.service:
                    self.service(subject.key, endpoint, session, subject)
                elif side == "caller" or not record.is_group:
                    people.add(subject.subject)
                    sessions = self.sessions.setdefault(subject.subject, [])
                    if session not in sessions:
                        sessions.append(session)
        for entry in self.entries:
            subject = self.subjects[entry]
            if subject.service:
                self.service(subject.key, None, None, subject)
            else:
                people.add(entry)
        self.people = {self.subjects[of].key: self.subjects[of] for of in people}
        self.organizer_subject = self.organizer_entry and self.organizer_entry.subject

    def service(self, key, endpoint, session, subject=None):
        service = self.services.setdefault(key, Service(key))
        if subject is not None:
            service.subject = subject
            service.roles |= {role for role in subject.roles if role_of(role)[0] != "mailbox"}
            service.roles |= {role for role in subject.segment_roles if role_of(role)[0] == "service"}
        if endpoint is not None and endpoint.role is not None:
            service.roles.add(endpoint.role)
        if session is not None and session not in service.sessions:
            service.sessions.append(session)
        return service

    @property
    def organizer(self):
        """The organizer, if a person."""
        subject = self.subjects.get(self.organizer_subject)
        return subject if subject is not None and not subject.service else None

    def sessions_of(self, subject):
        return self.sessions.get(subject.subject, [])

    def end(self, session, side):
        """The person on a side of a session; none when it is somebody else's."""
        endpoint = session.ends[side]
        subject = self.subjects.get(endpoint.subject)
        if subject is None or subject.service or is_mailbox(endpoint):
            return None
        return subject

    def own_end(self, session, segment, side):
        """The person on a side of a segment."""
        endpoint = segment.ends[side]
        if endpoint.subject is None:
            return self.end(session, side) if is_same_end(endpoint, session.ends[side]) else None
        subject = self.subjects.get(endpoint.subject)
        if subject is None or subject.service or is_mailbox(endpoint):
            return None
        return subject

    def is_unidentified(self, session, side):
        """Whether someone may be behind the end, and nothing says who."""
        endpoint = session.ends[side]
        return endpoint.subject is None and role_of(endpoint.role)[0] in (None, "gateway")
