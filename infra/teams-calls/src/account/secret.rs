//! The client secret: from the environment or a hidden prompt, never from an argument, because every
//! user of the machine can read the arguments of a process.

use std::io::{IsTerminal as _, stdin};

use anyhow::{Context as _, bail};
use secrecy::SecretString;

/// The environment variable that holds the secret.
pub const CLIENT_SECRET: &str = "CLIENT_SECRET";

/// Prompts on the terminal.
pub(super) fn ask() -> anyhow::Result<SecretString> {
    if !stdin().is_terminal() {
        bail!(
            "there is no client secret: set the environment variable {CLIENT_SECRET}, or run this in \
             a terminal to be asked for it"
        );
    }
    let secret = rpassword::prompt_password("Client secret (it is not shown): ")
        .context("the client secret cannot be read from the terminal")?;
    let secret = secret.trim();
    if secret.is_empty() {
        bail!("no client secret was typed");
    }
    Ok(secret.into())
}
