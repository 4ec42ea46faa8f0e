//! What a call adds to the totals of a day: a person's, and the organisation's.

use std::collections::{BTreeMap, BTreeSet};

use crate::bounds::{name, names};
use crate::definitions::{Definition, PEOPLE_PREFIX, organisation_day, person_day};
use crate::{
    Call, CallType, Outcome, Participation, Relation, Role, Seconds, StreamCounts, Totals,
};

/// A record that claims more versions than this counts for so many: an absurd one must not run the
/// sum of a day out of its range, where it could not be read any more.
const MAX_VERSION: i64 = 1_000_000;

impl Call {
    /// What this part adds to the person's day. What each total means stands at
    /// [`person_day`](crate::definitions::person_day).
    #[must_use]
    pub fn participation_totals(&self, part: &Participation) -> Totals {
        use person_day as total;

        let mut totals = Totals::new();
        totals.count(&total::CALLS, 1);
        totals.count(
            match self.call_type {
                CallType::PeerToPeer => &total::CALLS_PEER_TO_PEER,
                CallType::GroupCall => &total::CALLS_GROUP,
                CallType::Unknown | CallType::Other(_) => &total::CALLS_OTHER,
            },
            1,
        );
        match part.outcome {
            Outcome::Answered => totals.count(&total::ANSWERED, 1),
            Outcome::Missed => {
                totals.count(&total::MISSED, 1);
                totals.count(&total::MISSED_INCOMING, (part.role == Role::Callee).into());
            }
            Outcome::Failed => totals.count(&total::FAILED, 1),
            Outcome::Listed => totals.count(&total::LISTED, 1),
            Outcome::Unknown => totals.count(&total::OUTCOME_UNKNOWN, 1),
            Outcome::Attended => {}
        }
        totals.count(&total::ATTENDED, (part.attended == Some(true)).into());
        totals.count(&total::DROPPED, part.dropped.into());
        totals.count(&total::ORGANISED, (part.role == Role::Organizer).into());
        totals.count(&total::TALK_MS, part.talk_seconds.map_or(0, Seconds::as_millis));
        totals.count(&total::TALK_UNKNOWN, part.talk_seconds.is_none().into());
        for (family, seconds) in [
            (&total::MODALITY_MS, &part.modalities),
            (&total::PLATFORM_MS, &part.platforms),
            (&total::CONNECTION_MS, &part.connections),
        ] {
            for (name, seconds) in names(seconds.iter().map(|(text, s)| (text.as_str(), s))) {
                totals.count_in(family, &name, seconds.map_or(0, Seconds::as_millis));
            }
        }
        // Several strings may have one name, and a call is one call for a name.
        let platforms = names(part.platforms.keys().map(|text| (text.as_str(), ())));
        for name in platforms.map(|(name, ())| name).collect::<BTreeSet<_>>() {
            totals.count_in(&total::PLATFORM_CALLS, &name, 1);
        }
        for relation in &part.counterpart_relations {
            totals.count_in(&total::RELATION_CALLS, relation.as_str(), 1);
        }
        count_feedback(&mut totals, part);
        totals.count(&total::AUDIO_STREAMS_GOOD, part.audio_streams.good.into());
        totals.count(&total::AUDIO_STREAMS_POOR, part.audio_streams.poor.into());
        totals.count(&total::AUDIO_STREAMS_UNCLASSIFIED, part.audio_streams.unclassified.into());
        totals.count(&total::LEGS, part.legs.into());
        totals.count(&total::LEGS_POOR, part.poor_legs.into());
        totals.count(&total::POOR_CALLS, (part.poor_legs > 0).into());
        if part.legs > 0 {
            totals.count(&total::JUDGED_CALLS, 1);
            count_classifier(&mut totals, &total::CLASSIFIER_CALLS, &part.audio_streams);
        }
        totals
    }

