//! The names of what the stack makes: unique wherever AWS wants them to be, and no longer than it takes.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::read::{TEMPLATES, Template, number};

/// How far a name must be unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    Account,
    Region,
    /// It is only for people to read.
    Nowhere,
}

/// A property that names a resource, with what it stands in, how far the name must be unique, and how
/// long it may be.
const NAMES: [(&str, &str, Scope, usize); 13] = [
    ("AWS::ApiGatewayV2::Api", "Name", Scope::Nowhere, 128),
    ("AWS::Athena::NamedQuery", "Name", Scope::Region, 128),
    ("AWS::Athena::WorkGroup", "Name", Scope::Region, 128),
    ("AWS::Budgets::Budget", "Budget/BudgetName", Scope::Account, 100),
    ("AWS::CloudWatch::Alarm", "AlarmName", Scope::Region, 255),
    ("AWS::CloudWatch::Dashboard", "DashboardName", Scope::Account, 255),
    ("AWS::Glue::Database", "DatabaseInput/Name", Scope::Region, 255),
    ("AWS::IAM::Role", "RoleName", Scope::Account, 64),
    ("AWS::Logs::LogGroup", "LogGroupName", Scope::Region, 512),
    ("AWS::Logs::QueryDefinition", "Name", Scope::Region, 255),
    ("AWS::SQS::Queue", "QueueName", Scope::Region, 80),
    ("AWS::Serverless::Function", "FunctionName", Scope::Region, 64),
    ("ScheduleV2", "Name", Scope::Region, 64),
];

/// The regions of the partitions that have a cloud of Microsoft's: the commercial ones with the longest
/// and the shortest names, one of each form, and those of the US government.
const REGIONS: [&str; 11] = [
    "af-south-1",
    "ap-northeast-1",
    "ap-southeast-7",
    "ca-central-1",
    "eu-central-1",
    "eu-west-1",
    "me-central-1",
    "us-east-1",
    "us-west-2",
    "us-gov-east-1",
    "us-gov-west-1",
];

/// A name of the stack, taken apart where the stack's own name stands.
#[derive(Debug)]
struct Name {
    of_type: &'static str,
    scope: Scope,
    longest: usize,
    before: String,
    after: String,
}

impl Name {
    /// What follows the stack's name, in a region.
    fn ending(&self, region: &str) -> String {
        self.after.replace("${AWS::Region}", region)
    }
}

fn names() -> Vec<Name> {
    let mut names = Vec::new();
    for path in TEMPLATES {
        let template = Template::read(path);
        for (id, resource) in template.section("Resources") {
            let properties = &resource["Properties"];
            names.extend(name_of(id, resource["Type"].as_str().unwrap(), properties));
            for (id, event) in properties["Events"].as_object().into_iter().flatten() {
                names.extend(name_of(id, event["Type"].as_str().unwrap(), &event["Properties"]));
            }
        }
    }
    names
}

fn name_of(id: &str, of_type: &str, properties: &Value) -> Option<Name> {
    // A stage is of its API.
    if of_type == "AWS::ApiGatewayV2::Stage" {
        return None;
    }
    // A property that names the resource itself, and is not in the list above, is one to think about.
    let kind = of_type.rsplit("::").next().unwrap();
    for suspicious in ["Name".to_owned(), format!("{kind}Name")] {
        let is_known = NAMES.iter().any(|it| it.0 == of_type && it.1 == suspicious);
        assert!(is_known || properties[&suspicious].is_null(), "{id} of {of_type}: {suspicious}");
    }
    let &(of_type, property, scope, longest) = NAMES.iter().find(|it| it.0 == of_type)?;
    let name = properties.pointer(&format!("/{property}")).unwrap_or(&Value::Null);
    // No name of a stack has an underscore: with one for each dash, two names stay two.
    let with_dashes = &name["Fn::Join"][1]["Fn::Split"][1];
    let with_underscores = json!({"Fn::Join": ["_", {"Fn::Split": ["-", with_dashes]}]});
    let name = match if *name == with_underscores { with_dashes } else { name } {
        // CloudFormation makes one that is unique and short enough.
        Value::Null => return None,
        name if *name == json!({"Ref": "AWS::StackName"}) => "${AWS::StackName}",
        name => name["Fn::Sub"].as_str().unwrap_or_else(|| panic!("{id}: {name} is fixed")),
    };
    let stack = if name.contains("${System}") { "${System}" } else { "${AWS::StackName}" };
    let (before, after) = name.split_once(stack).unwrap_or_else(|| panic!("{id}: {name}"));
    let (before, after) = (before.to_owned(), after.to_owned());
    assert_eq!(after.contains("${AWS::Region}"), scope == Scope::Account, "{id}: {name}");
    Some(Name { of_type, scope, longest, before, after })
}

