//! The queries behind the reports. Each reads only what it needs, and nothing is written.

mod call;
mod calls;
mod figures;
mod find;
mod mix;
mod noted_calls;
mod organisation;
mod person;
mod quality;
mod queues;
mod ranking;
mod telephone;
mod traffic;

use call_records::PersonKey;
use call_records::definitions::Scope;
use call_table::CallTable;

use crate::answer::{Data, Definitions};
use crate::people::PrivacyFilter;
use crate::request::{Report, Request};
use crate::{Error, query};

use find::Finding;

/// The table and the privacy filter that every query needs.
#[derive(Clone, Copy)]
pub(crate) struct QueryContext<'a> {
    pub(crate) table: &'a CallTable,
    pub(crate) privacy: &'a PrivacyFilter,
}

/// Names that are read concurrently.
const CONCURRENT_NAME_READS: usize = 16;

impl QueryContext<'_> {
    /// The newest name of a person; none is read where none is shown.
    async fn name(self, key: &PersonKey) -> Result<Option<String>, Error> {
        if self.privacy.is_pseudonymous() {
            return Ok(None);
        }
        Ok(self.table.newest_name(key).await?)
    }
}

/// Reads what a request is about. Where a text that is looked for means one thing, the request becomes that of its
/// page.
pub(crate) async fn read(
    reader: QueryContext<'_>,
    request: Request,
) -> Result<(Request, Data), Error> {
    let asked = &request;
    let data = match request.report {
        Report::Overview | Report::Missed | Report::Equipment | Report::Feedback | Report::Days => {
            Data::Organisation(Box::new(query::organisation::read(reader, asked).await?))
        }
        Report::People => Data::People(query::ranking::read(reader, asked).await?),
        Report::Traffic => Data::Traffic(Box::new(query::traffic::read(reader, asked).await?)),
        Report::Calls => Data::Calls(query::calls::read(reader, asked).await?),
        Report::Quality => Data::Quality(Box::new(query::quality::read(reader, asked).await?)),
        Report::NotedCalls => Data::NotedCalls(query::noted_calls::read(reader, asked).await?),
        Report::Queues | Report::Agents => {
            Data::Queues(Box::new(query::queues::read(reader, asked).await?))
        }
        Report::Telephone | Report::TelephonePeople => {
            Data::Telephone(Box::new(query::telephone::read(reader, asked).await?))
        }
        Report::Person => Data::Person(Box::new(query::person::read(reader, asked).await?)),
        Report::Call => Data::Call(Box::new(query::call::read(reader, asked).await?)),
        Report::Found => match query::find::find(reader, asked).await? {
            Finding::Several(found) => Data::Found(found),
            Finding::One(opened) => {
                return Box::pin(read(reader, request.opened(opened))).await;
            }
        },
        Report::Definitions => {
            let all = Scope::ALL.into_iter().flat_map(Scope::definitions);
            Data::Definitions(Definitions { definitions: all.map(Into::into).collect() })
        }
    };
    Ok((request, data))
}
