//! Totals of a day, added up over the rows of its calls.

use std::collections::BTreeMap;
use std::sync::Arc;

use call_records::{CallDetail, Overflow, PersonKey, Totals};
use jiff::Timestamp;
use voice_apps::{App, DayVoiceApps, VoiceApp};

use super::{AgentDay, QueueDay};

/// A person's row of a day.
pub(crate) struct PersonDay {
    pub(crate) person: PersonKey,
    pub(crate) name: Option<String>,
    pub(crate) totals: Totals,
}

/// The totals of a day, as far as its calls were added.
#[derive(Debug, Default)]
pub(crate) struct DayTotals {
    pub(crate) organisation: Totals,
    pub(crate) people: People,
    pub(crate) voice_apps: DayVoiceApps,
}

/// The people of a day, each with the newest name.
type People = BTreeMap<PersonKey, (Option<String>, Totals)>;

impl DayTotals {
    /// Adds a call, as it is known `now`.
    ///
    /// # Errors
    ///
    /// When a total leaves the range of an integer.
    pub(crate) fn add(&mut self, detail: &CallDetail, now: Timestamp) -> Result<(), Overflow> {
        let CallDetail { call, flow, .. } = detail;
        self.organisation.checked_add_assign(&call.totals())?;
        self.voice_apps.add(call, flow, now);
        for part in call.people.values() {
            let totals = call.participation_totals(part);
            // A test call counts for nothing.
            if totals.is_empty() {
                continue;
            }
            let (name, sum) = self.people.entry(part.person.clone()).or_default();
            sum.checked_add_assign(&totals)?;
            // The calls come in the order of their starts, so this is the newest name.
            if part.display_name.is_some() {
                name.clone_from(&part.display_name);
            }
        }
        Ok(())
    }
}

/// The people's rows, in the order of their keys.
pub(crate) fn person_days(people: People) -> impl Iterator<Item = PersonDay> {
    people.into_iter().map(|(person, (name, totals))| PersonDay { person, name, totals })
}

/// The rows of queues and attendants in the order of their keys, each with those of its agents.
pub(crate) fn queue_days(
    apps: BTreeMap<VoiceApp, App>,
) -> impl Iterator<Item = (Arc<QueueDay>, Vec<AgentDay>)> {
    apps.into_iter().map(|(key, mut app)| {
        let agents = std::mem::take(&mut app.agents).into_iter();
        let queue = Arc::new(QueueDay { key, app });
        let agents = agents.map(|(person, agent)| {
            let queue = Arc::clone(&queue);
            AgentDay { queue, person, agent }
        });
        (Arc::clone(&queue), agents.collect())
    })
}
