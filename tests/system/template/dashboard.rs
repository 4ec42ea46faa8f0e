//! The dashboards: their bodies are right JSON, nothing lies over anything else, and everything that
//! they show exists.

use std::collections::BTreeSet;

use call_table::table_definition;
use serde_json::{Value, json};

use super::metrics;
use super::read::{Template, number};

const COLUMNS: i64 = 24;

fn dashboard() -> Template {
    Template::read("infra/dashboard.yaml")
}

/// The body of each, with `${Name}` where CloudFormation puts something in.
fn bodies() -> Vec<String> {
    let dashboards = dashboard();
    let dashboards = dashboards.all("AWS::CloudWatch::Dashboard");
    let body = |(_, one): (_, &Value)| {
        one["Properties"]["DashboardBody"]["Fn::Sub"].as_str().unwrap().to_owned()
    };
    dashboards.into_iter().map(body).collect()
}

/// The widgets of each.
fn widgets_of_each() -> Vec<Vec<Value>> {
    let widgets = |body: String| {
        let body: Value = serde_json::from_str(&body).expect("the body is JSON");
        body["widgets"].as_array().unwrap().clone()
    };
    bodies().into_iter().map(widgets).collect()
}

/// The widgets of all.
fn widgets() -> Vec<Value> {
    widgets_of_each().concat()
}

fn of_type(of_type: &str) -> Vec<Value> {
    let mut widgets = widgets();
    widgets.retain(|widget| widget["type"] == of_type);
    assert!(!widgets.is_empty(), "there is no widget of type {of_type}");
    widgets.into_iter().map(|mut widget| widget["properties"].take()).collect()
}

/// One line of a graph: namespace, name, dimensions.
pub(super) struct Line {
    title: String,
    namespace: String,
    pub(super) name: String,
    dimensions: Vec<(String, String)>,
    options: Value,
}

/// The lines that are metrics, and the expressions over them.
pub(super) fn lines() -> (Vec<Line>, Vec<(String, Value)>) {
    let (mut lines, mut expressions) = (Vec::new(), Vec::new());
    for graph in of_type("metric") {
        let title = graph["title"].as_str().unwrap().to_owned();
        for line in graph["metrics"].as_array().unwrap() {
            let mut line = line.as_array().unwrap().clone();
            let options = line.pop_if(|last| last.is_object()).unwrap_or_default();
            if line.is_empty() {
                expressions.push((title.clone(), options));
                continue;
            }
            let texts: Vec<_> = line.iter().map(|it| it.as_str().unwrap().to_owned()).collect();
            let [namespace, name, dimensions @ ..] = texts.as_slice() else {
                panic!("{title}: {texts:?}");
            };
            let pairs = dimensions.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone()));
            lines.push(Line {
                title: title.clone(),
                namespace: namespace.clone(),
                name: name.clone(),
                dimensions: pairs.collect(),
                options,
            });
        }
    }
    (lines, expressions)
}

#[test]
fn widgets_lie_beside_each_other_on_the_grid() {
    widgets_of_each().into_iter().for_each(lie_beside_each_other);
}

fn lie_beside_each_other(widgets: Vec<Value>) {
    let mut taken = BTreeSet::new();
    let mut bottom = 0;
    for widget in widgets {
        let at = |name: &str| number(&widget[name]);
        let title = &widget["properties"]["title"];
        assert!(at("x") >= 0 && at("width") > 0 && at("x") + at("width") <= COLUMNS, "{title}");
        assert!(at("y") >= 0 && (1..=1000).contains(&at("height")), "{title}");
        for x in at("x")..at("x") + at("width") {
            for y in at("y")..at("y") + at("height") {
                assert!(taken.insert((x, y)), "{title} lies over another at {x}, {y}");
            }
        }
        bottom = bottom.max(at("y") + at("height"));
    }
    assert_eq!(taken.len(), usize::try_from(COLUMNS * bottom).unwrap(), "there are holes");
}

#[test]
fn a_graph_has_a_title_a_unit_and_the_region_of_the_stack() {
    for graph in of_type("metric") {
        let title = graph["title"].as_str().unwrap();
        assert_eq!(graph["region"], "${AWS::Region}", "{title}");
        assert!(graph["yAxis"]["left"]["label"].is_string(), "{title}");
        for line in graph["metrics"].as_array().unwrap() {
            let options = line.as_array().unwrap().last().unwrap();
            let hidden = options["visible"] == false;
            assert!(hidden || options["label"].is_string(), "{title}: {line} has no label");
            let right = options["yAxis"] == "healthy";
            assert!(!right || graph["yAxis"]["healthy"]["label"].is_string(), "{title}: {line}");
        }
    }
}

