//! The functions: built from where, with which settings, called by what.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use teams_calls::system::{CONSUMER_TIMEOUT, RECONCILER_TIMEOUT, RENEWER_TIMEOUT};

use super::read::{FUNCTIONS, Template, at_the_top, text_of, texts};

const FUNCTION: &str = "AWS::Serverless::Function";

#[test]
fn every_function_package_is_deployed_and_nothing_else() {
    let packages: BTreeSet<String> = std::fs::read_dir(at_the_top("functions"))
        .unwrap()
        .map(|folder| folder.unwrap().file_name().into_string().unwrap())
        .collect();
    let template = Template::main();
    let deployed: BTreeSet<String> = template
        .all(FUNCTION)
        .into_iter()
        .map(|(_, function)| function["Properties"]["CodeUri"].as_str().unwrap())
        .map(|folder| folder.strip_prefix("functions/").unwrap().to_owned())
        .collect();
    assert_eq!(deployed, packages);
    let known: BTreeSet<String> = FUNCTIONS.iter().map(|it| it.name.to_owned()).collect();
    assert_eq!(known, packages, "the functions that these tests know");
}

/// SAM takes the binary of the package in `CodeUri`; a second one beside it would go unnoticed.
#[test]
fn a_function_is_the_one_binary_of_the_package_of_its_name() {
    let template = Template::main();
    for function in &FUNCTIONS {
        let resource = &template.section("Resources")[function.id];
        let folder = resource["Properties"]["CodeUri"].as_str().unwrap();
        assert_eq!(folder, format!("functions/{}", function.name));
        assert_eq!(resource["Metadata"]["BuildMethod"], "rust-cargolambda");
        assert_eq!(resource["Metadata"]["BuildProperties"]["Binary"], function.name);
        let manifest = text_of(&format!("{folder}/Cargo.toml"));
        assert!(manifest.contains(&format!("[package]\nname = \"{}\"", function.name)));
        assert!(!manifest.contains("[[bin]]"), "{folder} has more than its main.rs");
        assert!(at_the_top(folder).join("src/main.rs").is_file());
        assert!(!at_the_top(folder).join("src/bin").exists());
    }
}

#[test]
fn a_function_gets_the_settings_that_it_reads_and_no_others() {
    let template = Template::main();
    for function in &FUNCTIONS {
        let given = template.properties(function.id)["Environment"]["Variables"].as_object();
        let given: BTreeSet<&str> = given.unwrap().keys().map(String::as_str).collect();
        let read: BTreeSet<&str> = function.environment.iter().copied().collect();
        assert_eq!(given, read, "{}", function.name);
    }
}

#[test]
fn a_setting_means_the_same_in_every_function() {
    let to = |id: &str| json!({ "Ref": id });
    let template = Template::main();
    for function in &FUNCTIONS {
        let given = template.properties(function.id)["Environment"]["Variables"].as_object();
        for (name, value) in given.unwrap() {
            let expected = match name.as_str() {
                "AUDIO_CLASSIFIER" => to("AudioClassifier"),
                "CALLS_DEAD_LETTER_QUEUE_URL" => to("CallsDeadLetters"),
                "CALLS_QUEUE_URL" => to("CallsQueue"),
                "CLIENT_SECRET_EXPIRES" => to("ClientSecretExpires"),
                "CLIENT_STATES_ARN" => to("ClientStates"),
                "CONSUMER_CONCURRENCY" => to("ConsumerConcurrency"),
                "FORGET_KEY_ARN" => to("ForgetKey"),
                "GAPS_QUEUE_URL" => to("GapsQueue"),
                "GRAPH_URL" => to("GraphUrl"),
                "LAKE_BUCKET" => to("LakeBucket"),
                "LIFECYCLE_NOTIFICATION_URL" => public("lifecycle"),
                "LIFECYCLE_QUEUE_URL" => to("LifecycleQueue"),
                "LOGIN_URL" => to("LoginUrl"),
                "NOTIFICATION_URL" => public("notifications"),
                "ORGANISATION_TOTALS_RETENTION_DAYS" => to("OrganisationTotalsRetentionDays"),
                "PEOPLE" => to("People"),
                "PERSON_TOTALS_RETENTION_DAYS" => to("PersonTotalsRetentionDays"),
                "PHONE_DIGITS_HIDDEN" => to("PhoneDigitsHidden"),
                "PSEUDONYM_KEY_ARN" => to("PseudonymKey"),
                "PUBLISH_SHARES" => to("QualityAlarms"),
                "REPORT_TIME_ZONE" => to("ReportTimeZone"),
                "RETENTION_DAYS" => to("RetentionDays"),
                "SECRET_ARN" => to("GraphSecret"),
                "SITES_OBJECT" => to("SitesObject"),
                "STACK_NAME" => to("AWS::StackName"),
                "TABLE_NAME" => to("CallsTable"),
                "TENANT_ID" => to("TenantId"),
                "UNKNOWN_CALLS_PER_HOUR" => to("UnknownCallsPerHour"),
                other => panic!("say here what {other} must lead to"),
            };
            assert_eq!(*value, expected, "{name} of {}", function.name);
        }
    }
}

