use std::time::Duration;

use fake_graph::{ClientSecret, Failure, FakeGraph, Target};
use http::StatusCode;
use jiff::SignedDuration;
use msgraph::{Credential, Endpoints, NewSubscription};
use rstest::rstest;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::*;

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(30)
}

/// A tenant whose application is right, and a webhook.
struct World {
    fake: FakeGraph,
    webhook: MockServer,
}

impl World {
    async fn start() -> Self {
        let webhook = MockServer::start().await;
        let echo = |asked: &Request| {
            let token = asked.url.query_pairs().find(|(name, _)| name == "validationToken");
            let token = token.map(|(_, token)| token.into_owned()).unwrap_or_default();
            ResponseTemplate::new(200).set_body_raw(token, "text/plain; charset=utf-8")
        };
        Mock::given(any()).respond_with(echo).mount(&webhook).await;
        let fake = FakeGraph::start(fake_graph::Options::default()).await.unwrap();
        Self { fake, webhook }
    }

    fn url(&self, path: &str) -> Url {
        Url::parse(&self.webhook.uri()).unwrap().join(path).unwrap()
    }

    fn graph(&self, tenant: &str, client: &str, secret: &str) -> Graph {
        let endpoints = Endpoints::parse(self.fake.login_url(), self.fake.url()).unwrap();
        let credential = Credential::Secret(secret.to_owned().into());
        let options = msgraph::Options {
            initial_backoff: Duration::from_millis(5),
            ..msgraph::Options::default()
        };
        Graph::new(endpoints, tenant, client, credential, options).unwrap()
    }

    fn deployment(&self) -> Deployment {
        Deployment {
            proxy: None,
            graph: self.graph(
                fake_graph::TENANT_ID,
                fake_graph::CLIENT_ID,
                fake_graph::CLIENT_SECRET,
            ),
            client_id: fake_graph::CLIENT_ID.to_owned(),
            notification_url: Some(self.url("/notifications")),
        }
    }

    async fn subscribe(&self, path: &str, life: SignedDuration) {
        let new = NewSubscription {
            notification_url: self.url(path).to_string(),
            lifecycle_notification_url: self.url("/lifecycle").to_string(),
            expires_at: lambda_kit::now() + life,
            client_state: "an invented client state".to_owned().into(),
        };
        self.deployment().graph.create_subscription(&new, soon()).await.unwrap();
    }

    async fn findings(&self) -> Vec<Finding> {
        examine(&self.deployment(), lambda_kit::now, soon()).await.findings
    }
}

#[tokio::test]
async fn logs_of_telephone_calls_that_cannot_be_read_are_named_with_their_parameter() {
    let world = World::start().await;
    world.subscribe("/notifications", LONG).await;
    let findings = world.findings().await;
    let step = of(&findings, Step::TelephoneLogs);
    assert_eq!(step.outcome, Outcome::Ok, "{}", step.sentence);
    assert!(step.sentence.contains("direct_routing: 0"), "{}", step.sentence);
    world.fake.watch(|arrival: &fake_graph::Arrival| {
        let is_log = arrival.path.contains("getDirectRoutingCalls");
        is_log.then(|| Failure::Refused(StatusCode::FORBIDDEN, "no consent".to_owned()))
    });
    let findings = world.findings().await;
    let step = of(&findings, Step::TelephoneLogs);
    assert_eq!(step.outcome, Outcome::Wrong);
    assert!(step.sentence.contains("PstnLogs"), "{}", step.sentence);
    assert_eq!(of(&findings, Step::Subscription).outcome, Outcome::Ok);
}

const LONG: SignedDuration = SignedDuration::from_hours(69);

fn of(findings: &[Finding], step: Step) -> &Finding {
    findings.iter().find(|finding| finding.step == step).unwrap()
}

/// The steps with this outcome.
fn steps(findings: &[Finding], outcome: Outcome) -> Vec<Step> {
    findings.iter().filter(|it| it.outcome == outcome).map(|it| it.step).collect()
}