#[test]
fn a_graph_shows_metrics_that_exist_of_resources_of_the_stack() {
    let namespace = metrics::namespace();
    let (dashboard, (lines, _)) = (dashboard(), lines());
    let parameters = dashboard.section("Parameters");
    let indexes: BTreeSet<&str> = table_definition().indexes.iter().map(|it| it.name).collect();
    for Line { title, namespace: of, name, dimensions, .. } in &lines {
        let (first, value) = &dimensions[0];
        if *of == namespace {
            let names: Vec<&str> = dimensions.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, metrics::DIMENSIONS, "{title}: {name}");
            assert_eq!(dimensions[1].1, "${System}", "{title}: {name}");
            assert!(metrics::is_written(value, name), "{title}: {name} of {value}");
            continue;
        }
        assert_eq!(metrics::of_aws(of, name), Some(first.as_str()), "{title}: {of} {name}");
        let resource = value.strip_prefix("${").and_then(|value| value.strip_suffix('}'));
        assert!(resource.is_some_and(|it| parameters.contains_key(it)), "{title}: {value}");
        for (name, value) in &dimensions[1..] {
            assert_eq!((of.as_str(), name.as_str()), ("AWS/DynamoDB", "GlobalSecondaryIndexName"));
            assert!(indexes.contains(value.as_str()), "{title}: {value}");
        }
    }
}

/// What is hidden is there for an expression, and an expression speaks of what is there.
#[test]
fn an_expression_is_over_hidden_lines_of_its_own_graph() {
    let (lines, expressions) = lines();
    assert!(!expressions.is_empty());
    let mut used = BTreeSet::new();
    for (title, options) in &expressions {
        let expression = options["expression"].as_str().unwrap();
        let (id, _) = expression.split_once('/').expect("a division by a number");
        let line = lines.iter().find(|line| line.title == *title && line.options["id"] == id);
        assert_eq!(line.expect(expression).options["visible"], false, "{title}: {expression}");
        used.insert((title.as_str(), id));
    }
    for line in lines.iter().filter(|line| line.options["visible"] == false) {
        let id = line.options["id"].as_str().unwrap();
        assert!(used.contains(&(line.title.as_str(), id)), "{}: {id} is never shown", line.title);
    }
}

#[test]
fn durations_are_shown_as_statistics_and_counts_as_sums() {
    for graph in of_type("metric") {
        for line in graph["metrics"].as_array().unwrap() {
            let line = line.as_array().unwrap();
            let (Some(name), Some(options)) = (line[0].as_str().map(|_| &line[1]), line.last())
            else {
                continue;
            };
            let statistic = options["stat"].as_str().or(graph["stat"].as_str()).unwrap();
            // A sum of ages or of gauges means nothing.
            let gauge = ["StoredLag", "RetriedAge", "AnswerTime", "Latency"]
                .into_iter()
                .chain(["CompleteUpToAge", "UnrepairedAge", "StillMissing", "StillStale"])
                .chain(["SubscriptionMinutesLeft"])
                .any(|gauge| name == gauge)
                || name.as_str().unwrap().starts_with("Approximate");
            assert_eq!(gauge, statistic != "Sum", "{name} as {statistic}");
        }
    }
}

#[test]
fn every_alarm_is_on_the_dashboard() {
    let alarms = Template::read("infra/alarms.yaml");
    let expected: BTreeSet<String> = alarms
        .all("AWS::CloudWatch::Alarm")
        .into_iter()
        // Of one that a parameter switches on, the dashboard would say that it is not there.
        .filter(|(_, alarm)| alarm["Condition"].is_null())
        .map(|(_, alarm)| alarm["Properties"]["AlarmName"]["Fn::Sub"].as_str().unwrap())
        .map(|name| {
            let account = "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}";
            format!("{account}:alarm:{name}")
        })
        .collect();
    let shown: Vec<Value> =
        of_type("alarm").iter().flat_map(|it| it["alarms"].as_array().unwrap().clone()).collect();
    let shown: BTreeSet<String> = shown.iter().map(|it| it.as_str().unwrap().to_owned()).collect();
    assert_eq!(shown, expected);
}

