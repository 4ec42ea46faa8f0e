//! What can go wrong, by what the caller should do about it.

/// Why the table could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Others write the same items, or a newer version is half-way in: try again later.
    #[error("others are writing the same items of the table")]
    Contended,
    /// DynamoDB limits the rate: try again later, and slower.
    #[error("DynamoDB throttles the requests")]
    Throttled,
    /// DynamoDB could not be reached, did not answer in time or failed: try again later. What was
    /// asked may have taken effect; repeating does no harm.
    #[error("DynamoDB is unavailable: {0}")]
    Unavailable(String),
    /// Trying again does not help until an administrator does what the sentence says.
    #[error("{0}")]
    Misconfigured(String),
    /// What is stored is not what was written: the sentence names the item.
    #[error("{0}")]
    Corrupt(String),
    /// Not enough time was left to begin the next request: try again with more time. What was done
    /// so far is kept and not done again.
    #[error("there was no time left for the next request")]
    OutOfTime,
}
