//! Answers against Microsoft's schema and against recorded and documented answers.

use std::collections::BTreeSet;

use fake_graph::organisation::{Organisation, Plan};
use fake_graph::{Lifecycle, TENANT_ID};
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use crate::csdl::Schema;
use crate::endpoint::{Endpoint, Handshake};
use crate::tenant::{Tenant, credentials, record};

const LIST: &str = "/communications/callRecords";
const RECORD: &str = "microsoft.graph.callRecords.callRecord";
const SESSION: &str = "microsoft.graph.callRecords.session";
const PARTICIPANT: &str = "microsoft.graph.callRecords.participant";

fn example(name: &str) -> Value {
    serde_json::from_str(&example_text(name)).expect("JSON")
}

fn example_text(name: &str) -> String {
    let path = format!("{}/../../tests/payloads/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("a file of the contract")
}

/// The paths of all keys in a value; what an array holds counts as one.
fn keys(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let path = format!("{path}/{key}");
                keys(value, &path, found);
                found.insert(path);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys(item, path, found)),
        _ => {}
    }
}

fn all_keys(value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    keys(value, "", &mut found);
    found
}

#[track_caller]
fn assert_same_keys(answer: &Value, example: &Value) {
    assert_eq!(all_keys(answer), all_keys(example));
}

async fn invented_day(calls: usize) -> (Tenant, Organisation) {
    let tenant = Tenant::with(|options| options.limits = None).await;
    let plan = Plan {
        people: 60,
        calls,
        seed: 11,
        day: jiff::civil::date(2026, 3, 2),
        tenant_id: TENANT_ID.to_owned(),
        fault: None,
    };
    let organisation = Organisation::invent(&plan);
    for record in organisation.calls.iter().flat_map(|call| &call.versions) {
        tenant.graph.load(record).unwrap();
    }
    (tenant, organisation)
}

#[tokio::test]
async fn every_answer_about_an_invented_day_keeps_to_the_schema() {
    let schema = Schema::read();
    let (tenant, organisation) = invented_day(60).await;
    let mut departures = Vec::new();
    for call in &organisation.calls {
        let id = &call.id;
        for query in [
            "",
            "?$expand=sessions",
            "?$expand=sessions($expand=segments)",
            "?$expand=participants_v2",
        ] {
            let body = tenant.get(&format!("{LIST}/{id}{query}")).await.json();
            departures.extend(schema.departures_of_whole(&body, RECORD));
        }
        for (path, type_name) in
            [("sessions?$expand=segments", SESSION), ("participants_v2", PARTICIPANT)]
        {
            let body = tenant.get(&format!("{LIST}/{id}/{path}")).await.json();
            let collection = format!("Collection({type_name})");
            departures.extend(schema.departures_of_whole(&body["value"], &collection));
        }
    }
    let body = tenant.get(LIST).await.json();
    departures.extend(schema.departures_of_whole(&body["value"], &format!("Collection({RECORD})")));
    assert_eq!(departures, Vec::<String>::new());
}

#[tokio::test]
async fn who_asks_for_unknown_members_gets_only_those_beyond_the_schema() {
    let schema = Schema::read();
    let (tenant, organisation) = invented_day(16).await;
    let mut departures = BTreeSet::new();
    for call in &organisation.calls {
        let path = format!("{LIST}/{}?$expand=sessions($expand=segments)", call.id);
        let answer = tenant.get_preferring(&path, &["include-unknown-enum-members"]).await;
        for departure in schema.departures(&answer.json(), RECORD) {
            departures.insert(departure.rsplit_once(": ").expect("path and reason").1.to_owned());
        }
    }
    let only = "\"smartGlasses\" is no member of microsoft.graph.callRecords.clientPlatform";
    assert_eq!(departures.into_iter().collect::<Vec<_>>(), [only]);
}

