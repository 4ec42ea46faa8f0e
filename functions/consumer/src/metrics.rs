//! What the consumer measures. Again and DeadLetter have a metric for each reason: see
//! [`Reason`](crate::disposition::Reason).

lambda_kit::metrics! {
    /// calls that were stored, at their first or a newer version
    STORED = Count "Stored";
    /// those of them that took the place of an older version
    REPLACED = Count "Replaced";
    /// deliveries of a version that was there already, or older than what was
    ALREADY_STORED = Count "AlreadyStored";
    /// from the end of a call until its first version was stored
    STORED_LAG = Milliseconds "StoredLag";
    /// messages that were put back, to come again later
    RETRIED = Count "Retried";
    /// from being put into the queue until now, of each message that was put back
    RETRIED_AGE = Milliseconds "RetriedAge";
    /// put back because Graph has no such record yet
    RETRIED_NOT_FOUND = Count "RetriedNotFound";
    /// put back because Graph still gives an older version than it lists
    RETRIED_OLDER_VERSION = Count "RetriedOlderVersion";
    /// put back because Graph asked for a pause (429, 503)
    RETRIED_THROTTLED = Count "RetriedThrottled";
    /// put back because Graph could not be reached or failed
    RETRIED_GRAPH_UNAVAILABLE = Count "RetriedGraphUnavailable";
    /// put back because Graph or the login service refused the application
    RETRIED_UNAUTHORIZED = Count "RetriedUnauthorized";
    /// put back because the record changed while it was read
    RETRIED_CHANGED = Count "RetriedChanged";
    /// put back because Graph refused the request
    RETRIED_REJECTED = Count "RetriedRejected";
    /// put back because the table was contended, throttled or out of reach
    RETRIED_STORE_UNAVAILABLE = Count "RetriedStoreUnavailable";
    /// put back because the table refused us or holds what this version cannot read
    RETRIED_STORE_REFUSED = Count "RetriedStoreRefused";
    /// put back because the invocation had no time left
    RETRIED_OUT_OF_TIME = Count "RetriedOutOfTime";
    /// put back because the code panicked on it
    RETRIED_PANICKED = Count "RetriedPanicked";
    /// messages that were dead-lettered
    DEAD_LETTERED = Count "DeadLettered";
    /// dead-lettered because Graph had no such record for three hours
    DEAD_LETTERED_NOT_FOUND = Count "DeadLetteredNotFound";
    /// dead-lettered because Graph gave an older version than it lists for three hours
    DEAD_LETTERED_OLDER_VERSION = Count "DeadLetteredOlderVersion";
    /// dead-lettered because what Graph sent is no call record; the bytes are kept
    DEAD_LETTERED_UNDECODABLE_RECORD = Count "DeadLetteredUndecodableRecord";
    /// dead-lettered because the message is none of ours
    DEAD_LETTERED_UNDECODABLE_MESSAGE = Count "DeadLetteredUndecodableMessage";
    /// dead-lettered because Graph refused the request five times
    DEAD_LETTERED_REJECTED = Count "DeadLetteredRejected";
    /// dead-lettered because the record was another one at every reading for three hours
    DEAD_LETTERED_CHANGED = Count "DeadLetteredChanged";
    /// dead-lettered because the code panicked on it five times
    DEAD_LETTERED_PANICKED = Count "DeadLetteredPanicked";
    /// calls for which Graph or the login service refused the application
    UNAUTHORIZED = Count "Unauthorized";
}
