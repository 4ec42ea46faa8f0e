//! The proxy of an operator's machine. The functions have none: they take no address from the environment to
//! which a token would go.

use std::fmt;

use reqwest::NoProxy;
use url::Url;

use crate::error::ConfigError;

/// The proxy for https requests, and the hosts that are reached without it.
#[derive(Clone)]
pub struct Proxy {
    url: Url,
    exceptions: Option<String>,
}

impl Proxy {
    /// The proxy that `HTTPS_PROXY` names, with the exceptions in `NO_PROXY`; in small letters, too, as curl
    /// takes them. `variable` reads the environment.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Proxy`] when the variable holds no address of a proxy. It is not quoted: it may hold a
    /// password.
    pub fn from_lookup(
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, ConfigError> {
        let read = |name: &str| variable(name).or_else(|| variable(&name.to_ascii_lowercase()));
        let Some(text) = read("HTTPS_PROXY") else { return Ok(None) };
        let text = if text.contains("://") { text } else { format!("http://{text}") };
        let url = Url::parse(&text).map_err(|_| ConfigError::Proxy)?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(ConfigError::Proxy);
        }
        Ok(Some(Self { url, exceptions: read("NO_PROXY") }))
    }

    /// For a client of `reqwest`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Proxy`] when it does not take the address.
    pub fn for_client(&self) -> Result<reqwest::Proxy, ConfigError> {
        let proxy = reqwest::Proxy::https(self.url.clone()).map_err(|_| ConfigError::Proxy)?;
        Ok(proxy.no_proxy(self.exceptions.as_deref().and_then(NoProxy::from_string)))
    }

    /// What belongs behind the text of a failed connection.
    pub(crate) fn hint(&self) -> String {
        format!(
            " (HTTPS_PROXY names the proxy {self}; list hosts that are to be reached without it in NO_PROXY)"
        )
    }
}

/// Its host and port.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (host, port) = (self.url.host_str(), self.url.port_or_known_default());
        write!(f, "{}:{}", host.unwrap_or_default(), port.unwrap_or_default())
    }
}

/// Without the credentials in the address.
impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(variables: &[(&str, &str)]) -> Result<Option<Proxy>, ConfigError> {
        Proxy::from_lookup(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_proxy_is_taken_from_the_environment_as_curl_takes_it() {
        assert!(from(&[("HTTP_PROXY", "http://a:1")]).unwrap().is_none());
        for (name, value, shown) in [
            ("HTTPS_PROXY", "http://proxy.contoso.example:3128", "proxy.contoso.example:3128"),
            ("https_proxy", "proxy.contoso.example:3128/", "proxy.contoso.example:3128"),
            ("HTTPS_PROXY", "http://user:p%40ss@[::1]", "[::1]:80"),
            ("HTTPS_PROXY", "https://proxy.contoso.example", "proxy.contoso.example:443"),
        ] {
            let proxy = from(&[(name, value), ("NO_PROXY", ".local,10.0.0.0/8")]).unwrap().unwrap();
            assert_eq!(proxy.to_string(), shown);
            assert!(!format!("{proxy:?}{}", proxy.hint()).contains("p%40ss"));
            proxy.for_client().unwrap();
        }
    }

    #[test]
    fn what_is_no_proxy_is_refused_without_quoting_it() {
        for value in ["socks5://user:secret@proxy:1080", "http://", "ftp://proxy", "http://a b"] {
            let error = from(&[("HTTPS_PROXY", value)]).unwrap_err().to_string();
            assert!(error.contains("HTTPS_PROXY") && !error.contains("secret"), "{error}");
        }
    }
}
