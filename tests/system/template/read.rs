//! A template as JSON, with its intrinsic functions in their long form.

use std::path::{Path, PathBuf};

use lambda_kit::Metric;
use serde_json::{Map, Value, json};

/// One of the function packages, with what it says of itself.
pub(crate) struct Function {
    /// The package, its folder below functions/ and its binary.
    pub(crate) name: &'static str,
    /// Its logical id.
    pub(crate) id: &'static str,
    pub(crate) environment: &'static [&'static str],
    pub(crate) actions: &'static [&'static str],
    pub(crate) metrics: &'static [Metric],
}

pub(crate) const FUNCTIONS: [Function; 9] = [
    Function {
        name: "consumer",
        id: "Consumer",
        environment: consumer::ENVIRONMENT,
        actions: consumer::ACTIONS,
        metrics: consumer::METRICS,
    },
    Function {
        name: "export",
        id: "Export",
        environment: export::ENVIRONMENT,
        actions: export::ACTIONS,
        metrics: &[],
    },
    Function {
        name: "forget",
        id: "Forget",
        environment: forget::ENVIRONMENT,
        actions: forget::ACTIONS,
        metrics: &[],
    },
    Function {
        name: "pstn",
        id: "Pstn",
        environment: pstn::ENVIRONMENT,
        actions: pstn::ACTIONS,
        metrics: &[],
    },
    Function {
        name: "quality",
        id: "Quality",
        environment: quality::ENVIRONMENT,
        actions: quality::ACTIONS,
        metrics: quality::METRICS,
    },
    Function {
        name: "reconciler",
        id: "Reconciler",
        environment: reconciler::ENVIRONMENT,
        actions: reconciler::ACTIONS,
        metrics: reconciler::METRICS,
    },
    Function {
        name: "renewer",
        id: "Renewer",
        environment: renewer::ENVIRONMENT,
        actions: renewer::ACTIONS,
        metrics: renewer::METRICS,
    },
    Function {
        name: "reports",
        id: "Reports",
        environment: reports::ENVIRONMENT,
        actions: reports::ACTIONS,
        metrics: &[],
    },
    Function {
        name: "webhook",
        id: "Webhook",
        environment: webhook::ENVIRONMENT,
        actions: webhook::ACTIONS,
        metrics: webhook::METRICS,
    },
];

/// Every template: the main one, and those of the stacks below it.
pub(crate) const TEMPLATES: [&str; 6] = [
    "template.yaml",
    "infra/alarms.yaml",
    "infra/dashboard.yaml",
    "infra/lake.yaml",
    "infra/name.yaml",
    "infra/queries.yaml",
];

