//! Why a call was not stored.

use call_records::DecodeError;
use call_table::TableError;
use lambda_kit::Error as KitError;
use msgraph::Error as GraphError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum IngestError {
    /// The secret is blank, or cannot be read: there is no client of Graph yet.
    #[error(transparent)]
    Secret(#[from] KitError),
    #[error(transparent)]
    Graph(#[from] GraphError),
    #[error(transparent)]
    Table(#[from] TableError),
    /// Every page decoded, but together they are no call record. The pages are quarantined.
    #[error(transparent)]
    Incomplete(DecodeError),
    /// The invocation had no time left, and the next delivery continues where it stopped.
    #[error("there was no time left, and the next delivery continues")]
    Continued,
}
