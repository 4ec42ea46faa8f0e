//! That each role allows what its function asks for: the real binaries at work, request by request.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use aws_stand_ins::{Fault, FunctionOptions, RequestInfo, RuntimeApi, S3, Service};
use regex::Regex;
use serde_json::{Value, json};
use teams_calls::system::System;

use super::read::{FUNCTIONS, Function, Template, arn_of, list, texts};
use crate::binaries::{TIMEOUT, binaries, system_without_consumer};

mod at_work;

/// What the event source asks for with the function's role.
const OF_THE_EVENT_SOURCE: [&str; 4] = [
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
];

/// An action on something: a table, an index, a queue, a secret or an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Asked {
    action: String,
    /// As a role names it.
    resource: String,
    /// The key of the partition, where the action is on a table.
    partition: Option<String>,
}

/// Runs functions one at a time, and keeps what they asked for.
struct Watch {
    system: System,
    s3: S3,
    template: Template,
    requests: Arc<Mutex<Vec<RequestInfo>>>,
    asked: BTreeMap<&'static str, BTreeSet<Asked>>,
}

impl Watch {
    async fn start() -> Self {
        let (system, s3) = (system_without_consumer().await, S3::start().await.unwrap());
        s3.put("buildings", "sites.tsv", "");
        Self {
            system,
            s3,
            template: Template::main(),
            requests: Arc::default(),
            asked: BTreeMap::new(),
        }
    }

    /// Starts a function's process.
    async fn function(&self, name: &'static str) -> RuntimeApi {
        let others = [
            ("LAKE_BUCKET", "lake"),
            ("PEOPLE", "names"),
            ("PHONE_DIGITS_HIDDEN", "3"),
            ("REPORT_TIME_ZONE", "UTC"),
            ("SITES_OBJECT", "buildings/sites.tsv"),
        ];
        let options = FunctionOptions::new(name, binaries().join(name))
            .variables(self.system.environment())
            .variables(self.s3.environment())
            .variables(others);
        RuntimeApi::start(options).await.unwrap()
    }

    /// Invokes it while nothing else is at work, and keeps its requests.
    async fn invoke(&mut self, name: &'static str, function: &RuntimeApi, event: &Value) -> Value {
        let stand_ins = [
            self.system.dynamodb().faults(),
            self.system.sqs().faults(),
            self.system.secrets_manager().faults(),
            self.s3.faults(),
        ];
        for faults in stand_ins {
            let requests = self.requests.clone();
            faults.set(move |request| {
                requests.lock().unwrap().push(request.clone());
                Fault::None
            });
        }
        let answer = function.invoke(event, TIMEOUT).await;
        for faults in stand_ins {
            faults.clear();
        }
        let requests = std::mem::take(&mut *self.requests.lock().unwrap());
        let asked = requests.iter().flat_map(|request| self.asked_by(name, request));
        let asked: Vec<Asked> = asked.collect();
        self.asked.entry(name).or_default().extend(asked);
        answer.unwrap_or_else(|error| panic!("{name} fails on {event}: {error}"))
    }

    /// What IAM would look at of a request.
    fn asked_by(&self, function: &str, request: &RequestInfo) -> Vec<Asked> {
        let body = request.json();
        let on = |action: &str, resource: Value, partition: Option<String>| Asked {
            action: action.to_owned(),
            resource: resource.to_string(),
            partition,
        };
        match request.service {
            Service::DynamoDb => table_actions(&request.action, &body),
            Service::Sqs => {
                let action = request.action.strip_suffix("Batch").unwrap_or(&request.action);
                let queue = self.named_by(function, "_URL", &body["QueueUrl"]);
                vec![on(&format!("sqs:{action}"), arn_of(&queue), None)]
            }
            Service::SecretsManager => {
                let secret = self.named_by(function, "_ARN", &body["SecretId"]);
                vec![on("secretsmanager:GetSecretValue", json!({ "Ref": secret }), None)]
            }
            Service::S3 => {
                let action = match request.action.as_str() {
                    "ListObjectsV2" => "s3:ListBucket",
                    "GetObject" => "s3:GetObject",
                    "DeleteObject" => "s3:DeleteObject",
                    "AbortMultipartUpload" => "s3:AbortMultipartUpload",
                    _ => "s3:PutObject",
                };
                let of_bucket = json!({ "Fn::Sub": "${LakeBucket.Arn}/*" });
                let resource = match (function, action) {
                    ("quality", _) => {
                        json!({"Fn::Sub": "arn:${AWS::Partition}:s3:::${SitesObject}"})
                    }
                    (_, "s3:ListBucket") => arn_of("LakeBucket"),
                    _ => of_bucket,
                };
                vec![on(action, resource, None)]
            }
        }
    }

