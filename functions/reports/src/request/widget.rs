//! What CloudWatch sends to a custom widget.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_about.html>

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// A widget's width when the context has none.
const WIDTH: u32 = 960;
/// Narrower than this nothing can be read; wider is not used.
const WIDTHS: (u32, u32) = (320, 2400);

/// The context of a widget, as far as a report uses it. Everything may be absent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct WidgetContext {
    theme: Option<String>,
    time_range: Option<TimeRange>,
    timezone: Option<Timezone>,
    width: Option<f64>,
    /// What people typed into the widget's forms.
    forms: Forms,
    /// The parameters that the widget has in the dashboard.
    pub(super) params: Option<Value>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Forms {
    all: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct TimeRange {
    start: f64,
    end: f64,
    zoom: Option<Zoom>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Zoom {
    start: f64,
    end: f64,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Timezone {
    offset_in_minutes: f64,
}

/// The colours of the console.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    #[default]
    Light,
    Dark,
}

impl WidgetContext {
    pub(crate) fn theme(&self) -> Theme {
        match self.theme.as_deref() {
            Some("dark") => Theme::Dark,
            _ => Theme::Light,
        }
    }

    /// The width in pixels, within what can be drawn.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped before")]
    pub(crate) fn width(&self) -> u32 {
        let (least, most) = WIDTHS;
        match self.width {
            Some(width) if width > 0.0 => {
                width.clamp(f64::from(least), f64::from(most)).round() as u32
            }
            _ => WIDTH,
        }
    }

    /// The dashboard's time range, or the zoomed part of it.
    pub(crate) fn time_range(&self) -> Option<(Timestamp, Timestamp)> {
        let range = self.time_range?;
        let (start, end) =
            range.zoom.map_or((range.start, range.end), |zoom| (zoom.start, zoom.end));
        Some((instant(start)?, instant(end)?))
    }

    /// How far the dashboard's clock is from UTC.
    #[expect(clippy::cast_possible_truncation, reason = "a float cast to an integer saturates")]
    pub(crate) fn offset_minutes(&self) -> Option<i32> {
        self.timezone.map(|zone| zone.offset_in_minutes.round() as i32)
    }

    /// What was typed into a field.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.forms.all.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty())
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a float cast to an integer saturates")]
fn instant(milliseconds: f64) -> Option<Timestamp> {
    Timestamp::from_millisecond(milliseconds as i64).ok()
}
