//! What decoding a call and working out its numbers costs, beside parsing the same bytes and keeping
//! nothing: `cargo bench -p call-records`. The ratio is what counts, because both sides depend on
//! the machine alike; it should stay below 6.

mod meeting;

use std::hint::black_box;
use std::time::Duration;

use call_records::{
    AudioClassifier, Call, CallBuilder, decode_participants, decode_record, decode_sessions,
};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serde::de::IgnoredAny;

use crate::meeting::{HOME, Meeting};

/// The allocator decides a good part of the cost, and the functions use this one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn calls(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("calls");
    group.sample_size(20).measurement_time(Duration::from_secs(3));
    for people in [1, 6, 300, 1_000] {
        let meeting = Meeting::of(people);
        group.throughput(Throughput::Bytes(meeting.bytes()));
        let id = |step| BenchmarkId::new(step, people);
        group.bench_function(id("parse only"), |b| b.iter(|| parse_only(&meeting)));
        group.bench_function(id("decode"), |b| b.iter(|| decode(&meeting)));
        group.bench_function(id("decode and derive"), |b| b.iter(|| derive(&meeting)));
    }
    group.finish();
}

fn parse_only(meeting: &Meeting) {
    for page in meeting.pages() {
        black_box(serde_json::from_slice::<IgnoredAny>(page).expect("a page is JSON"));
    }
}

fn decode(meeting: &Meeting) {
    black_box(decode_record(&meeting.record).expect("a record"));
    for page in &meeting.participants {
        black_box(decode_participants(page).expect("a page of participants"));
    }
    for page in &meeting.sessions {
        black_box(decode_sessions(page).expect("a page of sessions"));
    }
}

/// Everything that the consumer asks for of a call.
fn derive(meeting: &Meeting) {
    let call = call(meeting);
    for part in call.people.values() {
        black_box(call.participation_totals(part));
    }
    black_box(call.totals());
}

fn call(meeting: &Meeting) -> Call {
    let mut call = CallBuilder::new(Some(HOME), AudioClassifier::default());
    let page = decode_record(&meeting.record).expect("a record");
    call.record(&page.record);
    for page in &meeting.participants {
        call.participants(&decode_participants(page).expect("a page of participants").value);
    }
    for page in &meeting.sessions {
        black_box(call.sessions(&decode_sessions(page).expect("a page of sessions").value));
    }
    call.finish().expect("a call")
}

criterion_group!(benches, calls);
criterion_main!(benches);
