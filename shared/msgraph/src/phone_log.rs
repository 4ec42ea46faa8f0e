//! The logs of telephone calls, which no notification announces.

use jiff::{RoundMode, Timestamp};
use pstn_logs::{Log, LogPage, decode_page};
use tokio::time::Instant;

use crate::client::Graph;
use crate::error::{Error, RawBody, Undecodable};
use crate::fault::Fault;
use crate::list::rounded;
use crate::request::{INCLUDE_UNKNOWN, Request};

impl Graph {
    /// One page of the rows of a log whose calls started at `from` or later and before `to`, or the page
    /// that `next_link` of an earlier page leads to (`from` and `to` are part of it then). Rows at `to` may
    /// be among them: the end is in the range of one of the logs and not in that of the other.
    ///
    /// Graph takes at most 90 days and answers 1,000 rows a page; requests keep within
    /// [`RateLimit::PHONE_LOG`](crate::RateLimit::PHONE_LOG), and wait for it as long as the deadline allows. Rows come up to 48 hours late. A caller that follows links passes each through a
    /// [`PageChain`](crate::PageChain).
    ///
    /// # Errors
    ///
    /// [`Error::Changed`] when the page of a next link is not there (any more): begin again.
    /// Otherwise as every [`Error`] says.
    pub async fn phone_log(
        &self,
        log: Log,
        from: Timestamp,
        to: Timestamp,
        next_link: Option<&str>,
        deadline: Instant,
    ) -> Result<LogPage, Error> {
        let rate_limit = self.phone_log_limit(log);
        let body = if let Some(link) = next_link {
            self.get_page(link, Some(INCLUDE_UNKNOWN), rate_limit, deadline).await?
        } else {
            let function = match log {
                Log::Pstn => "getPstnCalls",
                Log::DirectRouting => "getDirectRoutingCalls",
            };
            let (from, to) = (rounded(from, RoundMode::Floor), rounded(to, RoundMode::Ceil));
            let call = format!("{function}(fromDateTime={from},toDateTime={to})");
            let mut url = self.endpoints().graph(&["communications", "callRecords"]);
            // As OData writes a call, and not encoded as an id is.
            url.set_path(&format!("{}/{call}", url.path()));
            let request = Request { rate_limit, ..self.get(url, Some(INCLUDE_UNKNOWN)) };
            self.send(&request, deadline).await?.map_err(Fault::rejected)?
        };
        decode_page(&body, log).map_err(|source| Error::Undecodable {
            body: RawBody(body),
            source: Undecodable::Json(source.to_string()),
        })
    }
}
