use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::session::SessionKey;
use crate::{Endpoint, Feedback, Rating, UserFeedback};

/// Answers in one part and tokens in one answer: more than any client offers or person gives, and
/// few enough for one item of the table.
const MAX_ANSWERS: usize = 100;
const MAX_TOKENS: usize = 32;
const MAX_TOKEN_LENGTH: usize = 64;

/// A person's feedback by session: the same one stands on the session and on each of its segments,
/// and again on a session that is repeated.
#[derive(Clone, Debug, Default)]
pub(crate) struct FeedbackBySession(BTreeMap<SessionKey, Choice>);

/// How much a feedback says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    /// A feedback object without an answer is no rating.
    Nothing,
    Tokens,
    Rating,
}

/// Ordered by which of two different ones for the same session is kept: a rating before tokens
/// alone, and these before no answer, then the later one, then the worse rating, then more tokens,
/// and then any, so long as it is always the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Choice {
    said: Said,
    at: Option<Timestamp>,
    badness: u8,
    tokens: usize,
    feedback: Feedback,
}

impl Choice {
    fn new(feedback: Feedback, at: Option<Timestamp>) -> Self {
        let badness = feedback.rating.as_ref().map_or(0, badness);
        Self { said: said(&feedback), at, badness, tokens: feedback.tokens.len(), feedback }
    }
}

/// How bad a rating is; a word that is not known is not worse than any that is.
const fn badness(rating: &Rating) -> u8 {
    match rating {
        Rating::Bad => 5,
        Rating::Poor => 4,
        Rating::Fair => 3,
        Rating::Good => 2,
        Rating::Excellent => 1,
        Rating::NotRated | Rating::Other(_) => 0,
    }
}

impl FeedbackBySession {
    /// Adds the feedback of a session, if there is one.
    pub(crate) fn add(&mut self, key: &SessionKey, at: Option<Timestamp>, given: Option<Feedback>) {
        let Some(feedback) = given else {
            return;
        };
        let choice = Choice::new(feedback, at);
        match self.0.get_mut(key) {
            Some(kept) if choice > *kept => *kept = choice,
            Some(_) => {}
            None => drop(self.0.insert(key.clone(), choice)),
        }
    }

    /// In how many sessions there is one, answered or not.
    pub(crate) fn objects(&self) -> usize {
        self.0.len()
    }

    /// The answers.
    pub(crate) fn answers(self) -> Vec<Feedback> {
        let answers = self.0.into_values().filter(|choice| choice.said > Said::Nothing);
        let mut answers: Vec<_> = answers.map(|choice| choice.feedback).collect();
        // Places of sessions without an id depend on the order in which they came.
        answers.sort();
        answers.truncate(MAX_ANSWERS);
        answers
    }
}

/// The feedback on endpoints of one person: the one that says most, of ratings the worst.
pub(crate) fn best<'a>(endpoints: impl Iterator<Item = &'a Endpoint>) -> Option<Feedback> {
    endpoints
        .filter_map(|endpoint| endpoint.feedback.as_ref())
        .filter(|feedback| feedback.is_given())
        .map(|feedback| Choice::new(answer(feedback), None))
        .max()
        .map(|choice| choice.feedback)
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
