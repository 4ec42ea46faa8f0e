//! What each role allows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::read::{FUNCTIONS, Template, arn_of, list, texts};

/// What Lambda itself does with a function's role.
const OF_THE_PLATFORM: [&str; 4] = [
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
];

/// These two know no resources: AWS allows them on everything or not at all.
const ON_EVERYTHING: [&str; 3] =
    ["sts:GetWebIdentityToken", "xray:PutTelemetryRecords", "xray:PutTraceSegments"];

/// The one resource with a wildcard that is not everything.
const LAKE_OBJECTS: &str = r#"{"Fn::Sub":"${LakeBucket.Arn}/*"}"#;

/// What a role allows: resource by resource, its actions. Without the key of the account.
fn allowed<'a>(template: &'a Template, role: &str) -> BTreeMap<String, BTreeSet<&'a str>> {
    let mut allowed: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let conditional = template.conditional_statements(role).into_iter();
    let conditional = conditional.filter(|(condition, _)| *condition != "HasKmsKey");
    let statements = template.statements(role).into_iter();
    for statement in statements.chain(conditional.map(|(_, statement)| statement)) {
        assert_eq!(statement["Effect"], "Allow");
        for resource in list(&statement["Resource"]) {
            let actions = allowed.entry(resource.to_string()).or_default();
            actions.extend(texts(&statement["Action"]));
        }
    }
    allowed
}

#[test]
fn a_role_allows_what_its_function_uses_and_nothing_else() {
    let template = Template::main();
    for function in &FUNCTIONS {
        let allowed: BTreeSet<&str> = allowed(&template, template.role_of(function.id))
            .into_values()
            .flatten()
            .filter(|action| !OF_THE_PLATFORM.contains(action))
            .collect();
        let used: BTreeSet<&str> = function.actions.iter().copied().collect();
        assert_eq!(allowed, used, "{}", function.name);
    }
}

#[test]
fn a_role_reaches_only_the_resources_that_the_design_gives_its_function() {
    let template = Template::main();
    let reached = |id: &str| -> BTreeSet<String> {
        allowed(&template, template.role_of(id)).into_keys().collect()
    };
    let everything = [json!("*")];
    let and_nothing_else = |ids: &[&str], others: &[Value]| -> BTreeSet<String> {
        let arns = ids.iter().map(|id| arn_of(id).to_string());
        arns.chain(others.iter().chain(&everything).map(Value::to_string)).collect()
    };
    let secret = |id: &str| json!({ "Ref": id });
    let index = |name: &str| json!({"Fn::Sub": format!("${{CallsTable.Arn}}/index/{name}")});
    assert_eq!(
        reached("Webhook"),
        and_nothing_else(
            &["CallsQueue", "LifecycleQueue", "WebhookLog"],
            &[secret("ClientStates")]
        )
    );
    assert_eq!(
        reached("Consumer"),
        and_nothing_else(
            &["CallsDeadLetters", "CallsQueue", "CallsTable", "ConsumerLog"],
            &[secret("ForgetKey"), secret("GraphSecret")]
        )
    );
    assert_eq!(
        reached("Renewer"),
        and_nothing_else(
            &["CallsTable", "GapsQueue", "LifecycleQueue", "RenewerLog"],
            &[secret("ClientStates"), secret("GraphSecret")]
        )
    );
    assert_eq!(
        reached("Reconciler"),
        and_nothing_else(
            &["CallsQueue", "CallsTable", "GapsQueue", "ReconcilerLog"],
            &[index("by_day"), secret("GraphSecret")]
        )
    );
    let sites = json!({"Fn::Sub": "arn:${AWS::Partition}:s3:::${SitesObject}"});
    assert_eq!(
        reached("Quality"),
        and_nothing_else(
            &["CallsTable", "EventsDeadLetters", "QualityLog"],
            &[index("by_day"), sites]
        )
    );
    let objects = json!({"Fn::Sub": "${LakeBucket.Arn}/*"});
    assert_eq!(
        reached("Export"),
        and_nothing_else(
            &["CallsTable", "EventsDeadLetters", "ExportLog", "LakeBucket"],
            &[index("by_day"), objects, secret("PseudonymKey")]
        )
    );
    assert_eq!(
        reached("Pstn"),
        and_nothing_else(
            &["CallsTable", "EventsDeadLetters", "PstnLog"],
            &[secret("ForgetKey"), secret("GraphSecret")]
        )
    );
    assert_eq!(
        reached("Reports"),
        and_nothing_else(
            &["CallsTable", "ReportsLog"],
            &[index("by_day"), index("by_person"), secret("PseudonymKey")]
        )
    );
    assert_eq!(
        reached("Forget"),
        and_nothing_else(&["CallsTable", "ForgetLog"], &[index("by_person"), secret("ForgetKey")])
    );
}

