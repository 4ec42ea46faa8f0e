//! The secrets: made by whom, read by whom.

use std::collections::BTreeSet;

use serde_json::json;

use super::read::{FUNCTIONS, Template, list};

/// Which functions may read a secret.
fn readers(template: &Template, secret: &str) -> BTreeSet<&'static str> {
    let reads = |id: &str| {
        template.statements(template.role_of(id)).iter().any(|statement| {
            statement["Action"] == "secretsmanager:GetSecretValue"
                && list(&statement["Resource"]).contains(&&json!({ "Ref": secret }))
        })
    };
    FUNCTIONS.iter().filter(|function| reads(function.id)).map(|function| function.name).collect()
}

#[test]
fn each_secret_is_read_by_the_functions_that_need_it_and_the_webhook_reads_the_client_states_alone()
{
    let template = Template::main();
    assert_eq!(readers(&template, "ClientStates"), BTreeSet::from(["renewer", "webhook"]));
    let with_graph = BTreeSet::from(["consumer", "pstn", "reconciler", "renewer"]);
    assert_eq!(readers(&template, "GraphSecret"), with_graph);
    assert_eq!(readers(&template, "ForgetKey"), BTreeSet::from(["consumer", "forget", "pstn"]));
    assert_eq!(readers(&template, "PseudonymKey"), BTreeSet::from(["export", "reports"]));
}

/// CloudFormation generates the value anew when anything below `GenerateSecretString` changes, and
/// would overwrite what the operator filled in.
#[test]
fn an_update_of_the_stack_keeps_the_values_of_its_secrets() {
    let template = Template::main();
    let generated = |id: &str| &template.properties(id)["GenerateSecretString"];
    assert_eq!(
        *generated("GraphSecret"),
        json!({
            "SecretStringTemplate": r#"{"tenant_id": "", "client_id": "", "client_secret": ""}"#,
            "GenerateStringKey": "client_states",
            "PasswordLength": 64,
            "ExcludePunctuation": true,
        })
    );
    assert_eq!(
        *generated("ClientStates"),
        json!({
            "SecretStringTemplate": "{}",
            "GenerateStringKey": "client_states",
            "PasswordLength": 64,
            "ExcludePunctuation": true,
        })
    );
}

/// Else an update from a version with the client state in the other secret would leave Graph with
/// that one until the next hour.
#[test]
fn a_stack_that_gets_its_client_states_asks_for_a_new_subscription() {
    let template = Template::main();
    assert_eq!(template.properties("Subscription")["ClientStates"], json!({"Ref": "ClientStates"}));
}
