use serde_json::{Value, json};
use tokio::time::advance;

use super::*;
use crate::ClientStates;
use crate::wire::Wire;

fn secret_json(state: &str) -> Value {
    json!({ "client_states": [format!("invented-state-{state}")] })
}

fn answer(state: &str) -> String {
    json!({ "SecretString": secret_json(state).to_string() }).to_string()
}

fn refused(code: &str) -> String {
    json!({ "__type": code, "message": "invented" }).to_string()
}

fn setup() -> (Wire, Secrets<ClientStates>) {
    let wire = Wire::default();
    wire.answers(200, answer("one"));
    let secrets = Secrets::new(&wire.config(), "calls-secret");
    (wire, secrets)
}

fn knows(secret: &ClientStates, state: &str) -> bool {
    secret.accept(&format!("invented-state-{state}"))
}

#[tokio::test(start_paused = true)]
async fn the_secret_is_fetched_once_and_refreshed_after_five_minutes() {
    let (wire, secrets) = setup();
    assert!(knows(&secrets.current().await.unwrap(), "one"));
    wire.answers(200, answer("two"));
    advance(CACHE_TTL - Duration::from_secs(1)).await;
    assert!(knows(&secrets.current().await.unwrap(), "one"));
    assert_eq!(wire.requests().len(), 1);
    assert!(wire.requests()[0].contains("calls-secret"));
    advance(Duration::from_secs(1)).await;
    assert!(knows(&secrets.current().await.unwrap(), "two"));
}

#[tokio::test(start_paused = true)]
async fn an_old_secret_keeps_working_while_secrets_manager_is_down_and_is_refetched_rarely() {
    let (wire, secrets) = setup();
    secrets.current().await.unwrap();
    wire.answers(500, refused("InternalServiceError"));
    advance(CACHE_TTL).await;
    for _ in 0..100 {
        assert!(knows(&secrets.current().await.unwrap(), "one"));
    }
    assert_eq!(wire.requests().len(), 2);
    advance(MIN_REFRESH_INTERVAL).await;
    wire.answers(200, answer("two"));
    assert!(knows(&secrets.current().await.unwrap(), "two"));
}

#[tokio::test(start_paused = true)]
async fn an_old_secret_goes_on_working_when_the_new_one_is_unusable() {
    let (wire, secrets) = setup();
    secrets.current().await.unwrap();
    wire.answers(200, r#"{ "SecretString": "{}" }"#);
    advance(CACHE_TTL).await;
    assert!(knows(&secrets.current().await.unwrap(), "one"));
}

#[tokio::test(start_paused = true)]
async fn a_silent_secrets_manager_is_waited_for_only_briefly() {
    let (wire, secrets) = setup();
    wire.answers_after(Duration::from_secs(3600));
    let begun = Instant::now();
    let error = secrets.current().await.unwrap_err();
    assert_eq!(begun.elapsed(), FETCH_TIMEOUT);
    assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn who_comes_while_an_old_secret_is_fetched_anew_does_not_wait() {
    let (wire, secrets) = setup();
    secrets.current().await.unwrap();
    advance(CACHE_TTL).await;
    wire.answers_after(Duration::from_secs(1));
    let begun = Instant::now();
    let (first, second) = tokio::join!(secrets.current(), async {
        let secret = secrets.current().await;
        (secret, begun.elapsed())
    });
    assert!(first.is_ok());
    assert!(second.0.is_ok());
    assert_eq!(second.1, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn many_who_find_no_secret_fetch_it_once() {
    let (wire, secrets) = setup();
    wire.answers_after(Duration::from_millis(100));
    let (a, b, c) = tokio::join!(secrets.current(), secrets.current(), secrets.current());
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!(wire.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn many_who_find_an_unusable_secret_fetch_it_once_and_the_next_one_anew() {
    let (wire, secrets) = setup();
    wire.answers(200, r#"{ "SecretString": "{}" }"#);
    wire.answers_after(Duration::from_millis(100));
    let (a, b, c) = tokio::join!(secrets.current(), secrets.current(), secrets.current());
    for failed in [a, b, c] {
        assert!(failed.unwrap_err().to_string().contains("client_states"));
    }
    assert_eq!(wire.requests().len(), 1);
    wire.answers(200, answer("one"));
    assert!(knows(&secrets.current().await.unwrap(), "one"));
}

#[tokio::test(start_paused = true)]
async fn a_refused_secret_is_fetched_anew_at_most_every_ten_seconds() {
    let (wire, secrets) = setup();
    let refused = secrets.current().await.unwrap();
    advance(MIN_REFRESH_INTERVAL).await;
    for _ in 0..100 {
        assert!(secrets.replacement_for(&refused).await.is_none());
    }
    assert_eq!(wire.requests().len(), 2, "asked once more, and the answer was the same");
    wire.answers(200, answer("two"));
    advance(MIN_REFRESH_INTERVAL).await;
    assert!(knows(&secrets.replacement_for(&refused).await.unwrap(), "two"));
}

#[tokio::test(start_paused = true)]
async fn who_still_holds_an_old_secret_gets_the_one_that_another_already_fetched() {
    let (wire, secrets) = setup();
    let old = secrets.current().await.unwrap();
    advance(MIN_REFRESH_INTERVAL).await;
    wire.answers(200, answer("two"));
    assert!(secrets.replacement_for(&old).await.is_some());
    assert!(knows(&secrets.replacement_for(&old).await.unwrap(), "two"));
    assert_eq!(wire.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failing_fetch_is_no_other_secret() {
    let (wire, secrets) = setup();
    let refused_secret = secrets.current().await.unwrap();
    advance(MIN_REFRESH_INTERVAL).await;
    wire.answers(400, refused("AccessDeniedException"));
    assert!(secrets.replacement_for(&refused_secret).await.is_none());
}

#[rstest::rstest]
#[case::missing("ResourceNotFoundException", "CLIENT_STATES_ARN")]
#[case::denied("AccessDeniedException", "secretsmanager:GetSecretValue")]
#[case::encrypted("DecryptionFailure", "kms:Decrypt")]
#[case::deleted("InvalidRequestException", "restore it")]
#[tokio::test(start_paused = true)]
async fn a_refusal_names_the_remedy(#[case] code: &str, #[case] remedy: &str) {
    let (wire, secrets) = setup();
    wire.answers(400, refused(code));
    let error = secrets.current().await.unwrap_err();
    assert!(matches!(error, Error::Misconfigured(_)), "{error:?}");
    assert!(error.to_string().contains(remedy), "{error}");
    assert!(error.to_string().contains("CLIENT_STATES_ARN"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_busy_secrets_manager_is_worth_another_try() {
    let (wire, secrets) = setup();
    wire.answers(400, refused("ThrottlingException"));
    assert!(matches!(secrets.current().await.unwrap_err(), Error::Unavailable(_)));
    wire.answers(200, answer("one"));
    assert!(secrets.current().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_fixed_secret_never_changes() {
    let secrets = Secrets::fixed(ClientStates::parse(&secret_json("one").to_string()).unwrap());
    advance(CACHE_TTL * 10).await;
    let secret = secrets.current().await.unwrap();
    assert!(knows(&secret, "one"));
    assert!(secrets.replacement_for(&secret).await.is_none());
}
