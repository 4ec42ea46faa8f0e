//! Bars below each other, with names that wrap and may be links.

use maud::{Markup, html};

use super::scale::{coordinate, px};

/// One bar.
pub(crate) struct Bar {
    pub(crate) name: Markup,
    /// What is behind it, in full.
    pub(crate) title: String,
    pub(crate) value: i64,
    /// The value as people read it.
    pub(crate) shown: String,
}

/// The bars, scaled to the largest. `class` is the style class of their colour.
pub(crate) fn bars(class: &str, bars: &[Bar]) -> Markup {
    let most = coordinate(bars.iter().map(|bar| bar.value).max().unwrap_or(0).max(1));
    html! {
        table.tcr-bars {
            tbody {
                @for bar in bars {
                    tr title=(bar.title) {
                        td.tcr-name { (bar.name) }
                        td.tcr-bar {
                            svg viewBox="0 0 100 10" preserveAspectRatio="none" width="100%" height="10" role="img" aria-label=(bar.title) {
                                title { (bar.title) }
                                rect.tcr-track width="100" height="10" {}
                                rect class=(class) width=(px(coordinate(bar.value) / most * 100.0)) height="10" {}
                            }
                        }
                        td.tcr-number { (bar.shown) }
                    }
                }
            }
        }
    }
}
