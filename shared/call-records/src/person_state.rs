use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::bounds;
use crate::feedback::FeedbackBySession;
use crate::intervals::Length;
use crate::media::Side;
use crate::newest::{Newest, Source};
use crate::outcome::Course;
use crate::person_kind::{Mention, PersonId};
use crate::streams::SessionStreams;
use crate::{ConnectionType, Endpoint, FailureStage, Network, Seconds, Session, WifiBand};

/// What has been gathered about one person so far.
///
/// Everything here is a union, an extreme or a choice that does not depend on order, so that
/// neither the order of sessions nor their repetition changes the part that is made of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct PersonState {
    pub(crate) display_name: Newest,
    pub(crate) user_principal_name: Newest,
    pub(crate) tenant_id: Newest,
    pub(crate) session_keys: BTreeSet<String>,
    pub(crate) course: Course,
    pub(crate) talk: Length,
    pub(crate) setup_failure_reason: Newest,
    pub(crate) other_failure_reason: Newest,
    pub(crate) first_joined_at: Option<Timestamp>,
    pub(crate) last_left_at: Option<Timestamp>,
    pub(crate) dropped: bool,
    pub(crate) drop_reason: Newest,
    pub(crate) modalities: LengthByName,
    pub(crate) platforms: LengthByName,
    pub(crate) connections: LengthByName,
    pub(crate) product_families: BTreeSet<String>,
    pub(crate) application_versions: BTreeSet<String>,
    pub(crate) capture_devices: BTreeSet<String>,
    pub(crate) render_devices: BTreeSet<String>,
    pub(crate) wifi_bands: BTreeSet<String>,
    pub(crate) wifi_signal_strength: Option<(i64, i64)>,
    pub(crate) feedback: FeedbackBySession,
    pub(crate) streams: SessionStreams,
    pub(crate) counterparts: BTreeSet<PersonId>,
}

/// How long sessions were by what they have in common.
#[derive(Clone, Debug, Default)]
pub(crate) struct LengthByName(BTreeMap<String, Length>);

impl LengthByName {
    fn add(&mut self, name: &str, interval: Option<(Timestamp, Timestamp)>) {
        if let Some(length) = bounds::entry(&mut self.0, name) {
            length.add(interval);
        }
    }

    pub(crate) fn seconds(&self) -> BTreeMap<String, Option<Seconds>> {
        self.0.iter().map(|(name, length)| (name.clone(), length.seconds())).collect()
    }
}

impl PersonState {
    /// Takes the names that a place in the record gives the person.
    pub(crate) fn name(&mut self, mention: &Mention<'_>, at: Option<Timestamp>) {
        for (source, identity) in mention.names.into_iter().flatten() {
            self.display_name.offer(source, at, identity.display_name.as_deref());
            self.user_principal_name.offer(source, at, identity.user_principal_name.as_deref());
            self.tenant_id.offer(source, at, identity.tenant_id.as_deref());
        }
    }

    /// Takes a session on one side of which the person is.
    pub(crate) fn add(&mut self, session: &Session, side: Side, streams: &SessionStreams) {
        self.session_keys.insert(session.key());
        self.course.add(session);
        self.add_times(session);
        self.add_failure(session);
        for modality in &session.modalities {
            self.modalities.add(modality.as_str(), session.interval());
        }
        if let Some(endpoint) = session.endpoint(side) {
            self.add_endpoint(endpoint, session);
        }
        for media in session.segments.iter().flat_map(|segment| &segment.media) {
            let device = media.device(side);
            device.capture.iter().for_each(|name| bounds::insert(&mut self.capture_devices, name));
            device.render.iter().for_each(|name| bounds::insert(&mut self.render_devices, name));
            self.add_network(media.network(side), session);
        }
        self.feedback.add(session, side);
        self.streams.add_all(streams);
    }

    fn add_times(&mut self, session: &Session) {
        self.talk.add(session.interval());
        self.first_joined_at = earliest(self.first_joined_at, session.started_at);
        self.last_left_at = self.last_left_at.max(session.end());
    }

    fn add_failure(&mut self, session: &Session) {
        let at = session.time();
        let reason = session.failure_reason().map(bounds::short);
        if session.failed_at(&FailureStage::CallSetup) {
            self.setup_failure_reason.offer(Source::Session, at, reason);
        } else {
            self.other_failure_reason.offer(Source::Session, at, reason);
        }
        if session.failed_at(&FailureStage::Midcall) {
            self.dropped = true;
            self.drop_reason.offer(Source::Session, at, reason);
        }
    }

    fn add_endpoint(&mut self, endpoint: &Endpoint, session: &Session) {
        let agent = &endpoint.user_agent;
        if let Some(platform) = &agent.platform {
            self.platforms.add(platform.as_str(), session.interval());
        }
        if let Some(family) = &agent.product_family {
            bounds::insert(&mut self.product_families, family.as_str());
        }
        if let Some(version) = &agent.application_version {
            bounds::insert(&mut self.application_versions, version);
        }
    }

    fn add_network(&mut self, network: &Network, session: &Session) {
        if let Some(connection) = &network.connection_type {
            self.connections.add(connection.as_str(), session.interval());
        }
        // A cable may report a Wi-Fi signal of 0.
        if let Some(connection) = &network.connection_type
            && !matches!(connection, ConnectionType::Wifi | ConnectionType::Unknown)
        {
            return;
        }
        if let Some(band) = network.wifi_band.as_ref().filter(|band| **band != WifiBand::Unknown) {
            bounds::insert(&mut self.wifi_bands, band.as_str());
        }
        if let Some(strength) = network.wifi_signal_strength {
            let (min, max) = self.wifi_signal_strength.unwrap_or((strength, strength));
            self.wifi_signal_strength = Some((min.min(strength), max.max(strength)));
        }
    }
}

/// The earlier of two times; a time that is not known is not early.
pub(crate) fn earliest(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    a.into_iter().chain(b).min()
}
