//! The lake's totals are those of the table, and those of the records themselves.

use std::collections::BTreeMap;

use call_records::{AudioClassifier, CallBuilder, PersonKey, Totals, decode_record};
use call_writer::RecountOptions;
use export::schema::Table;
use jiff::civil::Date;
use parquet::record::Field;
use rstest::rstest;
use teams_calls::system::Settings;

use crate::world::{Row, World, number, text, totals};

/// What the newest versions of the records add up to, by day.
fn recomputed<'a>(
    records: impl IntoIterator<Item = &'a serde_json::Value>,
    tenant_id: &str,
    classifier: AudioClassifier,
) -> BTreeMap<Date, Totals> {
    let mut days = BTreeMap::<Date, Totals>::new();
    for record in records {
        let page = decode_record(record.to_string().as_bytes()).unwrap();
        let mut builder = CallBuilder::new(Some(tenant_id), classifier);
        builder.record(&page.record);
        builder.participants(&page.participants.value);
        builder.sessions(&page.sessions.value);
        let call = builder.finish().unwrap();
        days.entry(call.day()).or_default().checked_add_assign(&call.totals()).unwrap();
    }
    days
}

/// Compares every table of every day with the totals of the table.
async fn assert_equal_to_the_table(world: &World) {
    let days = world.days();
    let store = world.system.store();
    let stored: BTreeMap<_, _> = store
        .organisation_totals(days[0], *days.last().unwrap())
        .await
        .unwrap()
        .into_iter()
        .collect();
    for day in days {
        let expected = stored.get(&day).cloned().unwrap_or_default();
        let organisation = world.rows(Table::OrganisationDays, day);
        assert_eq!(organisation.len(), 1);
        assert_eq!(totals(&organisation[0]), expected, "{day}");
        assert_sums(world, day, &expected);
        for row in world.rows(Table::PersonDays, day) {
            let person: PersonKey = text(&row, "person").unwrap().parse().unwrap();
            // A forgotten person has no totals in the table.
            if person.is_tombstone() {
                continue;
            }
            // Numbers with hidden digits are sealed.
            if person.kind() == "sealed" {
                continue;
            }
            let of_person = store.person_totals(&person, day, day).await.unwrap().pop().unwrap().1;
            assert_eq!(totals(&row), of_person, "{day} {person}");
        }
    }
}

/// The rows of calls, participations and streams add up to the organisation's totals.
fn assert_sums(world: &World, day: Date, expected: &Totals) {
    let counted = |table| -> Vec<Row> {
        let rows = world.rows(table, day).into_iter();
        rows.filter(|row| row.get("is_test") != Some(&Field::Bool(true))).collect()
    };
    let of = |rows: &[Row], is: &dyn Fn(&Row) -> bool| {
        i64::try_from(rows.iter().filter(|row| is(row)).count()).unwrap()
    };
    let sum = |rows: &[Row], column: &str| rows.iter().map(|row| number(row, column)).sum::<i64>();
    let calls = counted(Table::Calls);
    assert_eq!(of(&calls, &|_| true), expected.get("calls"));
    assert_eq!(sum(&calls, "sessions"), expected.get("sessions"));
    assert_eq!(sum(&calls, "people"), expected.get("participants"));
    assert_eq!(sum(&calls, "dropped_legs"), expected.get("legs_dropped"));
    let parts = counted(Table::Participations);
    assert_eq!(of(&parts, &|_| true), expected.get("participants"));
    let outcome = |word: &str| of(&parts, &|row| text(row, "outcome").as_deref() == Some(word));
    assert_eq!(outcome("missed"), expected.get("people_missed"));
    assert_eq!(outcome("answered"), expected.get("people_answered"));
    let talk = parts.iter().map(|row| match &row["talk_seconds"] {
        Field::Decimal(decimal) => i64::from_be_bytes(decimal.data().try_into().unwrap()),
        _ => 0,
    });
    assert_eq!(talk.sum::<i64>(), expected.get("people_talk_ms"));
    let sessions = counted(Table::Sessions);
    assert_eq!(of(&sessions, &|_| true), expected.get("sessions"));
    let mut streams = counted(Table::Streams);
    let videos = streams.extract_if(.., |row| text(row, "content").as_deref() != Some("audio"));
    assert_videos(&videos.collect::<Vec<_>>(), &parts);
    for (sent, way) in [(true, "sent"), (false, "received")] {
        let is = |row: &Row, quality: &str| {
            row["sent"] == Field::Bool(sent) && text(row, "quality").as_deref() == Some(quality)
        };
        let poor = of(&streams, &|row| is(row, "poor"));
        let good = of(&streams, &|row| is(row, "good"));
        assert_eq!(poor, expected.get(&format!("people_poor_{way}")));
        assert_eq!(poor + good, expected.get(&format!("people_judged_{way}")));
    }
}

