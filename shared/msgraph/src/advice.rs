//! What is wrong and how to fix it: one sentence for every error of Graph and of the login host.
//!
//! It is the text of [`Error`], so the functions' logs, the renewer's state and the laptop's doctor
//! all say the same. A sentence names the setting, the permission, the page of the Entra admin
//! centre or the command; where time cures, it says so. Microsoft's code and the id of the request stand
//! behind it in brackets, because its support finds the request by them; Microsoft's words do not, because
//! they may quote names and numbers.

use std::fmt;

use crate::error::{Error, LoginProblem};
use crate::fault::Fault;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFoundYet => f.write_str(
                "Graph has no such call record (404): one appears up to 150 minutes after its call \
                 and goes 30 days after it, so ask again later for a new one",
            ),
            Self::Gone => f.write_str(
                "Graph has no such subscription any more (404): the renewer's next run makes \
                 another, and the stack's CheckCommand makes it now",
            ),
            Self::Throttled { retry_after } => write!(
                f,
                "Microsoft asks to wait {:.1} s before the next request (429): wait; if it comes \
                 all day, lower ConsumerConcurrency and see what else uses this application",
                retry_after.as_secs_f64()
            ),
            Self::Unauthorized { advice, .. } => f.write_str(advice),
            Self::Login { sentence, .. } => f.write_str(sentence),
            Self::Unavailable { detail } => write!(
                f,
                "Microsoft is not available: {detail}; ask again later, and if it lasts, check \
                 the name, DNS and the firewall on the way to that host, and the service health page \
                 of the Microsoft 365 admin centre"
            ),
            Self::Undecodable { source, .. } => write!(
                f,
                "Graph's answer cannot be read: {source}; a retry brings the same, so install \
                 a newer version of this program"
            ),
            Self::ForeignLink => f.write_str(
                "a next link leads away from the configured Graph host; it was not followed: check \
                 that GRAPH_URL is Graph itself and nothing that rewrites its answers",
            ),
            Self::EndlessPages { pages } => write!(
                f,
                "a chain of pages does not end: stopped after {pages} pages; ask again from the \
                 start, and if it stays, report it to Microsoft's support"
            ),
            Self::AlreadyExists { id } => write!(
                f,
                "a subscription to the call records already exists{}: Graph allows one of its kind \
                 for one application, so give each deployment an application of its own, or delete \
                 that one",
                id.as_deref().map(|id| format!(" ({id})")).unwrap_or_default()
            ),
            Self::QuotaExceeded { reference } => write!(
                f,
                "Graph's quota of subscriptions to call records is used up (100 in an organisation, fewer \
                 for some applications); consent is not missing: list the subscriptions \
                 (GET /subscriptions of each application), delete unused ones with the application that \
                 created them, or wait until they expire (often 1 to 3 hours, at most three days) \
                 ({reference})"
            ),
            Self::HandshakeFailed { reference } => write!(
                f,
                "the webhook did not answer Graph's handshake: check that NOTIFICATION_URL and \
                 LIFECYCLE_NOTIFICATION_URL reach it from the internet and that it answers within \
                 10 s, for example with `teams-calls doctor --notification-url` ({reference})"
            ),
            Self::Rejected { advice, reference } => write!(f, "{advice} ({reference})"),
            Self::Changed => f.write_str(
                "the call record changed while it was read: read it again from the start",
            ),
            Self::OutOfTime => {
                f.write_str("no time is left for another request: go on in the next run")
            }
        }
    }
}

/// Why Graph refused a request for good, as far as its words tell.
pub(crate) fn rejected(fault: &Fault) -> &'static str {
    if (300..400).contains(&fault.status) {
        "Graph redirects, and redirects are not followed: check GRAPH_URL"
    } else if fault.says("minutes in the future") || fault.says("beyond allowed max") {
        // Ours asks for 4,200 minutes by our own clock, and Graph allows 4,230 by its own.
        "Graph takes the subscription's expiry for too far away: set the clock of the machine that \
         asked, which is ahead, for example by NTP"
    } else if fault.status == 404 || fault.says("resource not found for the segment") {
        "this Graph host does not know the address: check GRAPH_URL; the cloud in China has no call \
         records"
    } else {
        "Graph refused the request: ask Microsoft's support with the request-id if it stays"
    }
}

