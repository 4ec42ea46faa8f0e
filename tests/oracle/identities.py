"""Identities: who or what an id means. The rules *Identities* of the definitions."""

import re
from dataclasses import dataclass, field

from .decode import by_bytes, list_of, member, object_of, text

ORDER = ["user", "guest", "phone", "azureCommunicationServicesUser", "acsUser", "assertedIdentity", "onPremises"]
LAST = ["encrypted", "applicationInstance", "application", "device"]
ACS = {"acsUser", "azureCommunicationServicesUser", "spoolUser"}
ANNOTATIONS = [
    ("phone", "phone"), ("guest", "guest"), ("azurecommunicationservices", "acs"), ("acsuser", "acs"),
    ("applicationinstance", "applicationInstance"), ("application", "application"),
    ("encrypted", "encrypted"), ("onpremises", "onPremises"), ("device", "device"),
]
GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
NUMBER = re.compile(r"[ ()\-./*]*\+?[0-9 ()\-./*]*")


def normalised(identifier):
    """The identifier without its prefix, and the kind that it always says."""
    lower = identifier.lower()

    def after(prefix):
        return identifier[len(prefix):] if lower.startswith(prefix) and len(identifier) > len(prefix) else None

    kind, found = None, None
    for prefix in ("8:orgid:", "8:dod:", "8:gcch:"):
        found = found or after(prefix)
    if found is None:
        for prefix in ("8:acs:", "8:gcch-acs:", "8:dod-acs:", "8:spool:"):
            rest = after(prefix)
            if found is None and rest is not None:
                kind, found = "acs", prefix + (rest.lower() if re.fullmatch("[0-9a-fA-F_-]+", rest) else rest)
    if found is None and after("acs:") is not None:
        kind, found = "acs", identifier
    if found is None:
        for prefix in ("teamsvisitor:", "8:teamsvisitor:"):
            rest = after(prefix)
            if found is None and rest is not None:
                kind, found = "anonymous", "teamsvisitor:" + rest
    if found is None:
        for prefix in ("4:", "tel:"):
            rest = after(prefix)
            if found is None and rest is not None:
                kind, found = "phone", rest
    if found is None and after("28:") is not None:
        kind, found = "application", after("28:")
        for prefix in ("orgid:", "dod:", "gcch:", "dod-global:", "gcch-global:"):
            if found.lower().startswith(prefix) and len(found) > len(prefix):
                if "global" not in prefix:
                    kind = "applicationInstance"
                found = found[len(prefix):]
                break
    found = found or identifier
    return (found.lower() if GUID.fullmatch(found) else found), kind


def is_number(identifier):
    """Whether an id has the shape of a telephone number."""
    digits = sum(character in "0123456789" for character in identifier)
    return 3 <= digits <= 20 and bool(NUMBER.fullmatch(identifier)) and not GUID.fullmatch(identifier)


@dataclass
class Identity:
    """One identity as it came. `kind` is that of its place in a set, if it stands in one."""

    id: str | None
    name: str | None
    upn: str | None
    tenant: str | None
    by_email: bool = False
    kind: str | None = None
    annotated: str | None = None
    always: str | None = None

    @classmethod
    def read(cls, value, slot=None):
        value = object_of(value)
        email, upn = text(value.get("email")), text(value.get("userPrincipalName"))
        identifier = text(value.get("id")) or email or upn
        found, always = normalised(identifier) if identifier else (None, None)
        annotation = (text(value.get("@odata.type")) or "").lower()
        annotated = next((kind for part, kind in ANNOTATIONS if part in annotation), None)
        return cls(
            id=found,
            name=text(value.get("displayName")),
            upn=upn,
            tenant=text(value.get("tenantId")),
            by_email=identifier is not None and not text(value.get("id")) and email is not None,
            kind=None if slot is None else "acs" if slot in ACS else slot,
            annotated=annotated if slot is None else None,
            always=always,
        )

    @property
    def says_application(self):
        said = (self.kind, self.annotated, self.always)
        return any("application" in kind.lower() for kind in said if kind)

    @property
    def subject(self):
        """What identifies it in the record: its id, or else its name."""
        return ("id", self.id) if self.id else ("name", self.name) if self.name else None


def place(slot):
    """The place of a kind in the order of an identity set."""
    slot = "azureCommunicationServicesUser" if slot == "acs" else slot
    if slot in ORDER:
        return (0, ORDER.index(slot), b"")
    if slot in LAST:
        return (2, LAST.index(slot), b"")
    return (1, 0, by_bytes(slot))


def members(value):
    """The identities of a set, in their order."""
    slots = [slot for slot, of in object_of(value).items() if isinstance(of, dict) and "@" not in slot]
    return [Identity.read(value[slot], slot) for slot in sorted(slots, key=place)]


def first(identities):
    """The first with an identifier, else the first with a display name."""
    found = [one for one in identities if one.id] or [one for one in identities if one.name]
    return found[0] if found else None


def listed(value):
    """The identity of an entry of `participants_v2` or of `organizer_v2`, and all of its set."""
    value = object_of(value)
    for unit in list_of(value.get("administrativeUnitInfos")):
        object_of(unit)
    identities = members(value.get("identity"))
    with_id = [one for one in identities if one.id]
    if with_id:
        return with_id[0], identities
    of_entry = text(value.get("id"))
    if of_entry:
        found, always = normalised(of_entry)
        near = identities[0] if identities else Identity(None, None, None, None)
        entry = Identity(found, near.name, near.upn, near.tenant, False, near.kind, None, always)
        return entry, [entry] + identities[1:]
    return first(identities), identities


@dataclass
class Endpoint:
    """An end of a session or of a segment."""

    there: bool
    identity: Identity | None = None
    # The same one as the retired set shows it.
    retired: Identity | None = None
    # What the endpoint says of its kind.
    said: list = field(default_factory=list)
    says_application: bool = False
    # Whether `associatedIdentity` gave the identity.
    associated: bool = False
    role: str | None = None
    agent: dict = field(default_factory=dict)
    feedback: dict | None = None

    @classmethod
    def read(cls, value):
        if value is None:
            return cls(False)
        value = object_of(value)
        own = Identity.read(value.get("associatedIdentity"))
        retired = members(value.get("identity"))
        agent = object_of(value.get("userAgent"))
        feedback = object_of(value.get("feedback"))
        object_of(feedback.get("tokens"))
        endpoint = cls(True, role=member(agent.get("role")), agent=agent, feedback=feedback)
        if own.subject:
            endpoint.identity, endpoint.associated = own, True
            if own.id:
                same = [one for one in retired if one.id == own.id]
            else:
                same = [one for one in retired if not one.id and one.name == own.name]
            endpoint.retired = same[0] if same else None
            endpoint.said, others = [own] + same[:1], same
        else:
            endpoint.identity = endpoint.retired = first(retired)
            endpoint.said = [endpoint.identity] if endpoint.identity else []
            others = [one for one in retired if one.subject == endpoint.subject]
        endpoint.says_application = any(one.says_application for one in endpoint.said + others)
        return endpoint

    @property
    def subject(self):
        return self.identity.subject if self.identity else None

    @property
    def platform(self):
        return member(self.agent.get("platform"))

    @property
    def says_something(self):
        """Whether the user agent says a platform, a product, a version or a role."""
        words = (self.agent.get(name) for name in ("platform", "productFamily", "applicationVersion"))
        return self.role is not None or any(text(word) for word in words)