#[tokio::test]
async fn on_a_healthy_deployment_every_step_is_ok() {
    let world = World::start().await;
    world.subscribe("/notifications", LONG).await;
    let diagnosis = examine(&world.deployment(), lambda_kit::now, soon()).await;
    assert!(diagnosis.healthy, "{diagnosis:#?}");
    assert_eq!(steps(&diagnosis.findings, Outcome::Ok).len(), 9, "{diagnosis:#?}");
}

#[rstest]
#[case::wrong_secret(fake_graph::TENANT_ID, fake_graph::CLIENT_ID, "wrong", "secret is wrong")]
#[case::expired_secret(fake_graph::TENANT_ID, fake_graph::CLIENT_ID, "expired", "has expired")]
#[case::wrong_tenant(fake_graph::CLIENT_ID, fake_graph::CLIENT_ID, "x", "tenant is unknown")]
#[case::unknown_application(
    fake_graph::TENANT_ID,
    fake_graph::TENANT_ID,
    "x",
    "is unknown in this"
)]
#[tokio::test]
async fn without_a_token_the_later_steps_are_not_checked(
    #[case] tenant: &str,
    #[case] client: &str,
    #[case] secret: &str,
    #[case] words: &str,
) {
    let world = World::start().await;
    world.fake.set_client_secrets(vec![
        ClientSecret::new(fake_graph::CLIENT_SECRET),
        ClientSecret::new("expired").expiring(Timestamp::UNIX_EPOCH),
    ]);
    let graph = world.graph(tenant, client, secret);
    let deployment = Deployment { graph, ..world.deployment() };
    let findings = examine(&deployment, lambda_kit::now, soon()).await.findings;
    assert_eq!(steps(&findings, Outcome::Wrong), [Step::Token]);
    assert!(of(&findings, Step::Token).sentence.contains(words), "{findings:#?}");
    assert_eq!(steps(&findings, Outcome::Ok), [Step::Clock, Step::Webhook]);
    assert!(of(&findings, Step::Consent).sentence.contains("fix the step \"token\" first"));
}

#[tokio::test]
async fn a_missing_consent_names_the_permission_and_the_page() {
    let world = World::start().await;
    world.fake.set_consent(false);
    let findings = world.findings().await;
    assert_eq!(steps(&findings, Outcome::Wrong), [Step::Consent]);
    let sentence = &of(&findings, Step::Consent).sentence;
    for words in ["CallRecords.Read.All", "API permissions", "Grant admin consent"] {
        assert!(sentence.contains(words), "{sentence}");
    }
    assert_eq!(steps(&findings, Outcome::Ok), [Step::Clock, Step::Token, Step::Webhook]);
}

#[rstest]
#[case::down(Failure::Status(StatusCode::BAD_GATEWAY), "is not available")]
#[case::throttled(Failure::Throttled(Some(Duration::from_secs(90))), "asks to wait")]
#[case::not_graph(Failure::Body("<html>".to_owned()), "cannot be read")]
#[case::elsewhere(Failure::Redirect("https://x.example".to_owned()), "redirects are not followed")]
#[tokio::test]
async fn a_failed_list_leaves_the_consent_unchecked(#[case] failure: Failure, #[case] words: &str) {
    let world = World::start().await;
    world.fake.fail(Target::List, failure, 0);
    let findings = world.findings().await;
    assert!(of(&findings, Step::List).sentence.contains(words), "{findings:#?}");
    assert_eq!(of(&findings, Step::List).outcome, Outcome::Wrong);
    assert_eq!(of(&findings, Step::Consent).outcome, Outcome::NotChecked);
}

#[tokio::test]
async fn without_a_subscription_the_finding_says_how_to_create_one() {
    let world = World::start().await;
    let findings = world.findings().await;
    assert_eq!(steps(&findings, Outcome::Wrong), [Step::Subscription]);
    let sentence = &of(&findings, Step::Subscription).sentence;
    assert!(sentence.contains("CheckCommand"), "{sentence}");
    let details = [Step::SubscriptionIsOurs, Step::SubscriptionTimeLeft];
    assert_eq!(steps(&findings, Outcome::NotChecked), details);
}

