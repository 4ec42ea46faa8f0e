use rstest::rstest;
use secrecy::ExposeSecret as _;

use super::*;

const TENANT: &str = "7c0f2e5a-3d41-4c8e-9b7d-1f6a2e5c8d90";
const CLIENT: &str = "2b9d6f14-8a37-4e05-b1c6-94d7e3f0a582";
const SECRET: &str = "invented~client.secret-0002";

fn options() -> AccountOptions {
    AccountOptions {
        tenant_id: Some(TENANT.to_owned()),
        client_id: Some(CLIENT.to_owned()),
        ..AccountOptions::default()
    }
}

fn resolve(options: &AccountOptions) -> anyhow::Result<(Account, AccountFile)> {
    options.resolve(&Environment::from_pairs([(CLIENT_SECRET, SECRET)]), || {
        panic!("the secret is in the environment")
    })
}

/// Options that take the rest from a file with this content.
fn with_file(content: &str) -> anyhow::Result<(Account, AccountFile)> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("account.toml");
    std::fs::write(&path, content).unwrap();
    resolve(&AccountOptions { config: Some(path), ..AccountOptions::default() })
}

fn both(content: &str) -> String {
    format!("tenant_id = \"{TENANT}\"\nclient_id = \"{CLIENT}\"\n{content}")
}

#[rstest]
#[case::without_a_word(None, "login.microsoftonline.com", "graph.microsoft.com")]
#[case::gcc(Some("gcc"), "login.microsoftonline.com", "graph.microsoft.com")]
#[case::gcc_high(Some("gcc-high"), "login.microsoftonline.us", "graph.microsoft.us")]
#[case::dod(Some("DoD"), "login.microsoftonline.us", "dod-graph.microsoft.us")]
fn a_cloud_is_its_two_hosts(#[case] cloud: Option<&str>, #[case] login: &str, #[case] graph: &str) {
    let options = AccountOptions { cloud: cloud.map(str::to_owned), ..options() };
    let (account, _) = resolve(&options).unwrap();
    assert_eq!(account.endpoints.login.host_str(), Some(login));
    assert_eq!(account.endpoints.graph.host_str(), Some(graph));
    assert_eq!(account.client_secret.expose_secret(), SECRET);
}

#[rstest]
#[case::by_its_name("cloud = \"china\"", "China")]
#[case::by_its_hosts(
    "graph_url = \"https://microsoftgraph.chinacloudapi.cn\"\n\
     login_url = \"https://login.chinacloudapi.cn\"",
    "China"
)]
#[case::two_clouds(
    "graph_url = \"https://graph.microsoft.us\"\n\
     login_url = \"https://login.microsoftonline.com\"",
    "goes https://login.microsoftonline.us"
)]
#[case::half("graph_url = \"https://graph.microsoft.us\"", "go together")]
#[case::twice("cloud = \"dod\"\ngraph_url = \"https://graph.microsoft.us\"", "give either")]
#[case::unknown("cloud = \"moon\"", "global, gcc-high or dod")]
#[case::not_tls(
    "graph_url = \"http://graph.microsoft.com\"\n\
     login_url = \"https://login.microsoftonline.com\"",
    "GRAPH_URL must be an https address"
)]
#[case::a_number("cloud = 5", "cloud must be a string in quotes")]
#[case::an_unknown_key("clowd = \"dod\"", "the key clowd is unknown")]
#[case::days_as_text("days = \"ten\"", "days must be a whole number")]
#[case::no_toml("cloud: dod", "line 3 is not TOML")]
fn an_invalid_file_is_reported_with_what_to_correct(#[case] content: &str, #[case] words: &str) {
    let error = format!("{:#}", with_file(&both(content)).unwrap_err());
    assert!(error.contains(words), "{error}");
}

#[rstest]
#[case::as_a_key("client_secret = \"invented~client.secret-0002\"")]
#[case::as_a_bare_line("invented~client.secret-0002")]
#[case::as_an_unknown_key("\"invented~client.secret-0002\" = 1")]
#[case::as_another_value("days = \"invented~client.secret-0002\"")]
fn a_secret_in_the_file_is_refused_and_not_repeated(#[case] content: &str) {
    let error = format!("{:#}", with_file(&both(content)).unwrap_err());
    assert!(!error.contains("secret-0002"), "{error}");
}

#[test]
fn a_file_serves_for_everything_and_options_go_before_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("account.toml");
    let content = "cloud = \"dod\"\ndays = 7\ndata = \"calls.db\"\n\
                   notification_url = \"https://calls.contoso.example/notifications\"";
    std::fs::write(&path, both(content)).unwrap();
    let other = "00000000-0000-4000-8000-000000000001";
    let options = AccountOptions {
        client_id: Some(other.to_owned()),
        cloud: Some("gcc-high".to_owned()),
        config: Some(path),
        ..AccountOptions::default()
    };
    let (account, file) = resolve(&options).unwrap();
    assert_eq!((account.tenant_id.as_str(), account.client_id.as_str()), (TENANT, other));
    assert_eq!(account.endpoints.graph.host_str(), Some("graph.microsoft.us"));
    assert_eq!((file.days, file.data), (Some(7), Some(directory.path().join("calls.db"))));
    let url = "https://calls.contoso.example/notifications";
    assert_eq!(file.notification_url.as_deref(), Some(url));
}

#[rstest]
#[case::no_tenant(AccountOptions { tenant_id: None, ..options() }, "give --tenant-id")]
#[case::a_domain(
    AccountOptions { tenant_id: Some("contoso.example".to_owned()), ..options() },
    "--tenant-id is no GUID"
)]
#[case::no_application(AccountOptions { client_id: None, ..options() }, "give --client-id")]
fn an_id_that_is_missing_or_none_is_named(#[case] options: AccountOptions, #[case] words: &str) {
    let error = resolve(&options).unwrap_err().to_string();
    assert!(error.contains(words) && error.contains("Overview page"), "{error}");
}

#[test]
fn the_secret_is_prompted_for_only_when_everything_else_is_valid() {
    let nothing = Environment::from_pairs::<&str, &str>([]);
    let (account, _) = options().resolve(&nothing, || Ok(SecretString::from(SECRET))).unwrap();
    assert_eq!(account.client_secret.expose_secret(), SECRET);
    let wrong = AccountOptions { tenant_id: None, ..options() };
    assert!(wrong.resolve(&nothing, || panic!("asked for nothing")).is_err());
    assert!(!format!("{account:?}").contains(SECRET));
}