/// Everybody's video and screen sharing streams are those of their part, and each says the network that its
/// media says: as the invented organisation's do, where each stream has one end of a person.
fn assert_videos(videos: &[Row], parts: &[Row]) {
    let of = |row: &Row| ["call_id", "person"].map(|column| text(row, column));
    let mut counts = BTreeMap::<_, BTreeMap<String, i64>>::new();
    for row in videos {
        let quality = text(row, "quality").unwrap();
        *counts.entry(of(row)).or_default().entry(quality).or_default() += 1;
        if text(row, "relation").as_deref() == Some("internal") {
            assert!(text(row, "subnet").is_some(), "{row:?}");
        }
    }
    for part in parts {
        for quality in ["good", "poor", "unclassified"] {
            let expected = number(part, &format!("video_streams_{quality}"));
            let found = counts.get(&of(part)).and_then(|of| of.get(quality));
            assert_eq!(found.copied().unwrap_or_default(), expected, "{quality} of {part:?}");
        }
    }
}

#[rstest]
#[case(1)]
#[case(2)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lake_equals_table_and_records_after_late_versions_and_recounting(#[case] seed: u64) {
    let world = World::start(120, seed, Settings::with_ordinary_faults(seed)).await;
    let first = world.run().await;
    assert!(first.exported.iter().all(|day| day.adds_up), "{first:?}");
    assert!(first.exported.iter().any(|day| day.calls > 100));
    assert_equal_to_the_table(&world).await;
    let classifier = AudioClassifier::default();
    let expected = recomputed(world.newest(), world.system.tenant_id(), classifier);
    for (day, expected) in &expected {
        assert_eq!(&totals(&world.rows(Table::OrganisationDays, *day)[0]), expected);
    }

    // Nothing changed, so nothing is due and nothing is written.
    let manifest = world.manifest();
    assert_eq!(world.run().await.exported, []);
    assert_eq!(world.manifest(), manifest);

    // A newer version makes its day due, and no other.
    let call = world.organisation.calls.iter().find(|call| call.versions.len() > 1).unwrap();
    let mut newer = call.versions.last().unwrap().clone();
    newer["version"] = (newer["version"].as_i64().unwrap() + 1).into();
    let sessions = newer["sessions"].as_array_mut().unwrap();
    sessions.truncate(sessions.len().div_ceil(2));
    world.system.graph().publish(&newer).unwrap();
    world.system.drained(crate::world::TIMEOUT).await.unwrap();
    assert_eq!(world.run().await.exported.len(), 1);
    let rows = world.days().into_iter().flat_map(|day| world.rows(Table::Calls, day));
    let stored =
        rows.into_iter().find(|row| text(row, "call_id").as_deref() == newer["id"].as_str());
    assert_eq!(number(&stored.unwrap(), "version"), newer["version"].as_i64().unwrap());
    assert_equal_to_the_table(&world).await;

    // Another classifier is another count of the same calls.
    let other = AudioClassifier::ALL.into_iter().find(|other| *other != classifier).unwrap();
    let recount = RecountOptions { home_tenant: None, classifier: Some(other) };
    let recounted = world.system.writer().recount(recount, |_, _| {}).await.unwrap();
    assert!(recounted.is_complete() && recounted.recounted > 0, "{recounted:?}");
    assert!(!world.run().await.exported.is_empty());
    assert_equal_to_the_table(&world).await;
}