/// An id that would lead to another address.
pub(crate) const NO_CALL_ID: &str =
    "that is no id of a call, so nothing was sent: check where it came from";

/// A 401 or 403 that a new token did not cure.
pub(crate) fn unauthorized(fault: &Fault) -> Error {
    let advice = if fault.status == 401 {
        "Graph does not accept the token: check that GRAPH_URL and LOGIN_URL belong to the same \
         cloud and that tenant_id is the tenant whose calls are read"
    } else {
        "Graph refuses access: in the Entra admin centre open App registrations, the application, \
         API permissions, add Microsoft Graph's application permission CallRecords.Read.All (not \
         the delegated kind) and press Grant admin consent"
    };
    let advice = format!("{advice} ({})", fault.reference());
    Error::Unauthorized { status: fault.status, advice }
}

/// Why the login host gives no token; `reference` is Microsoft's number or code.
pub(crate) fn login(problem: LoginProblem, client_id: &str, reference: &str) -> String {
    let app = format!("application {client_id}");
    let page = "in the Entra admin centre open App registrations, the application";
    let sentence = match problem {
        LoginProblem::WrongSecret => format!(
            "the client secret is wrong: {page}, Certificates & secrets, and put the Value (not the \
             Secret ID) of a client secret of {app} into client_secret"
        ),
        LoginProblem::MissingCredential => format!(
            "the request for a token carried no credential: put the Value of a client secret of {app} \
             into client_secret, or leave client_secret out and give the application a federated \
             credential for the function's AWS identity"
        ),
        LoginProblem::ExpiredSecret => format!(
            "the client secret has expired: {page}, Certificates & secrets, add a new client secret \
             to {app} and put its Value into client_secret"
        ),
        LoginProblem::UnknownApplication => format!(
            "{app} is unknown in this tenant: put the Application (client) ID and the Directory \
             (tenant) ID from one Overview page of App registrations in the Entra admin centre into \
             client_id and tenant_id, and have an administrator of the tenant give consent"
        ),
        LoginProblem::DisabledApplication => format!(
            "{app} is disabled in this tenant: in the Entra admin centre open Enterprise \
             applications, the application, Properties, and set Enabled for users to sign in to Yes"
        ),
        LoginProblem::WrongTenant => "the tenant is unknown: put the Tenant ID of the Overview page \
             of the Entra admin centre into tenant_id, and check that LOGIN_URL is the login host of \
             the tenant's cloud"
            .to_owned(),
        LoginProblem::WrongCloud => "the login host does not know this Graph host: check that \
             GRAPH_URL and LOGIN_URL belong to the same cloud"
            .to_owned(),
        LoginProblem::WrongAssertion => format!(
            "the federated credential of {app} does not match: {page}, Certificates & secrets, \
             Federated credentials; its issuer must be the AWS account's, its subject the function's \
             role ARN, its audience api://AzureADTokenExchange"
        ),
        LoginProblem::Blocked => format!(
            "a Conditional Access policy keeps {app} from logging in: in the Entra admin centre open \
             Protection, Conditional Access, and exclude it or add the addresses that it comes from"
        ),
        LoginProblem::Other => format!(
            "the login host gives {app} no token: check LOGIN_URL, tenant_id and client_id"
        ),
    };
    format!("{sentence} (Microsoft Entra: {reference})")
}

/// The host at `LOGIN_URL` answers, but not as a login host does.
pub(crate) fn no_login_host(host: &str, why: &str) -> String {
    format!("{host} is no login host: check LOGIN_URL ({why})")
}

/// A token with characters that no header may have.
pub(crate) const UNSENDABLE_TOKEN: &str =
    "the login host gave a token that cannot be sent: check LOGIN_URL";