/// Two stacks have another name or another region. One of two names could still be the other one's, if
/// what follows one stack's name ended like what follows the other's: `a` and `a-unexpected` would both
/// have an alarm `a-unexpected-silence`. No name of a stack has another character than these.
#[test]
fn two_stacks_of_an_account_never_share_a_name() {
    let could_be_of_a_stack = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let names = names();
    assert!(names.len() > 40, "{}", names.len());
    for (place, name) in names.iter().enumerate() {
        let same_type = names.iter().enumerate().filter(|(_, other)| other.of_type == name.of_type);
        for (other_place, other) in same_type {
            for region in REGIONS {
                for other_region in REGIONS {
                    let same_region = region == other_region;
                    if (name.scope == Scope::Region && !same_region)
                        || name.scope == Scope::Nowhere
                        || name.before != other.before
                        || (place == other_place && same_region)
                    {
                        continue;
                    }
                    let (ending, other_ending) = (name.ending(region), other.ending(other_region));
                    let between = ending.strip_suffix(&other_ending);
                    let shared = between.is_some_and(|it| it.chars().all(could_be_of_a_stack));
                    assert!(!shared, "{}: {ending} and {other_ending}", name.of_type);
                }
            }
        }
    }
}

/// `infra/name.yaml` refuses a longer stack's name at once, and the roles wait for its answer.
#[test]
fn the_longest_name_that_a_stack_may_have_is_within_every_limit_in_every_region() {
    let parameter = &Template::read("infra/name.yaml").section("Parameters")["StackName"].clone();
    let allowed = usize::try_from(number(&parameter["MaxLength"])).unwrap();
    let sentence = parameter["ConstraintDescription"].as_str().unwrap();
    assert!(sentence.contains(&format!("at most {allowed} characters")), "{sentence}");
    let longest_region = REGIONS.iter().max_by_key(|region| region.len()).unwrap();
    let mut tightest = usize::MAX;
    for name in names() {
        let length = name.before.len() + allowed + name.ending(longest_region).len();
        assert!(length <= name.longest, "{} of {length}: {name:?}", name.of_type);
        tightest = tightest.min(name.longest - length);
    }
    assert_eq!(tightest, 0, "a stack could have a longer name");

    let main = Template::main();
    let checked = main.properties("Name");
    assert_eq!(checked["TemplateURL"], "infra/name.yaml");
    assert_eq!(checked["Parameters"], json!({"StackName": {"Ref": "AWS::StackName"}}));
    let roles: BTreeSet<&str> = main.all("AWS::IAM::Role").into_iter().map(|(id, _)| id).collect();
    for role in roles {
        assert_eq!(main.section("Resources")[role]["DependsOn"], "Name", "{role}");
    }
}

/// A budget counts by the tag with the stack's name, which a stack in another region may have too.
#[test]
fn a_budget_counts_the_stack_of_its_region_alone() {
    let alarms = Template::read("infra/alarms.yaml");
    let filters = &alarms.properties("Budget")["Budget"]["CostFilters"];
    assert_eq!(
        filters["TagKeyValue"],
        json!([{"Fn::Sub": "aws:cloudformation:stack-name$${System}"}])
    );
    assert_eq!(filters["Region"], json!([{"Ref": "AWS::Region"}]));
}
