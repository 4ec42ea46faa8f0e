//! One bar of all, divided.

use maud::{Markup, html};

use super::scale::coordinate;
use crate::format;

/// One part of the bar.
pub(crate) struct Piece {
    pub(crate) name: String,
    pub(crate) value: i64,
    /// The style class of its colour.
    pub(crate) class: &'static str,
}

/// The bar and its legend with numbers. `unit` says what is counted.
pub(crate) fn stack(unit: &str, pieces: &[Piece]) -> Markup {
    let all = pieces.iter().map(|piece| piece.value).sum::<i64>().max(1);
    let places = pieces.iter().scan(0, |left, piece| {
        let at = *left;
        *left += piece.value;
        Some((at, piece))
    });
    let share = |value: i64| coordinate(value) / coordinate(all) * 100.0;
    let tooltip = |piece: &Piece| {
        let (count, percent) = (format::count(piece.value), format::percent(piece.value, all));
        format!("{}: {count} {unit}, {percent} of all", piece.name)
    };
    html! {
        svg.tcr-stack viewBox="0 0 100 14" preserveAspectRatio="none" width="100%" height="14" role="img" aria-label=(unit) {
            rect.tcr-track width="100" height="14" {}
            @for (left, piece) in places {
                @if piece.value > 0 {
                    rect class=(piece.class) x=(format!("{:.2}", share(left))) width=(format!("{:.2}", share(piece.value))) height="14" { title { (tooltip(piece)) } }
                }
            }
        }
        div.tcr-legend {
            @for piece in pieces {
                span title=(tooltip(piece)) {
                    svg.tcr-key width="10" height="10" aria-hidden="true" { rect class=(piece.class) width="10" height="10" {} }
                    (piece.name) " " b { (format::count(piece.value)) } " · " (format::percent(piece.value, all)) " of all"
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_fill_the_bar_and_none_lies_on_another() {
        let piece = |value, class| Piece { name: "x".to_owned(), value, class };
        let drawn = stack("streams", &[piece(1, "a"), piece(0, "b"), piece(3, "c")]).into_string();
        assert!(drawn.contains(r#"class="a" x="0.00" width="25.00""#), "{drawn}");
        assert!(drawn.contains(r#"class="c" x="25.00" width="75.00""#), "{drawn}");
        assert!(!drawn.contains(r#"rect class="b" x"#), "nothing is drawn of nothing");
    }
}
