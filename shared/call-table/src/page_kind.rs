//! Kinds of pages: an open set, because a page outlives the code that stored it.

words::words! { open
    /// Which request a page answered.
    pub PageKind {
        /// The record with its participants, or a further page of the participants.
        Participants = "participants",
        /// The record with its first sessions.
        Record = "record",
        /// A further page of the sessions.
        Sessions = "sessions",
    }
}
