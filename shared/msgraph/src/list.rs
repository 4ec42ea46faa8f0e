//! The list of call records: which there are and at which version.

use call_records::{ListedCall, Page, decode_list};
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use tokio::time::Instant;

use crate::client::Graph;
use crate::error::{Error, RawBody};
use crate::fault::Fault;
use crate::request::INCLUDE_UNKNOWN;

/// What a comparison of versions needs; the rest of a record would be read for nothing.
const SELECT: &str = "id,version,type,startDateTime,endDateTime,lastModifiedDateTime";

impl Graph {
    /// One page of the calls that started at `from` or later and before `to`, or the page that
    /// `next_link` of an earlier page leads to (`from` and `to` are part of it then).
    ///
    /// Graph keeps 30 days and answers 60 calls a page; 40 requests in 20 s are allowed. A
    /// caller that follows links passes each through a [`PageChain`](crate::PageChain).
    ///
    /// # Errors
    ///
    /// [`Error::Changed`] when the page of a next link is not there (any more): begin again.
    /// Otherwise as every [`Error`] says.
    pub async fn list_call_records(
        &self,
        from: Timestamp,
        to: Timestamp,
        next_link: Option<&str>,
        deadline: Instant,
    ) -> Result<Page<ListedCall>, Error> {
        let body = if let Some(link) = next_link {
            self.get_page(link, Some(INCLUDE_UNKNOWN), None, deadline).await?
        } else {
            let mut url = self.endpoints().graph(&["communications", "callRecords"]);
            // Whole milliseconds, rounded so that no call falls out of the window.
            let from = rounded(from, RoundMode::Floor);
            let to = rounded(to, RoundMode::Ceil);
            url.set_query(Some(&format!(
                "$filter=startDateTime ge {from} and startDateTime lt {to}&$select={SELECT}"
            )));
            let request = self.get(url, Some(INCLUDE_UNKNOWN));
            self.send(&request, deadline).await?.map_err(Fault::rejected)?
        };
        let mut page = decode_list(&body)
            .map_err(|source| Error::Undecodable { body: RawBody(body), source: source.into() })?;
        if next_link.is_some() && page.next_link.as_deref() == next_link {
            if !page.value.is_empty() {
                return Err(Error::EndlessPages { pages: 1 });
            }
            // Some lists of Graph end with an empty page that points at itself.
            tracing::warn!("graph.empty_page_links_back");
            page.next_link = None;
        }
        Ok(page)
    }
}

pub(crate) fn rounded(time: Timestamp, mode: RoundMode) -> Timestamp {
    // Fails only at the ends of the calendar, where the exact time serves as well.
    time.round(TimestampRound::new().smallest(Unit::Millisecond).mode(mode)).unwrap_or(time)
}
