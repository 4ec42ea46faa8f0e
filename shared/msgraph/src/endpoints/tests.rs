use proptest::prelude::*;
use rstest::rstest;

use super::*;

const LOGIN_HOST: &str = "https://login.microsoftonline.com";
const GRAPH_HOST: &str = "https://graph.microsoft.com";

fn global() -> Endpoints {
    Endpoints::parse(LOGIN_HOST, GRAPH_HOST).unwrap()
}

#[rstest]
#[case::global(LOGIN_HOST, GRAPH_HOST)]
#[case::dod("https://login.microsoftonline.us", "https://dod-graph.microsoft.us/")]
#[case::loopback_name("http://localhost:4010", "http://localhost:4010")]
#[case::loopback_address("http://127.0.0.1:4010", "http://[::1]:4010")]
fn hosts_that_may_see_a_token_are_accepted(#[case] login: &str, #[case] graph: &str) {
    Endpoints::parse(login, graph).unwrap();
}

#[rstest]
#[case::http("http://graph.microsoft.com")]
#[case::http_that_looks_local("http://localhost.contoso.example")]
#[case::http_in_the_local_network("http://192.168.0.7")]
#[case::another_scheme("ftp://graph.microsoft.com")]
#[case::credentials("https://user:word@graph.microsoft.com")]
#[case::a_path("https://graph.microsoft.com/v1.0")]
#[case::a_query("https://graph.microsoft.com/?a=b")]
#[case::no_scheme("graph.microsoft.com")]
#[case::nothing("")]
fn hosts_that_must_not_see_a_token_are_refused_by_the_name_of_the_setting(#[case] url: &str) {
    let graph = Endpoints::parse(LOGIN_HOST, url).unwrap_err().to_string();
    assert!(graph.starts_with("GRAPH_URL must be "), "{graph}");
    let login = Endpoints::parse(url, GRAPH_HOST).unwrap_err().to_string();
    assert!(login.starts_with("LOGIN_URL must be "), "{login}");
}

#[rstest]
#[case::global(GRAPH_HOST, "https://graph.microsoft.com/.default")]
#[case::l4("https://graph.microsoft.us/", "https://graph.microsoft.us/.default")]
#[case::local("http://127.0.0.1:4010", "http://127.0.0.1:4010/.default")]
fn the_scope_is_the_graph_host_of_the_cloud(#[case] graph: &str, #[case] scope: &str) {
    assert_eq!(Endpoints::parse(LOGIN_HOST, graph).unwrap().scope(), scope);
}

#[rstest]
#[case::absolute("https://graph.microsoft.com/v1.0/x?$skiptoken=a%2Fb")]
#[case::default_port_written_out("https://graph.microsoft.com:443/v1.0/x")]
#[case::as_in_the_documentation(
    "https://graph.microsoft.com/v1.0/$metadata#communications/callRecords('e')/sessions?$skiptoken=abc"
)]
#[case::relative("/v1.0/x?$skiptoken=a")]
fn a_next_link_on_the_graph_host_is_followed(#[case] link: &str) {
    let url = global().next_link(link).unwrap();
    assert_eq!(url.host_str(), Some("graph.microsoft.com"));
}

#[rstest]
#[case::another_host("https://graph.contoso.example/v1.0/x")]
#[case::a_longer_host("https://graph.microsoft.com.contoso.example/v1.0/x")]
#[case::a_subdomain("https://a.graph.microsoft.com/v1.0/x")]
#[case::another_port("https://graph.microsoft.com:8443/v1.0/x")]
#[case::another_scheme("http://graph.microsoft.com/v1.0/x")]
#[case::the_host_as_a_user("https://graph.microsoft.com@contoso.example/")]
#[case::credentials("https://user:word@graph.microsoft.com/v1.0/x")]
#[case::a_user("https://user@graph.microsoft.com/v1.0/x")]
#[case::without_a_scheme("//contoso.example/v1.0/x")]
#[case::backslashes("\\\\contoso.example\\v1.0")]
#[case::a_tab_in_the_scheme("ht\ttps://contoso.example/")]
#[case::no_host("data:text/plain,x")]
#[case::not_an_address("https://[")]
fn a_next_link_that_leads_elsewhere_is_foreign(#[case] link: &str) {
    assert!(matches!(global().next_link(link), Err(Error::ForeignLink)));
}

#[rstest]
#[case::plain("3cf3bbc8-b21d-4f2e-bfd0-b13603ae6c65", "3cf3bbc8-b21d-4f2e-bfd0-b13603ae6c65")]
#[case::up("../../me", "..%2F..%2Fme")]
#[case::query("a?$expand=x", "a%3F%24expand%3Dx")]
#[case::fragment("a#b", "a%23b")]
#[case::encoded_already("%2e%2e", "%252e%252e")]
#[case::backslash("a\\..\\b", "a%5C..%5Cb")]
#[case::control_characters(".\t.", ".%09.")]
#[case::umlaut("ü", "%C3%BC")]
fn an_id_is_one_segment_of_the_path(#[case] id: &str, #[case] encoded: &str) {
    let url = global().graph(&["communications", "callRecords", id]);
    let expected = format!("{GRAPH_HOST}/v1.0/communications/callRecords/{encoded}");
    assert_eq!(url.as_str(), expected);
}

#[test]
fn a_tenant_is_one_segment_of_the_path() {
    let url = global().token("contoso.example/../x");
    assert_eq!(url.as_str(), format!("{LOGIN_HOST}/contoso.example%2F..%2Fx/oauth2/v2.0/token"));
}

/// Links that are nearly right, out of pieces that parsers are known to disagree about.
fn tricky_link() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "https",
        "http",
        "HTTPS",
        ":",
        "/",
        "//",
        "\\",
        "@",
        "#",
        "?",
        "%",
        "%2f",
        "%40",
        "\t",
        "\n",
        " ",
        ".",
        "..",
        ":443",
        ":80",
        "graph.microsoft.com",
        "contoso.example",
        "[::1]",
        "127.0.0.1",
        "v1.0",
        "graph。microsoft。com",
        "\u{202e}",
        "file:",
        "javascript:",
    ]);
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_next_link_leaves_the_graph_host(link in prop_oneof![any::<String>(), tricky_link()]) {
        if let Ok(url) = global().next_link(&link) {
            prop_assert_eq!(url.scheme(), "https");
            prop_assert_eq!(url.host_str(), Some("graph.microsoft.com"));
            prop_assert_eq!(url.port_or_known_default(), Some(443));
            prop_assert!(url.username().is_empty() && url.password().is_none());
        }
    }

    #[test]
    fn no_id_leaves_its_place_in_the_path(id in prop_oneof![any::<String>(), tricky_link()]) {
        prop_assume!(is_segment(&id));
        let url = global().graph(&["subscriptions", &id]);
        let segments: Vec<_> = url.path_segments().unwrap().collect();
        prop_assert_eq!(&segments[..2], ["v1.0", "subscriptions"]);
        prop_assert_eq!(segments.len(), 3);
        prop_assert!(!segments[2].is_empty());
        prop_assert!(url.query().is_none() && url.fragment().is_none());
        prop_assert_eq!(url.origin(), global().graph.origin());
    }
}