/// A file's place, from the top of the repository.
pub(crate) fn at_the_top(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

pub(crate) fn text_of(path: &str) -> String {
    std::fs::read_to_string(at_the_top(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A template.
pub(crate) struct Template(Value);

impl Template {
    pub(crate) fn main() -> Self {
        Self::read("template.yaml")
    }

    pub(crate) fn read(path: &str) -> Self {
        let yaml = serde_yaml_ng::from_str(&text_of(path)).unwrap();
        Self(in_long_form(yaml))
    }

    /// A section, such as `Parameters`, by logical ids.
    pub(crate) fn section(&self, name: &str) -> &Map<String, Value> {
        self.0[name].as_object().unwrap_or_else(|| panic!("there is no section {name}"))
    }

    /// The resources of a type with their logical ids.
    pub(crate) fn all(&self, of_type: &str) -> Vec<(&str, &Value)> {
        self.section("Resources")
            .iter()
            .filter(|(_, resource)| resource["Type"] == of_type)
            .map(|(id, resource)| (id.as_str(), resource))
            .collect()
    }

    /// The properties of one resource.
    pub(crate) fn properties(&self, id: &str) -> &Value {
        let properties = &self.section("Resources")[id]["Properties"];
        assert!(properties.is_object(), "{id} has no properties");
        properties
    }

    /// What applies to every function, unless the function says otherwise.
    pub(crate) fn function_property(&self, id: &str, name: &str) -> &Value {
        match &self.properties(id)[name] {
            Value::Null => &self.0["Globals"]["Function"][name],
            value => value,
        }
    }

    /// The logical id of a function's role.
    pub(crate) fn role_of(&self, id: &str) -> &str {
        let role = &self.properties(id)["Role"]["Fn::GetAtt"];
        assert_eq!(role[1], "Arn", "{id} has no role of its own");
        role[0].as_str().unwrap()
    }

    /// The statements of a role's own policies, without those that depend on a condition.
    pub(crate) fn statements(&self, role: &str) -> Vec<&Value> {
        self.all_statements(role).filter(|statement| statement["Fn::If"].is_null()).collect()
    }

    /// The statements of a role that depend on a condition: its name, and what holds then.
    pub(crate) fn conditional_statements(&self, role: &str) -> Vec<(&str, &Value)> {
        self.all_statements(role)
            .filter_map(|statement| {
                let [condition, then, otherwise] = statement["Fn::If"].as_array()?.as_slice()
                else {
                    panic!("{role}: {statement}")
                };
                assert_eq!(*otherwise, json!({"Ref": "AWS::NoValue"}), "{role}");
                Some((condition.as_str()?, then))
            })
            .collect()
    }

    fn all_statements(&self, role: &str) -> impl Iterator<Item = &Value> {
        let policies = self.properties(role)["Policies"].as_array().unwrap();
        policies.iter().flat_map(|policy| list(&policy["PolicyDocument"]["Statement"]))
    }
}

/// A value that stands for itself, or a list of values: IAM takes both everywhere.
pub(crate) fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(values) => values.iter().collect(),
        Value::Null => Vec::new(),
        value => vec![value],
    }
}

/// The texts of [`list`].
pub(crate) fn texts(value: &Value) -> Vec<&str> {
    list(value).into_iter().map(|text| text.as_str().unwrap_or_else(|| panic!("{text}"))).collect()
}

pub(crate) fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is no number"))
}

pub(crate) fn arn_of(id: &str) -> Value {
    json!({"Fn::GetAtt": [id, "Arn"]})
}

/// `!Sub x` as `{"Fn::Sub": "x"}`, and `!GetAtt a.b` as `{"Fn::GetAtt": ["a", "b"]}`.
fn in_long_form(yaml: serde_yaml_ng::Value) -> Value {
    use serde_yaml_ng::Value as Yaml;
    match yaml {
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let name = tag.trim_start_matches('!');
            match (name, in_long_form(tagged.value)) {
                ("Ref" | "Condition", value) => json!({ name: value }),
                ("GetAtt", Value::String(path)) => {
                    let (id, attribute) = path.split_once('.').unwrap();
                    json!({"Fn::GetAtt": [id, attribute]})
                }
                (_, value) => json!({format!("Fn::{name}"): value}),
            }
        }
        Yaml::Mapping(mapping) => mapping
            .into_iter()
            .map(|(key, value)| (key.as_str().unwrap().to_owned(), in_long_form(value)))
            .collect(),
        Yaml::Sequence(values) => values.into_iter().map(in_long_form).collect(),
        scalar => serde_json::to_value(scalar).unwrap(),
    }
}

#[test]
fn short_and_long_forms_of_an_intrinsic_function_read_the_same() {
    let yaml =
        "{a: !Ref X, b: !GetAtt Y.Arn, c: !If [C, !Sub 'x${Z}', 1], d: {Fn::GetAtt: [Y, Arn]}}";
    assert_eq!(
        in_long_form(serde_yaml_ng::from_str(yaml).unwrap()),
        json!({
            "a": {"Ref": "X"},
            "b": {"Fn::GetAtt": ["Y", "Arn"]},
            "c": {"Fn::If": ["C", {"Fn::Sub": "x${Z}"}, 1]},
            "d": {"Fn::GetAtt": ["Y", "Arn"]},
        })
    );
}
