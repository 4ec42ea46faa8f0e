//! `teams-calls replay`: call records from files through the whole system.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use call_table::StoredCall;
use clap::Args;
use serde_json::Value;

use crate::system::{Settings, System};
use crate::text_table;

mod numbers;

const TIMEOUT: Duration = Duration::from_secs(60);

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Files with a call record as Graph returns it expanded, an array of them, or a page of a list.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// One JSON array on standard output instead of text.
    #[arg(long)]
    json: bool,
    /// The home tenant: whose people are internal. Without it, that of the first organizer who is a
    /// user, else the one that the records name most often.
    #[arg(long)]
    tenant_id: Option<String>,
}

pub(super) async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let mut records = Vec::new();
    for file in &options.files {
        records.extend(read(file)?);
    }
    let mut settings = Settings::quiet();
    if let Some(tenant) = options.tenant_id.clone().or_else(|| home_tenant(&records)) {
        settings.tenant_id = tenant;
    }
    let system = System::start(settings).await?;
    let mut ids: Vec<String> = Vec::new();
    let mut all_stored = true;
    for record in records {
        let id = record["id"].as_str().unwrap_or_default().to_owned();
        system.graph().publish(&record).with_context(|| format!("call record {id}"))?;
        system.drained(TIMEOUT).await?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let mut stored = Vec::new();
    for id in ids {
        match system.store().call(&id).await? {
            Some(call) => stored.push(call),
            None => {
                all_stored = false;
                eprintln!("call record {id} was not stored: {}", system.why_not_stored(&id)?);
            }
        }
    }
    if options.json {
        let shown = numbers::shown(system.store(), &stored).await?;
        println!("{}", serde_json::to_string_pretty(&shown)?);
    } else {
        for call in &stored {
            print(call);
        }
    }
    Ok(if all_stored { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The records of a file: one, an array, or the `value` of a page.
fn read(file: &Path) -> anyhow::Result<Vec<Value>> {
    let name = file.display();
    let text = std::fs::read(file).with_context(|| format!("{name} cannot be read"))?;
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&text);
    let content = serde_json::from_slice(text).with_context(|| format!("{name} is not JSON"))?;
    let records = match content {
        Value::Array(records) => records,
        Value::Object(mut page) if page.contains_key("value") && !page.contains_key("id") => {
            match page.remove("value") {
                Some(Value::Array(records)) => records,
                _ => bail!("{name}: `value` is not an array of call records"),
            }
        }
        record => vec![record],
    };
    for (index, record) in records.iter().enumerate() {
        if record["id"].as_str().is_none_or(str::is_empty) {
            bail!("{name}: record {index} has no `id`, so it is not a call record");
        }
    }
    Ok(records)
}

/// The tenant of the first organizer that has one, else the most frequent: a telephone organizes the
/// call to a queue.
fn home_tenant(records: &[Value]) -> Option<String> {
    let tenant = |record: &Value| {
        [&record["organizer_v2"]["identity"], &record["organizer"]]
            .iter()
            .find_map(|identities| identities["user"]["tenantId"].as_str().map(str::to_owned))
    };
    records.iter().find_map(tenant).or_else(|| {
        let mut tenants = BTreeMap::new();
        records.iter().for_each(|record| count_tenants(record, &mut tenants));
        let most = tenants.into_iter().max_by_key(|(tenant, times)| (*times, Reverse(*tenant)));
        most.map(|(tenant, _)| tenant.to_owned())
    })
}

fn count_tenants<'a>(value: &'a Value, tenants: &mut BTreeMap<&'a str, usize>) {
    match value {
        Value::Object(fields) => {
            if let Some(tenant) = fields.get("tenantId").and_then(Value::as_str) {
                *tenants.entry(tenant).or_default() += 1;
            }
            fields.values().for_each(|value| count_tenants(value, tenants));
        }
        Value::Array(values) => values.iter().for_each(|value| count_tenants(value, tenants)),
        _ => {}
    }
}

fn print(StoredCall { record: call, people, .. }: &StoredCall) {
    println!(
        "{} version {} ({}), {} to {}, {} sessions",
        call.call_id,
        call.version,
        call.call_type,
        call.started_at,
        call.ended_at.map(|end| end.to_string()).unwrap_or_default(),
        call.sessions
    );
    let mut table =
        text_table::new(&["person", "name", "role", "outcome", "time s", "platforms", "feedback"]);
    for part in people {
        let platforms = part.platforms.keys().cloned().collect::<Vec<_>>().join(", ");
        let feedback = part.feedback.iter().map(|feedback| {
            let rating = feedback.rating.as_ref().map(ToString::to_string);
            let rating = rating.unwrap_or_else(|| "not rated".to_owned());
            format!("{rating} {}", feedback.tokens.join(" ")).trim().to_owned()
        });
        table.add_row([
            part.person.to_string(),
            part.display_name.clone().unwrap_or_default(),
            part.role.to_string(),
            part.outcome.to_string(),
            part.talk_seconds.map(|talk| talk.to_string()).unwrap_or_default(),
            platforms,
            feedback.collect::<Vec<_>>().join("; "),
        ]);
    }
    println!("{table}");
    for service in &call.services {
        println!(
            "{} {} ({} sessions, {} s)",
            service.kind,
            service.display_name.clone().unwrap_or_else(|| service.service.to_string()),
            service.sessions,
            service.seconds.map(|seconds| seconds.to_string()).unwrap_or_default(),
        );
    }
    println!();
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn without_an_organizer_of_a_tenant_the_most_frequent_one_is_home() {
        let end = |tenant: &str| json!({"associatedIdentity": {"id": "a", "tenantId": tenant}});
        let mut record = json!({"organizer": {"phone": {"id": "+15550100"}}, "sessions": [
            {"caller": end("one"), "callee": end("two")}, {"caller": end("two")},
        ]});
        assert_eq!(home_tenant(&[record.clone()]).as_deref(), Some("two"));
        record["organizer"] = json!({"user": {"id": "a", "tenantId": "one"}});
        assert_eq!(home_tenant(&[record]).as_deref(), Some("one"));
        assert_eq!(home_tenant(&[json!({})]), None);
    }
}
