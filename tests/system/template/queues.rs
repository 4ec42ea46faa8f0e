//! The queues, and the event sources that read them.

use std::collections::BTreeMap;
use std::time::Duration;

use consumer::disposition::{Decision, Delivery, Disposition, after_graph};
use serde_json::{Value, json};
use teams_calls::system::CONSUMER_WINDOW;

use super::read::{FUNCTIONS, Template, arn_of, list, number};

const QUEUE: &str = "AWS::SQS::Queue";
const FOURTEEN_DAYS: i64 = 14 * 24 * 3600;

/// The event sources that read a queue: the function's id, the queue's id, the source's properties.
fn sources(template: &Template) -> Vec<(&'static str, &str, &Value)> {
    FUNCTIONS
        .iter()
        .flat_map(|function| {
            let events = template.properties(function.id)["Events"].as_object();
            events.into_iter().flat_map(|events| events.values()).map(move |it| (function.id, it))
        })
        .filter(|(_, event)| event["Type"] == "SQS")
        .map(|(id, event)| {
            let queue = event["Properties"]["Queue"]["Fn::GetAtt"][0].as_str().unwrap();
            (id, queue, &event["Properties"])
        })
        .collect()
}

#[test]
fn the_consumer_reads_calls_the_reconciler_gaps_and_the_renewer_lifecycle_events() {
    let template = Template::main();
    let pairs: Vec<_> = sources(&template).into_iter().map(|(id, queue, _)| (id, queue)).collect();
    let expected =
        [("Consumer", "CallsQueue"), ("Reconciler", "GapsQueue"), ("Renewer", "LifecycleQueue")];
    assert_eq!(pairs, expected);
}

#[test]
fn a_message_stays_hidden_for_six_times_the_functions_time_out() {
    let template = Template::main();
    for (function, queue, source) in sources(&template) {
        let time_out = number(&template.properties(function)["Timeout"]);
        let window = source["MaximumBatchingWindowInSeconds"].as_i64().unwrap_or(0);
        let hidden = number(&template.properties(queue)["VisibilityTimeout"]);
        assert!(hidden >= 6 * time_out + window, "{queue}: {hidden} s");
        assert!(hidden <= 12 * 3600, "{queue}: SQS hides for 12 hours at most");
    }
}

#[test]
fn an_event_source_reports_single_failures_and_is_bounded_by_its_own_maximum() {
    let template = Template::main();
    for (function, _, source) in sources(&template) {
        assert_eq!(
            source["FunctionResponseTypes"],
            json!(["ReportBatchItemFailures"]),
            "{function}"
        );
        let batch = number(&source["BatchSize"]);
        let window = source["MaximumBatchingWindowInSeconds"].as_i64().unwrap_or(0);
        assert!(batch <= 10 || window >= 1, "{function}: a batch of {batch} needs a window");
    }
    let consumer = &template.properties("Consumer")["Events"]["Calls"]["Properties"];
    let maximum = &consumer["ScalingConfig"]["MaximumConcurrency"];
    assert_eq!(*maximum, json!({"Ref": "ConsumerConcurrency"}));
    let parameter = &template.section("Parameters")["ConsumerConcurrency"];
    assert!(number(&parameter["MinValue"]) >= 2, "Lambda refuses less");
}

#[test]
fn every_queue_keeps_messages_for_fourteen_days_encrypted_and_takes_tls_only() {
    let template = Template::main();
    let policies = template.all("AWS::SQS::QueuePolicy");
    for (id, queue) in template.all(QUEUE) {
        assert_eq!(number(&queue["Properties"]["MessageRetentionPeriod"]), FOURTEEN_DAYS, "{id}");
        let without_key = json!({"Fn::If": ["HasKmsKey", {"Ref": "AWS::NoValue"}, true]});
        assert_eq!(queue["Properties"]["SqsManagedSseEnabled"], without_key, "{id}");
        let (_, policy) = policies
            .iter()
            .find(|(_, policy)| policy["Properties"]["Queues"] == json!([{"Ref": id}]))
            .unwrap_or_else(|| panic!("{id} has no policy"));
        let statements = list(&policy["Properties"]["PolicyDocument"]["Statement"]);
        let deny = statements.into_iter().find(|it| it["Effect"] == "Deny").unwrap();
        assert_eq!(deny["Action"], "sqs:*");
        assert_eq!(deny["Principal"], "*");
        assert_eq!(deny["Resource"], arn_of(id));
        assert_eq!(deny["Condition"], json!({"Bool": {"aws:SecureTransport": "false"}}));
    }
}

