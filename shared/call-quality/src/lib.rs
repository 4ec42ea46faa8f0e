#![doc = include_str!("../README.md")]

mod counts;
mod day_quality;
mod dimension;
mod directory;
mod findings;
mod noted_leg;
mod place;
mod target;

pub use counts::Counts;
pub use day_quality::{DayQuality, MAX_VALUES, Others, UnreadableQuality};
pub use dimension::{CallKind, Class, Dimension, Link, Location, Value};
pub use directory::{Directory, NamedPerson};
pub use findings::{Finding, MIN_CHI_SQUARED, MIN_STREAMS, Standing, findings, ranked};
pub use noted_leg::{MAX_NOTED_LEGS, NotedLeg};
pub use place::{Place, device_group};
pub use target::{Target, TargetScope, targets};

/// The version of these definitions: it rises when any number may differ for the same records, so that
/// days that were rolled up by an older one are rolled up again.
pub const VERSION: u32 = 1;
