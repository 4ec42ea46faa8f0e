//! What a report costs as JSON and as a page, reading included: `cargo bench -p reports`. The difference
//! is what rendering costs. The embedded table runs in the same process, and its CPU is in both.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::hint::black_box;
use std::time::Duration;

use aws_stand_ins::DynamoDb;
use call_records::AudioClassifier;
use call_table::{CallTable, PageKind, RawPage, TableConfig, create_table, rebuild};
use call_writer::CallWriter;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use fake_graph::TENANT_ID;
use fake_graph::organisation::{Organisation, Plan};
use forgotten_people::ForgetKeySource;
use jiff::Timestamp;
use jiff::civil::date;
use reports::{Config, PseudonymKey, Reports};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;

/// It takes less CPU than the system's allocator, as in the function.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ARN: &str = "arn:aws:lambda:eu-central-1:012345678901:function:calls-reports";

fn now() -> Timestamp {
    "2026-11-03T12:00:00Z".parse().unwrap()
}

/// An invented day of 200 people and its calls, stored.
async fn table(client: aws_sdk_dynamodb::Client) -> CallTable {
    create_table(&client, "calls").await.unwrap();
    let table = CallTable::new(client, TableConfig::new("calls"));
    let organisation = Organisation::invent(&Plan {
        people: 200,
        calls: 500,
        seed: 1,
        day: date(2026, 11, 2),
        tenant_id: TENANT_ID.to_owned(),
        fault: None,
    });
    for record in organisation.calls.iter().filter_map(|call| call.versions.last()) {
        let body = record.to_string().into_bytes();
        let pages = [RawPage { kind: PageKind::Record, number: 0, body }];
        let (call, sessions) =
            rebuild(Some(TENANT_ID), AudioClassifier::default(), &pages).unwrap();
        let soon = Instant::now() + Duration::from_secs(60);
        let key = ForgetKeySource::Missing("no person is forgotten");
        let writer = CallWriter::new(table.clone(), key);
        let mut version = writer.version(&call.id, call.version, now(), soon);
        version.add_page(PageKind::Record, 0, &pages[0].body).await.unwrap();
        version.add_sessions(&sessions).await.unwrap();
        version.commit(&call).await.unwrap();
    }
    table
}

fn answers(criterion: &mut Criterion) {
    let runtime: Runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let database = runtime.block_on(DynamoDb::start(None)).unwrap();
    let table = runtime.block_on(table(aws_stand_ins::dynamodb_client(&database.url())));
    let key = PseudonymKey::fixed("a key of this benchmark, as long as it has to be");
    let reports = Reports::new(Config::default(), table, key);
    let ask = |request: Value| {
        let answer = runtime.block_on(reports.handle(request, ARN, now()));
        assert!(answer["error"].is_null(), "{answer}");
        answer
    };
    let mut group = criterion.benchmark_group("answers");
    group.sample_size(20).measurement_time(Duration::from_secs(3));
    for report in ["overview", "people", "missed", "calls", "traffic"] {
        let request = json!({ "report": report, "from": "2026-11-02", "to": "2026-11-02" });
        let mut page = request.clone();
        page["widgetContext"] = json!({ "theme": "light", "width": 900, "height": 600 });
        assert!(ask(request.clone()).is_object() && ask(page.clone()).is_string());
        for (format, request) in [("JSON", request), ("page", page)] {
            group.bench_function(BenchmarkId::new(format, report), |bencher| {
                bencher.iter(|| black_box(ask(request.clone())));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, answers);
criterion_main!(benches);
