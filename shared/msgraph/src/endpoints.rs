//! The two hosts that may see a token, and the addresses below them.

use url::{Host, Url};

use crate::error::{ConfigError, Error};

/// Login and Graph hosts; each national cloud has its own pair.
///
/// Plain `http` is accepted for loopback hosts only: anywhere else it would show the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// Where tokens come from, for example `https://login.microsoftonline.com`.
    pub login: Url,
    /// Where records come from, for example `https://graph.microsoft.com`. Its origin is also the
    /// scope of the token.
    pub graph: Url,
}

impl Endpoints {
    /// Both addresses from text.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Endpoint`] names the setting that is no usable address.
    pub fn parse(login: &str, graph: &str) -> Result<Self, ConfigError> {
        let parsed = |name, text: &str| {
            Url::parse(text).map_err(|_| ConfigError::Endpoint { name, expected: AN_ORIGIN })
        };
        let endpoints = Self { login: parsed(LOGIN, login)?, graph: parsed(GRAPH, graph)? };
        endpoints.check()?;
        Ok(endpoints)
    }

    /// Refuses addresses that a token must not travel to.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        for (name, url) in [(LOGIN, &self.login), (GRAPH, &self.graph)] {
            let expected = match url.scheme() {
                "https" => None,
                "http" if is_loopback(url) => None,
                _ => Some("an https address (http only for a loopback host)"),
            };
            let plain = url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none()
                && url.path() == "/";
            if let Some(expected) = expected.or((!plain).then_some(AN_ORIGIN)) {
                return Err(ConfigError::Endpoint { name, expected });
            }
        }
        Ok(())
    }

    /// Whether neither host needs TLS.
    pub(crate) fn are_plain(&self) -> bool {
        self.login.scheme() == "http" && self.graph.scheme() == "http"
    }

    /// The address of the tenant's tokens.
    pub(crate) fn token(&self, tenant: &str) -> Url {
        below(&self.login, &[tenant, "oauth2", "v2.0", "token"])
    }

    /// The scope that stands for every permission granted to the application at this Graph host.
    pub(crate) fn scope(&self) -> String {
        format!("{}/.default", self.graph.origin().ascii_serialization())
    }

    /// `v1.0/` and these segments, each one percent-encoded: an id cannot leave its place.
    pub(crate) fn graph(&self, segments: &[&str]) -> Url {
        let mut all = vec!["v1.0"];
        all.extend_from_slice(segments);
        below(&self.graph, &all)
    }

    /// A next link as an address of the Graph host.
    ///
    /// Links are opaque and used whole, so the only questions are where they lead and whether they
    /// carry credentials. A relative one is taken relative to the Graph host.
    pub(crate) fn next_link(&self, link: &str) -> Result<Url, Error> {
        let url = self.graph.join(link).map_err(|_| Error::ForeignLink)?;
        let ours = url.origin() == self.graph.origin()
            && url.username().is_empty()
            && url.password().is_none();
        ours.then_some(url).ok_or(Error::ForeignLink)
    }
}

const LOGIN: &str = "LOGIN_URL";
const GRAPH: &str = "GRAPH_URL";
const AN_ORIGIN: &str =
    "a scheme and a host, such as https://graph.microsoft.com, and nothing more";

/// Whether an address is of this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn below(host: &Url, segments: &[&str]) -> Url {
    let path: String = segments.iter().map(|segment| format!("/{}", encode(segment))).collect();
    let mut url = host.clone();
    url.set_path(&path);
    url
}

/// Encodes all but the unreserved characters of RFC 3986. A segment of dots only would be resolved
/// as a step up even when encoded, so such an id is refused before it comes here; see [`is_segment`].
fn encode(segment: &str) -> String {
    segment.bytes().fold(String::new(), |mut path, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
        path
    })
}

/// Whether a text can stand as one path segment.
pub(crate) fn is_segment(text: &str) -> bool {
    !text.is_empty() && text != "." && text != ".."
}

#[cfg(test)]
mod tests;
