//! What a call adds to the totals of a day: a person's, and the organisation's.

use std::collections::{BTreeMap, BTreeSet};

use crate::bounds::{name, names};
use crate::definitions::{Definition, PEOPLE_PREFIX, organisation_day, person_day};
use crate::{
    Call, CallType, CompactSet, Outcome, Participation, Relation, Role, Seconds, StreamCounts,
    TakenBy, Totals,
};

/// A record that claims more versions than this counts for so many: an absurd one must not run the
/// sum of a day out of its range, where it could not be read any more.
const MAX_VERSION: i64 = 1_000_000;

impl Call {
    /// What this part adds to the person's day: nothing in a test call. What each total means stands
    /// at [`person_day`](crate::definitions::person_day).
    #[must_use]
    pub fn participation_totals(&self, part: &Participation) -> Totals {
        let mut totals = Totals::new();
        self.count_participation(&mut totals, part);
        totals
    }

    fn count_participation(&self, totals: &mut Totals, part: &Participation) {
        use person_day as total;

        if self.is_test {
            return;
        }
        totals.count(&total::CALLS, 1);
        totals.count(
            match self.call_type {
                CallType::PeerToPeer => &total::CALLS_PEER_TO_PEER,
                CallType::GroupCall => &total::CALLS_GROUP,
                CallType::Unknown | CallType::Other(_) => &total::CALLS_OTHER,
            },
            1,
        );
        self.count_outcome(totals, part);
        totals.count(&total::ATTENDED, (part.attended == Some(true)).into());
        totals.count(&total::DROPPED, part.dropped.into());
        totals.count(&total::REJOINED, (part.rejoined == Some(true)).into());
        totals.count(&total::MEDIUM_FAILED, part.medium_failed.into());
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
        totals.count(&total::CALLS_AS_INTERNAL, (part.relation == Relation::Internal).into());
        for relation in &part.counterpart_relations {
            totals.count_in(&total::RELATION_CALLS, relation.as_str(), 1);
        }
        totals.count(
            match company(&part.counterpart_relations) {
                Company::None => &total::CALLS_ALONE,
                Company::Internal => &total::CALLS_INTERNAL_ONLY,
                Company::External => &total::CALLS_EXTERNAL,
                Company::Unknown => &total::CALLS_RELATION_UNKNOWN,
            },
            1,
        );
        count_feedback(totals, part);
        totals.count(&total::AUDIO_STREAMS_GOOD, part.audio_streams.good.into());
        totals.count(&total::AUDIO_STREAMS_POOR, part.audio_streams.poor.into());
        totals.count(&total::AUDIO_STREAMS_UNCLASSIFIED, part.audio_streams.unclassified.into());
        totals.count(&total::JUDGED_RECEIVED, part.judged_received.into());
        totals.count(&total::POOR_RECEIVED, part.poor_received.into());
        totals.count(&total::JUDGED_SENT, part.judged_sent.into());
        totals.count(&total::POOR_SENT, part.poor_sent.into());
        totals.count(&total::LEGS, part.legs.into());
        totals.count(&total::LEGS_POOR, part.poor_legs.into());
        totals.count(&total::LEGS_ESTABLISHED, part.established_legs.into());
        totals.count(&total::LEGS_DROPPED, part.dropped_legs.into());
        totals.count(&total::POOR_CALLS, (part.poor_legs > 0).into());
        if part.legs > 0 {
            totals.count(&total::JUDGED_CALLS, 1);
            count_classifier(totals, &total::CLASSIFIER_CALLS, &part.audio_streams);
        }
    }

    fn count_outcome(&self, totals: &mut Totals, part: &Participation) {
        use person_day as total;

        let peer_to_peer = self.call_type == CallType::PeerToPeer;
        totals.count(
            match (part.outcome, peer_to_peer) {
                (Outcome::Answered, _) => &total::ANSWERED,
                (Outcome::Missed, _) => &total::MISSED,
                // The call's outcome is no person's.
                (Outcome::Unanswered | Outcome::Voicemail, _) => &total::UNANSWERED,
                (Outcome::Failed, true) => &total::FAILED,
                (Outcome::Unknown, true) => &total::OUTCOME_UNKNOWN,
                (Outcome::Failed, false) => &total::FAILED_JOINS,
                (Outcome::Unknown, false) => &total::ATTENDANCE_UNKNOWN,
                (Outcome::Rung, _) => &total::RUNG,
                (Outcome::Listed, _) => &total::LISTED,
                // Counted by the time in the call, in calls of every type.
                (Outcome::Attended, _) => return,
            },
            1,
        );
        match part.taken_by {
            Some(TakenBy::Voicemail) => totals.count(&total::MISSED_VOICEMAIL, 1),
            Some(TakenBy::AnotherPerson) => totals.count(&total::MISSED_TAKEN, 1),
            Some(TakenBy::NoOne) | None => {}
        }
    }

