//! Which requests the listeners answer: a page from elsewhere in a browser of this machine gets nothing.

use std::time::Duration;

use ::http::{Method, Request, Response};
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_stand_ins::{
    Clock, DynamoDb, FunctionOptions, HttpApi, HttpApiOptions, RuntimeApi, SecretsManager, Sqs,
    access_key_id, credentials_of, dynamodb_client,
};
use bytes::Bytes;
use serde_json::Value;

use crate::http::{authorization, exchange};

const FOREIGN: &str = "http://attacker.example";

/// Everything that listens.
struct Listeners {
    dynamodb: DynamoDb,
    sqs: Sqs,
    secrets: SecretsManager,
    http_api: HttpApi,
    runtime_api: RuntimeApi,
}

impl Listeners {
    async fn start() -> Self {
        let handler = |_: Value| async { Ok::<_, String>(Value::Null) };
        Self {
            dynamodb: DynamoDb::start(None).await.unwrap(),
            sqs: Sqs::start(Clock::real()).await.unwrap(),
            secrets: SecretsManager::start().await.unwrap(),
            http_api: HttpApi::start(HttpApiOptions::default(), handler).await.unwrap(),
            runtime_api: RuntimeApi::start(FunctionOptions::external("idle")).await.unwrap(),
        }
    }

    /// Those that ask for an access key, with an action of theirs.
    fn with_key(&self) -> [(String, &'static str); 3] {
        [
            (self.dynamodb.url(), "DynamoDB_20120810.ListTables"),
            (self.sqs.url(), "AmazonSQS.ListQueues"),
            (self.secrets.url(), "secretsmanager.GetSecretValue"),
        ]
    }

    fn urls(&self) -> Vec<String> {
        let runtime = format!("http://{}/", self.runtime_api.address());
        let with_key = self.with_key().map(|(url, _)| url);
        with_key.into_iter().chain([self.http_api.url(), runtime]).collect()
    }
}

async fn send(
    method: Method,
    url: &str,
    target: &str,
    headers: &[(&str, &str)],
) -> Response<Bytes> {
    let mut request = Request::builder().method(method).uri(url).header("x-amz-target", target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = exchange(request.body("{}".to_owned()).unwrap()).await.unwrap();
    let permissions = answer.headers().keys();
    let permissions: Vec<_> =
        permissions.filter(|name| name.as_str().starts_with("access-control-")).collect();
    assert!(permissions.is_empty(), "{url} gives {permissions:?}");
    answer
}

#[tokio::test]
async fn a_foreign_host_or_origin_is_refused_everywhere_even_with_the_key() {
    let listeners = Listeners::start().await;
    let key = authorization(access_key_id());
    for url in listeners.urls() {
        for (name, value) in [("host", "attacker.example"), ("origin", FOREIGN), ("origin", "null")]
        {
            let headers = [(name, value), ("authorization", key.as_str())];
            let answer = send(Method::POST, &url, "", &headers).await;
            assert_eq!(answer.status(), 403, "{url} {name} {value}");
        }
    }
}

#[tokio::test]
async fn a_preflight_gets_no_permission() {
    let listeners = Listeners::start().await;
    for url in listeners.urls() {
        let headers = [
            ("origin", FOREIGN),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "x-amz-target,authorization"),
        ];
        assert_eq!(send(Method::OPTIONS, &url, "", &headers).await.status(), 403, "{url}");
    }
}

#[tokio::test]
async fn only_the_access_key_of_this_process_is_taken() {
    let listeners = Listeners::start().await;
    for (url, target) in listeners.with_key() {
        let wrong = authorization("test");
        let answer = send(Method::POST, &url, target, &[("authorization", &wrong)]).await;
        assert_eq!(answer.status(), 403, "{url}");
        assert_eq!(send(Method::POST, &url, target, &[]).await.status(), 403, "{url}");
        let right = authorization(access_key_id());
        let answer = send(Method::POST, &url, target, &[("authorization", &right)]).await;
        assert_ne!(answer.status(), 403, "{url}");
    }
}

#[tokio::test]
async fn an_sdk_with_another_key_reads_that_its_credentials_are_refused() {
    let database = DynamoDb::start(None).await.unwrap();
    let ours = dynamodb_client(&database.url());
    ours.list_tables().send().await.unwrap();
    let config = ours.config().to_builder().credentials_provider(credentials_of("another"));
    let theirs = aws_sdk_dynamodb::Client::from_conf(config.build());
    let listed = tokio::time::timeout(Duration::from_secs(10), theirs.list_tables().send());
    let error = listed.await.unwrap().unwrap_err();
    assert_eq!(error.code(), Some("UnrecognizedClientException"));
}
