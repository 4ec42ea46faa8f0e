//! Tokens: who gets one, what it is worth, how it ends.

use std::time::Duration;

use fake_graph::{Assertions, CLIENT_SECRET, ClientSecret, TENANT_ID};
use reqwest::Method;
use rstest::rstest;

use crate::tenant::{Answer, Tenant, credentials, record};

const ID: &str = "e523d2ed-2966-4b6b-925b-754a88034cc5";
const PATH: &str = "/communications/callRecords/e523d2ed-2966-4b6b-925b-754a88034cc5";

fn with(name: &str, value: Option<&str>) -> Vec<(&'static str, String)> {
    let mut form = credentials();
    form.retain(|(known, _)| *known != name);
    if let (Some(value), Some((name, _))) =
        (value, credentials().into_iter().find(|(known, _)| *known == name))
    {
        form.push((name, value.to_owned()));
    }
    form
}

#[rstest]
#[case::wrong_secret("client_secret", Some("guessed"), 401, "invalid_client", 7_000_215)]
#[case::no_secret("client_secret", None, 401, "invalid_client", 7_000_218)]
#[case::unknown_application("client_id", Some("nobody"), 400, "unauthorized_client", 700_016)]
#[case::wrong_scope("scope", Some("https://foo.example/.default"), 400, "invalid_scope", 70_011)]
#[case::bare_scope("scope", Some("CallRecords.Read.All"), 400, "invalid_scope", 70_011)]
#[case::no_scope("scope", None, 400, "invalid_request", 900_144)]
#[case::other_grant("grant_type", Some("password"), 400, "unsupported_grant_type", 70_003)]
#[case::no_grant("grant_type", None, 400, "invalid_request", 900_144)]
#[tokio::test]
async fn an_invalid_form_is_refused_with_the_error_number_of_entra(
    #[case] field: &str,
    #[case] value: Option<&str>,
    #[case] status: u16,
    #[case] error: &str,
    #[case] number: u32,
) {
    let tenant = Tenant::start().await;
    let answer = tenant.login(TENANT_ID, &with(field, value)).await;
    assert_eq!(answer.status, status);
    let body = answer.json();
    assert_eq!(body["error"], error);
    assert_eq!(body["error_codes"], serde_json::json!([number]));
    let description = body["error_description"].as_str().unwrap();
    assert!(description.starts_with(&format!("AADSTS{number}: ")), "{description}");
    assert!(!description.contains("guessed"), "a secret is never repeated");
}

#[tokio::test]
async fn another_tenant_is_not_found() {
    let tenant = Tenant::start().await;
    let answer = tenant.login("fabrikam.example", &credentials()).await;
    assert_eq!((answer.status, &answer.json()["error_codes"][0]), (400, &90002.into()));
}

#[tokio::test]
async fn the_scope_may_name_this_very_address() {
    let tenant = Tenant::start().await;
    let scope = format!("{}/.default", tenant.graph.url());
    assert_eq!(tenant.login(TENANT_ID, &with("scope", Some(&scope))).await.status, 200);
}

#[tokio::test]
async fn a_secret_expires_and_is_replaced() {
    let expiry: jiff::Timestamp = "2026-03-02T10:00:00Z".parse().unwrap();
    let mut tenant = Tenant::with(|options| {
        options.client_secrets = vec![ClientSecret::new(CLIENT_SECRET).expiring(expiry)];
    })
    .await;
    assert!(!tenant.token.is_empty());
    tenant.clock.advance(Duration::from_hours(1));
    let refused = tenant.login(TENANT_ID, &credentials()).await;
    assert_eq!((refused.status, &refused.json()["error_codes"][0]), (401, &7_000_222.into()));
    tenant.graph.set_client_secrets(vec![ClientSecret::new("the next one")]);
    let next = with("client_secret", Some("the next one"));
    assert_eq!(tenant.login(TENANT_ID, &next).await.status, 200);
    tenant.sign_in().await;
    assert!(tenant.token.is_empty(), "the old secret is wrong now");
}

#[rstest]
#[case::any(Assertions::AnyToken, "header.claims.signature", 200)]
#[case::not_a_token(Assertions::AnyToken, "opaque", 401)]
#[case::known(Assertions::Only(vec!["a.b.c".into()]), "a.b.c", 200)]
#[case::unknown(Assertions::Only(vec!["a.b.c".into()]), "a.b.d", 401)]
#[case::not_configured(Assertions::None, "a.b.c", 401)]
#[tokio::test]
async fn an_assertion_takes_the_place_of_the_secret(
    #[case] assertions: Assertions,
    #[case] assertion: &str,
    #[case] status: u16,
) {
    let tenant = Tenant::with(|options| options.assertions = assertions).await;
    let mut form = with("client_secret", None);
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    form.push(("client_assertion_type", kind.to_owned()));
    form.push(("client_assertion", assertion.to_owned()));
    assert_eq!(tenant.login(TENANT_ID, &form).await.status, status);
}

async fn without_token(tenant: &Tenant) -> Answer {
    let url = format!("{}/v1.0{PATH}", tenant.graph.url());
    Answer::of(tenant.http.get(url).send().await.unwrap()).await
}

#[tokio::test]
async fn without_a_good_token_nothing_is_read() {
    let mut tenant = Tenant::start().await;
    tenant.graph.load(&record(ID, 1, 1, 1)).unwrap();
    assert_eq!(tenant.get(PATH).await.status, 200);

    let refused = without_token(&tenant).await;
    assert_eq!(
        (refused.status, refused.error_code().as_str()),
        (401, "InvalidAuthenticationToken")
    );
    assert_eq!(refused.header("www-authenticate"), Some("Bearer"));
    tenant.graph.revoke_tokens();
    assert_eq!(tenant.get(PATH).await.status, 401);
    tenant.sign_in().await;
    assert_eq!(tenant.get(PATH).await.status, 200);
    tenant.clock.advance(Duration::from_secs(3_598));
    assert_eq!(tenant.get(PATH).await.status, 200);
    tenant.clock.advance(Duration::from_secs(1));
    assert_eq!(tenant.get(PATH).await.status, 401);
}

#[tokio::test]
async fn consent_reaches_only_tokens_that_come_after_it() {
    let mut tenant = Tenant::with(|options| options.consented = false).await;
    tenant.graph.load(&record(ID, 1, 1, 1)).unwrap();
    for path in [PATH, "/communications/callRecords"] {
        assert_eq!(tenant.get(path).await.error_code(), "Forbidden");
    }
    tenant.graph.set_consent(true);
    assert_eq!(tenant.get(PATH).await.status, 403, "the old token has no role");
    tenant.sign_in().await;
    assert_eq!(tenant.get(PATH).await.status, 200);
}

#[tokio::test]
async fn subscribing_takes_the_same_consent() {
    let tenant = Tenant::with(|options| options.consented = false).await;
    let body = tenant.subscription("http://127.0.0.1:9/notifications");
    assert_eq!(tenant.send(Method::POST, "/subscriptions", &body).await.status, 403);
}

#[tokio::test]
async fn the_lifetime_of_tokens_can_be_changed() {
    let mut tenant = Tenant::start().await;
    tenant.graph.set_token_lifetime(Duration::from_secs(60));
    let body = tenant.login(TENANT_ID, &credentials()).await.json();
    assert_eq!(body["expires_in"], 60);
    tenant.sign_in().await;
    tenant.clock.advance(Duration::from_secs(60));
    assert_eq!(tenant.get("/communications/callRecords").await.status, 401);
}
