//! How many entries of one body were admitted, repeated or rejected.

use lambda_kit::Metrics;

use crate::metrics;

/// Why an entry is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rejection {
    /// It is no object.
    Malformed,
    /// It has no client state.
    NoClientState,
    /// Its client state is none of those valid now.
    WrongClientState,
    /// Its tenant is not ours.
    Tenant,
    /// Its resource is no call record, or contradicts itself.
    Resource,
}

/// Entries of one body by what became of them.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct EntryCounts {
    /// All of them.
    pub(crate) entries: usize,
    /// Let in, but the same as an earlier one.
    pub(crate) repeated: usize,
    pub(crate) malformed: usize,
    pub(crate) no_client_state: usize,
    pub(crate) wrong_client_state: usize,
    pub(crate) tenant: usize,
    pub(crate) resource: usize,
}

impl EntryCounts {
    pub(crate) fn reject(&mut self, rejection: Rejection) {
        let count = match rejection {
            Rejection::Malformed => &mut self.malformed,
            Rejection::NoClientState => &mut self.no_client_state,
            Rejection::WrongClientState => &mut self.wrong_client_state,
            Rejection::Tenant => &mut self.tenant,
            Rejection::Resource => &mut self.resource,
        };
        *count += 1;
    }

    /// Publishes the counts, and logs one line when entries were rejected: numbers only,
    /// because everything else about them is text from outside.
    pub(crate) fn publish(&self, metrics: &Metrics) {
        let rejected = self.malformed
            + self.no_client_state
            + self.wrong_client_state
            + self.tenant
            + self.resource;
        metrics.count(metrics::REPEATED, self.repeated);
        metrics.count(metrics::REJECTED, rejected);
        if rejected > 0 {
            let detail = (self.no_client_state > 0).then_some(
                "entries without a clientState belong to another subscription, or Graph sent them \
                 without one, as some tenants report; the reconciler finds their calls",
            );
            tracing::warn!(
                malformed = self.malformed,
                missing_client_state = self.no_client_state,
                wrong_client_state = self.wrong_client_state,
                tenant = self.tenant,
                resource = self.resource,
                entries = self.entries,
                detail,
                "notifications.rejected"
            );
        }
    }
}
