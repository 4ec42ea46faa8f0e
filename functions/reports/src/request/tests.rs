use jiff::civil::date;
use rstest::rstest;
use serde_json::json;

use super::*;

fn now() -> Timestamp {
    "2026-11-25T13:00:00Z".parse().unwrap()
}

fn read(event: Value) -> Result<Request, Error> {
    Request::read(event, &Config::default(), now())
}

fn context(fields: Value) -> Value {
    let mut context = json!({
        "dashboardName": "Calls", "widgetId": "widget-16", "accountId": "012345678901",
        "locale": "en", "period": 300, "isAutoPeriod": true, "linkCharts": true, "title": "Calls",
        "timezone": {"label": "UTC", "offsetISO": "+00:00", "offsetInMinutes": 0},
        "timeRange": {
            "mode": "relative", "relativeStart": 86_400_012,
            "start": 1_795_435_200_000_i64, "end": 1_795_521_600_000_i64,
        },
        "theme": "light", "forms": {"all": {}}, "params": {}, "width": 588, "height": 369,
    });
    let Value::Object(fields) = fields else { panic!("fields of the context: {fields}") };
    for (name, value) in fields {
        context[name] = value;
    }
    context
}

#[test]
fn a_widget_shows_the_days_of_the_dashboard_as_html() {
    let request = read(json!({"report": "missed", "widgetContext": context(json!({}))})).unwrap();
    assert_eq!((request.report, request.format), (Report::Missed, Format::Html));
    // 2026-11-23T12:00Z to 2026-11-24T12:00Z.
    assert_eq!((request.period.from, request.period.to), (date(2026, 11, 23), date(2026, 11, 24)));
    assert!(!request.has_own_days);
    assert_eq!((request.widget.width(), request.widget.theme()), (588, Theme::Light));
}

#[test]
fn a_zoomed_dashboard_shows_the_zoomed_range() {
    let start = 1_795_435_200_000_i64;
    let range = json!({
        "start": start, "end": start + 30 * 86_400_000,
        "zoom": {"start": start + 86_400_000, "end": start + 86_460_000},
    });
    let event = json!({"widgetContext": context(json!({"timeRange": range, "theme": "dark"}))});
    let request = read(event).unwrap();
    assert_eq!((request.period.from, request.period.to), (date(2026, 11, 24), date(2026, 11, 24)));
    assert_eq!(request.widget.theme(), Theme::Dark);
}

#[test]
fn a_link_goes_before_the_parameters_of_the_widget() {
    let params = json!({"report": "overview", "range": "last_month", "size": 10});
    let event = json!({"report": "days", "from": "2026-11-01", "to": "2026-11-02",
        "widgetContext": context(json!({"params": params}))});
    let request = read(event).unwrap();
    assert_eq!((request.report, request.paging.size), (Report::Days, 10));
    assert_eq!((request.period.from, request.period.to), (date(2026, 11, 1), date(2026, 11, 2)));
    assert!(request.has_own_days && request.range.is_none());
}

#[test]
fn the_clock_is_the_requests_else_the_deployments_else_the_dashboards() {
    let ahead = json!({"timezone": {"label": "Local", "offsetInMinutes": 330}});
    let event = json!({"widgetContext": context(ahead)});
    assert_eq!(read(event.clone()).unwrap().period.zone.to_string(), "UTC+05:30");
    let berlin = Config { time_zone: Some("Europe/Berlin".parse().unwrap()), ..Config::default() };
    let request = Request::read(event.clone(), &berlin, now()).unwrap();
    assert_eq!(request.period.zone.to_string(), "Europe/Berlin");
    let mut event = event;
    event["time_zone"] = "Asia/Tokyo".into();
    let request = Request::read(event, &berlin, now()).unwrap();
    assert_eq!(request.period.zone.to_string(), "Asia/Tokyo");
}

#[test]
fn by_hand_it_is_json_of_the_last_seven_days() {
    let request = read(json!({})).unwrap();
    assert_eq!((request.report, request.format), (Report::Overview, Format::Json));
    assert_eq!((request.period.from, request.period.to), (date(2026, 11, 19), date(2026, 11, 25)));
}

