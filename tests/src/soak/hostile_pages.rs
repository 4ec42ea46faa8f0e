//! Records that Graph serves as no record: their messages must be dead-lettered, each with its pages kept.

use fastrand::Rng;
use serde_json::json;

use teams_calls::system::System;

/// Nested deeper than any decoder goes.
const LEVELS: usize = 20_000;

/// The records of the present round, and the number of all.
#[derive(Debug, Default)]
pub(super) struct HostilePages {
    ids: Vec<String>,
    served: u64,
}

impl HostilePages {
    pub(super) fn served(&self) -> u64 {
        self.served
    }

    /// Notifies of some records that are served as something else.
    pub(super) fn serve(&mut self, system: &System, random: &mut Rng) -> anyhow::Result<()> {
        for form in 0..3 {
            let id = format!("hostile-{}", self.served);
            self.served += 1;
            let record = json!({
                "id": id, "version": 1, "type": "groupCall",
                "startDateTime": system.now().to_string(), "sessions": [],
            });
            let text = record.to_string();
            let body = match form {
                0 => text[..random.usize(1..text.len())].to_owned(),
                1 => text.replace("[]", &format!("{}{}", "[".repeat(LEVELS), "]".repeat(LEVELS))),
                _ => text.replace("[]", &format!("[{{\"caller\": {}}}]", random.u32(..))),
            };
            system.graph().load(&record)?;
            system.graph().serve_instead(&id, Some(body));
            system.graph().notify(&id);
            self.ids.push(id);
        }
        Ok(())
    }

    /// When the queues are drained: what was not dead-lettered as it must be. The records leave Graph, so
    /// that they are not missed.
    pub(super) async fn finish(&mut self, system: &System) -> anyhow::Result<Vec<String>> {
        let dead_lettered = system.dead_lettered()?;
        let mut violations = Vec::new();
        for id in std::mem::take(&mut self.ids) {
            let about = format!("\"call_id\":\"{id}\"");
            let is_told = dead_lettered.iter().any(|letter| {
                letter.reason == "undecodable_record" && letter.body.contains(&about)
            });
            if !is_told || system.store().quarantined_pages(&id).await?.is_empty() {
                violations.push(format!("{id} was not dead-lettered with its pages kept"));
            }
            system.graph().remove(&id);
        }
        Ok(violations)
    }

    /// Whether a dead letter is of one of these records.
    pub(super) fn caused(reason: &str, body: &str) -> bool {
        reason == "undecodable_record" && body.contains("\"call_id\":\"hostile-")
    }
}
