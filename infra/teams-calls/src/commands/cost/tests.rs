use super::*;

#[test]
fn memory_is_that_of_the_template() {
    for (function, gigabytes) in [
        ("webhook", WEBHOOK_MEMORY),
        ("consumer", CONSUMER_MEMORY),
        ("renewer", SCHEDULED_MEMORY),
        ("reconciler", SCHEDULED_MEMORY),
        ("quality", QUALITY_MEMORY),
        ("export", lake::MEMORY),
        ("pstn", telephone::MEMORY),
    ] {
        let source = format!("CodeUri: functions/{function}");
        let (_, of_function) = TEMPLATE.split_once(&source).expect("the function is there");
        let (_, memory) = of_function.split_once("MemorySize: ").expect("it has a size");
        let megabytes: f64 = memory.lines().next().unwrap_or_default().parse().unwrap();
        assert!((megabytes / 1024.0 - gigabytes).abs() < 1e-9, "{function}: {megabytes}");
    }
}

#[test]
fn schedules_and_batches_are_those_of_the_template() {
    let schedules = [
        "rate(1 hour)",
        "rate(15 minutes)",
        "cron(5 1 * * ? *)",
        "cron(20 * * * ? *)",
        "cron(40 * * * ? *)",
        "cron(50 2,8,14,20 * * ? *)",
    ];
    assert!(
        schedules.iter().all(|often| TEMPLATE.contains(&format!("ScheduleExpression: {often}")))
    );
    assert_eq!(TEMPLATE.matches("ScheduleExpression: ").count(), schedules.len());
    let (_, consumers) = TEMPLATE.split_once("Queue: !GetAtt CallsQueue.Arn").unwrap();
    let (_, batch) = consumers.split_once("BatchSize: ").unwrap();
    assert_eq!(batch.lines().next().unwrap().parse::<f64>().unwrap(), MAX_BATCH);
}

#[test]
fn a_full_batch_makes_a_version_cheaper_and_a_quiet_organisation_has_none() {
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
    close(messages_of_a_batch(0.0), 1.0);
    close(messages_of_a_batch(3e6), MAX_BATCH);
    close(consumer_seconds(1.0), assumed::CONSUMER_SECONDS_ALONE);
    close(consumer_seconds(MAX_BATCH), assumed::CONSUMER_SECONDS_OF_TEN);
}

/// What the README says of an idle month, and of what an hour publishes: counted on the system itself.
#[tokio::test]
async fn an_idle_month_costs_less_than_five_dollars_and_a_busy_hour_publishes_few_metrics() {
    let measured = measure(50, 1).await.unwrap();
    assert_eq!(measured.metrics_of_an_idle_hour, 2, "the subscription's life, complete up to");
    // Whether each ordinary fault is met is up to chance.
    assert!((9..=12).contains(&measured.metrics_of_a_busy_hour), "{measured:?}");
    let rows = fixed(&measured, Dashboards::All, price::FREE_DASHBOARDS);
    let idle: f64 = rows.iter().map(|row| row.dollars).sum();
    assert!(idle < 5.0, "{idle}: {rows:?}");
    let quantity =
        |what: &str| rows.iter().find(|row| row.what.starts_with(what)).unwrap().quantity;
    assert_eq!(quantity("secrets"), 4.0);
    assert_eq!(quantity("dashboards"), 0.0);
    // Alarms that are counted twice, or not at all, would show here.
    assert_eq!(quantity("alarms"), 20.0);
    // A stack beside another one has no dashboard for nothing.
    for (dashboards, more) in
        [(Dashboards::All, 9.0), (Dashboards::Calls, 3.0), (Dashboards::None, 0.0)]
    {
        let further: f64 = fixed(&measured, dashboards, 0).iter().map(|row| row.dollars).sum();
        assert!((further - idle - more).abs() < 1e-9, "{dashboards:?}: {further}");
    }
}

#[test]
fn the_dashboards_are_those_of_the_template() {
    let template = include_str!("../../../../dashboard.yaml");
    let of = |condition: &str| {
        template.matches(&format!("Dashboard\n    Condition: {condition}\n")).count()
    };
    let (calls, health) = (of("HasDashboard"), of("HasHealthDashboards"));
    assert_eq!(template.matches("Type: AWS::CloudWatch::Dashboard").count(), calls + health);
    assert_eq!(Dashboards::All.count(), calls + health);
    assert_eq!(Dashboards::Calls.count(), calls);
}

#[test]
fn junk_on_unknown_paths_reaches_no_function() {
    let what = |rows: Vec<Row>| rows.into_iter().map(|row| row.what).collect::<Vec<_>>();
    assert_eq!(what(flood::rows(0.0, 0.0)), Vec::<&str>::new());
    let unknown = what(flood::rows(200.0, 0.0));
    assert_eq!(unknown, ["junk: API Gateway requests", "junk: log bytes (assumed)"]);
    assert_eq!(what(flood::rows(0.0, 50.0)).len(), 4);
}
