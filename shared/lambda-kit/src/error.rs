//! What can go wrong before a function does its own work.

/// What the caller should do is in the variant; what a person should do is in the sentence.
/// No variant ever carries the value of a setting or of a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A variable of the function's environment is missing or unusable: do not start.
    #[error("set the environment variable {name} to {expected}: {problem}")]
    Setting {
        /// The variable.
        name: &'static str,
        /// What belongs there.
        expected: &'static str,
        /// What is the matter with it now.
        problem: String,
    },
    /// AWS could not be reached or was busy: retry later.
    #[error("{0}")]
    Unavailable(String),
    /// An operator has to fix a permission, the secret or the account; a retry helps only after that.
    #[error("{0}")]
    Misconfigured(String),
}