    /// What this call adds to the organisation's day without the sums over its people; a test call
    /// adds only itself. What each total means stands at
    /// [`organisation_day`](crate::definitions::organisation_day).
    #[must_use]
    pub fn call_totals(&self) -> Totals {
        use organisation_day as total;

        let mut totals = Totals::new();
        if self.is_test {
            totals.count(&total::TEST_CALLS, 1);
            return totals;
        }
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
            Some(Outcome::Voicemail) => totals.count(&total::VOICEMAIL, 1),
            // Missed is what an older version called it.
            Some(Outcome::Unanswered | Outcome::Missed) => totals.count(&total::UNANSWERED, 1),
            Some(Outcome::Failed) => totals.count(&total::FAILED, 1),
            Some(Outcome::Unknown) => totals.count(&total::OUTCOME_UNKNOWN, 1),
            Some(Outcome::Attended | Outcome::Rung | Outcome::Listed) | None => {}
        }
        let people = |holds: fn(&Participation) -> bool| {
            let people = self.people.values().filter(|part| holds(part)).count();
            i64::try_from(people).unwrap_or(i64::MAX)
        };
        if self.call_type != CallType::PeerToPeer {
            totals.count(&total::FAILED_JOINS, people(|part| part.outcome == Outcome::Failed));
        }
        totals.count(&total::DROPPED, people(|part| part.dropped).min(1));
        totals.count(&total::MEDIUM_FAILED, people(|part| part.medium_failed).min(1));
        totals.count(&total::AUDIO_STREAMS_GOOD, self.audio_streams.good.into());
        totals.count(&total::AUDIO_STREAMS_POOR, self.audio_streams.poor.into());
        totals.count(&total::AUDIO_STREAMS_UNCLASSIFIED, self.audio_streams.unclassified.into());
        totals.count(&total::LEGS, self.legs.into());
        totals.count(&total::LEGS_POOR, self.poor_legs.into());
        totals.count(&total::LEGS_ESTABLISHED, self.established_legs.into());
        totals.count(&total::LEGS_DROPPED, self.dropped_legs.into());
        totals.count(&total::POOR_CALLS, (self.poor_legs > 0).into());
        if self.legs > 0 {
            totals.count(&total::JUDGED_CALLS, 1);
            count_classifier(&mut totals, &total::CLASSIFIER_CALLS, &self.audio_streams);
        }
        totals.count(&total::CALL_MS, self.seconds().map_or(0, Seconds::as_millis));
        totals.count(&total::CALL_MS_UNKNOWN, self.seconds().is_none().into());
        totals.count(&total::PARTICIPANTS, people(|_| true));
        totals.count(&total::SESSIONS, self.sessions.into());
        totals.count(&total::SESSIONS_WITH_MEDIA, self.sessions_with_media.into());
        let hour = jiff::tz::TimeZone::UTC.to_datetime(self.started_at).hour();
        totals.count_in(&total::HOUR, &format!("{hour:02}"), 1);
        let relations: CompactSet<_> = self.people.values().map(|part| part.relation).collect();
        for relation in &relations {
            totals.count_in(&total::RELATION_CALLS, relation.as_str(), 1);
        }
        totals.count(
            match company(&relations) {
                Company::Internal => &total::CALLS_INTERNAL_ONLY,
                Company::External => &total::CALLS_EXTERNAL,
                Company::None | Company::Unknown => &total::CALLS_RELATION_UNKNOWN,
            },
            1,
        );
        self.count_services(&mut totals);
        totals.count(&total::VERSIONS, self.version.clamp(0, MAX_VERSION));
        totals
    }

    fn count_services(&self, totals: &mut Totals) {
        use organisation_day as total;

        let kinds: BTreeSet<_> = self.services.values().map(|service| service.kind).collect();
        for kind in kinds {
            totals.count_in(&total::SERVICE_CALLS, kind.as_str(), 1);
        }
        for service in self.services.values() {
            let time = service.seconds.map_or(0, Seconds::as_millis);
            totals.count_in(&total::SERVICE_MS, service.kind.as_str(), time);
        }
    }

    /// What this call adds to the organisation's day: [`call_totals`](Self::call_totals), and the
    /// [`participation_totals`](Self::participation_totals) of all its people under names that begin with `people_`.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = self.call_totals();
        let mut people = Totals::new();
        for part in self.people.values() {
            self.count_participation(&mut people, part);
        }
        totals.take_all(people.prefixed(PEOPLE_PREFIX));
        totals
    }
}

/// With whom a call was.
enum Company {
    /// No other person is known.
    None,
    Internal,
    /// At least one who is known to be external.
    External,
    /// No person is known to be external, and of one it is not known.
    Unknown,
}

fn company(relations: &CompactSet<Relation>) -> Company {
    let is_external = |relation: &Relation| match relation {
        Relation::Federated
        | Relation::Guest
        | Relation::Pstn
        | Relation::Anonymous
        | Relation::Acs => true,
        Relation::Internal | Relation::Unknown => false,
    };
    if relations.is_empty() {
        Company::None
    } else if relations.iter().any(is_external) {
        Company::External
    } else if relations.contains(&Relation::Unknown) {
        Company::Unknown
    } else {
        Company::Internal
    }
}

/// Counts a judged call for the classifier that judged it.
fn count_classifier(totals: &mut Totals, family: &Definition, streams: &StreamCounts) {
    let classifier = format!("{}_v{}", name(&streams.classifier), streams.classifier_version);
    totals.count_in(family, &classifier, 1);
}

fn count_feedback(totals: &mut Totals, part: &Participation) {
    totals.count(&person_day::FEEDBACK_OBJECTS, part.feedback_objects.into());
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