    /// What this call adds to the organisation's day without the sums over its people. What each
    /// total means stands at [`organisation_day`](crate::definitions::organisation_day).
    #[must_use]
    pub fn call_totals(&self) -> Totals {
        use organisation_day as total;

        let mut totals = Totals::new();
        totals.count(&total::CALLS, 1);
        totals.count(
            match self.call_type {
                CallType::PeerToPeer => &total::CALLS_PEER_TO_PEER,
                CallType::GroupCall => &total::CALLS_GROUP,
                CallType::Unknown | CallType::Other(_) => &total::CALLS_OTHER,
            },
            1,
        );
        match self.outcome {
            Some(Outcome::Answered) => totals.count(&total::ANSWERED, 1),
            Some(Outcome::Missed) => totals.count(&total::MISSED, 1),
            Some(Outcome::Failed) => totals.count(&total::FAILED, 1),
            Some(Outcome::Unknown) => totals.count(&total::OUTCOME_UNKNOWN, 1),
            Some(Outcome::Attended | Outcome::Listed) | None => {}
        }
        let any = |holds: fn(&Participation) -> bool| self.people.values().find(|part| holds(part));
        totals.count(&total::DROPPED, any(|part| part.dropped).is_some().into());
        totals.count(&total::POOR_CALLS, any(|part| part.poor_legs > 0).is_some().into());
        if let Some(judged) = any(|part| part.legs > 0) {
            totals.count(&total::JUDGED_CALLS, 1);
            count_classifier(&mut totals, &total::CLASSIFIER_CALLS, &judged.audio_streams);
        }
        totals.count(&total::CALL_MS, self.seconds().map_or(0, Seconds::as_millis));
        totals.count(&total::CALL_MS_UNKNOWN, self.seconds().is_none().into());
        let participants = i64::try_from(self.people.len()).unwrap_or(i64::MAX);
        totals.count(&total::PARTICIPANTS, participants);
        totals.count(&total::SESSIONS, self.sessions.into());
        totals.count(&total::SESSIONS_WITH_MEDIA, self.sessions_with_media.into());
        let hour = jiff::tz::TimeZone::UTC.to_datetime(self.started_at).hour();
        totals.count_in(&total::HOUR, &format!("{hour:02}"), 1);
        for relation in self.relations() {
            totals.count_in(&total::RELATION_CALLS, relation.as_str(), 1);
        }
        totals.count(&total::VERSIONS, self.version.clamp(0, MAX_VERSION));
        totals
    }

    /// What this call adds to the organisation's day: [`call_totals`](Self::call_totals), and the
    /// [`participation_totals`](Self::participation_totals) of all its people under names that begin with `people_`.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = self.call_totals();
        for part in self.people.values() {
            totals.count_all(&self.participation_totals(part).prefixed(PEOPLE_PREFIX));
        }
        totals
    }

    fn relations(&self) -> BTreeSet<Relation> {
        self.people.values().map(|part| part.relation).collect()
    }
}

/// Counts a judged call for the classifier that judged it.
fn count_classifier(totals: &mut Totals, family: &Definition, streams: &StreamCounts) {
    let classifier = format!("{}_v{}", name(&streams.classifier), streams.classifier_version);
    totals.count_in(family, &classifier, 1);
}

fn count_feedback(totals: &mut Totals, part: &Participation) {
    totals.count(&person_day::FEEDBACK_ASKED, part.feedback_asked.into());
    let mut ratings = BTreeMap::<&str, i64>::new();
    let mut tokens = BTreeMap::<&str, i64>::new();
    for feedback in &part.feedback {
        if let Some(rating) = &feedback.rating {
            *ratings.entry(rating.as_str()).or_default() += 1;
        }
        for token in &feedback.tokens {
            *tokens.entry(token).or_default() += 1;
        }
    }
    totals.count(&person_day::FEEDBACK_RATED, ratings.values().sum());
    for (family, counts) in [(&person_day::RATING, ratings), (&person_day::TOKEN, tokens)] {
        for (name, count) in names(counts) {
            totals.count_in(family, &name, count);
        }
    }
}