#[test]
fn the_consumer_cannot_send_to_the_queue_that_it_reads() {
    let template = Template::main();
    let allowed = allowed(&template, "ConsumerRole");
    assert_eq!(
        allowed[&arn_of("CallsDeadLetters").to_string()],
        BTreeSet::from(["sqs:SendMessage"])
    );
    assert!(!allowed[&arn_of("CallsQueue").to_string()].contains("sqs:SendMessage"));
}

#[test]
fn nothing_is_allowed_on_everything_but_traces_and_tokens() {
    let template = Template::main();
    let roles = template.all("AWS::IAM::Role");
    assert!(roles.len() > FUNCTIONS.len());
    for (id, role) in roles {
        assert_eq!(role["Properties"]["ManagedPolicyArns"], Value::Null, "{id}");
        for (resource, actions) in allowed(&template, id) {
            assert!(!actions.iter().any(|action| action.contains('*')), "{id}: {actions:?}");
            // The objects of one bucket.
            if resource.contains('*') && resource != LAKE_OBJECTS {
                assert_eq!(resource, "\"*\"", "{id}");
                for action in actions {
                    assert!(ON_EVERYTHING.contains(&action), "{id}: {action} on everything");
                }
            }
        }
    }
}

/// SAM adds policies of its own to a function that has no role, and to one that lists policies.
#[test]
fn every_function_has_a_role_of_its_own_and_no_other_policies() {
    let template = Template::main();
    let roles: BTreeSet<&str> = FUNCTIONS.iter().map(|it| template.role_of(it.id)).collect();
    assert_eq!(roles.len(), FUNCTIONS.len());
    for function in &FUNCTIONS {
        assert_eq!(template.properties(function.id)["Policies"], Value::Null);
    }
}

#[test]
fn the_reconciler_writes_nothing_but_its_own_partition() {
    let template = Template::main();
    let (mut reads, mut writes) = (BTreeSet::new(), BTreeSet::new());
    for statement in template.statements("ReconcilerRole") {
        if statement["Resource"] != arn_of("CallsTable") {
            continue;
        }
        let condition = &statement["Condition"];
        let own = &condition["ForAllValues:StringEquals"]["dynamodb:LeadingKeys"];
        if own.is_null() {
            let seen = &condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"];
            assert_eq!(texts(seen), ["CALL#*", "RECONCILIATION", "SUBSCRIPTION", "TOTAL#*"]);
            reads.extend(texts(&statement["Action"]));
        } else {
            assert_eq!(texts(own), ["RECONCILIATION"]);
            writes.extend(texts(&statement["Action"]));
        }
    }
    assert_eq!(reads, call_table::READ_ACTIONS.iter().copied().collect());
    let all: BTreeSet<&str> = reads.union(&writes).copied().collect();
    assert_eq!(all, reconciliation::ACTIONS.iter().copied().collect());
    assert!(reads.is_disjoint(&writes));
}

/// The partitions of the table that a role may touch with each action.
fn partitions<'a>(template: &'a Template, role: &str) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut partitions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for statement in template.statements(role) {
        if statement["Resource"] != arn_of("CallsTable") {
            continue;
        }
        let condition = &statement["Condition"];
        let keys: Vec<&str> = ["ForAllValues:StringEquals", "ForAllValues:StringLike"]
            .into_iter()
            .flat_map(|operator| texts(&condition[operator]["dynamodb:LeadingKeys"]))
            .collect();
        assert!(!keys.is_empty(), "{role} may touch every partition: {statement}");
        for action in texts(&statement["Action"]) {
            partitions.entry(action).or_default().extend(&keys);
        }
    }
    partitions
}

fn writes(action: &str) -> bool {
    !call_table::READ_ACTIONS.contains(&action) && action != "dynamodb:ConditionCheckItem"
}

/// Reading is wider for some; what each may change is exactly what its crates write.
#[test]
fn a_role_changes_only_the_partitions_that_its_function_writes() {
    let template = Template::main();
    for (role, expected) in [
        ("ConsumerRole", &["CALL#*", "LAKE", "PERSON#*", "QUALITY", "TOTAL#*"][..]),
        ("ExportRole", &[]),
        ("ForgetRole", &["CALL#*", "FORGOTTEN", "LAKE", "PERSON#*", "PSTN", "QUALITY"]),
        ("PstnRole", &["PSTN"]),
        ("QualityRole", &["QUALITY"]),
        ("ReconcilerRole", &["RECONCILIATION"]),
        ("RenewerRole", &["SUBSCRIPTION"]),
        ("ReportsRole", &[]),
        ("WebhookRole", &[]),
    ] {
        let written: BTreeSet<&str> = partitions(&template, role)
            .into_iter()
            .filter(|(action, _)| writes(action))
            .flat_map(|(_, keys)| keys)
            .collect();
        assert_eq!(written, expected.iter().copied().collect(), "{role}");
    }
}

