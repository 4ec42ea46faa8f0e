//! Cards, tiles, and the definitions that belong to them.

use call_records::definitions::{Definition, derived};
use maud::{Markup, html};

use super::text::{breakable, marked, plain, sentence};
use super::{Links, Page, calls_behind};
use crate::answer::{Entry, Figure};
use crate::charts::{Bar, bars};
use crate::format;

/// A card with a heading and, behind its mark, what its numbers mean.
pub(crate) fn card(title: &str, definitions: &[&Definition], content: &Markup) -> Markup {
    with_class("tcr-card", title, definitions, content)
}

/// A card over all columns.
pub(crate) fn wide_card(title: &str, definitions: &[&Definition], content: &Markup) -> Markup {
    with_class("tcr-card tcr-wide", title, definitions, content)
}

fn with_class(class: &str, title: &str, definitions: &[&Definition], content: &Markup) -> Markup {
    html! {
        div class=(class) {
            div.tcr-card-head {
                h3 { (title) }
                @if !definitions.is_empty() {
                    (Links::popup("i", &format!("What the numbers of “{title}” mean"), &definitions_popup(title, definitions)))
                }
            }
            (content)
        }
    }
}

fn definitions_popup(title: &str, definitions: &[&Definition]) -> Markup {
    html! {
        h3 { (title) }
        @for definition in definitions {
            p {
                b { (definition.title) } " " code { (definition.id) } ", version " (definition.version) ", in " (definition.unit) ". "
                (marked(definition.meaning())) " " (marked(&sentence(definition.blank)))
            }
        }
    }
}

/// Numbers at the head of a page, of a person's or of the organisation's; each has its definition as a
/// tooltip, the reason where it is blank, and leads to the calls behind it where they can be listed.
pub(crate) fn tiles(page: &Page<'_>, figures: &[Figure], person: Option<&str>) -> Markup {
    html! {
        div.tcr-tiles {
            @for figure in figures {
                @let calls = calls_behind::of_figure(page, figure.id, person);
                div.tcr-tile title=(definition_tooltip(figure.definition)) {
                    span { (figure.title) @if let Some(zone) = &figure.zone { " (" (breakable(zone)) ")" } }
                    @match figure.value {
                        Some(value) => {
                            b { (calls_behind::number(page, &format::amount(value), value.is_some(), calls)) }
                            @if let Some(of) = denominator_label(figure) { span.tcr-why { (of) } }
                        }
                        None => { b { "–" } span.tcr-why { (marked(figure.null_reason.unwrap_or_default())) } }
                    }
                }
            }
        }
    }
}

/// Of what a share is one, where two of the same name are shown, and what is a mean.
fn denominator_label(figure: &Figure) -> Option<&'static str> {
    let is = |definition: &Definition| figure.id == definition.id;
    if is(&derived::POOR_CALL_SHARE) {
        Some("of judged calls; grows with the size of meetings")
    } else if is(&derived::POOR_STREAM_SHARE) {
        Some("of judged streams")
    } else if is(&derived::POOR_LEG_SHARE) {
        Some("of judged legs")
    } else if is(&derived::POOR_RECEIVED_SHARE) || is(&derived::POOR_SENT_SHARE) {
        Some("of judged streams")
    } else if is(&derived::FAILURE_RATE) {
        Some("of answered and failed calls")
    } else if is(&derived::DROP_RATE) {
        Some("of established legs")
    } else if is(&derived::FEEDBACK_RATED_SHARE) {
        Some("of sessions with a feedback object")
    } else if is(&derived::MEDIA_SHARE) {
        Some("of all sessions")
    } else if is(&derived::LAG) {
        Some("the mean")
    } else {
        None
    }
}

/// What a number means, in one line.
pub(crate) fn definition_tooltip(definition: &Definition) -> String {
    plain(&format!(
        "{} ({}, version {}): {} {}",
        definition.title,
        definition.id,
        definition.version,
        definition.meaning(),
        sentence(definition.blank)
    ))
}

/// Bars of a family of numbers below what is counted, or why there are none.
pub(crate) fn entry_bars(
    class: &str,
    unit: &str,
    definition: &Definition,
    list: &[Entry],
) -> Markup {
    if list.is_empty() {
        return no_data(definition.blank);
    }
    let rows: Vec<Bar> = list
        .iter()
        .map(|entry| {
            let calls = |count: i64| {
                format::count_of(usize::try_from(count).unwrap_or_default(), "call", "calls")
            };
            let (value, shown) = match (entry.seconds, entry.count) {
                (Some(seconds), Some(count)) => (
                    seconds.as_millis(),
                    format!("{} · {}", format::duration(seconds), calls(count)),
                ),
                (Some(seconds), None) => (seconds.as_millis(), format::duration(seconds)),
                (None, count) => {
                    (count.unwrap_or_default(), format::count(count.unwrap_or_default()))
                }
            };
            let name = spaced_words(&entry.name);
            Bar { title: format!("{name}: {shown}, {unit}"), name: breakable(&name), value, shown }
        })
        .collect();
    html! { (unit_caption(unit)) (bars(class, &rows)) }
}

/// What the bars below it count.
pub(crate) fn unit_caption(unit: &str) -> Markup {
    html! { p.tcr-muted.tcr-unit { (unit) } }
}

/// Why there is nothing.
pub(crate) fn no_data(why: &str) -> Markup {
    html! { p.tcr-muted { "– " (marked(why)) } }
}

/// A word of Graph's as words: `videoBasedScreenSharing` as `video based screen sharing`. What is
/// not written like that stays as it came.
pub(crate) fn spaced_words(word: &str) -> String {
    match word {
        "macOS" | "iOS" | "PSTN" => return word.to_owned(),
        "pstn" => return "telephone (PSTN)".to_owned(),
        "acs" => return "Azure Communication Services".to_owned(),
        "peerToPeer" => return "peer-to-peer".to_owned(),
        _ => {}
    }
    if !word.chars().all(|c| c.is_ascii_alphanumeric()) {
        return word.to_owned();
    }
    let mut words = String::new();
    for c in word.chars() {
        if c.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(c.to_ascii_lowercase());
    }
    words
}

/// A small mark.
pub(crate) fn tag(kind: &str, text: &str) -> Markup {
    html! { span class=(format!("tcr-tag tcr-tag-{kind}")) { (text) } }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("videoBasedScreenSharing", "video based screen sharing")]
    #[case("macOS", "macOS")]
    #[case("peerToPeer", "peer-to-peer")]
    #[case("windows", "windows")]
    #[case("Robin's <phone>", "Robin's <phone>")]
    fn words_of_graph_are_read_as_words(#[case] word: &str, #[case] expected: &str) {
        assert_eq!(spaced_words(word), expected);
    }
}