#[rstest]
#[case("callrecord-get-expanded-docs-current.json")]
#[case("callrecord-get-expanded-docs2021-v1participants.json")]
#[case("climicrosoft365-get-expand-sessions.json")]
#[case("pnp-callrecord-groupcall-1session-bad-rating.json")]
#[tokio::test]
async fn a_recorded_answer_that_was_loaded_comes_back_as_it_was(#[case] name: &str) {
    let tenant = Tenant::start().await;
    tenant.graph.load_json(example_text(name).as_bytes()).unwrap();
    let example = example(name);
    let path =
        format!("{LIST}/{}?$expand=sessions($expand=segments)", example["id"].as_str().unwrap());
    let answer = tenant.get_preferring(&path, &["include-unknown-enum-members"]).await.json();
    for (key, value) in example.as_object().unwrap() {
        // Contexts and links carry addresses, and there is only one page.
        if !key.contains("@odata.") {
            assert_eq!(&answer[key], value, "{key}");
        }
    }
    assert_eq!(answer.get("sessions@odata.nextLink"), None);
}

#[rstest]
#[case("callrecord-get-basic-docs-current.json", "")]
#[case("callrecord-get-expanded-docs-current.json", "?$expand=sessions($expand=segments)")]
#[case("callrecord-get-expand-participants_v2-docs-current.json", "?$expand=participants_v2")]
#[tokio::test]
async fn a_documented_answer_has_the_same_keys_and_context(
    #[case] name: &str,
    #[case] query: &str,
) {
    let tenant = Tenant::with(|options| {
        options.page_sizes.participants = 1;
    })
    .await;
    let mut example = example(name);
    let id = example["id"].as_str().unwrap().to_owned();
    tenant.graph.load(&example).unwrap();
    let answer = tenant.get(&format!("{LIST}/{id}{query}")).await.json();
    let context = |body: &Value| {
        let context = body["@odata.context"].as_str().expect("a context").to_owned();
        context.split_once("$metadata").expect("metadata").1.to_owned()
    };
    assert_eq!(context(&answer), context(&example));
    // All sessions of the sample fit one page.
    example.as_object_mut().unwrap().remove("sessions@odata.nextLink");
    assert_same_keys(&answer, &example);
}

#[rstest]
#[case("sessions-list-page-nextlink.json", "sessions", "sessions")]
#[case("sessions-list-expanded-segments-dupkey.json", "sessions", "sessions?$expand=segments")]
#[case("participants_v2-list-docs-current.json", "participants_v2", "participants_v2")]
#[tokio::test]
async fn a_documented_page_has_the_same_keys_and_entries(
    #[case] name: &str,
    #[case] part: &str,
    #[case] path: &str,
) {
    let tenant = Tenant::start().await;
    let mut example = example(name);
    let entries = example["value"].clone();
    tenant.graph.load(&json!({ "id": "a", "version": 1, part: entries })).unwrap();
    let answer = tenant.get(&format!("{LIST}/a/{path}")).await.json();
    assert_eq!(answer["value"], example["value"]);
    example.as_object_mut().unwrap().remove("@odata.nextLink");
    assert_same_keys(&answer, &example);
}

#[tokio::test]
async fn a_list_has_the_keys_of_the_documented_one() {
    let tenant = Tenant::start().await;
    let example = example("callrecords-list-docs-current.json");
    for record in example["value"].as_array().unwrap() {
        tenant.graph.load(record).unwrap();
    }
    let answer = tenant.get(LIST).await.json();
    assert_same_keys(&answer, &example);
    for (ours, theirs) in
        answer["value"].as_array().unwrap().iter().zip(example["value"].as_array().unwrap())
    {
        assert_eq!(ours["organizer_v2"], theirs["organizer_v2"]);
    }
}

