//! The numbers at the head of a report.

use call_records::Totals;
use call_records::definitions::{
    Definition, PEOPLE_PREFIX, derived, organisation_day as day, person_day as person,
};

use crate::answer::Figure;
use crate::period::Zone;

/// Of the organisation; its hours are of `zone`. Shares are per leg and per stream; that of calls
/// grows with the size of a meeting and stands behind them.
pub(super) fn of_organisation(totals: &Totals, zone: &Zone) -> Vec<Figure> {
    let of = |definition: &Definition| totals.get(definition.id);
    let people = |definition: &Definition| totals.get(&format!("{PEOPLE_PREFIX}{}", definition.id));
    let calls = of(&day::CALLS);
    let lengths = calls > 0 && of(&day::CALL_MS_UNKNOWN) < calls;
    let poor_streams = of(&day::AUDIO_STREAMS_POOR);
    let judged_streams = poor_streams + of(&day::AUDIO_STREAMS_GOOD);
    let mut figures = vec![
        Figure::count(&day::CALLS, calls),
        Figure::count(&day::CALLS_PEER_TO_PEER, of(&day::CALLS_PEER_TO_PEER)),
        Figure::count(&day::CALLS_GROUP, of(&day::CALLS_GROUP)),
        Figure::count(&day::ANSWERED, of(&day::ANSWERED)),
        Figure::count(&day::VOICEMAIL, of(&day::VOICEMAIL)),
        Figure::count(&day::UNANSWERED, of(&day::UNANSWERED)),
        Figure::count(&day::FAILED, of(&day::FAILED)),
        failure_rate(of(&day::FAILED), of(&day::ANSWERED)),
        Figure::count(&day::FAILED_JOINS, of(&day::FAILED_JOINS)),
        // Of all people together: a call of several missed parts counts several times.
        Figure::count(&person::MISSED, people(&person::MISSED)),
        Figure::count(&day::DROPPED, of(&day::DROPPED)),
        Figure::share(&derived::DROP_RATE, of(&day::LEGS_DROPPED), of(&day::LEGS_ESTABLISHED)),
        Figure::time(&day::CALL_MS, (lengths || calls == 0).then(|| of(&day::CALL_MS))),
        Figure::time(&person::TALK_MS, talk_time(totals, PEOPLE_PREFIX)),
        Figure::mean(&derived::PARTICIPANTS_PER_CALL, of(&day::PARTICIPANTS), calls),
        Figure::share(&derived::POOR_STREAM_SHARE, poor_streams, judged_streams),
        Figure::share(&derived::POOR_LEG_SHARE, of(&day::LEGS_POOR), of(&day::LEGS)),
        Figure::share(&derived::POOR_CALL_SHARE, of(&day::POOR_CALLS), of(&day::JUDGED_CALLS)),
        rated_share(people(&person::FEEDBACK_RATED), people(&person::FEEDBACK_OBJECTS)),
        Figure::share(&derived::MEDIA_SHARE, of(&day::SESSIONS_WITH_MEDIA), of(&day::SESSIONS)),
        Figure::mean(&derived::VERSIONS_PER_RECORD, of(&day::VERSIONS), calls),
        busy_hour(totals, zone),
    ];
    // Rare, and misleading only where they are not said.
    for definition in [
        &day::CALLS_OTHER,
        &day::OUTCOME_UNKNOWN,
        &day::CALL_MS_UNKNOWN,
        &day::MEDIUM_FAILED,
        &day::TEST_CALLS,
    ] {
        if of(definition) > 0 {
            figures.push(Figure::count(definition, of(definition)));
        }
    }
    figures
}

/// Of one person.
pub(super) fn of_person(totals: &Totals) -> Vec<Figure> {
    let of = |definition: &Definition| totals.get(definition.id);
    let mut figures = vec![
        Figure::count(&person::CALLS, of(&person::CALLS)),
        Figure::count(&person::CALLS_PEER_TO_PEER, of(&person::CALLS_PEER_TO_PEER)),
        Figure::count(&person::CALLS_GROUP, of(&person::CALLS_GROUP)),
        Figure::count(&person::ANSWERED, of(&person::ANSWERED)),
        Figure::count(&person::MISSED, of(&person::MISSED)),
        Figure::count(&person::UNANSWERED, of(&person::UNANSWERED)),
        Figure::count(&person::FAILED, of(&person::FAILED)),
        Figure::count(&person::DROPPED, of(&person::DROPPED)),
        Figure::share(
            &derived::DROP_RATE,
            of(&person::LEGS_DROPPED),
            of(&person::LEGS_ESTABLISHED),
        ),
        Figure::count(&person::ORGANISED, of(&person::ORGANISED)),
        Figure::time(&person::TALK_MS, talk_time(totals, "")),
        Figure::share(
            &derived::POOR_RECEIVED_SHARE,
            of(&person::POOR_RECEIVED),
            of(&person::JUDGED_RECEIVED),
        ),
        Figure::share(&derived::POOR_SENT_SHARE, of(&person::POOR_SENT), of(&person::JUDGED_SENT)),
        Figure::share(&derived::POOR_LEG_SHARE, of(&person::LEGS_POOR), of(&person::LEGS)),
        rated_share(of(&person::FEEDBACK_RATED), of(&person::FEEDBACK_OBJECTS)),
    ];
    for definition in [
        &person::MISSED_VOICEMAIL,
        &person::MISSED_TAKEN,
        &person::RUNG,
        &person::FAILED_JOINS,
        &person::REJOINED,
        &person::MEDIUM_FAILED,
        &person::OUTCOME_UNKNOWN,
        &person::ATTENDANCE_UNKNOWN,
        &person::TALK_UNKNOWN,
    ] {
        if of(definition) > 0 {
            figures.push(Figure::count(definition, of(definition)));
        }
    }
    figures
}

fn failure_rate(failed: i64, answered: i64) -> Figure {
    Figure::share(&derived::FAILURE_RATE, failed, answered + failed)
}

fn rated_share(rated: i64, objects: i64) -> Figure {
    Figure::share(&derived::FEEDBACK_RATED_SHARE, rated, objects)
}

/// So many of those that could be judged; nothing is known of them where none could.
pub(super) fn known_of(number: i64, judged: i64) -> Option<i64> {
    (judged > 0).then_some(number)
}

/// The milliseconds that people talked; none when it is not known for any of their calls. `prefix` is
/// `people_` in the organisation's totals.
pub(super) fn talk_time(totals: &Totals, prefix: &str) -> Option<i64> {
    let of = |definition: &Definition| totals.get(&format!("{prefix}{}", definition.id));
    let unknown = of(&person::TALK_UNKNOWN);
    (unknown == 0 || unknown < of(&person::CALLS)).then(|| of(&person::TALK_MS))
}

fn busy_hour(totals: &Totals, zone: &Zone) -> Figure {
    let hours = totals.hours();
    let most = hours.iter().copied().max().filter(|most| *most > 0);
    let busiest = most.and_then(|most| hours.iter().position(|calls| *calls == most));
    let busiest = busiest.and_then(|hour| i64::try_from(hour).ok());
    Figure::hour(busiest, zone)
}
