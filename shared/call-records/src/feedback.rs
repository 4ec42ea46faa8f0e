use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::media::Side;
use crate::{Feedback, Rating, Session, UserFeedback};

/// Answers in one part and tokens in one answer: more than any client offers or person gives, and
/// few enough for one item of the table.
const MAX_ANSWERS: usize = 100;
const MAX_TOKENS: usize = 32;
const MAX_TOKEN_LENGTH: usize = 64;

/// A person's feedback by session: the same one stands on the session and on each of its segments,
/// and again on a session that is repeated.
#[derive(Clone, Debug, Default)]
pub(crate) struct FeedbackBySession(BTreeMap<String, Choice>);

/// How much a feedback says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    /// To be asked and not to answer is no rating.
    Nothing,
    Tokens,
    Rating,
}

/// Ordered by which of two different ones for the same session is kept: a rating before tokens
/// alone, and these before no answer, then the later one, and then any, so long as it is always the
/// same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Choice {
    said: Said,
    at: Option<Timestamp>,
    feedback: Feedback,
}

impl FeedbackBySession {
    pub(crate) fn add(&mut self, session: &Session, side: Side) {
        let Some(feedback) = on_side(session, side) else {
            return;
        };
        let choice = Choice { said: said(&feedback), at: session.time(), feedback };
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
        let answers = self.0.into_values().filter(|choice| choice.said > Said::Nothing);
        answers.map(|choice| choice.feedback).take(MAX_ANSWERS).collect()
    }
}

/// The feedback of the person on one side: of the session's endpoint and its segments the one that
/// says most, and of equal ones the first.
pub(crate) fn on_side(session: &Session, side: Side) -> Option<Feedback> {
    session
        .endpoint(side)
        .into_iter()
        .chain(session.segments.iter().filter_map(|segment| segment.endpoint(side)))
        .filter_map(|endpoint| endpoint.feedback.as_ref())
        .filter(|feedback| feedback.is_given())
        .map(answer)
        .min_by_key(|feedback| Reverse(said(feedback)))
}

fn answer(feedback: &UserFeedback) -> Feedback {
    Feedback {
        rating: feedback.rating.clone().filter(|rating| *rating != Rating::NotRated),
        tokens: feedback.tokens.iter().take(MAX_TOKENS).map(|token| shortened(token)).collect(),
    }
}

fn shortened(token: &str) -> String {
    token[..token.floor_char_boundary(MAX_TOKEN_LENGTH)].to_owned()
}

fn said(feedback: &Feedback) -> Said {
    match (&feedback.rating, feedback.tokens.is_empty()) {
        (Some(_), _) => Said::Rating,
        (None, false) => Said::Tokens,
        (None, true) => Said::Nothing,
    }
}

/// Whether it says something.
pub(crate) fn is_answer(feedback: &Feedback) -> bool {
    said(feedback) > Said::Nothing
}
