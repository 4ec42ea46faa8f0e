//! What an account may require: a customer-managed key, a permissions boundary, a role path.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::read::{TEMPLATES, Template, text_of, texts};

/// The value of a property that is set only when the parameter of this name is.
fn only_with(condition: &str, parameter: &str) -> Value {
    json!({"Fn::If": [condition, {"Ref": parameter}, {"Ref": "AWS::NoValue"}]})
}

#[test]
fn every_role_has_the_path_and_the_boundary_of_the_account() {
    let template = Template::main();
    let roles = template.all("AWS::IAM::Role");
    assert!(!roles.is_empty());
    for (id, role) in roles {
        let role = &role["Properties"];
        assert_eq!(role["Path"], json!({"Ref": "RolePath"}), "{id}");
        let boundary = only_with("HasPermissionsBoundary", "PermissionsBoundary");
        assert_eq!(role["PermissionsBoundary"], boundary, "{id}");
    }
}

#[test]
fn everything_that_is_stored_is_encrypted_with_the_key_of_the_account_if_there_is_one() {
    let template = Template::main();
    let key = only_with("HasKmsKey", "KmsKeyArn");
    for (of_type, property) in [
        ("AWS::SQS::Queue", "KmsMasterKeyId"),
        ("AWS::SecretsManager::Secret", "KmsKeyId"),
        ("AWS::Logs::LogGroup", "KmsKeyId"),
    ] {
        let resources = template.all(of_type);
        assert!(!resources.is_empty(), "{of_type}");
        for (id, resource) in resources {
            assert_eq!(resource["Properties"][property], key, "{id}");
        }
    }
    assert_eq!(template.properties("CallsTable")["SSESpecification"]["KMSMasterKeyId"], key);
}

#[test]
fn every_role_may_use_the_key_and_only_when_there_is_one() {
    let template = Template::main();
    for (id, _) in template.all("AWS::IAM::Role") {
        let mut statements = template.conditional_statements(id);
        if id == "QualityRole" {
            statements.retain(|(condition, _)| *condition != "HasSitesObject");
        }
        let [(condition, statement)] = statements[..] else {
            panic!("{id} has other conditional statements")
        };
        assert_eq!(condition, "HasKmsKey", "{id}");
        assert_eq!(statement["Resource"], json!({"Ref": "KmsKeyArn"}), "{id}");
        let actions: BTreeSet<&str> = texts(&statement["Action"]).into_iter().collect();
        assert_eq!(actions, BTreeSet::from(["kms:Decrypt", "kms:GenerateDataKey"]), "{id}");
    }
}

/// A first deployment that fails is rolled back. What were retained then, under a name of its own, or
/// waited for its deletion as a secret does, would be in the way of the next one.
#[test]
fn a_first_deployment_that_is_rolled_back_leaves_nothing_in_the_way_of_the_next() {
    let mut retained = BTreeSet::new();
    for path in TEMPLATES {
        let template = Template::read(path);
        for (id, resource) in template.section("Resources") {
            let properties = &resource["Properties"];
            if !resource["DeletionPolicy"].is_null() {
                assert_eq!(resource["DeletionPolicy"], "RetainExceptOnCreate", "{id}");
                retained.insert(id.clone());
            }
            if ["AWS::DynamoDB::Table", "AWS::SecretsManager::Secret"]
                .iter()
                .any(|of_type| resource["Type"] == *of_type)
            {
                for name in ["Name", "TableName"] {
                    assert_eq!(properties[name], Value::Null, "{id} has a name of its own");
                }
            }
            // A group that a function made for itself would be there when CloudFormation makes it.
            assert!(!resource.to_string().contains("logs:CreateLogGroup"), "{id}");
        }
    }
    assert_eq!(
        retained,
        ["CallsTable", "ForgetKey", "LakeBucket", "PseudonymKey"].map(str::to_owned).into()
    );
    let template = Template::main();
    assert_eq!(template.section("Parameters")["DeletionProtection"]["Default"], "false");
    for (id, function) in template.all("AWS::Serverless::Function") {
        let properties = &function["Properties"];
        assert!(properties["LoggingConfig"]["LogGroup"]["Ref"].is_string(), "{id}");
        // A new account has ten concurrent executions, of which none can be set aside.
        assert_eq!(properties["ProvisionedConcurrencyConfig"], Value::Null, "{id}");
    }
}

/// What SAM makes of a function of template.yaml beside the function itself, and the families that
/// one statement covers.
const MADE_BY_SAM: [&str; 4] =
    ["LambdaEventInvokeConfig", "LambdaEventSourceMapping", "LambdaFunction", "SchedulerSchedule"];

/// What deploying needs besides the resources.
const BESIDES: [&str; 4] = ["Key", "PassRole", "SamArtifacts", "SecretsManagerGenerate"];

/// The policies have a statement for each type of resource, named after it. What it must allow is held
/// against CloudFormation's own declarations by `infra/checks/deployer.py`.
#[test]
fn the_policies_of_the_deployer_cover_every_type_of_resource_and_nothing_else() {
    let mut needed: BTreeSet<String> = MADE_BY_SAM.iter().map(|&it| it.to_owned()).collect();
    let mut secrets = BTreeSet::new();
    for path in TEMPLATES {
        for (id, resource) in Template::read(path).section("Resources") {
            let of_type = resource["Type"].as_str().unwrap();
            let Some(name) = of_type.strip_prefix("AWS::") else { continue };
            match name.split_once("::").unwrap() {
                // A handle is no resource of a service, and making one no action.
                ("Serverless", _) | ("CloudFormation", "WaitConditionHandle") => {}
                ("ApiGatewayV2", "Stage") => _ = needed.insert("ApiGatewayV2Stage".to_owned()),
                ("ApiGatewayV2", _) => _ = needed.insert("ApiGatewayV2".to_owned()),
                (service, kind) => _ = needed.insert(format!("{service}{kind}")),
            }
            if of_type == "AWS::SecretsManager::Secret" {
                // CloudFormation names it after the resource, with letters behind it.
                secrets.insert(format!("arn:*:secretsmanager:*:*:secret:{id}-*"));
            }
        }
    }
    let mut statements = BTreeMap::new();
    for path in ["infra/deployer-policy-data.json", "infra/deployer-policy-functions.json"] {
        let policy: Value = serde_json::from_str(&text_of(path)).unwrap();
        for statement in policy["Statement"].as_array().unwrap() {
            let sid = statement["Sid"].as_str().unwrap().to_owned();
            for action in texts(&statement["Action"]) {
                assert!(!action.contains('*'), "{sid}: {action}");
            }
            assert!(
                statements.insert(sid, statement.clone()).is_none(),
                "a statement stands twice"
            );
        }
    }
    let of_secrets = texts(&statements["SecretsManagerSecret"]["Resource"]);
    assert_eq!(of_secrets.into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), secrets);
    let services = &statements["PassRole"]["Condition"]["StringEquals"]["iam:PassedToService"];
    assert_eq!(texts(services), ["lambda.amazonaws.com", "scheduler.amazonaws.com"]);
    let covered = statements.into_keys().filter(|sid| !BESIDES.contains(&sid.as_str()));
    assert_eq!(covered.collect::<BTreeSet<_>>(), needed);
}
