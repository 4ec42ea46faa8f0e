#![doc = include_str!("../README.md")]

mod advice;
mod attempts;
mod body;
mod client;
mod clock;
mod credential;
mod diagnosis;
mod endpoints;
mod error;
mod failure;
mod fault;
mod fetched_page;
mod gate;
mod list;
mod login;
mod login_error;
mod options;
mod page_chain;
mod phone_log;
mod proxy;
mod rate_limit;
mod record;
mod request;
mod retry_after;
mod subscription;
mod tls;
mod transport;

pub use client::Graph;
pub use credential::{AssertionError, AssertionFuture, AssertionSource, Credential};
pub use endpoints::{Endpoints, is_loopback};
pub use error::{ConfigError, Error, LoginProblem, RawBody, Reference, Undecodable};
pub use fetched_page::{FetchedPage, PageContent, PageKind};
pub use options::Options;
pub use page_chain::PageChain;
pub use proxy::Proxy;
pub use rate_limit::RateLimit;
pub use record::CallRecordReader;
pub use subscription::{
    CALL_RECORDS_RESOURCE, CHANGE_TYPE, MAX_LIFE, NewSubscription, Subscription,
};
