//! Agents of queues and attendants of a day: every number that has a definition.

use std::sync::Arc;

use call_records::PersonKey;
use call_records::definitions::{Definition, agent_day as of};
use voice_apps::{Agent, AgentCounts};

use super::queue_days::of_voice_app;
use super::shown::person;
use super::{Cell, Column, Kind, QueueDay};

/// A row: an agent of a queue or an attendant.
pub(crate) struct AgentDay {
    pub(crate) queue: Arc<QueueDay>,
    pub(crate) person: PersonKey,
    pub(crate) agent: Agent,
}

type CountOf = fn(&AgentCounts) -> u64;

pub(crate) fn columns() -> Vec<Column<AgentDay>> {
    let mut columns = of_voice_app(|row: &AgentDay| &row.queue);
    columns.extend(person("person", "The agent", |row: &AgentDay| {
        Some((&row.person, row.agent.name()))
    }));
    let counts: [(&'static Definition, CountOf); 5] = [
        (&of::RUNG, |counts| counts.rung),
        (&of::ANSWERED, |counts| counts.answered),
        (&of::NOT_TAKEN, |counts| counts.not_taken),
        (&of::TOOK_OVER, |counts| counts.took_over),
        (&of::MS, |counts| counts.ms),
    ];
    for (definition, count) in counts {
        columns.push(Column::defined(
            definition.id,
            Kind::Integer,
            definition,
            move |row: &AgentDay, _| Cell::unsigned(count(&row.agent.counts)),
        ));
    }
    columns
}

#[cfg(test)]
mod tests {
    use call_records::definitions::{Scope, Unit};

    use super::*;
    use crate::schema::queue_days;

    /// Every number of these scopes that adds up is a column; shares and means are asked for of sums.
    #[test]
    fn every_sum_of_queues_and_agents_is_a_column() {
        let sources: Vec<_> = queue_days::columns()
            .into_iter()
            .map(|column| column.info.source)
            .chain(columns().into_iter().map(|column| column.info.source))
            .collect();
        let scopes = [Scope::VoiceAppDay, Scope::AgentDay].into_iter().flat_map(Scope::definitions);
        let sums = scopes.filter(|it| matches!(it.unit, Unit::Count | Unit::Milliseconds));
        assert!(sums.clone().count() > 10);
        for definition in sums {
            let id = format!("`{}`, {},", definition.id, definition.scope);
            assert!(sources.iter().any(|source| source.contains(&id)), "{id}");
        }
    }
}
