//! List prices in dollars, us-east-1, arm64, as of November 2026, without free tiers.

pub(super) const WRITE_UNIT: f64 = 0.625 / 1e6;
pub(super) const READ_UNIT: f64 = 0.125 / 1e6;
pub(super) const STORED_BYTE: f64 = 0.25 / 1e9;
pub(super) const INVOCATION: f64 = 0.2 / 1e6;
pub(super) const GB_SECOND: f64 = 0.000_013_333_4;
pub(super) const API_REQUEST: f64 = 1.0 / 1e6;
pub(super) const QUEUE_REQUEST: f64 = 0.4 / 1e6;
pub(super) const LOG_BYTE: f64 = 0.5 / 1e9;
pub(super) const ALARM: f64 = 0.1;
pub(super) const METRIC: f64 = 0.3;
pub(super) const SECRET: f64 = 0.4;
pub(super) const SECRET_REQUEST: f64 = 0.05 / 1e4;
pub(super) const KEY_REQUEST: f64 = 0.03 / 1e4;
pub(super) const SCHEDULED_RUN: f64 = 1.0 / 1e6;
/// Each beyond the first three of an account, which may have up to 50 metrics each.
pub(super) const DASHBOARD: f64 = 3.0;
pub(super) const FREE_DASHBOARDS: usize = 3;
