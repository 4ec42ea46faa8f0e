//! Errors by what the caller should do about them.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use bytes::Bytes;
use call_records::DecodeError;
use uuid::Uuid;

/// Why a request failed. Each variant is one thing that the caller should do next.
///
/// The text of each is a sentence that says what is wrong and how to fix it; all of them are in
/// `advice.rs`. None carries a token, a secret, a body or a text of Microsoft's: such a text may name
/// people. A [`Reference`] is what is left of it.
#[derive(Debug)]
pub enum Error {
    /// 404 for a call record: it is not there yet, or no longer. Graph answers both the same way, so
    /// the age of the notification decides. Ask again later.
    NotFoundYet,

    /// 404 for a subscription: it expired or was removed. Create another.
    Gone,

    /// Graph or the login host asks for quiet. Start nothing against Graph for this long.
    Throttled {
        /// How long from now; at most an hour.
        retry_after: Duration,
    },

    /// 401 or 403, also with a new token. An administrator has to act; ask again later.
    Unauthorized {
        /// 401 or 403.
        status: u16,
        /// A sentence that names what to fix.
        advice: String,
    },

    /// The login host gave no token, and will not until an administrator acts.
    Login {
        /// A sentence that names what to fix.
        sentence: String,
        /// What is wrong; a rotated secret is worth reading again.
        kind: LoginProblem,
    },

    /// 5xx, a time-out or a lost connection, also after a few quick tries. Ask again later.
    Unavailable {
        /// What the last try saw.
        detail: String,
    },

    /// An answer that is not what it should be. Asking again will bring the same: keep the bytes.
    Undecodable {
        /// The answer as it came; empty when it was too large to hold.
        body: RawBody,
        /// What is wrong with it.
        source: Undecodable,
    },

    /// A next link names another scheme, host or port than Graph's. Nothing was sent there.
    ForeignLink,

    /// A chain of pages came back to a link that it had been at, or has more than 10,000 pages.
    EndlessPages {
        /// Pages followed until then.
        pages: u32,
    },

    /// 409 on create: the same application already has such a subscription. Adopt or delete it.
    AlreadyExists {
        /// Its id, when the message names one; otherwise find it in the list.
        id: Option<String>,
    },

    /// 403 on create: the organisation has as many subscriptions as Graph allows (100).
    QuotaExceeded {
        /// The refusal.
        reference: Reference,
    },

    /// 400 on create or change: the webhook did not answer Graph's validation request.
    HandshakeFailed {
        /// The refusal.
        reference: Reference,
    },

    /// Any other answer that is not a success, redirects included. Asking again is of no use.
    Rejected {
        /// A sentence that says why, as far as Graph tells, and what to do.
        advice: &'static str,
        /// The refusal.
        reference: Reference,
    },

    /// The record changed, or a page of it vanished, while it was read. Read it again from the start.
    Changed,

    /// The deadline leaves no time for another request. Ask again with a new one.
    OutOfTime,
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Undecodable { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// By what Microsoft's support finds a refused request. It holds nothing that could name a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reference {
    /// The HTTP status.
    pub status: u16,
    /// Graph's error code; empty where it gave none, or one that has not the form of a code.
    pub code: String,
    /// Graph's id of the request.
    pub request_id: Option<Uuid>,
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if !self.code.is_empty() {
            write!(f, " {}", self.code)?;
        }
        match self.request_id {
            Some(id) => write!(f, ", request-id {id}"),
            None => Ok(()),
        }
    }
}

/// What an administrator has to fix before the login host gives a token again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LoginProblem {
    /// The client secret is not one of the application's.
    WrongSecret,
    /// The request carried neither a client secret nor an assertion.
    MissingCredential,
    /// The client secret was right once.
    ExpiredSecret,
    /// No application has this client id in the tenant.
    UnknownApplication,
    /// The application is there, but may not log in.
    DisabledApplication,
    /// No such tenant at this login host.
    WrongTenant,
    /// Login and Graph hosts do not belong to the same cloud.
    WrongCloud,
    /// The signed assertion (federated credential) could not be had or was not accepted.
    WrongAssertion,
    /// A Conditional Access policy forbids it.
    Blocked,
    /// Anything else; the sentence carries Microsoft's number.
    Other,
}

/// Why an answer cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Undecodable {
    /// It is JSON of another shape, or no JSON.
    #[error(transparent)]
    Shape(#[from] DecodeError),
    /// A subscription or a small answer is not what it should be.
    #[error("{0}")]
    Json(String),
    /// It is larger than this client is ready to hold.
    #[error("it is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The record is not the requested one.
    #[error("it is not the requested call record")]
    OtherRecord,
}

/// The bytes of an answer. They hold names, so `Debug` shows only how many there are.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RawBody(pub Bytes);

impl fmt::Debug for RawBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawBody({} bytes)", self.0.len())
    }
}

impl Deref for RawBody {
    type Target = Bytes;

    fn deref(&self) -> &Bytes {
        &self.0
    }
}

/// Settings that no request can be made with.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// An endpoint is not an address that a token may be sent to.
    #[error("{name} must be {expected}")]
    Endpoint {
        /// `GRAPH_URL` or `LOGIN_URL`.
        name: &'static str,
        /// What would be right.
        expected: &'static str,
    },
    /// The tenant or client id is empty.
    #[error("{0} must not be empty")]
    Empty(&'static str),
    /// The proxy of the environment is none that can be used.
    #[error(
        "HTTPS_PROXY holds no address of a proxy: set it to http://host:port, or to nothing to go without"
    )]
    Proxy,
    /// The HTTP client could not be built, usually for want of root certificates.
    #[error("the HTTPS client cannot be set up: {0}")]
    Tls(String),
}
