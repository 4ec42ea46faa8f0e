//! The services of the call, made of what was gathered about them.

use std::collections::BTreeMap;

use super::{CallBuilder, ServiceId};
use crate::person_kind::PersonId;
use crate::service::{ServiceState, kind_of, of_own_id};
use crate::{PersonKey, Service, ServiceKind};

impl CallBuilder {
    pub(super) fn service_parts(&mut self) -> BTreeMap<PersonKey, Service> {
        let states = std::mem::take(&mut self.services);
        let mut states: BTreeMap<ServiceId, ServiceState> = states
            .into_iter()
            // A person may be the callee of a meeting's session as well.
            .filter(|(service, _)| match service {
                ServiceId::Named(named) => self.is_service(named),
                ServiceId::MailboxOf(_) | ServiceId::Role(_) => true,
            })
            .collect();
        let looked_like_people: Vec<_> =
            self.people.keys().filter(|person| self.is_service(person)).cloned().collect();
        for service in looked_like_people {
            let service_id = ServiceId::Named(service.clone());
            if let Some(person) = self.people.remove(&service)
                && (person.listed || person.is_on_session() || states.contains_key(&service_id))
            {
                states.entry(service_id).or_default().add_person(&person);
            }
        }
        states.into_iter().map(|(service, state)| self.service_part(&service, state)).collect()
    }

    fn service_part(&self, service: &ServiceId, mut state: ServiceState) -> (PersonKey, Service) {
        let (key, own, identity_kind) = match service {
            ServiceId::Named(named) => {
                let roles = self.evidence.get(named).map(|evidence| &evidence.roles);
                state.roles.extend(roles.into_iter().flatten().cloned());
                let own = match named {
                    PersonId::Id(id) => of_own_id(id),
                    PersonId::Name(_) => None,
                };
                (self.key(named), own, self.kind(named))
            }
            ServiceId::MailboxOf(PersonId::Id(owner) | PersonId::Name(owner)) => {
                (PersonKey::new("voicemail", owner), None, String::new())
            }
            ServiceId::Role(role) => (PersonKey::new("service", role), None, String::new()),
        };
        let is_organizer = matches!(
            (service, &self.organizer), (ServiceId::Named(named), Some(organizer)) if named == organizer
        );
        let kind = kind_of(&state.roles, own, &identity_kind);
        (key.clone(), state.part(key, kind, is_organizer, self.sessions > 0))
    }
}

/// Whether a queue or an attendant is among the services: what offers a call to people.
pub(super) fn has_offered(services: &BTreeMap<PersonKey, Service>) -> bool {
    let offers = |kind| matches!(kind, ServiceKind::Queue | ServiceKind::AutoAttendant);
    services.values().any(|service| offers(service.kind))
}
