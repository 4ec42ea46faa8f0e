//! The parameters: what a person may set, and that the code takes it.

use call_records::AudioClassifier;
use call_table::TableConfig;
use msgraph::Endpoints;
use regex::Regex;

use super::read::{Template, number, texts};

#[test]
fn every_parameter_is_described_and_has_a_default_and_bounds() {
    let template = Template::main();
    for (name, parameter) in template.section("Parameters") {
        assert!(parameter["Description"].as_str().is_some_and(|text| text.len() > 40), "{name}");
        assert!(!parameter["Default"].is_null(), "{name}: deploying must need no decision");
        let bounded = ["AllowedPattern", "AllowedValues", "MinValue"];
        assert!(bounded.iter().any(|bound| !parameter[*bound].is_null()), "{name}");
        let explained =
            parameter["AllowedPattern"].is_null() || !parameter["ConstraintDescription"].is_null();
        assert!(explained, "{name}: a pattern is no message");
    }
}

#[test]
fn the_console_shows_every_parameter_in_a_group() {
    let template = Template::main();
    let groups = &template.section("Metadata")["AWS::CloudFormation::Interface"]["ParameterGroups"];
    let mut shown: Vec<&str> =
        groups.as_array().unwrap().iter().flat_map(|group| texts(&group["Parameters"])).collect();
    shown.sort_unstable();
    let mut there: Vec<&str> = template.section("Parameters").keys().map(String::as_str).collect();
    there.sort_unstable();
    assert_eq!(shown, there);
}

#[test]
fn the_code_takes_every_classifier_that_may_be_chosen() {
    let template = Template::main();
    let parameter = &template.section("Parameters")["AudioClassifier"];
    for name in texts(&parameter["AllowedValues"]) {
        assert_eq!(name.parse::<AudioClassifier>().unwrap().to_string(), name);
    }
    assert_eq!(parameter["Default"], AudioClassifier::default().to_string());
}

#[test]
fn the_code_takes_the_addresses_of_every_cloud() {
    let template = Template::main();
    let default = |name: &str| template.section("Parameters")[name]["Default"].as_str().unwrap();
    Endpoints::parse(default("LoginUrl"), default("GraphUrl")).unwrap();
    Endpoints::parse("https://login.microsoftonline.us", "https://graph.microsoft.us").unwrap();
    Endpoints::parse("http://127.0.0.1:8080", "http://localhost:8081").unwrap();
}

/// Access tokens go to the one, the client secret to the other: who deploys can send them to no
/// host of their own.
#[test]
fn only_the_hosts_of_microsofts_clouds_are_accepted_for_tokens_and_secrets() {
    let template = Template::main();
    for (parameter, hosts) in [
        ("GraphUrl", &["graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us"][..]),
        ("LoginUrl", &["login.microsoftonline.com", "login.microsoftonline.us"]),
    ] {
        let pattern = template.section("Parameters")[parameter]["AllowedPattern"].as_str().unwrap();
        let pattern = Regex::new(pattern).unwrap();
        for host in hosts {
            assert!(pattern.is_match(&format!("https://{host}")), "{host}");
            for other in [
                format!("http://{host}"),
                format!("https://{host}/"),
                format!("https://{host}:8443"),
                format!("https://{host}.contoso.example"),
                format!("https://{host}@contoso.example"),
                format!("https://contoso.example/{host}"),
                format!("https://evil{host}"),
                format!("https://{}", host.replace('.', "x")),
                format!("https://{host}\nhttps://contoso.example"),
            ] {
                assert!(!pattern.is_match(&other), "{other}");
            }
        }
        for local in ["http://127.0.0.1:8080", "http://localhost:1"] {
            assert!(pattern.is_match(local), "{local}");
        }
        for other in [
            "",
            "https://contoso.example",
            "http://127.0.0.1",
            "http://127.0.0.1:80.contoso.example",
            "http://localhost.contoso.example:80",
            "http://10.0.0.1:80",
        ] {
            assert!(!pattern.is_match(other), "{other}");
        }
    }
}

/// The role may read what the name says: a wildcard would open more than one object to it.
#[test]
fn the_building_file_is_one_object_that_the_code_takes() {
    let template = Template::main();
    let pattern = template.section("Parameters")["SitesObject"]["AllowedPattern"].as_str().unwrap();
    let pattern = Regex::new(pattern).unwrap();
    assert!(pattern.is_match(""));
    for name in ["my-bucket/sites.tsv", "my.bucket/teams/sites (1).tsv".replace(' ', "_").as_str()]
    {
        assert!(pattern.is_match(name), "{name}");
        name.parse::<quality::ObjectName>().unwrap();
    }
    for other in
        ["bucket", "bucket/", "/key", "bucket/*", "bucket/a?", "bucket/${x}", "b*t/key", "b/k"]
    {
        assert!(!pattern.is_match(other), "{other}");
    }
}

/// Graph may send a newer version of a record for 30 days: what is forgotten sooner is counted
/// twice.
#[test]
fn calls_are_kept_for_longer_than_graph_sends_new_versions() {
    let template = Template::main();
    let code = TableConfig::new("a table");
    for (name, default) in [
        ("RetentionDays", code.retention_days),
        ("PersonTotalsRetentionDays", code.person_totals_retention_days),
        ("OrganisationTotalsRetentionDays", code.organisation_totals_retention_days),
    ] {
        let parameter = &template.section("Parameters")[name];
        assert_eq!(number(&parameter["Default"]), i64::from(default), "{name}");
        assert!(number(&parameter["MinValue"]) >= 35, "{name}");
    }
}
