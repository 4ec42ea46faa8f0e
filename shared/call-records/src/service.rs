//! Services of a call: queues, attendants, mailboxes, bots, conferencing. They are no people.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::bounds;
use crate::compact::CompactSet;
use crate::intervals::Length;
use crate::newest::Newest;
use crate::person_state::{PersonState, earliest};
use crate::role::RoleClass;
use crate::session::SessionKey;
use crate::session_view::SessionView;
use crate::streams::count;
use crate::{PersonKey, Seconds, ServiceKind};

/// A service in one call.
///
/// Field names are the names under which it is stored; a field that is absent is unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Which one: the kind of identity and its id; `voicemail:<owner>` for a mailbox, and
    /// `service:<role>` for one without an identity.
    pub service: PersonKey,
    /// What it does.
    pub kind: ServiceKind,
    /// The newest name in the record, chosen as a person's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Its roles, as Graph has them.
    #[serde(default, skip_serializing_if = "CompactSet::is_empty")]
    pub roles: CompactSet<String>,
    /// The length of the union of its sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<Seconds>,
    /// Its sessions, by identity.
    #[serde(default)]
    pub sessions: u32,
    /// First start of a session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_joined_at: Option<Timestamp>,
    /// Last end of a session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_left_at: Option<Timestamp>,
    /// Whether the record names it as the organizer.
    #[serde(default)]
    pub organizer: bool,
}

/// What has been gathered about one service so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct ServiceState {
    pub(crate) display_name: Newest,
    pub(crate) roles: CompactSet<String>,
    time: Length,
    sessions: BTreeSet<SessionKey>,
    first_joined_at: Option<Timestamp>,
    last_left_at: Option<Timestamp>,
}

impl ServiceState {
    /// Takes a session on which the service is.
    pub(crate) fn add(&mut self, view: &SessionView<'_>) {
        self.time.add(view.course.time);
        self.sessions.insert(view.leg.session.clone());
        self.first_joined_at = earliest(self.first_joined_at, view.session.started_at);
        self.last_left_at = self.last_left_at.max(view.session.end());
    }

    /// Takes what was gathered while it looked like a person.
    pub(crate) fn add_person(&mut self, person: &PersonState) {
        self.display_name.offer_all(&person.display_name);
        self.time.add_all(&person.talk);
        self.sessions.extend(person.sessions().into_iter().cloned());
        self.first_joined_at = earliest(self.first_joined_at, person.first_joined_at);
        self.last_left_at = self.last_left_at.max(person.last_left_at);
    }

    /// The part of the service in a record that has sessions or not.
    pub(crate) fn part(
        self,
        service: PersonKey,
        kind: ServiceKind,
        organizer: bool,
        record_has_sessions: bool,
    ) -> Service {
        Service {
            service,
            kind,
            display_name: self.display_name.get().map(str::to_owned),
            roles: self.roles,
            seconds: self.time.seconds().filter(|_| record_has_sessions),
            sessions: count(self.sessions.len()),
            first_joined_at: self.first_joined_at,
            last_left_at: self.last_left_at,
            organizer,
        }
    }
}

/// What a record says that makes an id a service's.
#[derive(Clone, Debug, Default)]
pub(crate) struct ServiceEvidence {
    pub(crate) roles: CompactSet<String>,
    /// It has a role that is neither a mailbox's nor a gateway's.
    pub(crate) has_service_role: bool,
    /// It has the role of a gateway.
    pub(crate) has_gateway_role: bool,
    /// A place has it under a kind of application.
    pub(crate) is_application: bool,
}

impl ServiceEvidence {
    pub(crate) fn add_role(&mut self, role: &str) {
        bounds::insert(&mut self.roles, role);
        match RoleClass::of(role) {
            RoleClass::Mailbox => {}
            RoleClass::Gateway => self.has_gateway_role = true,
            RoleClass::Service(_) => self.has_service_role = true,
        }
    }
}

/// The kind of a service of several roles, or of none.
pub(crate) fn kind_of<'a>(
    roles: impl IntoIterator<Item = &'a String>,
    own: Option<ServiceKind>,
    identity_kind: &str,
) -> ServiceKind {
    let of_roles = roles.into_iter().map(|role| RoleClass::of(role).kind());
    let of_identity = || match identity_kind.to_ascii_lowercase().contains("instance") {
        true => ServiceKind::Other,
        false => ServiceKind::Bot,
    };
    of_roles.chain(own).min().unwrap_or_else(of_identity)
}

/// Ids that Microsoft uses in every tenant, of services that look like users.
const OWN_IDS: [(&str, ServiceKind); 1] = [
    // The conferencing virtual assistant, as the published scripts for queue records filter it:
    // https://github.com/mozziemozz/Commsverse2025-CallRecords-Demo
    ("9e133cac-5238-4d1e-aaa0-d8ff4ca23f4e", ServiceKind::Conferencing),
];

/// What kind of service a (normalised) id of Microsoft's own is.
pub(crate) fn of_own_id(id: &str) -> Option<ServiceKind> {
    OWN_IDS.iter().find(|(own, _)| *own == id).map(|(_, kind)| *kind)
}