/// A line that says where an alarm rings says what the alarm says.
#[test]
fn the_marks_in_graphs_are_the_thresholds_of_the_alarms() {
    let alarms = Template::read("infra/alarms.yaml");
    let threshold = |id: &str| number(&alarms.properties(id)["Threshold"]);
    let expected = BTreeSet::from([
        threshold("SubscriptionUnhealthy") / 60,
        threshold("OldestMessage") / 60,
        threshold("WebhookSlow"),
    ]);
    let marks: Vec<Value> = of_type("metric")
        .iter()
        .flat_map(|graph| graph["annotations"]["horizontal"].as_array().cloned())
        .flatten()
        .collect();
    let marked = |label: &str| -> BTreeSet<i64> {
        let of_label = marks.iter().filter(|it| it["label"].as_str().unwrap().starts_with(label));
        of_label.map(|mark| number(&mark["value"])).collect()
    };
    assert_eq!(marked("alarm"), expected);
    assert_eq!(marked("renewed"), BTreeSet::from([renewer::plan::RENEW_BELOW.as_hours()]));
}

#[test]
fn everything_that_is_put_into_the_body_is_a_parameter_and_every_parameter_is_given() {
    let dashboard = dashboard();
    let bodies = bodies().concat();
    let used: BTreeSet<&str> = bodies
        .split("${")
        .skip(1)
        .map(|rest| rest.split_once('}').unwrap().0)
        .filter(|name| !name.starts_with("AWS::"))
        .collect();
    let parameters: BTreeSet<&str> =
        dashboard.section("Parameters").keys().map(String::as_str).collect();
    // The viewers' policy and the conditions need one more each.
    let others = BTreeSet::from(["Dashboards", "RolePath"]);
    assert_eq!(used.union(&others).copied().collect::<BTreeSet<_>>(), parameters);
    let main = Template::main();
    let given = main.properties("Dashboard")["Parameters"].as_object().unwrap();
    assert_eq!(given.keys().map(String::as_str).collect::<BTreeSet<_>>(), parameters);
    // Each by the resource of its name, so that none is swapped for another.
    for (name, value) in given {
        // One that a parameter switches on has no resource to refer to while it is off.
        if !value["Fn::Sub"].is_null() {
            assert_eq!(main.properties(name)["FunctionName"], *value);
            continue;
        }
        let id = value["Ref"].as_str().or(value["Fn::GetAtt"][0].as_str()).unwrap();
        let expected = match name.as_str() {
            "ApiId" => "Api",
            "ReportsArn" => "Reports",
            "System" => "AWS::StackName",
            name => name,
        };
        assert_eq!(id, expected);
    }
}

/// Three dashboards of up to 50 metrics each are free in an account; a longer one is not.
#[test]
fn no_dashboard_has_more_metrics_than_are_free() {
    let of_each = widgets_of_each();
    assert!(of_each.len() <= 3);
    for widgets in of_each {
        let graphs = widgets.iter().map(|widget| &widget["properties"]["metrics"]);
        let lines = graphs.filter_map(Value::as_array).flatten().map(|line| {
            let line = line.as_array().unwrap().iter();
            line.take_while(|it| it.is_string()).map(Value::to_string).collect::<String>()
        });
        let metrics: BTreeSet<String> = lines.filter(|line| !line.is_empty()).collect();
        assert!(metrics.len() <= 50, "{} metrics", metrics.len());
    }
}

/// A report of one person or one call needs a parameter: it is reached by a link.
#[test]
fn a_report_on_the_dashboard_is_one_that_the_function_of_this_stack_gives_unasked() {
    use reports::Report;
    let mut shown = Vec::new();
    for widget in of_type("custom") {
        assert_eq!(widget["endpoint"], "${ReportsArn}");
        assert!(widget["title"].is_string());
        for change in ["refresh", "resize", "timeRange"] {
            assert_eq!(widget["updateOn"][change], true, "{change}");
        }
        let report: Report = serde_json::from_value(widget["params"]["report"].clone()).unwrap();
        assert!(![Report::Person, Report::Call].contains(&report), "{report:?}");
        shown.push(report);
    }
    for report in [Report::Overview, Report::People, Report::Missed, Report::Quality] {
        assert!(shown.contains(&report), "{report:?}");
    }
    let main = Template::main();
    let given = &main.properties("Dashboard")["Parameters"]["ReportsArn"];
    assert_eq!(*given, json!({"Fn::GetAtt": ["Reports", "Arn"]}));
}