#[tokio::test]
async fn a_subscription_that_notifies_another_url_is_wrong() {
    let world = World::start().await;
    world.subscribe("/somebody-else", LONG).await;
    let findings = world.findings().await;
    assert_eq!(steps(&findings, Outcome::Wrong), [Step::SubscriptionIsOurs]);
    let sentence = &of(&findings, Step::SubscriptionIsOurs).sentence;
    assert!(sentence.contains("notifies another address, at 127.0.0.1"), "{sentence}");
}

#[tokio::test]
async fn a_subscription_that_was_not_renewed_is_reported() {
    let world = World::start().await;
    world.subscribe("/notifications", SignedDuration::from_hours(31)).await;
    let findings = world.findings().await;
    assert_eq!(steps(&findings, Outcome::Wrong), [Step::SubscriptionTimeLeft]);
    let sentence = &of(&findings, Step::SubscriptionTimeLeft).sentence;
    assert!(sentence.contains("ends in 30 h 59 min"), "{sentence}");
}

#[rstest]
#[case::of_another_application(
    r#""applicationId": "another", "changeType": "updated""#,
    "made by application another"
)]
#[case::of_first_versions_only(r#""changeType": "created""#, "first versions only")]
#[case::that_nobody_is_told_about(r#""changeType": "updated""#, "no lifecycle URL")]
#[tokio::test]
async fn a_subscription_with_other_settings_is_wrong(#[case] members: &str, #[case] words: &str) {
    let world = World::start().await;
    let (url, ends) = (world.url("/notifications"), lambda_kit::now() + LONG);
    let listed = format!(
        r#"{{"value": [{{"id": "1", "resource": "/communications/callRecords", {members},
            "notificationUrl": "{url}", "expirationDateTime": "{ends}"}}]}}"#
    );
    world.fake.fail(Target::Subscriptions, Failure::Body(listed), 0);
    let findings = world.findings().await;
    assert_eq!(steps(&findings, Outcome::Wrong), [Step::SubscriptionIsOurs]);
    let sentence = &of(&findings, Step::SubscriptionIsOurs).sentence;
    assert!(sentence.contains(words), "{sentence}");
}

#[tokio::test]
async fn two_subscriptions_are_one_too_many() {
    let world = World::start().await;
    let (url, ends) = (world.url("/notifications"), lambda_kit::now() + LONG);
    let one = |id: u8, kind: &str| {
        format!(
            r#"{{"id": "{id}", "resource": "communications/callRecords", "changeType": "{kind}",
                "notificationUrl": "{url}", "lifecycleNotificationUrl": "{url}",
                "expirationDateTime": "{ends}"}}"#
        )
    };
    let listed = format!(r#"{{"value": [{}, {}]}}"#, one(1, "updated"), one(2, "created,updated"));
    world.fake.fail(Target::Subscriptions, Failure::Body(listed), 0);
    let findings = world.findings().await;
    assert_eq!(steps(&findings, Outcome::Wrong), [Step::Subscription]);
    assert!(of(&findings, Step::Subscription).sentence.contains("there are 2 subscriptions"));
}

#[rstest]
#[case::ahead(90, "ahead of Graph's")]
#[case::behind(-90, "behind Graph's")]
#[tokio::test]
async fn a_wrong_clock_is_reported_with_its_offset(#[case] seconds: i64, #[case] words: &str) {
    let world = World::start().await;
    world.subscribe("/notifications", LONG).await;
    let wrong = move || lambda_kit::now() + SignedDuration::from_secs(seconds);
    let findings = examine(&world.deployment(), wrong, soon()).await.findings;
    assert_eq!(steps(&findings, Outcome::Wrong), [Step::Clock]);
    let sentence = &of(&findings, Step::Clock).sentence;
    assert!(sentence.contains(words) && sentence.contains("NTP"), "{sentence}");
}

#[tokio::test]
async fn without_the_webhooks_url_the_steps_that_need_it_are_skipped() {
    let world = World::start().await;
    world.subscribe("/notifications", LONG).await;
    let deployment = Deployment { notification_url: None, ..world.deployment() };
    let diagnosis = examine(&deployment, lambda_kit::now, soon()).await;
    let unchecked = steps(&diagnosis.findings, Outcome::NotChecked);
    assert_eq!(unchecked, [Step::SubscriptionIsOurs, Step::Webhook]);
    assert!(diagnosis.healthy);
}
