//! The webhook against SQS on loopback, asked as API Gateway asks.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod answers;
mod durable;
mod examples;
mod handshake;
mod hostile;
mod odd_sqs;
mod rotation;
mod system;