#[rstest]
#[case(json!({"report": "oveview"}), "overview, people, missed")]
#[case(json!({"repotr": "overview"}), "no field \"repotr\"")]
#[case(json!({"from": "yesterday"}), "\"from\" must be a day such as 2026-11-23")]
#[case(json!({"range": "last_year"}), "\"range\" must be one of")]
#[case(json!({"range": "today", "from": "2026-11-01"}), "not both")]
#[case(json!({"time_zone": "Berlin"}), "Europe/Berlin")]
#[case(json!({"format": "xml"}), "json, csv or html")]
#[case(json!({"page": 0}), "count from 1")]
#[case(json!({"page": "two"}), "\"page\" must be a whole number from 1, not \"two\".")]
#[case(json!({"size": -1}), "\"size\" must be a whole number from 1, not -1.")]
#[case(json!({"person": 7}), "\"person\" must be text in quotes, not 7.")]
#[case(json!({"from": ["2026-11-01"]}), "\"from\" must be text in quotes")]
#[case(json!({"find": 7}), "\"find\" must be true, ")]
#[case(json!({"size": 10001, "format": "csv"}), "1 to 10000")]
#[case(json!({"size": 5000}), "1 to 500")]
#[case(json!({"sort": "name"}), "one of talk_time, calls")]
#[case(json!([]), "JSON object")]
#[case(json!({"widgetContext": {"width": "wide"}}), "widgetContext")]
fn a_request_that_cannot_be_read_says_what_to_change(#[case] event: Value, #[case] says: &str) {
    let error = read(event).unwrap_err().to_string();
    assert!(error.contains(says), "{error}");
}

#[rstest]
#[case(json!({"find": true}), Some("user:ada"))]
#[case(json!({"find": "0f3a6c1e", "report": "people"}), Some("0f3a6c1e"))]
#[case(json!({"report": "found"}), None)]
fn what_is_looked_for_is_in_the_field_or_in_the_request(
    #[case] mut event: Value,
    #[case] expected: Option<&str>,
) {
    event["widgetContext"] = context(json!({"forms": {"all": {"find": " user:ada "}}}));
    let request = read(event).unwrap();
    assert_eq!((request.report, request.find.as_deref()), (Report::Found, expected));
}

#[test]
fn days_are_chosen_in_the_fields_of_the_form() {
    let chosen = |from: &str, to: &str| {
        let forms = json!({"forms": {"all": {"from": from, "to": to}}});
        read(json!({"range": "chosen", "widgetContext": context(forms)}))
    };
    let request = chosen("2026-11-03", "2026-11-05").unwrap();
    assert_eq!((request.period.from, request.period.to), (date(2026, 11, 3), date(2026, 11, 5)));
    assert!(request.has_own_days && request.range.is_none(), "links keep the days themselves");
    let error = chosen("", "2026-11-05").unwrap_err().to_string();
    assert!(error.contains("Choose the first and the last day"), "{error}");
}

#[test]
fn without_a_dashboard_the_days_are_those_of_the_last_week_in_every_link() {
    let request = read(json!({"widgetContext": {"width": 900}})).unwrap();
    assert_eq!(request.range.as_deref(), Some("last_7_days"));
    let request = read(json!({"range": "dashboard", "widgetContext": {"width": 900}})).unwrap();
    assert_eq!(request.range.as_deref(), Some("last_7_days"));
    let request = read(json!({"widgetContext": context(json!({}))})).unwrap();
    assert_eq!(request.range, None, "those of the dashboard");
}

#[test]
fn what_is_empty_says_nothing() {
    let request = read(json!({"from": "", "person": null, "report": "days"})).unwrap();
    assert_eq!((request.report, request.person), (Report::Days, None));
}

#[test]
fn a_link_can_say_that_the_dashboards_days_are_meant() {
    let params = json!({"report": "overview", "range": "last_month"});
    let event = json!({"report": "days", "range": "dashboard",
        "widgetContext": context(json!({"params": params}))});
    let request = read(event).unwrap();
    assert_eq!((request.period.from, request.period.to), (date(2026, 11, 23), date(2026, 11, 24)));
    assert!(!request.has_own_days && request.range.is_none());
}

#[test]
fn a_page_in_the_parameters_of_a_widget_is_that_of_what_it_shows_first() {
    let params = json!({"report": "people", "page": 3, "size": 10});
    let mut event = json!({"widgetContext": context(json!({"params": params}))});
    assert_eq!(read(event.clone()).unwrap().paging.page, 3);
    event["report"] = "quality".into();
    let request = read(event).unwrap();
    assert_eq!((request.paging.page, request.paging.size), (1, 10));
    let params = json!({"find": "0f3a6c1e"});
    let event = json!({"report": "days", "widgetContext": context(json!({"params": params}))});
    assert_eq!(read(event).unwrap().report, Report::Days, "nor does it look for the same again");
}

#[test]
fn an_id_can_be_given_to_find_without_a_form() {
    let request = read(json!({"find": "0f3a6c1e"})).unwrap();
    assert_eq!((request.report, request.find.as_deref()), (Report::Found, Some("0f3a6c1e")));
    let error = read(json!({"find": "a".repeat(2_000)})).unwrap_err().to_string();
    assert!(error.contains("too long"), "{error}");
}

#[test]
fn csv_has_all_rows_unless_the_request_says_how_many() {
    assert_eq!(read(json!({"format": "csv"})).unwrap().paging.size, 10_000);
    assert_eq!(read(json!({"format": "csv", "size": "10"})).unwrap().paging.size, 10);
    assert_eq!(read(json!({})).unwrap().paging.size, 25);
}
