//! Participations: one person's part in one call. Every field of it is a column, with its definition.

use std::sync::Arc;

use call_records::definitions::{Definition, Scope, find};
use call_records::{Participation, PersonKey, Rating, TakenBy};

use super::shown::{CallHead, of_call, person};
use super::{Cell, Column, Kind, Shown};

/// A row.
pub(crate) struct Part {
    pub(crate) call: Arc<CallHead>,
    pub(crate) part: Participation,
}

/// The definition of a field, which a test finds for each of them.
fn definition(id: &'static str) -> &'static Definition {
    find(Scope::Participation, id).unwrap_or_else(|| unreachable!("{id} has no definition"))
}

/// A column that is the field of the same name.
macro_rules! fields {
    ($($id:ident: $kind:ident = |$part:ident, $shown:ident| $value:expr;)+) => {
        vec![$(Column::defined(
            stringify!($id), Kind::$kind, definition(stringify!($id)),
            |row: &Part, $shown: &Shown<'_>| {
                let ($part, _) = (&row.part, $shown);
                $value
            },
        )),+]
    };
}

/// One of several columns of a field.
macro_rules! parts_of {
    ($($name:literal of $id:literal: $kind:ident = |$part:ident| $value:expr;)+) => {
        vec![$(Column::defined(
            $name, Kind::$kind, definition($id), |row: &Part, _: &Shown<'_>| {
                let $part = &row.part;
                $value
            },
        )),+]
    };
}

fn who(row: &Part) -> Option<(&PersonKey, Option<&str>)> {
    Some((&row.part.person, row.part.display_name.as_deref()))
}

pub(crate) fn columns() -> Vec<Column<Part>> {
    let mut columns = of_call(|row: &Part| &row.call);
    let [mut id, mut name, kind] = <[_; 3]>::try_from(person("person", "The person", who))
        .unwrap_or_else(|_| unreachable!("a person has three columns"));
    id.info.source = source("person");
    name.info.source = source("display_name");
    columns.extend([id, name, kind]);
    columns.extend(fields! {
        user_principal_name: Text = |part, shown| {
            shown.free_text(part.user_principal_name.as_deref())
        };
        tenant_id: Text = |part, shown| Cell::optional(part.tenant_id.clone());
        relation: Text = |part, shown| Cell::text(part.relation.as_str());
        role: Text = |part, shown| Cell::text(part.role.as_str());
        outcome: Text = |part, shown| Cell::text(part.outcome.as_str());
        taken_by: Text = |part, shown| Cell::optional(part.taken_by.map(TakenBy::as_str));
        outcome_reason: Text = |part, shown| shown.free_text(part.outcome_reason.as_deref());
        attended: Flag = |part, shown| Cell::flag(part.attended);
        talk_seconds: Seconds = |part, shown| Cell::seconds(part.talk_seconds);
        first_joined_at: Time = |part, shown| Cell::time(part.first_joined_at);
        last_left_at: Time = |part, shown| Cell::time(part.last_left_at);
        dropped: Flag = |part, shown| Cell::Flag(part.dropped);
        rejoined: Flag = |part, shown| Cell::flag(part.rejoined);
        drop_reason: Text = |part, shown| shown.free_text(part.drop_reason.as_deref());
        medium_failed: Flag = |part, shown| Cell::Flag(part.medium_failed);
        modalities: SecondsByName = |part, shown| Cell::seconds_by_name(part.modalities.iter());
        platforms: SecondsByName = |part, shown| Cell::seconds_by_name(part.platforms.iter());
        product_families: Texts = |part, shown| Cell::texts(part.product_families.iter().cloned());
        application_versions: Texts = |part, shown| {
            Cell::texts(part.application_versions.iter().cloned())
        };
        capture_devices: Texts = |part, shown| shown.free_texts(part.capture_devices.iter());
        render_devices: Texts = |part, shown| shown.free_texts(part.render_devices.iter());
        connections: SecondsByName = |part, shown| Cell::seconds_by_name(part.connections.iter());
        wifi_bands: Texts = |part, shown| Cell::texts(part.wifi_bands.iter().cloned());
        wifi_signal_strength_min: Integer = |part, shown| {
            part.wifi_signal_strength_min.map_or(Cell::Null, Cell::Integer)
        };
        wifi_signal_strength_max: Integer = |part, shown| {
            part.wifi_signal_strength_max.map_or(Cell::Null, Cell::Integer)
        };
        feedback_objects: Integer = |part, shown| Cell::count(part.feedback_objects);
    });
    columns.extend(parts_of! {
        "ratings" of "feedback": Texts = |part| {
            Cell::texts(part.feedback.iter().filter_map(|it| it.rating.as_ref()).map(Rating::as_str))
        };
        "feedback_tokens" of "feedback": Texts = |part| {
            Cell::texts(part.feedback.iter().flat_map(|it| it.tokens.iter().cloned()))
        };
        "audio_classifier" of "audio_streams": Text = |part| Cell::text(&part.audio_streams.classifier);
        "audio_streams_good" of "audio_streams": Integer = |part| Cell::count(part.audio_streams.good);
        "audio_streams_poor" of "audio_streams": Integer = |part| Cell::count(part.audio_streams.poor);
        "audio_streams_unclassified" of "audio_streams": Integer = |part| {
            Cell::count(part.audio_streams.unclassified)
        };
        "video_streams_good" of "video_streams": Integer = |part| Cell::count(part.video_streams.good);
        "video_streams_poor" of "video_streams": Integer = |part| Cell::count(part.video_streams.poor);
        "video_streams_unclassified" of "video_streams": Integer = |part| {
            Cell::count(part.video_streams.unclassified)
        };
    });
    columns.extend(fields! {
        judged_received: Integer = |part, shown| Cell::count(part.judged_received);
        poor_received: Integer = |part, shown| Cell::count(part.poor_received);
        judged_sent: Integer = |part, shown| Cell::count(part.judged_sent);
        poor_sent: Integer = |part, shown| Cell::count(part.poor_sent);
        legs: Integer = |part, shown| Cell::count(part.legs);
        poor_legs: Integer = |part, shown| Cell::count(part.poor_legs);
        established_legs: Integer = |part, shown| Cell::count(part.established_legs);
        dropped_legs: Integer = |part, shown| Cell::count(part.dropped_legs);
        counterparts: Texts = |part, shown| {
            Cell::texts(part.counterparts.iter().map(|it| shown.person(it, None).person))
        };
        counterpart_relations: Texts = |part, shown| {
            Cell::texts(part.counterpart_relations.iter().map(|it| it.as_str()))
        };
        others: Integer = |part, shown| Cell::count(part.others);
        sessions: Integer = |part, shown| Cell::count(part.sessions);
    });
    columns
}

fn source(id: &'static str) -> std::borrow::Cow<'static, str> {
    Column::<Part>::defined("", Kind::Text, definition(id), |_, _| Cell::Null).info.source
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_a_participation_is_a_column() {
        let columns = columns();
        for definition in Scope::Participation.definitions() {
            let source = source(definition.id);
            assert!(columns.iter().any(|column| column.info.source == source), "{}", definition.id);
        }
    }
}
