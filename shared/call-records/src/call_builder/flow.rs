//! The sessions of the call between their ends, once it is settled who is a person.

use std::collections::BTreeMap;

use super::CallBuilder;
use crate::call_flow::{CallFlow, Settled};
use crate::{PersonKey, Service, ServiceKind};

impl CallBuilder {
    pub(super) fn flow(
        &mut self,
        is_group: bool,
        services: &BTreeMap<PersonKey, Service>,
    ) -> CallFlow {
        let sessions = std::mem::take(&mut self.flow);
        let settle = |id: &_| {
            let key = self.key(id);
            if self.is_service(id) {
                let kind = services.get(&key).map_or(ServiceKind::Other, |service| service.kind);
                Settled::Service(key, kind)
            } else {
                Settled::Person(key)
            }
        };
        let sessions = sessions.into_iter().map(|session| session.settle(is_group, settle));
        CallFlow { sessions: sessions.collect() }
    }
}
