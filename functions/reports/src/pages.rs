//! The reports as HTML for a widget: no scripts, nothing fetched, everything escaped by the engine.

mod call;
mod calls;
mod calls_behind;
mod card;
mod definitions;
mod found;
mod frame;
mod links;
mod noted_calls;
mod organisation;
mod paging;
mod people;
mod person;
mod quality;
mod queues;
mod style;
mod targets;
mod telephone;
mod text;
mod traffic;

use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::answer::{Answer, Data, PSEUDONYMS};
use crate::period::Period;
use crate::request::{Report, Request, Theme};
use crate::{Error, People};

use frame::Frame;
use links::Links;
use text::breakable;

/// Below this width lists have no more than what they are about, and no line is kept whole.
const TINY: u32 = 440;

/// What a page is drawn with.
pub(crate) struct Page<'a> {
    pub(crate) request: &'a Request,
    pub(crate) links: Links<'a>,
    /// Whether people are shown as pseudonyms.
    pub(crate) pseudonyms: bool,
    /// When it was made; none of an error.
    made_at: Option<Timestamp>,
}

impl Page<'_> {
    /// The day on which the page was made, in the zone of its days.
    fn today(&self) -> Date {
        self.made_at.map_or(Date::MAX, |at| self.request.period.zone_of_days().day(at))
    }

    fn is_tiny(&self) -> bool {
        self.request.widget.width() < TINY
    }
}

/// The page of an answer. `own_arn` is the function that its links call.
pub(crate) fn page(request: &Request, answer: &Answer, own_arn: &str) -> String {
    let pseudonyms = answer.people_shown_as == PSEUDONYMS;
    let made_at = Some(answer.meta.generated_at);
    let page = Page { request, links: Links::new(request, own_arn), pseudonyms, made_at };
    let frame = Frame::new(&page);
    let content = match &answer.data {
        Data::Organisation(data) => match answer.report {
            Report::Missed => organisation::missed(&page, &frame, data),
            Report::Equipment => organisation::equipment(&page, &frame, data),
            Report::Feedback => organisation::feedback(&page, &frame, data),
            Report::Days => organisation::days(&page, data),
            _ => organisation::overview(&page, &frame, data),
        },
        Data::People(ranking) => people::page(&page, ranking),
        Data::Traffic(traffic) => traffic::page(&page, &frame, traffic),
        Data::Calls(calls) => calls::page(&page, calls),
        Data::Quality(quality) => quality::page(&page, &frame, quality),
        Data::NotedCalls(calls) => noted_calls::page(&page, calls),
        Data::Queues(data) => match answer.report {
            Report::Agents => queues::agents_page(&page, &frame, data),
            _ => queues::page(&page, &frame, data),
        },
        Data::Telephone(data) => match answer.report {
            Report::TelephonePeople => telephone::people_page(&page, &frame, data),
            _ => telephone::page(&page, &frame, data),
        },
        Data::Person(person) => person::page(&page, &frame, person),
        Data::Call(call) => call::page(&page, &frame, call),
        Data::Found(found) => found::page(&page, found),
        Data::Definitions(definitions) => definitions::page(&page, definitions),
    };
    frame.answer_page(answer, &content).into_string()
}

/// What is shown in place of a page that could not be made. `people` is how people are shown.
pub(crate) fn error(request: &Request, error: &Error, people: People, own_arn: &str) -> String {
    error_frame(request, true, error, people, own_arn)
}

/// What is shown where not even the request could be read. `widget` is what is known: its theme, its
/// width and the days of the dashboard.
pub(crate) fn request_error(
    widget: Option<&Request>,
    error: &Error,
    people: People,
    own_arn: &str,
) -> String {
    match widget {
        Some(request) => error_frame(request, false, error, people, own_arn),
        None => style::root(Theme::default(), false, &alert(error, &html! {})).into_string(),
    }
}

fn error_frame(
    request: &Request,
    understood: bool,
    error: &Error,
    people: People,
    own_arn: &str,
) -> String {
    let pseudonyms = people == People::Pseudonyms;
    let page = Page { request, links: Links::new(request, own_arn), pseudonyms, made_at: None };
    let links = &page.links;
    let most = request.report.max_days().filter(|most| request.period.length() > *most);
    let links_out = html! {
        p.tcr-actions {
            @if understood && let Some(most) = most {
                @for (name, title, days) in Period::NAMES {
                    @if days <= most && days * 4 >= most {
                        (links.button(&format!("{}: {title}", request.report.title()), links.here(request).range(name)))
                    }
                }
            }
            (links.button("Overview", links.to(Report::Overview)))
            (links.button("Overview of the last 7 days", links.to(Report::Overview).range("last_7_days")))
        }
    };
    Frame::new(&page).error_frame(understood, &alert(error, &links_out)).into_string()
}

fn alert(error: &Error, links_out: &Markup) -> Markup {
    let heading = match error {
        Error::Request(_) => "This report cannot be made",
        Error::NotFound(_) => "Not found",
        Error::Unavailable(_) => "Not available now",
        Error::Misconfigured(_) => "The deployment has to be fixed",
    };
    html! {
        div.tcr-card.tcr-error role="alert" {
            h3 { (heading) }
            p { (breakable(&error.to_string())) }
            (links_out)
        }
    }
}