    /// The logical id of what a variable of the function, whose name ends like this, names here.
    fn named_by(&self, function: &str, ending: &str, value: &Value) -> String {
        let id = FUNCTIONS.iter().find(|one| one.name == function).unwrap().id;
        let variables = &self.template.properties(id)["Environment"]["Variables"];
        let environment = self.system.environment().into_iter();
        let mut ids = environment
            .filter(|(name, known)| name.ends_with(ending) && *value == **known)
            .filter_map(|(name, _)| variables[name]["Ref"].as_str());
        ids.next().unwrap_or_else(|| panic!("{function} was not given {value}")).to_owned()
    }
}

/// The actions of a request to DynamoDB, item by item.
fn table_actions(request: &str, body: &Value) -> Vec<Asked> {
    let on_item = |action: &str, key: &Value| Asked {
        action: format!("dynamodb:{action}"),
        resource: arn_of("CallsTable").to_string(),
        partition: Some(key["pk"]["S"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned()),
    };
    let of_tables = || body["RequestItems"].as_object().into_iter().flat_map(|all| all.values());
    match request {
        "Query" => match body["IndexName"].as_str() {
            Some(index) => vec![Asked {
                action: "dynamodb:Query".to_owned(),
                resource: json!({"Fn::Sub": format!("${{CallsTable.Arn}}/index/{index}")})
                    .to_string(),
                partition: None,
            }],
            None => {
                let partition = &body["ExpressionAttributeValues"][":partition"];
                vec![on_item("Query", &json!({ "pk": partition }))]
            }
        },
        "GetItem" | "UpdateItem" | "DeleteItem" => vec![on_item(request, &body["Key"])],
        "PutItem" => vec![on_item(request, &body["Item"])],
        "BatchGetItem" => {
            let keys = of_tables().flat_map(|table| list(&table["Keys"]));
            keys.map(|key| on_item(request, key)).collect()
        }
        "BatchWriteItem" => {
            let writes = of_tables().flat_map(|table| list(table));
            let keys = writes.map(|write| match &write["PutRequest"]["Item"] {
                Value::Null => &write["DeleteRequest"]["Key"],
                item => item,
            });
            keys.map(|key| on_item(request, key)).collect()
        }
        "TransactWriteItems" => {
            let actions = list(&body["TransactItems"]).into_iter();
            let actions = actions.filter_map(|one| one.as_object()?.iter().next());
            let asked = actions.map(|(kind, action)| match kind.as_str() {
                "Put" => on_item("PutItem", &action["Item"]),
                "ConditionCheck" => on_item("ConditionCheckItem", &action["Key"]),
                kind => on_item(&format!("{kind}Item"), &action["Key"]),
            });
            asked.collect()
        }
        other => panic!("the test does not know {other}"),
    }
}

/// Whether a statement of the role allows it.
fn is_allowed(template: &Template, function: &Function, asked: &Asked) -> bool {
    let role = template.role_of(function.id);
    let conditional = template.conditional_statements(role).into_iter();
    let statements = template.statements(role).into_iter();
    let mut statements = statements.chain(conditional.map(|(_, statement)| statement));
    statements.any(|statement| {
        let is_of_resource = list(&statement["Resource"])
            .into_iter()
            .map(Value::to_string)
            .any(|resource| resource == asked.resource);
        let is_of_partition = asked.partition.as_ref().is_none_or(|partition| {
            let operators = ["ForAllValues:StringEquals", "ForAllValues:StringLike"];
            let patterns = operators.into_iter().flat_map(|operator| {
                texts(&statement["Condition"][operator]["dynamodb:LeadingKeys"])
            });
            patterns.into_iter().any(|pattern| {
                let pattern = regex::escape(pattern).replace(r"\*", ".*");
                Regex::new(&format!("^{pattern}$")).unwrap().is_match(partition)
            })
        });
        texts(&statement["Action"]).contains(&asked.action.as_str())
            && is_of_resource
            && is_of_partition
    })
}

#[tokio::test]
async fn every_role_allows_what_its_function_asks_for_and_nothing_that_it_never_does() {
    let mut watch = Watch::start().await;
    at_work::every_function_at_work(&mut watch).await;
    let mut never = BTreeSet::new();
    for function in &FUNCTIONS {
        let asked = &watch.asked[function.name];
        for one in asked {
            let allowed = is_allowed(&watch.template, function, one);
            assert!(allowed, "the role of {} does not allow {one:?}", function.name);
        }
        for action in function.actions {
            let is_asked = asked.iter().any(|one| one.action == *action);
            if !is_asked && !OF_THE_EVENT_SOURCE.contains(action) {
                never.insert((function.name, *action));
            }
        }
    }
    let expected = BTreeSet::from([
        // Without a client secret.
        ("consumer", "sts:GetWebIdentityToken"),
        ("pstn", "sts:GetWebIdentityToken"),
        ("reconciler", "sts:GetWebIdentityToken"),
        ("renewer", "sts:GetWebIdentityToken"),
        // An upload that fails half way; and what Lambda notes of a run that failed.
        ("export", "s3:AbortMultipartUpload"),
        ("export", "sqs:SendMessage"),
        ("pstn", "sqs:SendMessage"),
        ("quality", "sqs:SendMessage"),
    ]);
    assert_eq!(never, expected);
}
