//! `teams-calls doctor` as an administrator runs it, against a fake tenant.

use fake_graph::{ClientSecret, Failure, Target};
use http::StatusCode;
use rstest::rstest;
use teams_calls::system::{Settings, System};

use crate::account::Ran;

/// A client secret that must not be in any output.
const EXPIRED: &str = "invented~expired.secret-0007";

/// `teams-calls doctor` for the system's own deployment.
async fn doctor(system: &System, secret: &str, arguments: &[&str]) -> Ran {
    let webhook = system.notification_url();
    let mut all = vec!["doctor", "--json", "--notification-url", &webhook];
    all.extend(arguments);
    crate::account::run(system.graph(), secret, &all).await
}

fn outcomes(ran: &Ran, outcome: &str) -> Vec<String> {
    let findings = ran.json()["findings"].as_array().unwrap().clone();
    let with = findings.iter().filter(|finding| finding["outcome"] == outcome);
    with.map(|finding| finding["step"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_healthy_deployment_is_reported_healthy_and_the_command_succeeds() {
    let system = System::start(Settings::quiet()).await.unwrap();
    let ran = doctor(&system, fake_graph::CLIENT_SECRET, &[]).await;
    assert!(ran.succeeded, "{}", ran.output);
    assert_eq!(ran.json()["healthy"], true);
    assert_eq!(outcomes(&ran, "ok").len(), 9, "{}", ran.output);
    ran.shows_nothing_secret(&[]);

    let webhook = system.notification_url();
    let arguments = ["doctor", "--notification-url", &webhook];
    let ran = crate::account::run(system.graph(), fake_graph::CLIENT_SECRET, &arguments).await;
    assert_eq!(ran.stdout.lines().filter(|line| line.starts_with("ok ")).count(), 9);
}

#[rstest]
#[case::wrong_secret("wrong~secret-0008", &[], "token", "Certificates & secrets")]
#[case::expired_secret(EXPIRED, &[], "token", "add a new client secret")]
#[case::wrong_tenant(
    "x", &["--tenant-id", "00000000-0000-4000-8000-000000000001"], "token", "tenant_id"
)]
#[case::unknown_application(
    "x", &["--client-id", "00000000-0000-4000-8000-000000000002"], "token", "client_id"
)]
#[tokio::test]
async fn a_login_that_is_refused_is_explained_and_the_command_fails(
    #[case] secret: &str,
    #[case] arguments: &[&str],
    #[case] step: &str,
    #[case] words: &str,
) {
    let system = System::start(Settings::quiet()).await.unwrap();
    system.graph().set_client_secrets(vec![
        ClientSecret::new(fake_graph::CLIENT_SECRET),
        ClientSecret::new(EXPIRED).expiring("2026-01-01T00:00:00Z".parse().unwrap()),
    ]);
    let ran = doctor(&system, secret, arguments).await;
    assert!(!ran.succeeded && ran.output.contains(words), "{}", ran.output);
    assert_eq!(outcomes(&ran, "wrong"), [step], "{}", ran.output);
    assert!(outcomes(&ran, "not_checked").contains(&"consent".to_owned()));
    ran.shows_nothing_secret(&[EXPIRED, "wrong~secret-0008"]);
}

/// Something that goes wrong in Graph.
type Break = fn(&System);

#[rstest]
#[case::no_consent(|it: &System| it.graph().set_consent(false), "consent", "Grant admin consent")]
#[case::no_list(
    |it: &System| it.graph().fail(Target::List, Failure::Status(StatusCode::BAD_GATEWAY), 0),
    "list", "is not available"
)]
#[case::no_subscription(
    |it: &System| {
        let id = it.graph().subscriptions()[0].id.clone();
        assert!(it.graph().forget_subscription(&id));
    },
    "subscription", "CheckCommand"
)]
#[tokio::test]
async fn a_wrong_subscription_is_explained_and_the_command_fails(
    #[case] breaks: Break,
    #[case] step: &str,
    #[case] words: &str,
) {
    let system = System::start(Settings::quiet()).await.unwrap();
    breaks(&system);
    let ran = doctor(&system, fake_graph::CLIENT_SECRET, &[]).await;
    assert!(!ran.succeeded && ran.output.contains(words), "{}", ran.output);
    assert_eq!(outcomes(&ran, "wrong"), [step], "{}", ran.output);
    ran.shows_nothing_secret(&[]);
}

#[tokio::test]
async fn a_webhook_that_does_not_answer_the_handshake_is_explained() {
    let system = System::start(Settings::quiet()).await.unwrap();
    let elsewhere = format!("{}/nowhere", system.graph().url());
    let arguments = ["doctor", "--json", "--notification-url", &elsewhere];
    let ran = crate::account::run(system.graph(), fake_graph::CLIENT_SECRET, &arguments).await;
    assert!(!ran.succeeded && ran.output.contains("output NotificationUrl"), "{}", ran.output);
    assert_eq!(outcomes(&ran, "wrong"), ["subscription_is_ours", "webhook"]);
}

#[tokio::test]
async fn without_a_secret_and_a_terminal_the_error_names_the_variable() {
    let system = System::start(Settings::quiet()).await.unwrap();
    let ran = doctor(&system, "", &[]).await;
    assert!(!ran.succeeded && ran.output.contains("CLIENT_SECRET"), "{}", ran.output);
    assert_eq!(ran.stdout, "");
}

#[tokio::test]
async fn a_secret_is_not_taken_from_the_arguments_and_not_repeated() {
    let system = System::start(Settings::quiet()).await.unwrap();
    let ran = doctor(&system, fake_graph::CLIENT_SECRET, &["--client-secret", EXPIRED]).await;
    assert!(!ran.succeeded && ran.output.contains("--client-secret"), "{}", ran.output);
    ran.shows_nothing_secret(&[EXPIRED]);
}
