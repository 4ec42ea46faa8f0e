//! Roles of endpoints (`userAgent.role`), by which services are known.

use crate::ServiceKind;

/// What a role says about the endpoint that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RoleClass {
    /// It takes messages for the person whose identity it shows.
    Mailbox,
    /// It connects whom it shows: a telephone behind it is a person.
    Gateway,
    /// It is a service itself.
    Service(ServiceKind),
}

/// Words of roles, and what a role that contains one is; the first decides. By contained words,
/// because the enumeration grows: all members of 2026 are covered by these.
const ROLE_WORDS: [(&str, RoleClass); 12] = [
    ("voicemail", RoleClass::Mailbox),
    ("unifiedmessaging", RoleClass::Mailbox),
    ("mediationserver", RoleClass::Gateway),
    ("gateway", RoleClass::Gateway),
    ("callqueue", RoleClass::Service(ServiceKind::Queue)),
    ("responsegroup", RoleClass::Service(ServiceKind::Queue)),
    ("conferenc", RoleClass::Service(ServiceKind::Conferencing)),
    ("mcu", RoleClass::Service(ServiceKind::Conferencing)),
    ("mediacontroller", RoleClass::Service(ServiceKind::Conferencing)),
    ("attendant", RoleClass::Service(ServiceKind::AutoAttendant)),
    ("bot", RoleClass::Service(ServiceKind::Bot)),
    ("applicationplatform", RoleClass::Service(ServiceKind::Bot)),
];

impl RoleClass {
    pub(crate) fn of(role: &str) -> Self {
        let role = role.to_ascii_lowercase();
        let known = ROLE_WORDS.iter().find(|(word, _)| role.contains(word));
        known.map_or(Self::Service(ServiceKind::Other), |(_, class)| *class)
    }

    pub(crate) const fn kind(self) -> ServiceKind {
        match self {
            Self::Mailbox => ServiceKind::Voicemail,
            Self::Gateway => ServiceKind::Other,
            Self::Service(kind) => kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All members of `serviceRole` in the schema of 2026-07-31.
    #[test]
    fn every_role_of_the_schema_has_its_kind() {
        let queue = RoleClass::Service(ServiceKind::Queue);
        let attendant = RoleClass::Service(ServiceKind::AutoAttendant);
        let conferencing = RoleClass::Service(ServiceKind::Conferencing);
        let bot = RoleClass::Service(ServiceKind::Bot);
        let other = RoleClass::Service(ServiceKind::Other);
        for (role, class) in [
            ("unknown", other),
            ("customBot", bot),
            ("skypeForBusinessMicrosoftTeamsGateway", RoleClass::Gateway),
            ("skypeForBusinessAudioVideoMcu", conferencing),
            ("skypeForBusinessApplicationSharingMcu", conferencing),
            ("skypeForBusinessCallQueues", queue),
            ("skypeForBusinessAutoAttendant", attendant),
            ("mediationServer", RoleClass::Gateway),
            ("mediationServerCloudConnectorEdition", RoleClass::Gateway),
            ("exchangeUnifiedMessagingService", RoleClass::Mailbox),
            ("mediaController", conferencing),
            ("conferencingAnnouncementService", conferencing),
            ("conferencingAttendant", conferencing),
            ("audioTeleconferencerController", conferencing),
            ("skypeForBusinessUnifiedCommunicationApplicationPlatform", bot),
            ("responseGroupServiceAnnouncementService", queue),
            ("gateway", RoleClass::Gateway),
            ("skypeTranslator", other),
            ("skypeForBusinessAttendant", attendant),
            ("responseGroupService", queue),
            ("voicemail", RoleClass::Mailbox),
            ("unknownFutureValue", other),
        ] {
            assert_eq!(RoleClass::of(role), class, "{role}");
        }
    }
}
