#![doc = include_str!("../README.md")]

mod attempts;
mod body;
mod client;
mod clock;
mod credential;
mod diagnosis;
mod endpoints;
mod error;
mod fault;
mod gate;
mod list;
mod login;
mod login_error;
mod mend;
mod options;
mod pace;
mod page_chain;
mod record;
mod request;
mod retry_after;
mod subscription;
mod tls;
mod transport;

pub use client::Graph;
pub use credential::{AssertionError, AssertionFuture, AssertionSource, Credential};
pub use endpoints::Endpoints;
pub use error::{ConfigError, Error, LoginProblem, RawBody, Undecodable};
pub use options::Options;
pub use pace::RequestLimit;
pub use page_chain::PageChain;
pub use record::{CallRecordReader, FetchedPage, PageContent, PageKind};
pub use subscription::{
    CALL_RECORDS_RESOURCE, CHANGE_TYPE, MAX_LIFE, NewSubscription, Subscription,
};
