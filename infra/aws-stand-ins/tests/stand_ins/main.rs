//! The stand-ins, held to AWS's documents by the unmodified SDK.

mod dynamodb;
mod http;
mod sqs;
