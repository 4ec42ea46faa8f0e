//! What the consumer measures. Again and SetAside have a metric for each reason: see
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
    AGAIN = Count "Again";
    /// from being put into the queue until now, of each message that was put back
    WAITING_AGE = Milliseconds "WaitingAge";
    /// put back because Graph has no such record yet
    AGAIN_NOT_FOUND = Count "AgainNotFound";
    /// put back because Graph still gives an older version than it lists
    AGAIN_OLDER_VERSION = Count "AgainOlderVersion";
    /// put back because Graph asked for a pause (429, 503)
    AGAIN_THROTTLED = Count "AgainThrottled";
    /// put back because Graph could not be reached or failed
    AGAIN_GRAPH_UNAVAILABLE = Count "AgainGraphUnavailable";
    /// put back because Graph or the login service refused the application
    AGAIN_UNAUTHORIZED = Count "AgainUnauthorized";
    /// put back because the record changed while it was read
    AGAIN_CHANGED = Count "AgainChanged";
    /// put back because Graph refused the request
    AGAIN_REJECTED = Count "AgainRejected";
    /// put back because the table was contended, throttled or out of reach
    AGAIN_STORE_UNAVAILABLE = Count "AgainStoreUnavailable";
    /// put back because the table refused us or holds what this version cannot read
    AGAIN_STORE_REFUSED = Count "AgainStoreRefused";
    /// put back because the invocation had no time left
    AGAIN_OUT_OF_TIME = Count "AgainOutOfTime";
    /// put back because the code panicked on it
    AGAIN_PANICKED = Count "AgainPanicked";
    /// messages that were set aside in the dead letters
    SET_ASIDE = Count "SetAside";
    /// set aside because Graph had no such record for three hours
    SET_ASIDE_NOT_FOUND = Count "SetAsideNotFound";
    /// set aside because Graph gave an older version than it lists for three hours
    SET_ASIDE_OLDER_VERSION = Count "SetAsideOlderVersion";
    /// set aside because what Graph sent is no call record; the bytes are kept
    SET_ASIDE_UNDECODABLE_RECORD = Count "SetAsideUndecodableRecord";
    /// set aside because the message is none of ours
    SET_ASIDE_UNDECODABLE_MESSAGE = Count "SetAsideUndecodableMessage";
    /// set aside because Graph refused the request five times
    SET_ASIDE_REJECTED = Count "SetAsideRejected";
    /// set aside because the record was another one at every reading for three hours
    SET_ASIDE_CHANGED = Count "SetAsideChanged";
    /// set aside because the code panicked on it five times
    SET_ASIDE_PANICKED = Count "SetAsidePanicked";
    /// calls for which Graph or the login service refused the application
    UNAUTHORIZED = Count "Unauthorized";
}
