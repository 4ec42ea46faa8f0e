//! The numbers at the head of a report.

use call_records::Totals;
use call_records::definitions::{
    PEOPLE_PREFIX, derived, organisation_day as day, person_day as person,
};

use crate::answer::Figure;
use crate::period::Zone;

/// Of the organisation; its hours are of `zone`.
pub(super) fn of_organisation(totals: &Totals, zone: &Zone) -> Vec<Figure> {
    let of = |definition: &call_records::definitions::Definition| totals.get(definition.id);
    let people = |definition: &call_records::definitions::Definition| {
        totals.get(&format!("{PEOPLE_PREFIX}{}", definition.id))
    };
    let calls = of(&day::CALLS);
    let lengths = calls > 0 && of(&day::CALL_MS_UNKNOWN) < calls;
    let poor_streams = of(&day::AUDIO_STREAMS_POOR);
    let judged_streams = poor_streams + of(&day::AUDIO_STREAMS_GOOD);
    let (answered, failed) = (of(&day::ANSWERED), of(&day::FAILED));
    let talk = talk_time(totals, PEOPLE_PREFIX);
    let mut figures = vec![
        Figure::count(&day::CALLS, calls),
        Figure::count(&day::CALLS_PEER_TO_PEER, of(&day::CALLS_PEER_TO_PEER)),
        Figure::count(&day::CALLS_GROUP, of(&day::CALLS_GROUP)),
        Figure::count(&day::ANSWERED, answered),
        Figure::count(&day::VOICEMAIL, of(&day::VOICEMAIL)),
        Figure::count(&day::UNANSWERED, of(&day::UNANSWERED)),
        Figure::count(&day::FAILED, failed),
        Figure::share(&derived::FAILURE_RATE, failed, answered + failed),
        Figure::count(&day::FAILED_JOINS, of(&day::FAILED_JOINS)),
        Figure::count(&person::MISSED, people(&person::MISSED)),
        Figure::count(&day::DROPPED, of(&day::DROPPED)),
        Figure::share(&derived::DROP_RATE, of(&day::LEGS_DROPPED), of(&day::LEGS_ESTABLISHED)),
        Figure::time(&day::CALL_MS, (lengths || calls == 0).then(|| of(&day::CALL_MS))),
        Figure::time(&person::TALK_MS, talk),
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
    let rare = [&day::CALLS_OTHER, &day::OUTCOME_UNKNOWN, &day::CALL_MS_UNKNOWN, &day::TEST_CALLS];
    for definition in rare {
        if of(definition) > 0 {
            figures.push(Figure::count(definition, of(definition)));
        }
    }
    figures
}

/// Of one person.
pub(super) fn of_person(totals: &Totals) -> Vec<Figure> {
    let of = |definition: &call_records::definitions::Definition| totals.get(definition.id);
    vec![
        Figure::count(&person::CALLS, of(&person::CALLS)),
        Figure::count(&person::CALLS_PEER_TO_PEER, of(&person::CALLS_PEER_TO_PEER)),
        Figure::count(&person::CALLS_GROUP, of(&person::CALLS_GROUP)),
        Figure::count(&person::ANSWERED, of(&person::ANSWERED)),
        Figure::count(&person::MISSED, of(&person::MISSED)),
        Figure::count(&person::UNANSWERED, of(&person::UNANSWERED)),
        Figure::count(&person::FAILED, of(&person::FAILED)),
        Figure::count(&person::DROPPED, of(&person::DROPPED)),
        Figure::count(&person::ORGANISED, of(&person::ORGANISED)),
        Figure::time(&person::TALK_MS, talk_time(totals, "")),
        Figure::share(
            &derived::POOR_CALL_SHARE,
            of(&person::POOR_CALLS),
            of(&person::JUDGED_CALLS),
        ),
        rated_share(of(&person::FEEDBACK_RATED), of(&person::FEEDBACK_OBJECTS)),
    ]
}

fn rated_share(rated: i64, objects: i64) -> Figure {
    Figure::share(&derived::FEEDBACK_RATED_SHARE, rated, objects)
}

/// The milliseconds that people talked; none when it is not known for any of their calls. `prefix` is
/// `people_` in the organisation's totals.
pub(super) fn talk_time(totals: &Totals, prefix: &str) -> Option<i64> {
    let of = |definition: &call_records::definitions::Definition| {
        totals.get(&format!("{prefix}{}", definition.id))
    };
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