#[tokio::test]
async fn a_list_shows_the_retired_participants_empty_as_captured() {
    let tenant = Tenant::start().await;
    for item in example("climicrosoft365-list-items.json").as_array().unwrap() {
        let mut loaded = item.clone();
        loaded["participants"] = json!([{ "user": { "id": "somebody" } }]);
        tenant.graph.load(&loaded).unwrap();
    }
    for item in example("climicrosoft365-list-items.json").as_array().unwrap() {
        let answer = tenant.get(LIST).await.json();
        let listed = answer["value"].as_array().unwrap().iter();
        let mut ours = listed.filter(|ours| ours["id"] == item["id"]).cloned().collect::<Vec<_>>();
        let ours = ours.pop().expect("it is listed");
        for (key, value) in item.as_object().unwrap() {
            assert_eq!(&ours[key], value, "{key}");
        }
    }
}

/// Everything of an error but the date and the request's id.
fn essence(error: &Value) -> Value {
    json!({ "code": error["error"]["code"], "message": error["error"]["message"] })
}

#[tokio::test]
async fn errors_have_the_form_of_the_recorded_ones() {
    let tenant = Tenant::start().await;
    let endpoint = Endpoint::start().await;

    let missing = tenant.get(&format!("{LIST}/unknown")).await.json();
    let recorded = example("error-404-callrecord-capture.json");
    assert_eq!(essence(&missing), essence(&recorded));
    assert_same_keys(&missing, &recorded);

    for _ in 0..40 {
        tenant.get(&format!("{LIST}/unknown")).await;
    }
    let throttled = tenant.get(&format!("{LIST}/unknown")).await.json();
    let recorded = example("error-429-throttled.json");
    assert_eq!(essence(&throttled), essence(&recorded));
    assert_same_keys(&throttled, &recorded);

    let mut body = tenant.subscription(&endpoint.url);
    endpoint.shake(Handshake::WithStatus(202));
    let invalid = tenant.send(Method::POST, "/subscriptions", &body).await.json();
    let recorded = example("error-400-validation-failed-capture.json");
    assert_eq!(essence(&invalid), essence(&recorded));
    assert_same_keys(&invalid, &recorded);
    endpoint.shake(Handshake::Right);

    let first = tenant.subscribe(&endpoint.url).await;
    let conflict = tenant.send(Method::POST, "/subscriptions", &body).await.json();
    let recorded = example_text("error-409-subscription-exists-capture.json")
        .replace("c0bba80e-57a3-43a7-bac2-e6f525a76e7c", first["id"].as_str().unwrap());
    let recorded: Value = serde_json::from_str(&recorded).unwrap();
    assert_eq!(essence(&conflict), essence(&recorded));
    assert_same_keys(&conflict, &recorded);

    body["expirationDateTime"] = tenant.in_minutes(5_000).into();
    let too_far = tenant.send(Method::POST, "/subscriptions", &body).await.json();
    // The recorded one is abridged.
    assert_eq!(essence(&too_far), essence(&example("error-400-expiration-too-far.json")));
}

#[tokio::test]
async fn a_full_quota_has_the_form_of_the_recorded_one() {
    let tenant = Tenant::start().await;
    let endpoint = Endpoint::start().await;
    let mut body = tenant.subscription(&endpoint.url);
    let mut last = Value::Null;
    for n in 0..=100 {
        let filter =
            format!("communications/callRecords?$filter=participants/any(p:p/id eq '{n}')");
        body["resource"] = filter.into();
        last = tenant.send(Method::POST, "/subscriptions", &body).await.json();
    }
    let recorded = example("error-403-subscription-limit-capture.json");
    assert_eq!(essence(&last), essence(&recorded));
    assert_same_keys(&last, &recorded);
}

#[tokio::test]
async fn tokens_and_their_errors_have_the_documented_form() {
    let tenant = Tenant::start().await;
    let token = tenant.login(TENANT_ID, &credentials()).await.json();
    let documented = example("token-response-client-credentials.json");
    assert_same_keys(&token, &documented);
    assert_eq!((&token["token_type"], &token["expires_in"]), (&json!("Bearer"), &json!(3599)));

    let mut form = credentials();
    form.retain(|(name, _)| *name != "scope");
    form.push(("scope", "https://foo.microsoft.com/.default".to_owned()));
    let error = tenant.login(TENANT_ID, &form).await.json();
    let documented = example("token-error-invalid_scope.json");
    assert_same_keys(&error, &documented);
    assert_eq!(
        (&error["error"], &error["error_codes"]),
        (&documented["error"], &documented["error_codes"])
    );
    let sentence = |error: &Value| {
        error["error_description"].as_str().unwrap().split("\r\n").next().unwrap().to_owned()
    };
    assert_eq!(sentence(&error), sentence(&documented));
}

