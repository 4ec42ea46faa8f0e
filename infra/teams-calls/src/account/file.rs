//! The file for `--config`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use toml::{Table, Value};

/// The contents of the file; every key is optional.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct AccountFile {
    /// As `--tenant-id`.
    pub tenant_id: Option<String>,
    /// As `--client-id`.
    pub client_id: Option<String>,
    /// As `--cloud`.
    pub cloud: Option<String>,
    /// As `--graph-url`.
    pub graph_url: Option<String>,
    /// As `--login-url`.
    pub login_url: Option<String>,
    /// As `--notification-url` of `doctor`.
    pub notification_url: Option<String>,
    /// As `--days` of `import`.
    pub days: Option<i64>,
    /// As `--data` of `import`; relative to the file.
    pub data: Option<PathBuf>,
}

impl AccountFile {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// A sentence that names the file and the key or line. It quotes nothing of the content: a
    /// secret may be in it by mistake.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let name = path.display();
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("the config file {name} cannot be read"))?;
        let mut file = Self::parse(&text).with_context(|| format!("the config file {name}"))?;
        if let (Some(data), Some(directory)) = (&file.data, path.parent()) {
            file.data = Some(directory.join(data));
        }
        Ok(file)
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let table: Table = text.parse().map_err(|error: toml::de::Error| {
            let line = error.span().map_or(1, |span| {
                text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1
            });
            anyhow!("line {line} is not TOML: write key = \"value\"")
        })?;
        let mut file = Self::default();
        for (key, value) in table {
            match key.as_str() {
                "tenant_id" => file.tenant_id = Some(text_of(&key, value)?),
                "client_id" => file.client_id = Some(text_of(&key, value)?),
                "cloud" => file.cloud = Some(text_of(&key, value)?),
                "graph_url" => file.graph_url = Some(text_of(&key, value)?),
                "login_url" => file.login_url = Some(text_of(&key, value)?),
                "notification_url" => file.notification_url = Some(text_of(&key, value)?),
                "data" => file.data = Some(text_of(&key, value)?.into()),
                "days" => {
                    let Value::Integer(days) = value else { bail!("days must be a whole number") };
                    file.days = Some(days);
                }
                "client_secret" => bail!(
                    "a client secret does not belong in a file: remove it, replace it in Entra \
                     if others can read the file, and set the environment variable CLIENT_SECRET"
                ),
                _ => bail!(
                    "{} is unknown; the keys are tenant_id, client_id, cloud, graph_url, login_url, \
                     notification_url, days and data",
                    // A key is quoted only if it cannot be a secret.
                    if key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
                        format!("the key {key}")
                    } else {
                        "a key".to_owned()
                    }
                ),
            }
        }
        Ok(file)
    }
}

fn text_of(key: &str, value: Value) -> anyhow::Result<String> {
    match value {
        Value::String(text) => Ok(text),
        _ => bail!("{key} must be a string in quotes"),
    }
}
