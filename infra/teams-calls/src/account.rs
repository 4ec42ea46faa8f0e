//! The tenant, application, cloud and secret: the options that `import` and `doctor` share.

mod cloud;
mod file;
mod secret;

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use lambda_kit::Environment;
use msgraph::{Credential, Endpoints, Graph, Proxy};
use secrecy::SecretString;

use cloud::Cloud;
pub use file::AccountFile;
pub use secret::CLIENT_SECRET;

/// Tenant, application and cloud. What is not given here is taken from the file.
#[derive(Debug, Default, Args)]
pub struct AccountOptions {
    /// Directory (tenant) ID, a GUID, from the Overview page of the Entra admin centre.
    #[arg(long, value_name = "GUID")]
    pub tenant_id: Option<String>,
    /// Application (client) ID, a GUID, from the Overview page of its App registration.
    #[arg(long, value_name = "GUID")]
    pub client_id: Option<String>,
    /// global (also GCC), gcc-high or dod. Without it, global.
    #[arg(long, conflicts_with_all = ["graph_url", "login_url"])]
    pub cloud: Option<String>,
    /// Microsoft Graph of another cloud; goes with --login-url.
    #[arg(long, value_name = "URL", requires = "login_url")]
    pub graph_url: Option<String>,
    /// Login service of the same cloud.
    #[arg(long, value_name = "URL", requires = "graph_url")]
    pub login_url: Option<String>,
    /// A TOML file with tenant_id, client_id and cloud, or graph_url and login_url.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// An application of a tenant, with its credentials.
#[derive(Debug)]
pub struct Account {
    /// A GUID.
    pub tenant_id: String,
    /// A GUID.
    pub client_id: String,
    pub client_secret: SecretString,
    pub endpoints: Endpoints,
    /// The way to them, where the environment names one: the functions have none.
    pub proxy: Option<Proxy>,
}

impl AccountOptions {
    /// The account, and the other contents of the file. The secret comes from the environment variable
    /// `CLIENT_SECRET`, else from `ask`; a proxy from `HTTPS_PROXY` and `NO_PROXY`.
    ///
    /// # Errors
    ///
    /// A sentence that names the option to correct. It never quotes a secret.
    pub fn resolve(
        &self,
        environment: &Environment,
        ask: impl FnOnce() -> anyhow::Result<SecretString>,
    ) -> anyhow::Result<(Account, AccountFile)> {
        let file = self.config.as_deref().map(AccountFile::read).transpose()?.unwrap_or_default();
        let endpoints = self.endpoints(&file)?;
        let tenant_id = self.tenant_id.clone().or_else(|| file.tenant_id.clone());
        let client_id = self.client_id.clone().or_else(|| file.client_id.clone());
        let account = Account {
            tenant_id: guid(tenant_id, "--tenant-id", "the Directory (tenant) ID")?,
            client_id: guid(client_id, "--client-id", "the Application (client) ID")?,
            endpoints,
            proxy: Proxy::from_lookup(|name| environment.optional_text(name))?,
            client_secret: match environment.optional_text(CLIENT_SECRET) {
                Some(secret) => secret.into(),
                None => ask()?,
            },
        };
        Ok((account, file))
    }

    fn endpoints(&self, file: &AccountFile) -> anyhow::Result<Endpoints> {
        // Endpoint options on the command line replace all endpoint keys of the file.
        let (cloud, graph, login) = if self.cloud.is_some() || self.graph_url.is_some() {
            (&self.cloud, &self.graph_url, &self.login_url)
        } else {
            (&file.cloud, &file.graph_url, &file.login_url)
        };
        let endpoints = match (cloud, graph, login) {
            (Some(_), Some(_), _) | (Some(_), _, Some(_)) => {
                bail!("give either cloud, or graph_url and login_url")
            }
            (Some(cloud), None, None) => cloud.parse::<Cloud>()?.endpoints()?,
            (None, Some(graph), Some(login)) => Endpoints::parse(login, graph)?,
            (None, None, None) => Cloud::Global.endpoints()?,
            (None, _, _) => bail!("graph_url and login_url go together: give both, or cloud"),
        };
        cloud::check(&endpoints)?;
        Ok(endpoints)
    }
}

impl Account {
    /// A Graph client for the account. Sends nothing yet.
    pub fn graph(&self) -> anyhow::Result<Graph> {
        let credential = Credential::Secret(self.client_secret.clone());
        let options = msgraph::Options { proxy: self.proxy.clone(), ..msgraph::Options::default() };
        let endpoints = self.endpoints.clone();
        Graph::new(endpoints, &self.tenant_id, &self.client_id, credential, options)
            .context("the Graph client cannot be created")
    }
}

/// The secret from the terminal, without showing it.
pub fn ask_for_secret() -> anyhow::Result<SecretString> {
    secret::ask()
}

fn guid(text: Option<String>, option: &str, what: &str) -> anyhow::Result<String> {
    let page =
        "from the Overview page of the application in the Entra admin centre, App registrations";
    let Some(text) = text else { bail!("give {option}: {what}, {page}") };
    if !call_id::is_guid(&text) {
        bail!("{option} is no GUID: give {what}, {page}");
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
