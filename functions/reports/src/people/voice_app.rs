//! How a queue or an attendant appears in an answer: its name often names people.

use privacy::PrivacyFilter;
use serde::Serialize;
use voice_apps::{AppKind, VoiceApp};

use crate::Error;

/// A queue or an attendant in an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ShownVoiceApp {
    /// What a request names it by: `queue/<kind>:<id>`, or with a sealed reference where the id is not to
    /// be seen.
    pub(crate) queue: String,
    pub(crate) kind: AppKind,
    /// The display name, or the pseudonym.
    pub(crate) name: String,
}

/// A queue or an attendant as an answer shows it.
pub(crate) fn shown_voice_app(
    privacy: &PrivacyFilter,
    app: &VoiceApp,
    name: Option<&str>,
) -> ShownVoiceApp {
    let service = privacy.person(&app.service, name);
    let name = match privacy.is_pseudonymous() {
        true => format!("{} {}", noun(app.kind), privacy.pseudonym_of_value(&app.to_string())),
        false => service.name,
    };
    ShownVoiceApp { queue: format!("{}/{}", app.kind, service.person), kind: app.kind, name }
}

/// The queue or attendant that a request names.
///
/// # Errors
///
/// [`Error::Request`] when there is none of such a name, or for an id where people are pseudonyms.
pub(crate) fn resolve_voice_app(privacy: &PrivacyFilter, text: &str) -> Result<VoiceApp, Error> {
    let parts = text.trim().split_once('/');
    let parts = parts.and_then(|(kind, service)| Some((AppKind::parse(kind)?, service)));
    let Some((kind, service)) = parts else {
        return Err(Error::Request(
            "\"queue\" must be queue/ or auto_attendant/ and <kind>:<id>, or what a report gives with \
             each row."
                .to_owned(),
        ));
    };
    Ok(VoiceApp { kind, service: privacy.resolve(service)? })
}

const fn noun(kind: AppKind) -> &'static str {
    match kind {
        AppKind::Queue => "Queue",
        AppKind::AutoAttendant => "Attendant",
    }
}

#[cfg(test)]
mod tests {
    use privacy::{People, Settings};
    use secrecy::SecretString;

    use super::*;

    fn privacy(people: People) -> PrivacyFilter {
        let settings = Settings { people, ..Settings::default() };
        PrivacyFilter::new(settings, &SecretString::from("a key of this test".to_owned()))
    }

    #[test]
    fn what_an_answer_shows_leads_back_and_pseudonyms_hide_id_and_name() {
        let app: VoiceApp = "queue/user:c4e7a1b2-0000-4000-8000-00000000abcd".parse().unwrap();
        for people in [People::Names, People::Pseudonyms] {
            let privacy = privacy(people);
            let shown = shown_voice_app(&privacy, &app, Some("Ada's line"));
            assert_eq!(resolve_voice_app(&privacy, &shown.queue), Ok(app.clone()));
            let text = serde_json::to_string(&shown).unwrap();
            let is_shown = text.contains("Ada") && text.contains("c4e7a1b2");
            assert_eq!(is_shown, people == People::Names, "{text}");
        }
        assert!(resolve_voice_app(&privacy(People::Pseudonyms), &app.to_string()).is_err());
        assert!(resolve_voice_app(&privacy(People::Names), "user:ada").is_err());
    }
}
