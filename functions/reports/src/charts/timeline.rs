//! When something was, as a bar on a line of time.

use maud::{Markup, html};

/// A stretch on a line that goes from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Span {
    pub(crate) from: f64,
    pub(crate) to: f64,
}

impl Span {
    /// Where a stretch of milliseconds lies between two others; cut where it goes beyond them.
    pub(crate) fn within(start: i64, end: i64, (first, last): (i64, i64)) -> Self {
        let length = super::scale::coordinate((last - first).max(1));
        let place = |at: i64| (super::scale::coordinate(at - first) / length).clamp(0.0, 1.0);
        Self { from: place(start), to: place(end.max(start)) }
    }
}

/// The narrowest bar, in percent of the line: what took no time is still to be seen.
const NARROWEST: f64 = 0.8;

/// One line with one bar.
pub(crate) fn timeline_bar(class: &str, title: &str, span: Span) -> Markup {
    let width = ((span.to - span.from) * 100.0).max(NARROWEST);
    let left = (span.from * 100.0).min(100.0 - width);
    html! {
        svg.tcr-line viewBox="0 0 100 12" preserveAspectRatio="none" width="100%" height="12" role="img" aria-label=(title) {
            title { (title) }
            rect.tcr-track width="100" height="12" {}
            rect class=(class) x=(format!("{left:.2}")) width=(format!("{width:.2}")) y="1" height="10" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_lies_where_it_was() {
        assert_eq!(Span::within(250, 500, (0, 1000)), Span { from: 0.25, to: 0.5 });
        assert_eq!(Span::within(-50, 5000, (0, 1000)), Span { from: 0.0, to: 1.0 });
        assert_eq!(Span::within(500, 400, (0, 1000)), Span { from: 0.5, to: 0.5 });
        assert_eq!(Span::within(0, 0, (0, 0)), Span { from: 0.0, to: 0.0 });
    }

    #[test]
    fn what_took_no_time_at_the_end_is_drawn_inside() {
        let drawn = timeline_bar("a", "t", Span { from: 1.0, to: 1.0 }).into_string();
        assert!(drawn.contains(r#"x="99.20" width="0.80""#), "{drawn}");
    }
}
