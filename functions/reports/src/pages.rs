//! The reports as HTML for a widget: no scripts, nothing fetched, everything escaped by the engine.

mod call;
mod calls;
mod card;
mod definitions;
mod frame;
mod links;
mod organisation;
mod paging;
mod people;
mod person;
mod style;
mod traffic;

use maud::{Markup, html};

use crate::Error;
use crate::answer::{Answer, Data};
use crate::request::{Report, Request};

use frame::Frame;
use links::Links;

/// What a page is drawn with.
pub(crate) struct Page<'a> {
    pub(crate) request: &'a Request,
    pub(crate) links: Links<'a>,
}

/// The page of an answer. `own_arn` is the function that its links call.
pub(crate) fn page(request: &Request, answer: &Answer, own_arn: &str) -> String {
    let page = Page { request, links: Links::new(request, own_arn) };
    let frame = Frame::new(&page);
    let content = match &answer.data {
        Data::Organisation(data) => match answer.report {
            Report::Missed => organisation::missed(&page, &frame, data),
            Report::Quality => organisation::quality(&page, &frame, data),
            Report::Equipment => organisation::equipment(&frame, data),
            Report::Feedback => organisation::feedback(&frame, data),
            Report::Days => organisation::days(&page, data),
            _ => organisation::overview(&page, &frame, data),
        },
        Data::People(ranking) => people::page(&page, ranking),
        Data::Traffic(traffic) => traffic::page(&page, &frame, traffic),
        Data::Calls(calls) => calls::page(&page, calls),
        Data::Person(person) => person::page(&page, &frame, person),
        Data::Call(call) => call::page(&page, &frame, call),
        Data::Definitions(definitions) => definitions::page(definitions),
    };
    frame.around(answer, &content).into_string()
}

/// What is shown in place of a page that could not be made.
pub(crate) fn error(request: Option<&Request>, error: &Error, own_arn: &str) -> String {
    let theme = request.map(|request| request.widget.theme()).unwrap_or_default();
    let links = request.map(|request| Links::new(request, own_arn));
    let heading = match error {
        Error::Request(_) => "This report cannot be made",
        Error::NotFound(_) => "Not found",
        Error::Unavailable(_) => "Not available now",
        Error::Misconfigured(_) => "Something has to be mended",
    };
    let markup: Markup = html! {
        (style::root(theme, &html! {
            div.tcr-card.tcr-error role="alert" {
                h3 { (heading) }
                p { (error) }
                @if let Some(links) = &links {
                    p.tcr-actions { (links.button("Overview", links.to(Report::Overview))) (links.button("Overview of the last 7 days", links.to(Report::Overview).range("last_7_days"))) }
                }
            }
        }))
    };
    markup.into_string()
}
