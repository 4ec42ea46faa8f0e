//! What is broken is named first: one access point, headset, VPN gateway, internet provider or client.

use std::time::Duration;

use call_quality::{DayQuality, Dimension, MIN_STREAMS, Standing, findings, ranked};
use fake_graph::organisation::{Fault, Organisation, Plan, Planted};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use rstest::rstest;
use sites::Sites;
use teams_calls::system::{Settings, System};

use system_tests::recomputed::recomputed;

/// Enough for more than a hundred judged streams through what is broken.
const CALLS: usize = 1_300;

fn organisation(fault: Option<Fault>, seed: u64, calls: usize, day: Date) -> Organisation {
    let tenant_id = fake_graph::TENANT_ID.to_owned();
    Organisation::invent(&Plan { people: 60, calls, seed, day, tenant_id, fault })
}

/// The quality of all days of the calls.
fn quality(organisation: &Organisation) -> DayQuality {
    let sites = Sites::parse(Organisation::building_file().as_bytes()).unwrap();
    let newest = organisation.calls.iter().map(|call| call.versions.last().unwrap());
    let mut quality = DayQuality::default();
    for day in recomputed(newest, fake_graph::TENANT_ID, Some(&sites)).unwrap().values() {
        quality.merge(day);
    }
    quality
}

fn assert_names_first(quality: &DayQuality, planted: &Planted) {
    let found = findings(quality);
    let is = |dimension: Dimension, standing: &Standing| {
        let value = (dimension.as_str(), standing.value.known().unwrap_or_default());
        planted.shows_as.iter().any(|(dimension, text)| value == (dimension, text))
    };
    let first = found.first().unwrap();
    assert!(is(first.dimension, &first.standing), "{planted:?} is not the first of {found:#?}");
    assert!(first.standing.counts.judged() > MIN_STREAMS, "{first:?}");
    for (dimension, _) in &planted.shows_as {
        let dimension = Dimension::parse(dimension).unwrap();
        let first = ranked(quality, dimension).remove(0);
        assert!(is(dimension, &first), "{planted:?} is not the first of its dimension: {first:?}");
    }
}

#[rstest]
fn what_is_broken_is_named_first(
    #[values(
        Fault::AccessPoint,
        Fault::Headset,
        Fault::VpnGateway,
        Fault::Provider,
        Fault::ClientVersion
    )]
    fault: Fault,
    #[values(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)] seed: u64,
) {
    let organisation = organisation(Some(fault), seed, CALLS, date(2026, 11, 23));
    assert_names_first(&quality(&organisation), organisation.planted.as_ref().unwrap());
}

#[rstest]
fn where_nothing_is_broken_nothing_is_found(#[values(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)] seed: u64) {
    let organisation = organisation(None, seed, CALLS, date(2026, 11, 23));
    assert_eq!(findings(&quality(&organisation)), []);
}

#[rstest]
#[case(Fault::AccessPoint)]
#[case(Fault::Headset)]
#[case(Fault::VpnGateway)]
#[case(Fault::Provider)]
#[case(Fault::ClientVersion)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rolled_up_days_name_it_first(#[case] fault: Fault) {
    let system = System::start(Settings::quiet()).await.unwrap();
    let today = TimeZone::UTC.to_datetime(system.now()).date();
    let day = today.checked_sub(1.days()).unwrap();
    let organisation = organisation(Some(fault), 2, 600, day);
    system.run_day(&organisation, 2, Duration::from_secs(300), async |_| {}).await.unwrap();
    let file = Organisation::building_file();
    system.rollup().take_sites(file.as_bytes(), "invented", system.now()).await.unwrap();
    system.roll_up().await.unwrap();
    let mut quality = DayQuality::default();
    for day in system.store().quality_days(day, today).await.unwrap() {
        assert!(day.head.adds_up);
        quality.merge(&day.quality);
    }
    assert_names_first(&quality, organisation.planted.as_ref().unwrap());
}
