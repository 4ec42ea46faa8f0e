//! The stand-ins, held to AWS's documents by the unmodified SDK and Lambda's own runtime.

#![expect(clippy::unwrap_used, reason = "in what tests share, too, a failure is a panic")]

mod dynamodb;
mod event_source;
mod http;
mod http_api;
mod listeners;
mod runtime_api;
mod s3;
mod secrets;
mod sqs;
