//! What each number means.

use call_records::definitions::Scope;
use maud::{Markup, html};

use super::Page;
use super::card::list_card;
use super::text::marked;
use crate::answer::Definitions;
use crate::request::Report;

/// The page, scope by scope.
pub(crate) fn page(page: &Page<'_>, definitions: &Definitions) -> Markup {
    let rows = &definitions.definitions;
    let mut scopes: Vec<&str> = rows.iter().map(|row| row.scope.as_str()).collect();
    scopes.dedup();
    html! {
        p.tcr-muted {
            "Every number has an id and a version. The version rises when the number may differ for the same record. "
            "A number whose inputs are missing is blank: unknown, never zero and never good."
        }
        @for scope in scopes {
            div style="margin-top:10px" {
                (list_card(heading(scope), &[], page.links.to(Report::Definitions), &html! {
                    table {
                        thead { tr { th { "number" } th { "unit" } th { "meaning" } } }
                        tbody {
                            @for row in rows.iter().filter(|row| row.scope == scope) {
                                tr {
                                    td { b { (row.title) } br; code { (row.id) } " v" (row.version) }
                                    td.tcr-nowrap { (row.unit) }
                                    td { (marked(row.meaning)) br; span.tcr-muted { (marked(row.blank)) } }
                                }
                            }
                        }
                    }
                }))
            }
        }
    }
}

fn heading(scope: &str) -> &'static str {
    match Scope::ALL.into_iter().find(|known| known.to_string() == scope) {
        Some(Scope::Participation) => "Numbers of a person in a call",
        Some(Scope::PersonDay) => "Numbers of a person on a day",
        Some(Scope::OrganisationDay) => "Numbers of the organisation on a day",
        Some(Scope::VoiceAppDay) => "Numbers of a queue or an attendant on a day",
        Some(Scope::AgentDay) => "Numbers of an agent on a day",
        Some(Scope::TelephoneDay) => "Numbers of the logs of telephone calls on a day",
        Some(Scope::TrunkDay) => "Numbers of a trunk on a day",
        Some(Scope::Derived) | None => "Numbers that are worked out of others",
    }
}