#[test]
fn writers_read_the_marks_of_forgotten_people_and_cannot_delete_them() {
    let template = Template::main();
    for role in ["ConsumerRole", "PstnRole"] {
        // Statement by statement: an action may be allowed on other partitions.
        let statements = template.statements(role).into_iter().filter(|statement| {
            let keys = &statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:LeadingKeys"];
            list(keys).contains(&&json!("FORGOTTEN"))
        });
        let of_marks: Vec<&str> = statements.flat_map(|it| texts(&it["Action"])).collect();
        assert_eq!(of_marks, ["dynamodb:Query"], "{role}");
    }
}

/// A federated credential in Entra names the role's ARN.
#[test]
fn a_role_that_logs_in_to_entra_keeps_its_name_and_can_log_in_nowhere_else() {
    let template = Template::main();
    for (id, role) in template.all("AWS::IAM::Role") {
        let statements = template.statements(id);
        let token = statements
            .into_iter()
            .find(|statement| texts(&statement["Action"]).contains(&"sts:GetWebIdentityToken"));
        let Some(token) = token else { continue };
        assert!(role["Properties"]["RoleName"]["Fn::Sub"].is_string(), "{id}");
        assert_eq!(
            token["Condition"]["ForAllValues:StringEquals"]["sts:IdentityTokenAudience"],
            "api://AzureADTokenExchange"
        );
    }
}

#[test]
fn the_reports_can_only_read_and_do_not_know_the_secret_of_graph() {
    let template = Template::main();
    let allowed = allowed(&template, "ReportsRole");
    let of_table: BTreeSet<&str> = call_table::READ_ACTIONS.iter().copied().collect();
    assert_eq!(allowed[&arn_of("CallsTable").to_string()], of_table);
    for (resource, actions) in &allowed {
        if resource.contains("/index/") {
            assert_eq!(*actions, BTreeSet::from(["dynamodb:Query"]), "{resource}");
        }
        assert!(!resource.contains("GraphSecret"));
    }
}

#[test]
fn forgetting_a_person_cannot_touch_the_totals_of_the_organisation() {
    let template = Template::main();
    let statements = template.statements("ForgetRole");
    let of_table = statements.into_iter().filter(|it| it["Resource"] == arn_of("CallsTable"));
    let keys: Vec<&str> = of_table
        .flat_map(|it| texts(&it["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]))
        .collect();
    assert_eq!(keys, ["CALL#*", "FORGOTTEN", "LAKE", "PERSON#*", "PSTN", "QUALITY"]);
}

/// Without a building file there is nothing in S3 that the function may read.
#[test]
fn the_roll_up_reads_the_building_file_and_no_other_object() {
    let template = Template::main();
    let statements = template.conditional_statements("QualityRole");
    let (_, statement) = statements.iter().find(|(it, _)| *it == "HasSitesObject").unwrap();
    assert_eq!(texts(&statement["Action"]), ["s3:GetObject"]);
    let condition = &template.section("Conditions")["HasSitesObject"];
    assert_eq!(*condition, json!({"Fn::Not": [{"Fn::Equals": [{"Ref": "SitesObject"}, ""]}]}));
}

/// The lake reads the table and writes its bucket: what it was given to read it cannot change.
#[test]
fn the_export_cannot_write_the_table_and_reads_no_person_s_own_partition() {
    let template = Template::main();
    let partitions = partitions(&template, "ExportRole");
    assert!(partitions.keys().all(|action| !writes(action)));
    assert!(partitions.values().flatten().all(|keys| !keys.starts_with("PERSON#")));
}

/// A consumer that stores a late version of a call with a forgotten person removes what is derived of its
/// day; it was not allowed to.
#[test]
fn the_consumer_may_do_what_forgetting_does_in_a_call() {
    let template = Template::main();
    let partitions = partitions(&template, "ConsumerRole");
    for action in ["dynamodb:BatchWriteItem", "dynamodb:Query"] {
        for partition in [call_table::keys::LAKE, call_table::keys::QUALITY] {
            assert!(partitions[action].contains(partition), "{action} of {partition}");
        }
    }
}
