//! What a fake service is started with.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use crate::faults::Faults;
use crate::outbox::Delivery;
use crate::throttle::Limits;
use stand_in_kit::Clock;

/// The tenant by default. Invented.
pub const TENANT_ID: &str = "7c0f2e5a-3d41-4c8e-9b7d-1f6a2e5c8d90";
/// The application by default. Invented.
pub const CLIENT_ID: &str = "2b9d6f14-8a37-4e05-b1c6-94d7e3f0a582";
/// The client secret by default. Invented.
pub const CLIENT_SECRET: &str = "invented~client.secret-0001";

/// What a fake service is started with; [`Default`] is a service that keeps to every published rule
/// and injects no faults.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port on loopback; 0 takes a free one.
    pub port: u16,
    /// The only tenant that the service knows.
    pub tenant_id: String,
    /// The only application that the service knows.
    pub client_id: String,
    pub client_secrets: Vec<ClientSecret>,
    /// Which client assertions (federated credentials) the login accepts.
    pub assertions: Assertions,
    /// Whether the administrator has granted `CallRecords.Read.All`.
    pub consented: bool,
    /// `expires_in` of a token.
    pub token_lifetime: Duration,
    /// The most entries on a page.
    pub page_sizes: PageSizes,
    /// The published limits; `None` never throttles.
    pub limits: Option<Limits>,
    /// The form of Retry-After.
    pub retry_after: RetryAfter,
    /// How long a record stays after its end, or after it was loaded if that is later, so that an
    /// old document can be loaded today. `None` keeps it for ever.
    pub retention: Option<Duration>,
    pub delivery: Delivery,
    pub faults: Faults,
    pub clock: Clock,
    /// The seed of all random choices.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            tenant_id: TENANT_ID.to_owned(),
            client_id: CLIENT_ID.to_owned(),
            client_secrets: vec![ClientSecret::new(CLIENT_SECRET)],
            assertions: Assertions::AnyToken,
            consented: true,
            token_lifetime: Duration::from_secs(3599),
            page_sizes: PageSizes::default(),
            limits: Some(Limits::default()),
            retry_after: RetryAfter::Fraction,
            retention: Some(Duration::from_hours(30 * 24)),
            delivery: Delivery::default(),
            faults: Faults::default(),
            clock: Clock::default(),
            seed: 0,
        }
    }
}

#[derive(Clone)]
pub struct ClientSecret {
    pub(crate) value: String,
    pub(crate) expires_at: Option<Timestamp>,
}

impl ClientSecret {
    /// A secret that does not expire.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self { value: value.into(), expires_at: None }
    }

    /// The same secret, refused from `at` on with AADSTS7000222.
    #[must_use]
    pub fn expiring(mut self, at: Timestamp) -> Self {
        self.expires_at = Some(at);
        self
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSecret").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// Which client assertions the login accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assertions {
    /// No federated credential is configured.
    None,
    /// Anything that has the three parts of a JSON Web Token. Signatures are not checked.
    AnyToken,
    /// These, exactly.
    Only(Vec<String>),
}

/// The most entries on a page, as the documents state them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSizes {
    /// Sessions of a record: 60.
    pub sessions: usize,
    /// Participants of a record: 130.
    pub participants: usize,
    /// Call records of a list: 60.
    pub list: usize,
    /// Subscriptions of a list. Not documented; 20 here, so that the quota of 100 takes pages.
    pub subscriptions: usize,
    /// Rows of a log of telephone calls: 1,000.
    pub phone_log: usize,
}

impl Default for PageSizes {
    fn default() -> Self {
        Self { sessions: 60, participants: 130, list: 60, subscriptions: 20, phone_log: 1_000 }
    }
}

/// The form of the Retry-After header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// Seconds with a fraction, as the documents show: `2.128`.
    Fraction,
    /// Whole seconds, rounded up.
    Seconds,
    /// An HTTP date, rounded up to whole seconds.
    Date,
    /// No header: the client has to choose.
    Absent,
}
