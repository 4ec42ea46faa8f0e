//! The stand-ins, held to AWS's documents by the unmodified SDK and Lambda's own runtime.

mod dynamodb;
mod event_source;
mod http;
mod http_api;
mod runtime_api;
mod secrets;
mod sqs;
