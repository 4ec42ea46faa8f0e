//! Making a call of its stored pages again.

use call_records::{
    AudioClassifier, Call, CallBuilder, DecodeError, SessionSummary, decode_participants,
    decode_record, decode_sessions,
};
use call_table::{PageKind, RawPage, StoredRecord};

/// By what a call is made of its pages.
#[derive(Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) home_tenant: Option<&'a str>,
    pub(crate) classifier: AudioClassifier,
}

impl<'a> Rules<'a> {
    /// Those by which a stored call was made; `otherwise` where it does not say.
    pub(crate) fn of(record: &'a StoredRecord, otherwise: Self) -> Self {
        let classifier = record.audio_classifier.as_deref().and_then(|id| id.parse().ok());
        // One that says its classifier and no tenant was made without one.
        classifier.map_or(otherwise, |classifier| Self {
            home_tenant: record.home_tenant.as_deref(),
            classifier,
        })
    }

    /// What makes a call by them.
    pub(crate) fn builder(self) -> CallBuilder {
        CallBuilder::new(self.home_tenant, self.classifier)
    }
}

/// The call that these pages make, in the order in which they came, and its sessions.
///
/// # Errors
///
/// A page does not decode, or together they are no call.
pub fn rebuild(
    home_tenant: Option<&str>,
    classifier: AudioClassifier,
    pages: &[RawPage],
) -> Result<(Call, Vec<SessionSummary>), DecodeError> {
    let mut call = CallBuilder::new(home_tenant, classifier);
    let mut sessions = Vec::new();
    for page in pages {
        sessions.extend(feed(&mut call, &page.kind, page.number, &page.body)?);
    }
    Ok((call.finish()?, sessions))
}

/// Gives one page to a call that is being made: what a page holds follows from its kind, and the
/// first page of the participants is the record with them.
pub(crate) fn feed(
    call: &mut CallBuilder,
    kind: &PageKind,
    number: u32,
    body: &[u8],
) -> Result<Vec<SessionSummary>, DecodeError> {
    match kind {
        PageKind::Participants if number == 0 => {
            let page = decode_record(body)?;
            call.record(&page.record);
            call.participants(&page.participants.value);
            Ok(Vec::new())
        }
        PageKind::Participants => {
            call.participants(&decode_participants(body)?.value);
            Ok(Vec::new())
        }
        PageKind::Record => {
            let page = decode_record(body)?;
            call.record(&page.record);
            Ok(call.sessions(&page.sessions.value))
        }
        PageKind::Sessions => Ok(call.sessions(&decode_sessions(body)?.value)),
        // Kept for a later version of the code, which knows what it is.
        PageKind::Other(_) => Ok(Vec::new()),
    }
}
