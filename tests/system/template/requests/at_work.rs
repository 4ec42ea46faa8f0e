//! All that each function does.

use aws_stand_ins::RuntimeApi;
use fake_graph::organisation::{Organisation, Plan};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use reports::Report;
use serde_json::{Value, json};
use system_tests::events::{next_batch, notification, posted};

use super::Watch;
use crate::binaries::TIMEOUT;

/// Has each function do all that it does.
pub(super) async fn every_function_at_work(watch: &mut Watch) {
    let now = watch.system.now();
    let day = TimeZone::UTC.to_datetime(now).date().yesterday().unwrap();
    let plan = Plan {
        people: 40,
        calls: 60,
        seed: 4,
        day,
        tenant_id: watch.system.tenant_id().to_owned(),
        fault: None,
    };
    let organisation = Organisation::invent(&plan);
    let check = json!({ "action": "check" });

    let renewer = watch.function("renewer").await;
    for subscription in watch.system.graph().subscriptions() {
        watch.system.graph().forget_subscription(&subscription.id);
    }
    watch.invoke("renewer", &renewer, &json!({ "schedule": "due" })).await;
    let missed = json!({ "event": "missed", "received_at": now });
    watch.invoke("renewer", &renewer, &batch(&missed)).await;

    // The first version of each call, and then the last: some are too large for one transaction.
    let consumer = watch.function("consumer").await;
    let (unannounced, calls) = organisation.calls.split_last().unwrap();
    let broken = &calls[calls.len() - 1];
    for version in [0, usize::MAX] {
        for call in calls {
            let place = version.min(call.versions.len() - 1);
            watch.system.graph().publish(&call.versions[place]).unwrap();
        }
        watch.system.graph().serve_instead(&broken.id, Some("{\"id\": 7}".to_owned()));
        assert!(watch.system.graph().is_quiet_within(TIMEOUT).await);
        store(watch, &consumer).await;
    }

    let webhook = watch.function("webhook").await;
    let notification = notification(&watch.system, &broken.id);
    for (path, entry) in [
        ("/notifications", notification.clone()),
        (
            "/lifecycle",
            json!({
                "subscriptionId": notification["subscriptionId"],
                "subscriptionExpirationDateTime": notification["subscriptionExpirationDateTime"],
                "clientState": notification["clientState"],
                "tenantId": notification["tenantId"],
                "lifecycleEvent": "missed",
            }),
        ),
    ] {
        let answer = watch.invoke("webhook", &webhook, &posted(path, &[entry]).unwrap()).await;
        assert_eq!(answer["statusCode"], 202, "{path}: {answer}");
    }
    store(watch, &consumer).await;

    watch.system.graph().load(unannounced.versions.last().unwrap()).unwrap();
    let reconciler = watch.function("reconciler").await;
    let days = |days: i64| now - jiff::SignedDuration::from_hours(24 * days);
    let window = json!({ "from": days(3).to_string(), "to": now.to_string() });
    watch.invoke("reconciler", &reconciler, &json!({ "schedule": "due" })).await;
    watch.invoke("reconciler", &reconciler, &window).await;
    let gap = json!({ "from": days(1), "to": now, "reason": "missed" });
    watch.invoke("reconciler", &reconciler, &batch(&gap)).await;
    store(watch, &consumer).await;

    for (log, row) in organisation.telephone_rows() {
        watch.system.graph().put_phone_log_row(log, &row, Timestamp::UNIX_EPOCH).unwrap();
    }
    let pstn = watch.function("pstn").await;
    watch.invoke("pstn", &pstn, &check).await;
    let quality = watch.function("quality").await;
    watch.invoke("quality", &quality, &check).await;
    let export = watch.function("export").await;
    watch.invoke("export", &export, &check).await;

    let people = watch.system.store().people_of_day(day).await.unwrap();
    let person = people.iter().find(|one| one.person.kind() == "user").unwrap().person.to_string();
    let reports = watch.function("reports").await;
    for report in Report::ALL {
        let mut event = json!({
            "report": report.as_str(), "range": "last_7_days", "format": "json", "person": person,
            "call": calls[1].id,
        });
        if matches!(report, Report::Found) {
            event["find"] = json!("a");
        }
        watch.invoke("reports", &reports, &event).await;
    }

    let forget = watch.function("forget").await;
    let confirmed = json!({ "person": person, "confirm": true });
    let forgotten = watch.invoke("forget", &forget, &confirmed).await;
    assert_eq!(forgotten["complete"], true, "{forgotten}");
    // A late version names the person again, and what is derived of the day is due again.
    let with_person = calls.iter().filter(|call| {
        call.versions.last().unwrap().to_string().contains(person.split_once(':').unwrap().1)
    });
    for call in with_person.take(3) {
        let mut late = call.versions.last().unwrap().clone();
        late["version"] = json!(late["version"].as_i64().unwrap() + 1);
        watch.system.graph().publish(&late).unwrap();
    }
    assert!(watch.system.graph().is_quiet_within(TIMEOUT).await);
    store(watch, &consumer).await;
    for (name, function) in [("pstn", &pstn), ("quality", &quality), ("export", &export)] {
        let again = json!({ "from": day.to_string(), "to": day.to_string() });
        watch.invoke(name, function, &again).await;
    }
    // Past the retention, the days in the lake are removed.
    watch.s3.put("lake", "calls/day=2020-01-01/calls.parquet", "");
    watch.invoke("export", &export, &check).await;
}

/// Has the consumer take what is in the queue.
async fn store(watch: &mut Watch, consumer: &RuntimeApi) {
    loop {
        let event = next_batch(&watch.system).await.unwrap();
        if event["Records"].as_array().unwrap().is_empty() {
            break;
        }
        let answer = watch.invoke("consumer", consumer, &event).await;
        assert_eq!(answer, json!({ "batchItemFailures": [] }));
        let client = aws_stand_ins::sqs_client(&watch.system.sqs().url());
        for record in event["Records"].as_array().unwrap() {
            let handle = record["receiptHandle"].as_str().unwrap();
            let delete = client.delete_message().queue_url(&watch.system.queues().calls);
            delete.receipt_handle(handle).send().await.unwrap();
        }
    }
}

fn batch(body: &Value) -> Value {
    json!({ "Records": [{ "messageId": "one", "body": body.to_string() }] })
}
