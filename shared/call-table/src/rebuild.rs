//! Rebuilding a call from its pages.

use call_records::{
    AudioClassifier, Call, CallBuilder, DecodeError, SessionSummary, decode_participants,
    decode_record, decode_record_facts, decode_session_facts, decode_sessions,
};

use crate::{CallTable, PageKind, RawPage, StoredRecord, TableError};

/// The settings that decide how a call is counted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rules<'a> {
    pub home_tenant: Option<&'a str>,
    pub classifier: AudioClassifier,
}

impl<'a> Rules<'a> {
    /// Those by which a stored call was counted; `fallback` for a call that does not record them.
    pub fn of(record: &'a StoredRecord, fallback: Self) -> Self {
        let classifier = record.audio_classifier.as_deref().and_then(|id| id.parse().ok());
        // A call that records its classifier and no tenant was counted without a tenant.
        classifier.map_or(fallback, |classifier| Self {
            home_tenant: record.home_tenant.as_deref(),
            classifier,
        })
    }

    pub fn builder(self) -> CallBuilder {
        CallBuilder::new(self.home_tenant, self.classifier)
    }
}

/// The call that these pages make, in the order of their arrival, and its sessions.
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

impl CallTable {
    /// The call that the stored pages of a version make, and its sessions, each with the chain of its
    /// page. Pages are read one at a time.
    pub async fn rebuild(
        &self,
        record: &StoredRecord,
        rules: Rules<'_>,
    ) -> Result<(Call, Vec<(SessionSummary, String)>), TableError> {
        let mut call = rules.builder();
        let mut sessions = Vec::new();
        for page in &record.raw {
            let body = self.raw_page(record, page).await?;
            let summaries = feed(&mut call, &page.kind, page.number, &body)
                .map_err(|error| undecodable(&error))?;
            sessions.extend(summaries.into_iter().map(|session| (session, page.chain.clone())));
        }
        Ok((call.finish().map_err(|error| undecodable(&error))?, sessions))
    }
}

/// Adds one page to a call. The kind says what the page holds; the first page of the participants is
/// the record with them.
pub fn feed(
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
        // Stored for a later release that knows the kind.
        PageKind::Other(_) => Ok(Vec::new()),
    }
}

/// Adds one page to a call with what it says of networks, devices and clients.
pub(crate) fn feed_with_facts(
    call: &mut CallBuilder,
    kind: &PageKind,
    number: u32,
    body: &[u8],
) -> Result<Vec<SessionSummary>, DecodeError> {
    match kind {
        PageKind::Record => {
            let page = decode_record(body)?;
            call.record(&page.record);
            Ok(call.sessions_with_facts(&page.sessions.value, &decode_record_facts(body)?))
        }
        PageKind::Sessions => {
            let facts = decode_session_facts(body)?;
            Ok(call.sessions_with_facts(&decode_sessions(body)?.value, &facts))
        }
        PageKind::Participants | PageKind::Other(_) => feed(call, kind, number, body),
    }
}

/// Stored pages that do not decode: the table holds what this release cannot read.
pub fn undecodable(error: &DecodeError) -> TableError {
    TableError::Corrupt(format!("the pages make no call: {error}"))
}
