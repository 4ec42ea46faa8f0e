//! Secrets Manager: the part that functions use.

use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
use aws_stand_ins::{Fault, SecretsManager, secrets_client};

#[tokio::test]
async fn a_secret_is_read_by_name_and_by_arn_and_changes_when_it_is_rotated() {
    let manager = SecretsManager::start().await.unwrap();
    let client = secrets_client(&manager.url());
    let arn = manager.create("graph", "first").unwrap();
    manager.create("other", "else").unwrap();
    let partial = arn.rsplit_once('-').unwrap().0.to_owned();
    for id in ["graph", &arn, &partial] {
        let got = client.get_secret_value().secret_id(id).send().await.unwrap();
        assert_eq!(got.secret_string(), Some("first"), "{id}");
        assert_eq!(got.arn(), Some(arn.as_str()));
        assert_eq!(got.version_stages(), ["AWSCURRENT"]);
    }
    let put = client.put_secret_value().secret_id(&arn).secret_string("second");
    put.send().await.unwrap();
    let got = client.get_secret_value().secret_id(&arn).send().await.unwrap();
    assert_eq!(got.secret_string(), Some("second"));
    let previous = client.get_secret_value().secret_id(&arn).version_stage("AWSPREVIOUS");
    assert_eq!(previous.send().await.unwrap().secret_string(), Some("first"));

    client.update_secret().secret_id("graph").secret_string("third").send().await.unwrap();
    let described = client.describe_secret().secret_id("graph").send().await.unwrap();
    assert_eq!(described.name(), Some("graph"));
    assert_eq!(described.version_ids_to_stages().unwrap().len(), 2);
    manager.put("graph", "fourth").unwrap();
    let got = client.get_secret_value().secret_id("graph").send().await.unwrap();
    assert_eq!(got.secret_string(), Some("fourth"));
}

#[tokio::test]
async fn the_same_token_puts_a_value_once() {
    let manager = SecretsManager::start().await.unwrap();
    let client = secrets_client(&manager.url());
    manager.create("graph", "first").unwrap();
    let token = "01234567-0123-0123-0123-0123456789ab";
    let put = |value: &str| {
        let put = client.put_secret_value().secret_id("graph").secret_string(value);
        put.client_request_token(token).send()
    };
    put("second").await.unwrap();
    put("second").await.unwrap();
    let previous = client.get_secret_value().secret_id("graph").version_stage("AWSPREVIOUS");
    assert_eq!(previous.send().await.unwrap().secret_string(), Some("first"));
}

#[tokio::test]
async fn a_secret_that_is_not_there_is_an_error_of_its_own() {
    let manager = SecretsManager::start().await.unwrap();
    let client = secrets_client(&manager.url());
    let lost = client.get_secret_value().secret_id("none").send().await.unwrap_err();
    assert!(lost.into_service_error().is_resource_not_found_exception());
    let put = client.put_secret_value().secret_id("none").secret_string("x").send().await;
    assert!(put.unwrap_err().into_service_error().is_resource_not_found_exception());
    client.create_secret().name("graph").secret_string("x").send().await.unwrap();
    let twice = client.create_secret().name("graph").secret_string("x").send().await.unwrap_err();
    assert!(twice.into_service_error().is_resource_exists_exception());
}

#[tokio::test]
async fn secrets_meet_faults_too() {
    let manager = SecretsManager::start().await.unwrap();
    let client = secrets_client(&manager.url());
    manager.create("graph", "first").unwrap();
    manager.faults().set(|_| Fault::ErrorBefore(400, "AccessDeniedException"));
    let refused = client.get_secret_value().secret_id("graph").send().await.unwrap_err();
    assert_eq!(refused.code(), Some("AccessDeniedException"));
}
