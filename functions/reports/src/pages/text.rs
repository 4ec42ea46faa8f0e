//! Text of records and of definitions on a page.

use maud::{Markup, html};

/// A word longer than this may be broken inside: an id, an address, a name without spaces.
const MAX_WORD_LENGTH: usize = 18;

/// A text whose words are whole, but for one that is too long for any column.
pub(crate) fn breakable(text: &str) -> Markup {
    let mut words = text.split(|c: char| c.is_whitespace() || c == '-');
    let is_long = words.any(|word| word.chars().count() > MAX_WORD_LENGTH);
    html! { @if is_long { span.tcr-long { (text) } } @else { (text) } }
}

/// A definition's text with its ids between backticks as code.
pub(crate) fn marked(text: &str) -> Markup {
    html! {
        @for (place, piece) in text.split('`').enumerate() {
            @if place % 2 == 1 { code { (piece) } } @else { (piece) }
        }
    }
}

/// The same where nothing but text can be shown.
pub(crate) fn plain(text: &str) -> String {
    text.replace('`', "")
}

/// A reason of a definition, or of a query, as a sentence.
pub(crate) fn sentence(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    format!("{}.", first.chain(letters).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_word_that_is_too_long_may_be_broken() {
        assert_eq!(breakable("peer-to-peer").into_string(), "peer-to-peer");
        let id = "c4e7a1b200004000800000000000abcd<";
        let drawn = breakable(id).into_string();
        assert_eq!(drawn, format!(r#"<span class="tcr-long">{}</span>"#, id.replace('<', "&lt;")));
    }

    #[test]
    fn ids_in_definitions_are_code() {
        let text = "`poor` of `all` < 1";
        assert_eq!(marked(text).into_string(), "<code>poor</code> of <code>all</code> &lt; 1");
        assert_eq!(plain(text), "poor of all < 1");
    }
}
