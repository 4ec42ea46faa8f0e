//! Which days are to be rolled up.

use std::collections::{BTreeMap, BTreeSet};

use call_records::Totals;
use call_table::{CallTable, QualityHead, TableError};
use due_days::{Made, Policy, Trigger};
use jiff::Timestamp;
use jiff::civil::Date;

/// Days that are to be rolled up, the newest first.
pub(crate) async fn days(
    table: &CallTable,
    trigger: Trigger,
    sites: Option<&str>,
    now: Timestamp,
    policy: Policy,
) -> Result<Vec<Date>, TableError> {
    let (first, last) = policy.days(now, table.config().retention_days);
    let totals = table.organisation_totals(first, last).await?;
    let heads = table.quality_heads(first, last).await?;
    let heads: BTreeMap<_, _> = heads.into_iter().map(|head| (head.day, head)).collect();
    let mut due: BTreeSet<Date> = totals
        .iter()
        .filter(|(day, totals)| is_due(totals, heads.get(day), sites, now, policy))
        .map(|(day, _)| *day)
        .collect();
    due.extend(table.days_due().await?.into_iter().map(|(day, _)| day));
    if let Trigger::Days { from, to } = trigger {
        let asked = table.organisation_totals(from, to).await?;
        due.extend(asked.into_iter().map(|(day, _)| day));
    }
    Ok(due.into_iter().rev().collect())
}

/// Whether a day with these totals is to be rolled up.
fn is_due(
    totals: &Totals,
    head: Option<&QualityHead>,
    sites: Option<&str>,
    now: Timestamp,
    policy: Policy,
) -> bool {
    let Some(head) = head else { return true };
    let made = Made {
        at: head.rolled_up_at,
        totals: &head.totals,
        adds_up: head.adds_up,
        sites: head.sites.as_deref(),
        final_at: head.final_at,
    };
    head.version != call_quality::VERSION
        || head.voice_apps != voice_apps::VERSION
        // An older version stored no people, by which a person is found.
        || head.people.is_none()
        || policy.is_due(head.day, &made, totals, sites, now)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn head(totals: &Totals) -> QualityHead {
        QualityHead {
            day: date(2026, 11, 23),
            rolled_up_at: "2026-11-23T10:00:00Z".parse().unwrap(),
            roll: "r".to_owned(),
            totals: due_days::digest(totals),
            version: call_quality::VERSION,
            voice_apps: voice_apps::VERSION,
            final_at: None,
            sites: None,
            adds_up: true,
            calls: 1,
            noted_legs: 0,
            people: Some(1),
        }
    }

    #[test]
    fn a_day_that_was_never_rolled_up_or_by_other_definitions_is_due() {
        let now = "2027-01-23T10:00:00Z".parse().unwrap();
        let (totals, policy) = (Totals::new(), Policy::default());
        let head = head(&totals);
        assert!(is_due(&totals, None, None, now, policy));
        assert!(!is_due(&totals, Some(&head), None, now, policy));
        let old = QualityHead { version: 0, ..head.clone() };
        assert!(is_due(&totals, Some(&old), None, now, policy));
        let old = QualityHead { voice_apps: 0, ..head.clone() };
        assert!(is_due(&totals, Some(&old), None, now, policy), "before queues were counted");
        let without_people = QualityHead { people: None, ..head };
        assert!(is_due(&totals, Some(&without_people), None, now, policy), "an older version");
    }
}
