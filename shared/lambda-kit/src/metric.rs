//! What a function measures, declared in one place.

/// One thing that is measured. [`metrics!`](crate::metrics!) declares those of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// Its name in CloudWatch.
    pub name: &'static str,
    /// What its values are.
    pub unit: Unit,
    /// What it means, for a reader of the dashboard.
    pub meaning: &'static str,
}

/// What the values of a metric are; the names are CloudWatch's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// How many: those of one invocation are added up.
    Count,
    /// How long: each is a value of its own.
    Milliseconds,
    /// A share of a whole: the last one of an invocation.
    Percent,
}

impl Unit {
    /// The name that CloudWatch knows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Milliseconds => "Milliseconds",
            Self::Percent => "Percent",
        }
    }
}

/// Declares the metrics of a function: a constant for each, whose doc comment is its meaning, and
/// `METRICS` with all of them, which tests compare with the documents and the dashboard.
///
/// ```
/// lambda_kit::metrics! {
///     /// calls that were stored
///     STORED = Count "Stored";
///     /// from the end of a call until it was stored
///     STORED_LAG = Milliseconds "StoredLag";
/// }
/// assert_eq!(METRICS, [STORED, STORED_LAG]);
/// assert_eq!(STORED.meaning, "calls that were stored");
/// ```
#[macro_export]
macro_rules! metrics {
    ($($(#[doc = $meaning:literal])+ $constant:ident = $unit:ident $name:literal;)+) => {
        $(
            $(#[doc = $meaning])+
            pub(crate) const $constant: $crate::Metric = $crate::Metric {
                name: $name,
                unit: $crate::Unit::$unit,
                meaning: concat!($($meaning),+).trim_ascii(),
            };
        )+
        /// Every metric that the function writes.
        pub const METRICS: &[$crate::Metric] = &[$($constant),+];
    };
}
