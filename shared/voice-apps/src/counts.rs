//! What is counted of a voice app and of its agents: the fields are the numbers of `NUMBERS.md`.

use serde::{Deserialize, Serialize};

use crate::Waits;

/// What is counted of a queue or an attendant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AppCounts {
    pub offered: u64,
    pub answered: u64,
    pub voicemail: u64,
    pub forwarded: u64,
    pub abandoned: u64,
    pub unknown: u64,
    pub not_final: u64,
    pub answered_wait: Waits,
    pub abandoned_wait: Waits,
    pub passed_on_wait: Waits,
}

/// What is counted of an agent of a queue or an attendant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AgentCounts {
    pub rung: u64,
    pub answered: u64,
    pub not_taken: u64,
    pub took_over: u64,
    pub ms: u64,
}

impl AppCounts {
    /// Adds those of others.
    pub fn merge(&mut self, other: &Self) {
        self.offered += other.offered;
        self.answered += other.answered;
        self.voicemail += other.voicemail;
        self.forwarded += other.forwarded;
        self.abandoned += other.abandoned;
        self.unknown += other.unknown;
        self.not_final += other.not_final;
        self.answered_wait.merge(&other.answered_wait);
        self.abandoned_wait.merge(&other.abandoned_wait);
        self.passed_on_wait.merge(&other.passed_on_wait);
    }

    /// Those of which it is known what became of them.
    #[must_use]
    pub const fn settled(&self) -> u64 {
        self.answered + self.voicemail + self.forwarded + self.abandoned
    }

    /// All waits together.
    #[must_use]
    pub fn waits(&self) -> Waits {
        let mut all = self.answered_wait.clone();
        all.merge(&self.abandoned_wait);
        all.merge(&self.passed_on_wait);
        all
    }
}

impl AgentCounts {
    /// Adds those of others.
    pub const fn merge(&mut self, other: &Self) {
        self.rung += other.rung;
        self.answered += other.answered;
        self.not_taken += other.not_taken;
        self.took_over += other.took_over;
        self.ms += other.ms;
    }
}
