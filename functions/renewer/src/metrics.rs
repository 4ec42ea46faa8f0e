//! What the renewer measures, once per run; zeros are written, so that an alarm can tell them from
//! silence.

lambda_kit::metrics! {
    /// minutes until the subscription expires
    SUBSCRIPTION_MINUTES_LEFT = Count "SubscriptionMinutesLeft";
    /// subscriptions that were made
    CREATED = Count "Created";
    /// subscriptions whose expiry was moved
    RENEWED = Count "Renewed";
    /// runs after which there was not exactly one right subscription
    FAILED = Count "Failed";
    /// minutes in which notifications may have been lost, told when they are over
    GAP_MINUTES = Count "GapMinutes";
}
