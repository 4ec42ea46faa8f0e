//! Cards, tiles, and the definitions that belong to them.

use call_records::definitions::{Definition, derived};
use maud::{Markup, html};

use super::links::Target;
use super::text::{breakable, marked, plain, sentence};
use super::{Links, Page, calls_behind};
use crate::answer::{Amount, Entry, Figure};
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

/// A card over all columns with a list, of which `rows` is the request for all of its rows: the console of the
/// laptop makes a link to the CSV of it.
pub(crate) fn list_card(
    title: &str,
    definitions: &[&Definition],
    rows: Target,
    content: &Markup,
) -> Markup {
    with_rows("tcr-card tcr-wide", title, definitions, Some(rows), content)
}

fn with_class(class: &str, title: &str, definitions: &[&Definition], content: &Markup) -> Markup {
    with_rows(class, title, definitions, None, content)
}

fn with_rows(
    class: &str,
    title: &str,
    definitions: &[&Definition],
    rows: Option<Target>,
    content: &Markup,
) -> Markup {
    html! {
        div class=(class) data-csv=[rows.map(Target::json)] {
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
        div.tcr-tiles { @for figure in figures { (tile(page, figure, person, &html! {})) } }
    }
}

/// Numbers of the organisation beside the same of the days before.
pub(crate) fn compared_tiles(page: &Page<'_>, figures: &[Figure], before: &[Figure]) -> Markup {
    html! {
        div.tcr-tiles {
            @for figure in figures {
                @let earlier = before.iter().find(|earlier| earlier.id == figure.id);
                (tile(page, figure, None, &html! {
                    @if let Some(earlier) = earlier { span.tcr-why { (comparison(figure.value, earlier.value)) } }
                }))
            }
        }
    }
}

fn tile(page: &Page<'_>, figure: &Figure, person: Option<&str>, below: &Markup) -> Markup {
    let calls = calls_behind::of_figure(page, figure.id, person);
    html! {
        div.tcr-tile title=(definition_tooltip(figure.definition)) {
            span { (figure.title) @if let Some(zone) = &figure.zone { " (" (breakable(zone)) ")" } }
            @match figure.value {
                Some(value) => {
                    b { (calls_behind::number(page, &format::amount(value), value.is_some(), calls)) }
                    @if let Some(of) = denominator_label(figure) { span.tcr-why { (of) } }
                }
                None => { b { "–" } span.tcr-why { (marked(figure.null_reason.unwrap_or_default())) } }
            }
            (below)
        }
    }
}

/// What it was before, and by how much a count or a time has changed.
fn comparison(now: Option<Amount>, before: Option<Amount>) -> String {
    let Some(before) = before else { return "before: –".to_owned() };
    let whole = |amount: Option<Amount>| match amount {
        Some(Amount::Count(count)) => Some(count),
        Some(Amount::Seconds(seconds)) => Some(seconds.as_millis()),
        _ => None,
    };
    let shown = format::amount(before);
    match (whole(now), whole(Some(before))) {
        (Some(now), Some(before)) if before > 0 => {
            format!("before: {shown} ({})", format::change(now, before))
        }
        _ => format!("before: {shown}"),
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

/// The head of a column of numbers. It has the name of its definition, as everywhere else.
pub(crate) fn column(definition: &Definition) -> Markup {
    html! { th.tcr-number title=(definition_tooltip(definition)) { (definition.title) } }
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
    #[case(Some(Amount::Count(12)), Some(Amount::Count(10)), "before: 10 (+20 %)")]
    #[case(Some(Amount::Count(0)), Some(Amount::Count(10)), "before: 10 (−100 %)")]
    #[case(Some(Amount::Count(10)), Some(Amount::Count(0)), "before: 0")]
    #[case(Some(Amount::Count(1)), None, "before: –")]
    #[case(None, Some(Amount::Share { numerator: 1, denominator: 4 }), "before: 25.0 %")]
    fn a_number_is_compared_with_the_days_before(
        #[case] now: Option<Amount>,
        #[case] before: Option<Amount>,
        #[case] expected: &str,
    ) {
        assert_eq!(comparison(now, before), expected);
    }

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
