//! Which queue or attendant.

use std::fmt;
use std::str::FromStr;

use call_records::{PersonKey, ServiceKind};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

words::words! { closed
    /// What a voice app does. One resource account may do both.
    pub AppKind {
        /// A call queue.
        Queue = "queue",
        /// An auto attendant.
        AutoAttendant = "auto_attendant",
    }
}

impl AppKind {
    /// The kind of a service that is a voice app.
    pub(crate) const fn of(kind: ServiceKind) -> Option<Self> {
        match kind {
            ServiceKind::Queue => Some(Self::Queue),
            ServiceKind::AutoAttendant => Some(Self::AutoAttendant),
            _ => None,
        }
    }
}

/// A voice app: what it does, and the service that does it. Written `queue/user:<id>`.
///
/// ```
/// use voice_apps::{AppKind, VoiceApp};
/// let app: VoiceApp = "queue/applicationInstance:0a/b".parse().unwrap();
/// assert_eq!((app.kind, app.service.id()), (AppKind::Queue, "0a/b"));
/// assert_eq!(app.to_string(), "queue/applicationInstance:0a/b");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VoiceApp {
    pub kind: AppKind,
    pub service: PersonKey,
}

/// The text names no voice app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a queue or an attendant: write queue/<kind>:<id> or auto_attendant/<kind>:<id>")]
pub struct InvalidVoiceApp;

impl fmt::Display for VoiceApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.service)
    }
}

impl FromStr for VoiceApp {
    type Err = InvalidVoiceApp;

    fn from_str(text: &str) -> Result<Self, InvalidVoiceApp> {
        let (kind, service) = text.split_once('/').ok_or(InvalidVoiceApp)?;
        let kind = AppKind::parse(kind).ok_or(InvalidVoiceApp)?;
        Ok(Self { kind, service: service.parse().map_err(|_| InvalidVoiceApp)? })
    }
}

impl Serialize for VoiceApp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for VoiceApp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
