#![doc = include_str!("../README.md")]

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};
use rustls_platform_verifier::BuilderVerifierExt;

/// Which certificate authorities a process trusts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Trust {
    /// Those of the operating system.
    #[default]
    Platform,
    /// Mozilla's list, compiled in.
    CompiledIn,
    /// Those in PEM files, and no others.
    Files {
        /// A file of certificates.
        file: Option<PathBuf>,
        /// A folder of files of certificates.
        folder: Option<PathBuf>,
    },
}

/// Why there is no configuration: what to fix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A file or folder that was to be trusted has no certificate.
    #[error(
        "SSL_CERT_FILE, SSL_CERT_DIR or AWS_CA_BUNDLE names no certificate that can be read{0}"
    )]
    NoCertificate(String),
    /// rustls or the operating system says no.
    #[error("{0}")]
    Unusable(String),
}

static TRUST: OnceLock<Trust> = OnceLock::new();
static CONFIG: OnceLock<Result<ClientConfig, Error>> = OnceLock::new();

impl Trust {
    /// What a function trusts, by the variables of its environment: the files that it names, else what is
    /// compiled in.
    pub fn of_function(variable: impl Fn(&str) -> Option<String>) -> Self {
        let file =
            variable("SSL_CERT_FILE").or_else(|| variable("AWS_CA_BUNDLE")).map(PathBuf::from);
        let folder = variable("SSL_CERT_DIR").map(PathBuf::from);
        if file.is_none() && folder.is_none() {
            Self::CompiledIn
        } else {
            Self::Files { file, folder }
        }
    }
}

/// Decides for the process, before its first connection. The first call counts; without one, the
/// platform's roots are trusted. For `main` and its frame: a library has no say in it.
pub fn trust(trust: Trust) {
    let _ = TRUST.set(trust);
}

/// The process's configuration, without ALPN. Certificates are read at the first call.
///
/// # Errors
///
/// When there is nothing to trust, or the platform's roots cannot be read: at every call.
pub fn client_config() -> Result<ClientConfig, Error> {
    CONFIG.get_or_init(|| build(TRUST.get().unwrap_or(&Trust::Platform))).clone()
}

/// A configuration that trusts nothing: for hosts that are only spoken to without TLS.
///
/// # Errors
///
/// When rustls does not take ring's provider.
pub fn without_trust() -> Result<ClientConfig, Error> {
    Ok(builder()?.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

fn build(trust: &Trust) -> Result<ClientConfig, Error> {
    let roots = match trust {
        Trust::Platform => {
            let builder = builder()?.with_platform_verifier().map_err(unusable)?;
            return Ok(builder.with_no_client_auth());
        }
        Trust::CompiledIn => RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() },
        Trust::Files { file, folder } => from_files(file.as_deref(), folder.as_deref())?,
    };
    Ok(builder()?.with_root_certificates(roots).with_no_client_auth())
}

fn from_files(
    file: Option<&std::path::Path>,
    folder: Option<&std::path::Path>,
) -> Result<RootCertStore, Error> {
    let found = rustls_native_certs::load_certs_from_paths(file, folder);
    let mut roots = RootCertStore::empty();
    // One that cannot be parsed harms no other: lists of roots carry some oddities.
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        let why = found.errors.first().map(|error| format!(": {error}")).unwrap_or_default();
        return Err(Error::NoCertificate(why));
    }
    Ok(roots)
}

/// ring is named here and not installed for the process: AWS-LC costs tens of milliseconds of CPU at its
/// first use.
fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unusable)
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unusable(error: rustls::Error) -> Error {
    Error::Unusable(error.to_string())
}

#[cfg(test)]
mod tests;
