//! The answers that Microsoft documents.

use call_records::PersonKey;
use jiff::civil::date;
use pstn_logs::{DayLogs, Direction, Log, Micros, SipClass, decode_page};

const PSTN: &[u8] = include_bytes!("../../../../tests/payloads/pstn-calls-v1.json");
const DIRECT_ROUTING: &[u8] =
    include_bytes!("../../../../tests/payloads/directrouting-calls-v1.json");

fn user() -> PersonKey {
    "user:db03c14b-06eb-4189-939b-7cbf3a20ba27".parse().unwrap()
}

#[test]
fn the_documented_row_of_a_calling_plan_is_read_whole() {
    let page = decode_page(PSTN, Log::Pstn).unwrap();
    assert!(page.unreadable.is_empty());
    // Its parameters are named otherwise than the function's: it is opaque.
    assert!(
        page.next_link.unwrap().ends_with("getPstnCalls(from=2019-11-01,to=2019-12-01)?$skip=1000")
    );
    let [row] = &page.rows[..] else { panic!("not one row") };
    assert_eq!(row.day(), Some(date(2019, 11, 1)));
    assert_eq!(row.user, Some(user()));
    assert_eq!(row.duration_seconds, Some(219));
    assert_eq!((row.came_about(), row.contradicts_itself()), (Some(true), false));
    let facts = row.pstn.as_ref().unwrap();
    assert_eq!(facts.charge, Some(Micros(0)));
    assert_eq!(facts.destination_context, None);
    assert_eq!(facts.license_capability.as_deref(), Some("MCOPSTNU"));
    assert_eq!(row.country().as_deref(), Some("US"));

    let mut day = DayLogs::default();
    day.add(row);
    let sums = &day.types[&Log::Pstn][&Direction::Incoming]["user_in"];
    assert_eq!((sums.legs, sums.established, sums.seconds), (1, 1, 219));
    assert_eq!(sums.charges["USD"], Micros(0));
    assert_eq!(day.people[&user()].seconds, 219);
    assert_eq!(day.total(), *sums);
}

#[test]
fn the_documented_row_of_direct_routing_is_read_whole() {
    let page = decode_page(DIRECT_ROUTING, Log::DirectRouting).unwrap();
    let [row] = &page.rows[..] else { panic!("not one row") };
    assert_eq!(row.call_id.as_deref(), Some("c98e1515-a937-4b81-b8a8-3992afde64e0"));
    assert_eq!(row.failed_at, None, "0001-01-01 is no time");
    assert!(row.invited_at < row.started_at);
    assert!(row.caller_number.as_ref().unwrap().is_masked());
    assert_eq!(row.country().as_deref(), Some("+1"));
    assert_eq!(SipClass::of(row), Some(SipClass::Answered));
    let mut day = DayLogs::default();
    day.add(row);
    let trunk = &day.trunks["tll-audiocodes01.adatum.biz"];
    assert_eq!((trunk.attempts, trunk.effective(), trunk.codes.len()), (1, 1, 0));
    assert_eq!(day.operators["direct routing"].seconds, 5);
    assert!(day.total().charges.is_empty(), "direct routing costs nothing at Microsoft");
}
