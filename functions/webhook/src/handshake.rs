//! Graph's validation handshake.

use url::form_urlencoded;

/// The longest token that is sent back, in bytes. Graph's have some 150.
const MAX_TOKEN_LENGTH: usize = 4 * 1024;

/// What a request's query says about validation.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Handshake {
    /// The token to send back.
    Token(String),
    /// A token that cannot be sent back, and why.
    Unusable(&'static str),
    /// No token: this is no handshake.
    None,
}

/// Reads the token from the raw query, decoding it exactly once.
///
/// The raw query, because it is the only form that says the same everywhere: behind API Gateway the
/// decoded parameters join repeated ones with commas, and in a plain HTTP request there are none.
/// Of repeated tokens the first counts. Graph writes a space as `+`, as forms do.
pub(crate) fn read(query: Option<&str>) -> Handshake {
    let mut parameters = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let token = parameters.find(|(name, _)| name.eq_ignore_ascii_case("validationToken"));
    match token {
        None => Handshake::None,
        Some((_, token)) if token.is_empty() => {
            Handshake::Unusable("the validation token is empty")
        }
        Some((_, token)) if token.len() > MAX_TOKEN_LENGTH => {
            Handshake::Unusable("the validation token is too long")
        }
        // Decoding put this in the place of bytes that are not UTF-8. A token that cannot be sent
        // back as it was must not be sent back at all.
        Some((_, token)) if token.contains(char::REPLACEMENT_CHARACTER) => {
            Handshake::Unusable("the validation token is not UTF-8")
        }
        Some((_, token)) => Handshake::Token(token.into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plain("validationToken=abc", "abc")]
    #[case::as_graph_sends_it(
        "validationToken=Validation%3a+Testing+client+application+reachability+for+subscription+Request-Id%3a+84bd8158",
        "Validation: Testing client application reachability for subscription Request-Id: 84bd8158"
    )]
    #[case::an_encoded_plus("validationToken=a%2Bb", "a+b")]
    #[case::a_percent_sign_is_not_decoded_again("validationToken=a%2520b", "a%20b")]
    #[case::a_percent_sign_alone("validationToken=100%", "100%")]
    #[case::an_equals_sign("validationToken=YWJj==", "YWJj==")]
    #[case::markup_stays_as_it_is("validationToken=%3Cscript%3E", "<script>")]
    #[case::not_ascii("validationToken=%C3%A9", "é")]
    #[case::beside_parameters_of_our_own("a=1&validationToken=t&b=2", "t")]
    #[case::in_other_capitals("validationtoken=t", "t")]
    #[case::the_first_of_two("validationToken=t&validationToken=u", "t")]
    fn the_token_is_decoded_once(#[case] query: &str, #[case] token: &str) {
        assert_eq!(read(Some(query)), Handshake::Token(token.to_owned()));
    }

    #[rstest]
    #[case::empty("validationToken=")]
    #[case::without_a_value("validationToken")]
    #[case::not_utf_8("validationToken=%FF")]
    fn a_token_that_cannot_be_sent_back_is_unusable(#[case] query: &str) {
        assert!(matches!(read(Some(query)), Handshake::Unusable(_)));
    }

    #[test]
    fn the_longest_token_is_sent_back_and_a_longer_one_is_not() {
        let query = |length: usize| format!("validationToken={}", "%41".repeat(length));
        assert_eq!(
            read(Some(&query(MAX_TOKEN_LENGTH))),
            Handshake::Token("A".repeat(MAX_TOKEN_LENGTH))
        );
        assert!(matches!(read(Some(&query(MAX_TOKEN_LENGTH + 1))), Handshake::Unusable(_)));
    }

    #[rstest]
    #[case::no_query(None)]
    #[case::an_empty_query(Some(""))]
    #[case::another_parameter(Some("token=t"))]
    fn without_a_token_there_is_no_handshake(#[case] query: Option<&str>) {
        assert_eq!(read(query), Handshake::None);
    }

    proptest! {
        #[test]
        fn any_token_comes_back_as_it_was(token in "[^\u{fffd}]{1,200}") {
            let query: String =
                form_urlencoded::Serializer::new(String::new()).append_pair("validationToken", &token).finish();
            prop_assert_eq!(read(Some(&query)), Handshake::Token(token));
        }
    }
}
