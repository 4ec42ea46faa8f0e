//! The streams of a session, judged. StreamCounts repeat when sessions do, so each has a key.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use jiff::Timestamp;

use crate::media::Content;
use crate::participation::StreamCounts;
use crate::{AudioClassifier, Quality, Session, Stream, StreamDirection, VideoClassifier};

/// What tells a stream from the others of its person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StreamKey {
    session: String,
    segment: String,
    label: String,
    stream: Which,
    direction: Option<StreamDirection>,
}

/// Which of the streams of one label and direction in a segment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Which {
    Id(String),
    /// Session ids and segment ids repeat, so that without an id only a stream that is the same in
    /// everything is the same stream: as on a session that is repeated.
    Unnamed {
        times: [Option<Timestamp>; 2],
        /// The place of the segment in the session, and of the stream among those of its label.
        place: [usize; 2],
        measured: u64,
    },
}

/// Tells what was measured of a stream from what was measured of another one. It is compared
/// within one run only.
fn measured(stream: &Stream) -> u64 {
    let mut hasher = DefaultHasher::new();
    format!("{stream:?}").hash(&mut hasher);
    hasher.finish()
}

/// StreamCounts of one kind of content, each once, by classifier.
#[derive(Clone, Debug, Default)]
pub(crate) struct JudgedStreams(BTreeMap<StreamKey, Quality>);

/// The audio and the video streams of one or more sessions.
#[derive(Clone, Debug, Default)]
pub(crate) struct SessionStreams {
    pub(crate) audio: JudgedStreams,
    pub(crate) video: JudgedStreams,
}

impl SessionStreams {
    pub(crate) fn of(session: &Session, classifier: AudioClassifier) -> Self {
        let mut streams = Self::default();
        let session_key = session.key();
        for (segment_index, segment) in session.segments.iter().enumerate() {
            let segment_key = segment.id.clone().unwrap_or_else(|| format!("#{segment_index}"));
            let mut places = BTreeMap::<&str, usize>::new();
            for media in &segment.media {
                let label = media.label.as_deref().unwrap_or_default();
                for stream in &media.streams {
                    let place = places.entry(label).or_default();
                    let which = match &stream.id {
                        Some(id) => Which::Id(id.clone()),
                        None => Which::Unnamed {
                            times: [session.started_at, session.ended_at],
                            place: [segment_index, *place],
                            measured: measured(stream),
                        },
                    };
                    let key = StreamKey {
                        session: session_key.clone(),
                        segment: segment_key.clone(),
                        label: label.to_owned(),
                        stream: which,
                        direction: stream.direction.clone(),
                    };
                    *place += 1;
                    match media.content(stream) {
                        Content::Audio => streams.audio.add(key, classifier.classify(stream)),
                        Content::Video => {
                            streams.video.add(key, VideoClassifier.classify(stream, false));
                        }
                        Content::ScreenSharing => {
                            streams.video.add(key, VideoClassifier.classify(stream, true));
                        }
                        Content::Other => {}
                    }
                }
            }
        }
        streams
    }

    pub(crate) fn add_all(&mut self, other: &Self) {
        self.audio.add_all(&other.audio);
        self.video.add_all(&other.video);
    }
}

impl JudgedStreams {
    /// Adds a stream. When it is there already with another judgement, the worst one stays: it is
    /// the same whichever came first, and a measurement says more than none.
    fn add(&mut self, key: StreamKey, quality: Quality) {
        let known = self.0.entry(key).or_insert(quality);
        *known = quality.max(*known);
    }

    fn add_all(&mut self, other: &Self) {
        for (key, quality) in &other.0 {
            self.add(key.clone(), *quality);
        }
    }

    /// How many sessions have a stream of at least this quality, where poor is the most.
    pub(crate) fn legs(&self, at_least: Quality) -> u32 {
        let of_quality = self.0.iter().filter(|(_, quality)| **quality >= at_least);
        let legs: BTreeSet<&str> = of_quality.map(|(key, _)| key.session.as_str()).collect();
        count(legs.len())
    }

    pub(crate) fn counts(&self, classifier: &str, classifier_version: u32) -> StreamCounts {
        let of = |quality| count(self.0.values().filter(|other| **other == quality).count());
        StreamCounts {
            classifier: classifier.to_owned(),
            classifier_version,
            good: of(Quality::Good),
            poor: of(Quality::Poor),
            unclassified: of(Quality::Unclassified),
        }
    }
}

/// A number of things that are in memory, as it is stored.
pub(crate) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
