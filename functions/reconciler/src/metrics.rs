//! What the reconciler measures, once per run; zeros are written, so that an alarm can tell them from
//! silence.

lambda_kit::metrics! {
    /// comparisons of Graph's list with the table, through or not
    RUNS = Count "Runs";
    /// runs that ended early; the last items RUN# say why
    RUNS_INCOMPLETE = Count "RunsIncomplete";
    /// calls in Graph's list
    LISTED = Count "Listed";
    /// of these, stored at the listed version or a newer one
    FOUND_STORED = Count "FoundStored";
    /// of these, not stored
    FOUND_MISSING = Count "FoundMissing";
    /// of these, stored at an older version
    FOUND_STALE = Count "FoundStale";
    /// missing and stale calls that were put into the calls queue; the others are on their way
    REQUESTED = Count "Requested";
    /// calls that were missing and are stored now
    REPAIRED_MISSING = Count "RepairedMissing";
    /// calls that were stale and are stored at the listed version now
    REPAIRED_STALE = Count "RepairedStale";
    /// calls that are missing at the end of the run
    STILL_MISSING = Count "StillMissing";
    /// calls that are stale at the end of the run
    STILL_STALE = Count "StillStale";
    /// calls that were never stored and that Graph has no more
    LOST = Count "Lost";
    /// since when the longest known of the missing and stale calls is; 0 without any
    UNREPAIRED_AGE = Milliseconds "UnrepairedAge";
    /// since the time up to which every call is known to be stored
    COMPLETE_UP_TO_AGE = Milliseconds "CompleteUpToAge";
    /// calls that other weeks lead to expect in hours in which there was none; else 0
    CALLS_EXPECTED_IN_SILENCE = Count "CallsExpectedInSilence";
}
