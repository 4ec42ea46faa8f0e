//! What a call adds to the totals of a day: a person's, and the organisation's.

use std::collections::BTreeSet;

use crate::bounds::names;
use crate::{Call, CallType, Outcome, Part, Relation, Role, Seconds, Totals};

impl Call {
    /// What this part adds to the person's day.
    #[must_use]
    pub fn part_totals(&self, part: &Part) -> Totals {
        let mut totals = Totals::new();
        count_type(&mut totals, &self.call_type);
        count_outcome(&mut totals, part.outcome);
        totals.count("attended", part.attended.into());
        totals.count("listed", (part.outcome == Outcome::Listed).into());
        totals.count("dropped", part.dropped.into());
        totals.count("organised", (part.role == Role::Organizer).into());
        totals.count("talk_ms", part.talk_seconds.map_or(0, Seconds::as_millis));
        for (prefix, seconds) in [
            ("modality_ms", &part.modalities),
            ("platform_ms", &part.platforms),
            ("connection_ms", &part.connections),
        ] {
            for (name, seconds) in names(seconds.iter().map(|(text, s)| (text.as_str(), s))) {
                totals.count(format!("{prefix}_{name}"), seconds.as_millis());
            }
        }
        // Several strings may have one name, and a call is one call for a name.
        let platforms = names(part.platforms.keys().map(|text| (text.as_str(), ())));
        for name in platforms.map(|(name, ())| name).collect::<BTreeSet<_>>() {
            totals.count(format!("platform_calls_{name}"), 1);
        }
        for relation in &part.counterpart_relations {
            totals.count(format!("relation_calls_{relation}"), 1);
        }
        count_feedback(&mut totals, part);
        totals.count("audio_streams_good", part.audio_streams.good.into());
        totals.count("audio_streams_poor", part.audio_streams.poor.into());
        totals.count("audio_streams_unclassified", part.audio_streams.unclassified.into());
        totals.count("legs", part.legs.into());
        totals.count("legs_poor", part.poor_legs.into());
        totals
    }

    /// What this call adds to the organisation's day without the sums over its people.
    #[must_use]
    pub fn call_totals(&self) -> Totals {
        let mut totals = Totals::new();
        count_type(&mut totals, &self.call_type);
        if let Some(outcome) = self.outcome {
            count_outcome(&mut totals, outcome);
        }
        let any = |holds: fn(&Part) -> bool| i64::from(self.people.values().any(holds));
        totals.count("dropped", any(|part| part.dropped));
        totals.count("poor_calls", any(|part| part.poor_legs > 0));
        totals.count("call_ms", self.seconds().map_or(0, Seconds::as_millis));
        totals.count("participants", i64::try_from(self.people.len()).unwrap_or(i64::MAX));
        totals.count("sessions", self.sessions.into());
        totals.count("sessions_with_media", self.sessions_with_media.into());
        let hour = jiff::tz::TimeZone::UTC.to_datetime(self.started_at).hour();
        totals.count(format!("hour_{hour:02}"), 1);
        for relation in self.relations() {
            totals.count(format!("relation_calls_{relation}"), 1);
        }
        totals
    }

    /// What this call adds to the organisation's day: [`call_totals`](Self::call_totals), and the
    /// [`part_totals`](Self::part_totals) of all its people under names that begin with `people_`.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = self.call_totals();
        for part in self.people.values() {
            totals.count_all(&self.part_totals(part).prefixed("people_"));
        }
        totals
    }

    fn relations(&self) -> BTreeSet<Relation> {
        self.people.values().map(|part| part.relation).collect()
    }
}

fn count_type(totals: &mut Totals, call_type: &CallType) {
    totals.count("calls", 1);
    let name = match call_type {
        CallType::PeerToPeer => "calls_peer_to_peer",
        CallType::GroupCall => "calls_group",
        CallType::Unknown | CallType::Other(_) => "calls_other",
    };
    totals.count(name, 1);
}

fn count_outcome(totals: &mut Totals, outcome: Outcome) {
    match outcome {
        Outcome::Answered => totals.count("answered", 1),
        Outcome::Missed => totals.count("missed", 1),
        Outcome::Failed => totals.count("failed", 1),
        Outcome::Attended | Outcome::Listed | Outcome::Unknown => {}
    }
}

fn count_feedback(totals: &mut Totals, part: &Part) {
    totals.count("feedback_asked", part.feedback_asked.into());
    let mut ratings = std::collections::BTreeMap::<&str, i64>::new();
    let mut tokens = std::collections::BTreeMap::<&str, i64>::new();
    for feedback in &part.feedback {
        if let Some(rating) = &feedback.rating {
            *ratings.entry(rating.as_str()).or_default() += 1;
        }
        for token in &feedback.tokens {
            *tokens.entry(token).or_default() += 1;
        }
    }
    totals.count("feedback_rated", ratings.values().sum());
    for (prefix, counts) in [("rating", ratings), ("token", tokens)] {
        for (name, count) in names(counts) {
            totals.count(format!("{prefix}_{name}"), count);
        }
    }
}