#[tokio::test]
async fn a_subscription_keeps_to_the_schema_and_shows_what_the_documented_one_shows() {
    let schema = Schema::read();
    let tenant = Tenant::start().await;
    let endpoint = Endpoint::start().await;
    let mut request = example("subscription-create-request-callrecords.json");
    request["notificationUrl"] = endpoint.url.clone().into();
    request["lifecycleNotificationUrl"] = endpoint.url.clone().into();
    request["expirationDateTime"] = tenant.in_minutes(4_200).into();
    let created = tenant.send(Method::POST, "/subscriptions", &request).await.json();
    let listed = tenant.get("/subscriptions").await.json();
    for entity in [&created, &listed["value"][0]] {
        assert_eq!(schema.departures_of_whole(entity, "graph.subscription"), Vec::<String>::new());
    }
    let ours = all_keys(&created);
    for name in [
        "subscription-create-response-docs.json",
        "subscription-get-docs.json",
        "subscription-create-response-callrecords-capture.json",
    ] {
        let theirs = all_keys(&example(name));
        let missing: Vec<_> = theirs.difference(&ours).map(String::as_str).collect();
        // Neither is a property of v1.0's schema.
        let not_in_schema = ["/includeProperties", "/notificationContentType"];
        assert!(missing.iter().all(|key| not_in_schema.contains(key)), "{name}: {missing:?}");
    }
    assert_eq!(created["resource"], "/communications/callRecords", "as it was sent");
    assert_eq!(listed["value"][0]["clientState"], Value::Null);
    assert_eq!(
        listed["@odata.context"].as_str().unwrap().split_once('$').unwrap().1,
        "metadata#subscriptions"
    );
}

#[tokio::test]
async fn notifications_have_the_documented_keys_and_no_others() {
    let schema = Schema::read();
    let tenant = Tenant::start().await;
    let endpoint = Endpoint::start().await;
    let subscription = tenant.subscribe(&endpoint.url).await;
    let id = "e523d2ed-2966-4b6b-925b-754a88034cc5";
    tenant.graph.publish(&record(id, 1, 1, 1)).unwrap();
    tenant.quiet().await;
    let subscription_id = subscription["id"].as_str().unwrap();
    assert!(tenant.graph.send_lifecycle(subscription_id, &Lifecycle::ReauthorizationRequired));
    tenant.quiet().await;
    let bodies = endpoint.bodies();
    let [(_, change), (_, lifecycle)] = bodies.as_slice() else {
        panic!("{} bodies", bodies.len());
    };
    assert_same_keys(change, &example("notification-callrecord-docs-current.json"));
    assert_same_keys(lifecycle, &example("lifecycle-docs-current.json"));
    let collection = "graph.changeNotificationCollection";
    let mut without_type = change.clone();
    // The documented type of resource data is that of the resource, which the schema does not say.
    without_type["value"][0]["resourceData"]["@odata.type"] = Value::Null;
    assert_eq!(schema.departures(&without_type, collection), Vec::<String>::new());
    assert_eq!(schema.departures(lifecycle, collection), Vec::<String>::new());
    let resource = format!("communications/callRecords/{id}");
    assert_eq!(
        change["value"][0],
        json!({
            "subscriptionId": subscription_id,
            "clientState": "an invented client state",
            "changeType": "updated",
            "resource": resource,
            "subscriptionExpirationDateTime": "2026-03-05T07:00:00.000+00:00",
            "resourceData": {
                "@odata.type": "#Microsoft.Graph.callRecord",
                "@odata.id": resource,
                "id": id,
            },
            "tenantId": TENANT_ID,
        })
    );
}
