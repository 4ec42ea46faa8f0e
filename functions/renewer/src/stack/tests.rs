use rstest::rstest;
use serde_json::{Value, json};

use super::*;

const BUCKET: &str = "https://cloudformation-custom-resource-response";

#[rstest]
#[case("-useast1.s3.amazonaws.com/x?X-Amz-Signature=y", "us-east-1")]
#[case("-useast1.s3.us-east-1.amazonaws.com/x", "us-east-1")]
#[case("-euwest1.s3-eu-west-1.amazonaws.com/x", "eu-west-1")]
#[case("-eucentral1.s3.eu-central-1.amazonaws.com/arn%3Aaws/x", "eu-central-1")]
#[case("-usgovwest1.s3.us-gov-west-1.amazonaws.com/x", "us-gov-west-1")]
#[case("-cnnorth1.s3.cn-north-1.amazonaws.com.cn/x", "cn-north-1")]
#[case("-eucentral1.s3.dualstack.eu-central-1.amazonaws.com/x", "eu-central-1")]
fn cloudformation_of_the_own_region_is_answered(#[case] rest: &str, #[case] region: &str) {
    let hosts = ResponseHosts::OfRegion(region.to_owned());
    let url = format!("{BUCKET}{rest}");
    assert!(hosts.accept(&url).is_some(), "{url}");
    assert_eq!(hosts.accept(&url.replace("https:", "http:")), None, "the answer could be read");
}

/// Anyone may have a bucket: its name decides.
#[rstest]
#[case("https://contoso.example/x")]
#[case("https://bucket.s3.us-east-1.amazonaws.com/x")]
#[case("https://cloudformation-custom-resource-response-evil.s3.us-east-1.amazonaws.com/x")]
#[case("https://cloudformation-custom-resource-response-useast1evil.s3.amazonaws.com/x")]
#[case("https://cloudformation-custom-resource-response-euwest1.s3.amazonaws.com/x")]
#[case("https://cloudformation-custom-resource-response-useast1.s3.eu-west-1.amazonaws.com/x")]
#[case("https://evil.cloudformation-custom-resource-response-useast1.s3.amazonaws.com/x")]
#[case("https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com.evil.example/x")]
#[case("https://cloudformation-custom-resource-response-useast1.s3.amazonaws.comevil/x")]
#[case("https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com:8443/x")]
#[case("https://a:b@cloudformation-custom-resource-response-useast1.s3.amazonaws.com/x")]
#[case("https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com@evil.example/x")]
#[case("https://s3.amazonaws.com/cloudformation-custom-resource-response-useast1/x")]
#[case("http://127.0.0.1:9001/2018-06-01/runtime")]
#[case("https://localhost/x")]
#[case("https://169.254.169.254/x")]
#[case("ftp://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/x")]
#[case("file:///x")]
#[case("no address")]
fn no_other_host_is_answered(#[case] url: &str) {
    assert_eq!(ResponseHosts::OfRegion("us-east-1".to_owned()).accept(url), None);
    assert_eq!(ResponseHosts::Nowhere.accept(url), None);
}

#[rstest]
#[case("http://127.0.0.1:8080/x", true)]
#[case("http://[::1]:8080/x", true)]
#[case("http://localhost:8080/x", true)]
#[case("http://127.0.0.1.contoso.example/x", false)]
#[case("http://contoso.example/x", false)]
#[case("https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/x", false)]
fn a_laptop_answers_itself_alone(#[case] url: &str, #[case] acceptable: bool) {
    let endpoints = |graph| Endpoints::parse("http://127.0.0.1:1", graph).unwrap();
    let hosts = ResponseHosts::of(&endpoints("http://127.0.0.1:2")).in_region("us-east-1");
    assert_eq!(hosts, ResponseHosts::Loopback);
    assert_eq!(hosts.accept(url).is_some(), acceptable);
    let deployed = ResponseHosts::of(&endpoints("https://graph.microsoft.com"));
    assert_eq!(deployed, ResponseHosts::Nowhere);
    assert_eq!(deployed.in_region("r"), ResponseHosts::OfRegion("r".to_owned()));
}

fn request(kind: &str) -> StackRequest {
    let request = json!({
        "RequestType": kind,
        "ResponseURL": "https://s3.contoso.example/x?X-Amz-Signature=invented",
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Subscription",
        "ResourceType": "Custom::Subscription",
        "OldResourceProperties": {"anything": "else"},
    });
    serde_json::from_value(request).unwrap()
}

#[rstest]
#[case("Create", Some(Goal::Subscribe))]
#[case("Update", Some(Goal::Subscribe))]
#[case("Delete", Some(Goal::Unsubscribe))]
#[case("Import", None)]
fn a_request_is_for_a_subscription_or_for_none(#[case] kind: &str, #[case] goal: Option<Goal>) {
    assert_eq!(request(kind).goal(), goal);
}

#[test]
fn the_address_is_not_shown() {
    assert!(!format!("{:?}", request("Create")).contains("invented"));
}

#[test]
fn a_long_sentence_is_cut_so_that_the_answer_stays_small() {
    let result = shortened(&StackResult::status_only("ü".repeat(5_000)));
    assert_eq!(result.status.chars().count(), MAX_REASON_LENGTH);
    let answer = Answer {
        status: "SUCCESS",
        reason: &result.status,
        physical_resource_id: PHYSICAL_ID,
        stack_id: &"s".repeat(200),
        request_id: &"r".repeat(40),
        logical_resource_id: "Subscription",
        data: &result,
    };
    let body: Value = serde_json::to_value(&answer).unwrap();
    assert!(body.to_string().len() < 4_096);
}
