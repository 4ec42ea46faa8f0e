//! The environment of the functions' binaries.

use super::{System, reports, secrets};

impl System {
    /// The environment that the real function binaries need to join this system.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("TABLE_NAME", self.store.config().table_name.clone()),
            ("CALLS_QUEUE_URL", self.queues.calls.clone()),
            ("CALLS_DEAD_LETTER_QUEUE_URL", self.queues.calls_dead_letters.clone()),
            ("CONSUMER_CONCURRENCY", self.settings.consumers.to_string()),
            ("UNKNOWN_CALLS_PER_HOUR", self.settings.unknown_calls_per_hour.to_string()),
            ("LIFECYCLE_QUEUE_URL", self.queues.lifecycle.clone()),
            ("GAPS_QUEUE_URL", self.queues.gaps.clone()),
            ("PSEUDONYM_KEY_ARN", reports::KEY.to_owned()),
            ("CLIENT_STATES_ARN", secrets::CLIENT_STATES.to_owned()),
            ("FORGET_KEY_ARN", secrets::FORGET_KEY.to_owned()),
            ("SECRET_ARN", secrets::GRAPH.to_owned()),
            ("STACK_NAME", "laptop".to_owned()),
            ("TENANT_ID", self.settings.tenant_id.clone()),
            ("GRAPH_URL", self.graph.url().to_owned()),
            ("LOGIN_URL", self.graph.login_url().to_owned()),
            ("NOTIFICATION_URL", self.notification_url()),
            ("LIFECYCLE_NOTIFICATION_URL", self.lifecycle_notification_url()),
            ("PUBLISH_SHARES", "false".to_owned()),
            ("RETENTION_DAYS", "400".to_owned()),
            ("ORGANISATION_TOTALS_RETENTION_DAYS", "3650".to_owned()),
            ("PERSON_TOTALS_RETENTION_DAYS", "400".to_owned()),
            ("AUDIO_CLASSIFIER", "cqd-2024".to_owned()),
            ("AWS_ENDPOINT_URL_DYNAMODB", self.settings.dynamodb_at(self.dynamodb.url())),
            ("AWS_ENDPOINT_URL_SQS", self.settings.sqs_at(self.sqs.url())),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", self.secrets.manager().url()),
        ]
    }
}