#[test]
fn every_queue_that_is_read_has_dead_letters_that_take_from_no_other() {
    let template = Template::main();
    let mut sources_of: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for (_, queue, _) in sources(&template) {
        let properties = template.properties(queue);
        let target = &properties["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"];
        let name = properties["QueueName"]["Fn::Sub"].as_str().unwrap();
        let arn =
            format!("arn:${{AWS::Partition}}:sqs:${{AWS::Region}}:${{AWS::AccountId}}:{name}");
        sources_of.entry(target[0].as_str().unwrap()).or_default().push(json!({"Fn::Sub": arn}));
    }
    for (target, mut sources) in sources_of.clone() {
        let allow = &template.properties(target)["RedriveAllowPolicy"];
        assert_eq!(allow["redrivePermission"], "byQueue");
        let mut allowed = allow["sourceQueueArns"].as_array().unwrap().clone();
        let by_text = |arn: &Value| arn.to_string();
        allowed.sort_by_key(by_text);
        sources.sort_by_key(by_text);
        assert_eq!(allowed, sources, "{target}");
    }
    // A call that was dead-lettered must be looked at, what the next schedule does anyway need not be.
    assert_eq!(sources_of["CallsDeadLetters"].len(), 1);
    assert_eq!(template.all(QUEUE).len(), sources(&template).len() + sources_of.len());
}

/// With a maximum Lambda polls an idle queue with five pollers, and without with two: each receives
/// three times a minute, and each receive is paid for. Whatever the webhook sends can be flooded.
#[test]
fn only_a_source_that_the_internet_can_fill_has_a_maximum_of_its_own() {
    let template = Template::main();
    let sent_by_the_webhook = template
        .statements(template.role_of("Webhook"))
        .into_iter()
        .find(|statement| statement["Action"] == "sqs:SendMessage")
        .map(|statement| list(&statement["Resource"]))
        .unwrap();
    for (function, queue, source) in sources(&template) {
        let has_maximum = source["ScalingConfig"]["MaximumConcurrency"] != Value::Null;
        assert_eq!(has_maximum, sent_by_the_webhook.contains(&&arn_of(queue)), "{function}");
    }
}

#[test]
fn a_call_waits_for_others_as_long_as_the_system_tests_know() {
    let template = Template::main();
    let source = &template.properties("Consumer")["Events"]["Calls"]["Properties"];
    let window = number(&source["MaximumBatchingWindowInSeconds"]);
    assert_eq!(u64::try_from(window).unwrap(), CONSUMER_WINDOW.as_secs());
}

/// The queue moves a message to the dead letters by itself after so many receives. Waiting for
/// Graph costs receives too.
#[test]
fn a_long_weekend_without_graph_does_not_use_up_the_receives_of_a_message() {
    let template = Template::main();
    let allowed = number(&template.properties("CallsQueue")["RedrivePolicy"]["maxReceiveCount"]);
    let friday_evening_to_tuesday_morning = Duration::from_hours(84);
    let (mut age, mut receive_count) = (Duration::ZERO, 0);
    while age < friday_evening_to_tuesday_morning {
        receive_count += 1;
        let down = msgraph::Error::Unavailable { detail: "connection refused".to_owned() };
        let decision = after_graph(&down, Delivery { receive_count, age, required_version: None });
        let Decision::Final(Disposition::RetryLater { after, .. }) = decision else {
            panic!("{decision:?}")
        };
        age += after;
    }
    assert!(i64::from(receive_count) < allowed, "{receive_count} receives");
}
