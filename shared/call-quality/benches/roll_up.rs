//! What a roll-up of a day costs beside reading the table: `cargo bench -p call-quality`.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::hint::black_box;

use call_quality::{DayQuality, Dimension, findings, ranked};
use call_records::{AudioClassifier, CallBuilder, decode_record, decode_record_facts};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fake_graph::organisation::{Organisation, Plan};
use jiff::civil::date;

/// It takes less CPU than the system's allocator, as in the function.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// An invented day of 200 people: its calls as they are stored, in JSON.
fn calls() -> Vec<String> {
    let organisation = Organisation::invent(&Plan {
        people: 200,
        calls: 500,
        seed: 1,
        day: date(2026, 11, 2),
        tenant_id: fake_graph::TENANT_ID.to_owned(),
        fault: None,
    });
    let newest = organisation.calls.iter().filter_map(|call| call.versions.last());
    newest.map(ToString::to_string).collect()
}

fn rolled_up(calls: &[String]) -> DayQuality {
    let mut day = DayQuality::default();
    for json in calls {
        let page = decode_record(json.as_bytes()).unwrap();
        let facts = decode_record_facts(json.as_bytes()).unwrap();
        let mut builder = CallBuilder::new(Some(fake_graph::TENANT_ID), AudioClassifier::default());
        builder.record(&page.record);
        builder.participants(&page.participants.value);
        builder.sessions_with_facts(&page.sessions.value, &facts);
        let detail = builder.finish_in_detail().unwrap();
        day.add(&detail.call, &detail.legs, None);
    }
    day
}

fn roll_up(criterion: &mut Criterion) {
    let calls = calls();
    let mut group = criterion.benchmark_group("quality");
    group.throughput(Throughput::Elements(calls.len() as u64));
    group.bench_function("roll up", |bencher| bencher.iter(|| rolled_up(black_box(&calls))));
    group.finish();

    let day = rolled_up(&calls);
    criterion.bench_function("what stands out in a month", |bencher| {
        bencher.iter(|| {
            let mut month = DayQuality::default();
            for _ in 0..30 {
                month.merge(black_box(&day));
            }
            let sites = ranked(&month, Dimension::Subnet);
            (findings(&month), sites)
        });
    });
}

criterion_group!(benches, roll_up);
criterion_main!(benches);
