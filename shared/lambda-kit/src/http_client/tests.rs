use std::time::Instant;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_secretsmanager::Client as SecretsManager;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

const SECRET: &str = r#"{"Name":"invented","SecretString":"told"}"#;

/// A client of `server` with as many attempts.
fn client(server: &TcpListener, scheme: &str, attempts: u32) -> SecretsManager {
    let url = format!("{scheme}://{}", server.local_addr().unwrap());
    let credentials = Credentials::new("test", "test", None, None, "test");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(attempts)
                .with_initial_backoff(Duration::from_millis(1)),
        )
        .timeout_config(TimeoutConfig::builder().operation_timeout(Duration::from_secs(20)).build())
        .http_client(http_client(Duration::from_millis(200)).unwrap())
        .endpoint_url(url)
        .build();
    SecretsManager::new(&config)
}

async fn secret(client: &SecretsManager) -> Option<String> {
    let answer = client.get_secret_value().secret_id("invented").send().await;
    answer.ok().and_then(|answer| answer.secret_string)
}

/// Reads one request and answers it.
async fn answer(connection: &mut TcpStream, status: &str, body: &str) {
    let mut request = vec![0; 64 * 1024];
    assert!(connection.read(&mut request).await.unwrap() > 0);
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
    connection.write_all((head + body).as_bytes()).await.unwrap();
}

#[tokio::test]
async fn one_connection_carries_one_request_after_the_other() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(&server, "http", 1);
    let serve = async {
        let (mut connection, _) = server.accept().await.unwrap();
        for _ in 0..3 {
            answer(&mut connection, "200 OK", SECRET).await;
        }
    };
    let ask = async {
        for _ in 0..3 {
            assert_eq!(secret(&client).await.as_deref(), Some("told"));
        }
    };
    tokio::join!(serve, ask);
}

#[tokio::test]
async fn a_connection_that_breaks_is_replaced_by_another() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(&server, "http", 2);
    let serve = async {
        let (mut broken, _) = server.accept().await.unwrap();
        assert!(broken.read(&mut [0; 1024]).await.unwrap() > 0);
        drop(broken);
        let (mut connection, _) = server.accept().await.unwrap();
        answer(&mut connection, "200 OK", SECRET).await;
    };
    let (answer, ()) = tokio::join!(secret(&client), serve);
    assert_eq!(answer.as_deref(), Some("told"));
}

#[tokio::test]
async fn a_failing_server_is_asked_again_on_another_connection() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(&server, "http", 2);
    let serve = async {
        let (mut first, _) = server.accept().await.unwrap();
        answer(&mut first, "503 Service Unavailable", "{}").await;
        let (mut second, _) = server.accept().await.unwrap();
        answer(&mut second, "200 OK", SECRET).await;
        drop(first);
    };
    let (answer, ()) = tokio::join!(secret(&client), serve);
    assert_eq!(answer.as_deref(), Some("told"));
}

/// The handshake is part of a connection: a server that accepts and then says nothing is left.
#[tokio::test]
async fn a_tls_handshake_that_hangs_is_given_up() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(&server, "https", 2);
    let begun = Instant::now();
    let silent = async {
        let first = server.accept().await.unwrap();
        let second = server.accept().await.unwrap();
        std::future::pending::<()>().await;
        drop((first, second));
    };
    tokio::select! {
        answer = secret(&client) => assert_eq!(answer, None),
        () = silent => unreachable!("it is silent"),
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}
