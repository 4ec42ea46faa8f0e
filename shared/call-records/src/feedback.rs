use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::bounds::short;
use crate::media::Side;
use crate::{Feedback, Rating, Session, UserFeedback};

/// Tokens of one feedback. Clients offer about two dozen.
const MOST_TOKENS: usize = 64;

/// A person's feedback by session: the same one stands on the session and on each of its segments,
/// and again on a session that is repeated.
#[derive(Clone, Debug, Default)]
pub(crate) struct FeedbackBySession(BTreeMap<String, Choice>);

/// Ordered by which of two different ones for the same session is kept: an answer before none,
/// then the later one, and then any, so long as it is always the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Choice {
    answered: bool,
    at: Option<Timestamp>,
    feedback: Feedback,
}

impl FeedbackBySession {
    pub(crate) fn add(&mut self, session: &Session, side: Side) {
        let Some(feedback) = on_side(session, side) else {
            return;
        };
        let choice = Choice {
            answered: is_answer(&feedback),
            at: session.started_at.or(session.ended_at),
            feedback,
        };
        let kept = self
            .0
            .entry(session.key())
            .or_insert_with(|| choice.clone());
        if choice > *kept {
            *kept = choice;
        }
    }

    /// In how many sessions there is one, answered or not.
    pub(crate) fn asked(&self) -> usize {
        self.0.len()
    }

    /// The answers.
    pub(crate) fn answers(self) -> Vec<Feedback> {
        self.0
            .into_values()
            .filter(|choice| choice.answered)
            .map(|c| c.feedback)
            .collect()
    }
}

/// The feedback of the person on one side: of the session's endpoint, else of the first segment
/// that has one.
pub(crate) fn on_side(session: &Session, side: Side) -> Option<Feedback> {
    session
        .endpoint(side)
        .into_iter()
        .chain(
            session
                .segments
                .iter()
                .filter_map(|segment| segment.endpoint(side)),
        )
        .filter_map(|endpoint| endpoint.feedback.as_ref())
        .find(|feedback| feedback.is_given())
        .map(answer)
}

fn answer(feedback: &UserFeedback) -> Feedback {
    Feedback {
        rating: feedback
            .rating
            .clone()
            .filter(|rating| *rating != Rating::NotRated)
            .map(bounded),
        tokens: feedback
            .tokens
            .iter()
            .take(MOST_TOKENS)
            .map(|t| short(t).to_owned())
            .collect(),
    }
}

fn bounded(rating: Rating) -> Rating {
    match rating {
        Rating::Other(text) => Rating::Other(short(&text).to_owned()),
        known => known,
    }
}

/// Whether it says something: to be asked and not to answer is no rating.
pub(crate) fn is_answer(feedback: &Feedback) -> bool {
    feedback.rating.is_some() || !feedback.tokens.is_empty()
}