/// A text with the random part of the stack's id in place of `${Path}`.
fn with_secret_path(text: &str) -> Value {
    let stack_id = json!({"Fn::Split": ["/", {"Ref": "AWS::StackId"}]});
    json!({"Fn::Sub": [text, {"Path": {"Fn::Select": [2, stack_id]}}]})
}

/// An address that Graph is given.
fn public(path: &str) -> Value {
    let api = "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}";
    json!({"Fn::If": [
        "HasPublicUrl",
        with_secret_path(&format!("${{PublicUrl}}/${{Path}}/{path}")),
        with_secret_path(&format!("{api}/${{Path}}/{path}")),
    ]})
}

/// The handshake comes as POST; an operator who checks whether the address answers uses GET. A
/// request to any other path ends in API Gateway, which charges nothing for a function.
#[test]
fn the_api_routes_both_unguessable_addresses_of_the_subscription_to_the_webhook_and_nothing_else() {
    let template = Template::main();
    let routes: BTreeSet<String> = template
        .all("AWS::ApiGatewayV2::Route")
        .into_iter()
        .map(|(_, route)| {
            let target = &route["Properties"]["Target"]["Fn::Sub"];
            assert_eq!(*target, "integrations/${WebhookIntegration}");
            route["Properties"]["RouteKey"].to_string()
        })
        .collect();
    let expected = ["GET", "POST"].into_iter().flat_map(|method| {
        ["lifecycle", "notifications"]
            .map(|path| with_secret_path(&format!("{method} /${{Path}}/{path}")).to_string())
    });
    assert_eq!(routes, expected.collect());
    let integration = template.properties("WebhookIntegration");
    assert_eq!(integration["IntegrationUri"], json!({"Fn::GetAtt": ["Webhook", "Arn"]}));
    assert_eq!(integration["PayloadFormatVersion"], "2.0");
    assert_eq!(template.properties("ApiMayCallWebhook")["FunctionName"], json!({"Ref": "Webhook"}));
}

#[test]
fn the_api_is_throttled_and_its_log_shows_no_validation_token() {
    let template = Template::main();
    let stage = template.properties("ApiStage");
    for limit in ["ThrottlingRateLimit", "ThrottlingBurstLimit"] {
        assert_eq!(stage["DefaultRouteSettings"][limit], json!({"Ref": "RequestsPerSecond"}));
    }
    let format = stage["AccessLogSettings"]["Format"].as_str().unwrap();
    let _: Value = serde_json::from_str(format).expect("an access log line is JSON");
    assert!(!format.contains("queryString") && !format.contains("$context.requestPath"));
}

#[test]
fn every_function_runs_on_al2023_and_logs_json_to_a_group_with_a_retention() {
    let template = Template::main();
    for function in &FUNCTIONS {
        let property = |name| template.function_property(function.id, name);
        assert_eq!(*property("Runtime"), "provided.al2023");
        assert_eq!(*property("Handler"), "bootstrap");
        assert_eq!(*property("Tracing"), json!({"Ref": "Tracing"}));
        assert_eq!(*property("Architectures"), json!([{"Ref": "Architecture"}]));
        let logging = property("LoggingConfig");
        assert_eq!(logging["LogFormat"], "JSON");
        // Metrics are log lines of this level: a higher one would drop them.
        assert_eq!(logging["ApplicationLogLevel"], "INFO");
        let group = logging["LogGroup"]["Ref"].as_str().unwrap();
        let retention = &template.properties(group)["RetentionInDays"];
        assert_eq!(*retention, json!({"Ref": "LogRetentionDays"}));
    }
    assert_eq!(template.section("Parameters")["Architecture"]["Default"], "arm64");
}

