use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::media::Side;
use crate::{Feedback, Rating, Session, UserFeedback};

/// Answers in one part and tokens in one answer: more than any client offers or person gives, and
/// few enough for one item of the table.
const MOST_ANSWERS: usize = 100;
const MOST_TOKENS: usize = 32;
const LONGEST_TOKEN: usize = 64;

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
        let choice = Choice { answered: is_answer(&feedback), at: session.time(), feedback };
        let kept = self.0.entry(session.key()).or_insert_with(|| choice.clone());
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
        let answers = self.0.into_values().filter(|choice| choice.answered);
        answers.map(|choice| choice.feedback).take(MOST_ANSWERS).collect()
    }
}

/// The feedback of the person on one side: of the session's endpoint, else of the first segment
/// that has one.
pub(crate) fn on_side(session: &Session, side: Side) -> Option<Feedback> {
    session
        .endpoint(side)
        .into_iter()
        .chain(session.segments.iter().filter_map(|segment| segment.endpoint(side)))
        .filter_map(|endpoint| endpoint.feedback.as_ref())
        .find(|feedback| feedback.is_given())
        .map(answer)
}

fn answer(feedback: &UserFeedback) -> Feedback {
    Feedback {
        rating: feedback.rating.clone().filter(|rating| *rating != Rating::NotRated),
        tokens: feedback.tokens.iter().take(MOST_TOKENS).map(|token| shortened(token)).collect(),
    }
}

fn shortened(token: &str) -> String {
    token[..token.floor_char_boundary(LONGEST_TOKEN)].to_owned()
}

/// Whether it says something: to be asked and not to answer is no rating.
pub(crate) fn is_answer(feedback: &Feedback) -> bool {
    feedback.rating.is_some() || !feedback.tokens.is_empty()
}
