use secrecy::ExposeSecret;

use super::*;
use crate::wire::Wire;

fn refused(code: &str) -> String {
    format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>invented</Message></Error></ErrorResponse>"
    )
}

#[tokio::test(start_paused = true)]
async fn the_token_is_requested_as_entra_expects_it() {
    let wire = Wire::default();
    wire.answers(
        200,
        "<GetWebIdentityTokenResponse><GetWebIdentityTokenResult>\
         <WebIdentityToken>invented.web.token</WebIdentityToken>\
         <Expiration>2026-11-23T12:05:00Z</Expiration>\
         </GetWebIdentityTokenResult></GetWebIdentityTokenResponse>",
    );
    let token = FederatedIdentity::new(&wire.config()).token().await.unwrap();
    assert_eq!(token.expose_secret(), "invented.web.token");
    let request = &wire.requests()[0];
    for part in [
        "Action=GetWebIdentityToken",
        "Audience.member.1=api%3A%2F%2FAzureADTokenExchange",
        "SigningAlgorithm=RS256",
        "DurationSeconds=300",
    ] {
        assert!(request.contains(part), "{part} in {request}");
    }
}

#[rstest::rstest]
#[case::not_enabled(
    "OutboundWebIdentityFederationDisabledException",
    "enable-outbound-web-identity-federation"
)]
#[case::denied("AccessDenied", "sts:GetWebIdentityToken")]
#[tokio::test(start_paused = true)]
async fn a_refusal_names_the_remedy(#[case] code: &str, #[case] remedy: &str) {
    let wire = Wire::default();
    wire.answers(403, refused(code));
    let error = FederatedIdentity::new(&wire.config()).token().await.unwrap_err();
    assert!(matches!(error, Error::Misconfigured(_)), "{error:?}");
    assert!(error.to_string().contains(remedy), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_busy_sts_is_worth_another_try() {
    let wire = Wire::default();
    wire.answers(503, refused("ServiceUnavailable"));
    let error = FederatedIdentity::new(&wire.config()).token().await.unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
}
