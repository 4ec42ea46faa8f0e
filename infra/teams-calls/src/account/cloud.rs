//! Microsoft's clouds, as far as they have call records.

use std::str::FromStr;

use anyhow::{anyhow, bail};
use msgraph::Endpoints;

const CHINA: &str = "the cloud in China (21Vianet) has no call records";

/// A cloud that offers call records. Source: Microsoft's page on national cloud deployments and the
/// availability table of the callRecord methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cloud {
    /// The commercial cloud, and GCC.
    Global,
    /// US Government L4.
    GccHigh,
    /// US Government L5.
    Dod,
}

impl Cloud {
    const ALL: [Self; 3] = [Self::Global, Self::GccHigh, Self::Dod];

    fn hosts(self) -> (&'static str, &'static str) {
        match self {
            Self::Global => ("login.microsoftonline.com", "graph.microsoft.com"),
            Self::GccHigh => ("login.microsoftonline.us", "graph.microsoft.us"),
            Self::Dod => ("login.microsoftonline.us", "dod-graph.microsoft.us"),
        }
    }

    pub(super) fn endpoints(self) -> anyhow::Result<Endpoints> {
        let (login, graph) = self.hosts();
        Ok(Endpoints::parse(&format!("https://{login}"), &format!("https://{graph}"))?)
    }
}

impl FromStr for Cloud {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.to_ascii_lowercase().as_str() {
            "global" | "gcc" => Ok(Self::Global),
            "gcc-high" | "gcch" | "usgov" => Ok(Self::GccHigh),
            "dod" => Ok(Self::Dod),
            "china" => bail!(CHINA),
            _ => Err(anyhow!("there is no such cloud: give global, gcc-high or dod")),
        }
    }
}

/// Refuses clouds without call records, and a Graph and a login service of different clouds.
pub(super) fn check(endpoints: &Endpoints) -> anyhow::Result<()> {
    let login = endpoints.login.host_str().unwrap_or_default();
    let graph = endpoints.graph.host_str().unwrap_or_default();
    let china = ["chinacloudapi.cn", "partner.microsoftonline.cn"];
    if [login, graph].iter().any(|host| china.iter().any(|end| host.ends_with(end))) {
        bail!(CHINA);
    }
    let known = Cloud::ALL.map(Cloud::hosts);
    if let Some((expected_login, _)) = known.iter().find(|(_, host)| *host == graph)
        && *expected_login != login
    {
        bail!(
            "graph_url and login_url are not of the same cloud: with https://{graph} goes \
             https://{expected_login}"
        );
    }
    Ok(())
}
