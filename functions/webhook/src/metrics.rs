//! What the webhook measures.

lambda_kit::metrics! {
    /// entries of notification bodies
    NOTIFICATIONS = Count "Notifications";
    /// entries that repeat an earlier one of the same body
    REPEATED = Count "Repeated";
    /// calls that the calls queue took: what arrives
    ENQUEUED = Count "Enqueued";
    /// lifecycle events that their queue took
    LIFECYCLE_EVENTS = Count "LifecycleEvents";
    /// entries that were not let in, whatever the reason
    REJECTED = Count "Rejected";
    /// entries that are no notification
    REJECTED_MALFORMED = Count "RejectedMalformed";
    /// entries without a client state that is valid now
    REJECTED_CLIENT_STATE = Count "RejectedClientState";
    /// entries of another tenant
    REJECTED_TENANT = Count "RejectedTenant";
    /// entries about something else than call records
    REJECTED_RESOURCE = Count "RejectedResource";
    /// requests that were no body of notifications, answered 400
    BAD_REQUESTS = Count "BadRequests";
    /// bodies that no queue took, answered 503: Graph sends them again
    NOT_ACKNOWLEDGED = Count "NotAcknowledged";
    /// validations of the address that were answered
    HANDSHAKES = Count "Handshakes";
    /// from a request to its answer, without API Gateway and cold start
    ANSWER_TIME = Milliseconds "AnswerTime";
}
