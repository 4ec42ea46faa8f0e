//! Pictures: SVG without scripts, styles from the page, a `<title>` on everything that has a number.

mod bars;
mod columns;
mod scale;
mod stack;
mod timeline;

pub(crate) use bars::{Bar, bars};
pub(crate) use columns::{Column, Columns, Series};
pub(crate) use stack::{Piece, stack};
pub(crate) use timeline::{Span, timeline_bar};
