//! The attributes of a queue that can be set.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::message::SIZE_LIMIT;
use super::refusal::Refusal;

/// A queue's settings; times in seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) delay: i64,
    pub(super) maximum_message_size: usize,
    pub(super) retention: i64,
    pub(super) wait: i64,
    pub(super) visibility: i64,
    pub(super) redrive: Option<Redrive>,
    /// Kept and reported, but without effect: policies, encryption.
    pub(super) inert: BTreeMap<String, String>,
}

/// Where messages go that were received too often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Redrive {
    pub(super) target_arn: String,
    pub(super) maximum_receives: u32,
    /// As it was set; reported like that.
    text: String,
}

/// What a queue reports beside its settings.
pub(super) const REPORTED: [&str; 6] = [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
    "QueueArn",
];

const INERT: [&str; 5] = [
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "Policy",
    "RedriveAllowPolicy",
    "SqsManagedSseEnabled",
];

const FIFO: [&str; 4] =
    ["ContentBasedDeduplication", "DeduplicationScope", "FifoQueue", "FifoThroughputLimit"];

impl Default for Settings {
    fn default() -> Self {
        Self {
            delay: 0,
            maximum_message_size: SIZE_LIMIT,
            retention: 4 * 24 * 3600,
            wait: 0,
            visibility: 30,
            redrive: None,
            inert: [("SqsManagedSseEnabled".to_owned(), "true".to_owned())].into(),
        }
    }
}

impl Settings {
    pub(super) fn set(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        match name {
            "DelaySeconds" => self.delay = within(name, value, 0, 900)?,
            "MaximumMessageSize" => {
                let size = within(name, value, 1024, SIZE_LIMIT.try_into().unwrap_or(i64::MAX))?;
                self.maximum_message_size = usize::try_from(size).unwrap_or(SIZE_LIMIT);
            }
            "MessageRetentionPeriod" => self.retention = within(name, value, 60, 1_209_600)?,
            "ReceiveMessageWaitTimeSeconds" => self.wait = within(name, value, 0, 20)?,
            "VisibilityTimeout" => self.visibility = within(name, value, 0, 43_200)?,
            // An empty policy takes it away.
            "RedrivePolicy" if value.is_empty() => self.redrive = None,
            "RedrivePolicy" => self.redrive = Some(Redrive::parse(value)?),
            _ if INERT.contains(&name) => {
                self.inert.insert(name.to_owned(), value.to_owned());
            }
            _ if FIFO.contains(&name) => {
                return Err(Refusal::unsupported_operation(
                    "The stand-in has standard queues only.",
                ));
            }
            _ => return Err(unknown(name)),
        }
        Ok(())
    }

    /// The value of one attribute as it is reported; none where it was never set.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        Some(match name {
            "DelaySeconds" => self.delay.to_string(),
            "MaximumMessageSize" => self.maximum_message_size.to_string(),
            "MessageRetentionPeriod" => self.retention.to_string(),
            "ReceiveMessageWaitTimeSeconds" => self.wait.to_string(),
            "VisibilityTimeout" => self.visibility.to_string(),
            "RedrivePolicy" => self.redrive.as_ref()?.text.clone(),
            _ => self.inert.get(name)?.clone(),
        })
    }

    /// Every name that can be asked for.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        let settable = [
            "DelaySeconds",
            "MaximumMessageSize",
            "MessageRetentionPeriod",
            "ReceiveMessageWaitTimeSeconds",
            "VisibilityTimeout",
            "RedrivePolicy",
        ];
        settable.into_iter().chain(INERT)
    }
}

/// Whether an attribute of this name exists on any queue.
pub(super) fn is_known(name: &str) -> bool {
    Settings::names().chain(REPORTED).chain(FIFO).any(|known| known == name)
}

/// The refusal of a name that no queue has.
pub(super) fn unknown(name: &str) -> Refusal {
    Refusal::invalid_attribute_name(format!("Unknown Attribute {name}."))
}

fn within(name: &str, value: &str, least: i64, most: i64) -> Result<i64, Refusal> {
    let number = value.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| {
        Refusal::invalid_attribute_value(format!("Invalid value for the parameter {name}."))
    })
}

impl Redrive {
    fn parse(text: &str) -> Result<Self, Refusal> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Policy {
            dead_letter_target_arn: String,
            max_receive_count: Value,
        }
        let refused = |reason: &str| Refusal::value(text, "RedrivePolicy", reason);
        let policy: Policy = serde_json::from_str(text)
            .map_err(|_| refused("Redrive policy is not a valid JSON map."))?;
        // A number as text is taken, too: the console writes it so.
        let count = match &policy.max_receive_count {
            Value::String(text) => text.parse().ok(),
            other => other.as_u64(),
        };
        let count = count
            .and_then(|count| u32::try_from(count).ok())
            .filter(|count| (1..=1000).contains(count))
            .ok_or_else(|| {
                refused("Invalid value for maxReceiveCount: must be between 1 and 1000.")
            })?;
        Ok(Self {
            target_arn: policy.dead_letter_target_arn,
            maximum_receives: count,
            text: text.to_owned(),
        })
    }
}