/// A meeting of thousands is read within one invocation, at 60 people to a page.
#[test]
fn a_function_has_as_much_time_as_the_system_tests_give_it() {
    let template = Template::main();
    for (id, tested) in [
        ("Consumer", CONSUMER_TIMEOUT),
        ("Reconciler", RECONCILER_TIMEOUT),
        ("Renewer", RENEWER_TIMEOUT),
    ] {
        let timeout = template.properties(id)["Timeout"].as_u64().unwrap();
        assert_eq!(Duration::from_secs(timeout), tested, "{id}");
    }
}

#[test]
fn only_the_webhook_reserves_concurrency_and_only_if_asked_to() {
    let template = Template::main();
    let reserved = |id| &template.properties(id)["ReservedConcurrentExecutions"];
    let nothing = json!({"Ref": "AWS::NoValue"});
    let webhook = json!([ "ReservesConcurrency", {"Ref": "WebhookConcurrency"}, nothing ]);
    assert_eq!(reserved("Webhook")["Fn::If"], webhook);
    // A new account has ten concurrent executions and may reserve none of them.
    assert_eq!(template.section("Parameters")["WebhookConcurrency"]["Default"], 0);
    // The poller of a queue ignores it, and each batch that it must return costs its messages a receive.
    for id in ["Consumer", "Renewer", "Reconciler"] {
        assert_eq!(*reserved(id), Value::Null, "{id}");
    }
}

#[test]
fn a_schedule_retries_and_dead_letters_what_it_cannot_deliver() {
    let template = Template::main();
    for (function, event, often, dead_letters, role) in [
        ("Renewer", "Hourly", "rate(1 hour)", "EventsDeadLetters", "ScheduleRole"),
        (
            "Reconciler",
            "QuarterHourly",
            "rate(15 minutes)",
            "EventsDeadLetters",
            "ReconcilerScheduleRole",
        ),
        (
            "Reconciler",
            "Nightly",
            "cron(5 1 * * ? *)",
            "EventsDeadLetters",
            "ReconcilerScheduleRole",
        ),
    ] {
        let schedule = &template.properties(function)["Events"][event];
        assert_eq!(schedule["Type"], "ScheduleV2");
        let schedule = &schedule["Properties"];
        assert_eq!(schedule["ScheduleExpression"], often);
        assert!(schedule["RetryPolicy"]["MaximumRetryAttempts"].as_i64().unwrap() > 0);
        let dead_letters = json!({"Fn::GetAtt": [dead_letters, "Arn"]});
        assert_eq!(schedule["DeadLetterConfig"]["Arn"], dead_letters);
        assert_eq!(schedule["RoleArn"], json!({"Fn::GetAtt": [role, "Arn"]}));
    }
}

#[test]
fn the_stack_asks_for_the_subscription_only_while_graph_can_reach_the_webhook() {
    let template = Template::main();
    let subscription = &template.section("Resources")["Subscription"];
    assert_eq!(
        subscription["Properties"]["ServiceToken"],
        json!({"Fn::GetAtt": ["Renewer", "Arn"]})
    );
    let mut needed = vec!["ApiMayCallWebhook", "ApiStage"];
    needed.extend(template.all("AWS::ApiGatewayV2::Route").into_iter().map(|(id, _)| id));
    let first: BTreeSet<&str> = texts(&subscription["DependsOn"]).into_iter().collect();
    assert_eq!(first, needed.into_iter().collect());
    // The answer must arrive before CloudFormation stops waiting for it.
    let waits = subscription["Properties"]["ServiceTimeout"].as_i64().unwrap();
    assert!(waits > template.properties("Renewer")["Timeout"].as_i64().unwrap());
}

#[test]
fn deploying_names_the_capabilities_that_the_template_needs() {
    let config = text_of("samconfig.toml");
    for capability in ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"] {
        assert!(config.contains(capability), "{capability}");
    }
}

/// The README's list, once for each variable.
#[test]
fn the_readme_names_every_variable_that_a_function_reads() {
    let readme = text_of("infra/README.md");
    let (_, list) = readme.split_once("The functions read these from their environment").unwrap();
    let (list, _) = list.split_once(". ").unwrap();
    let named: Vec<&str> = list.split('`').skip(1).step_by(2).collect();
    let read = FUNCTIONS.iter().flat_map(|function| function.environment.iter().copied());
    let read: BTreeSet<&str> = read.collect();
    assert_eq!(named.iter().copied().collect::<BTreeSet<_>>(), read);
    assert_eq!(named.len(), read.len(), "one is named twice");
}
