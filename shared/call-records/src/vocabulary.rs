//! The words that are stored. The enumerations of the wire are open: a member that is not known here
//! is kept as it came, `unknownFutureValue` among them, because Graph adds members and a statistic
//! that names a new platform is better than one that hides it. Our own words are closed.

/// Makes an enumeration whose members have a text, which is what `serde`, `Display` and the order go
/// by: `open` ones keep a member that is not known, `closed` ones are our own words.
macro_rules! words {
    (open $(#[$meta:meta])* $name:ident { $($(#[$note:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$note])* $variant,)+
            /// A member that is not known here, as it came.
            Other(String),
        }

        impl $name {
            /// The member as Graph writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(member) => member,
                }
            }
        }

        impl From<&str> for $name {
            fn from(member: &str) -> Self {
                match member {
                    $($word => Self::$variant,)+
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl crate::json::Leaf for $name {
            fn of(scalar: crate::json::Scalar<'_>) -> Option<Self> {
                // None is long, and what comes from here becomes keys and names.
                scalar.text().map(|member| Self::from(crate::bounds::short(&member)))
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                self.as_str().cmp(other.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(|member| Self::from(member.as_str()))
            }
        }

        words!(text $name);
    };
    (closed $(#[$meta:meta])* $name:ident { $($(#[$note:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
        pub enum $name {
            $($(#[$note])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// The word under which it is stored.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        words!(text $name);
    };
    (text $name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

words! { open
    /// What kind of call it was (`callType`).
    CallType {
        /// Graph does not say.
        Unknown = "unknown",
        /// Between two endpoints.
        PeerToPeer = "peerToPeer",
        /// A meeting or another call of several.
        GroupCall = "groupCall",
    }
}

#[expect(clippy::derivable_impls, reason = "the variants come from the macro")]
impl Default for CallType {
    fn default() -> Self {
        Self::Unknown
    }
}

words! { open
    /// What was transported (`modality`).
    Modality {
        /// Sound.
        Audio = "audio",
        /// Camera pictures.
        Video = "video",
        /// A shared screen, sent as video.
        VideoBasedScreenSharing = "videoBasedScreenSharing",
        /// Data.
        Data = "data",
        /// A shared screen.
        ScreenSharing = "screenSharing",
    }
}

words! { open
    /// What the client ran on (`clientPlatform`).
    Platform {
        /// Graph does not say.
        Unknown = "unknown",
        /// Windows.
        Windows = "windows",
        /// macOS.
        MacOs = "macOS",
        /// iOS.
        Ios = "iOS",
        /// Android.
        Android = "android",
        /// A browser.
        Web = "web",
        /// A desk phone.
        IpPhone = "ipPhone",
        /// A meeting room.
        RoomSystem = "roomSystem",
        /// A Surface Hub.
        SurfaceHub = "surfaceHub",
        /// A HoloLens.
        HoloLens = "holoLens",
    }
}

words! { open
    /// The product that the client belongs to (`productFamily`).
    ProductFamily {
        /// Graph does not say.
        Unknown = "unknown",
        /// Teams.
        Teams = "teams",
        /// Skype for Business.
        SkypeForBusiness = "skypeForBusiness",
        /// Lync.
        Lync = "lync",
        /// Azure Communication Services.
        AzureCommunicationServices = "azureCommunicationServices",
    }
}

words! { open
    /// How an endpoint was connected (`networkConnectionType`).
    ConnectionType {
        /// Graph does not say.
        Unknown = "unknown",
        /// A cable.
        Wired = "wired",
        /// Wi-Fi.
        Wifi = "wifi",
        /// A mobile network.
        Mobile = "mobile",
        /// A VPN.
        Tunnel = "tunnel",
    }
}

words! { open
    /// The band of a Wi-Fi connection (`wifiBand`).
    WifiBand {
        /// Graph does not say, or it was no Wi-Fi.
        Unknown = "unknown",
        /// 2.4 GHz.
        Frequency24GHz = "frequency24GHz",
        /// 5 GHz.
        Frequency50GHz = "frequency50GHz",
        /// 6 GHz and above.
        Frequency60GHz = "frequency60GHz",
    }
}

words! { open
    /// When a session failed (`failureStage`).
    FailureStage {
        /// Graph does not say.
        Unknown = "unknown",
        /// Before it was established.
        CallSetup = "callSetup",
        /// While it ran: the call dropped.
        Midcall = "midcall",
    }
}

words! { open
    /// How a participant rated a call (`userFeedbackRating`).
    Rating {
        /// Asked, or never asked, and not answered.
        NotRated = "notRated",
        /// One star of five.
        Bad = "bad",
        /// Two stars.
        Poor = "poor",
        /// Three stars.
        Fair = "fair",
        /// Four stars.
        Good = "good",
        /// Five stars.
        Excellent = "excellent",
    }
}

words! { open
    /// Which way a stream went (`mediaStreamDirection`).
    StreamDirection {
        /// From the caller.
        CallerToCallee = "callerToCallee",
        /// To the caller.
        CalleeToCaller = "calleeToCaller",
    }
}

words! { closed
    /// How a person relates to the home organisation.
    Relation {
        /// The identity's tenant is the home tenant.
        Internal = "internal",
        /// It is another tenant.
        Federated = "federated",
        /// A guest.
        Guest = "guest",
        /// A telephone.
        Pstn = "pstn",
        /// A visitor who joined without signing in.
        Anonymous = "anonymous",
        /// A user of Azure Communication Services.
        Acs = "acs",
        /// The record does not say, or the home tenant is not known.
        Unknown = "unknown",
    }
}

words! { closed
    /// What a person was in a call.
    Role {
        /// The organizer, of any call that is not peer-to-peer.
        Organizer = "organizer",
        /// Who placed the peer-to-peer call: the organizer if on a session, else the caller of the
        /// earliest session.
        Caller = "caller",
        /// Every other person in a peer-to-peer call.
        Callee = "callee",
        /// Every other person in another call.
        Participant = "participant",
    }
}

words! { closed
    /// What became of a call, for a person or altogether.
    Outcome {
        /// Peer-to-peer: a person took it.
        Answered = "answered",
        /// Peer-to-peer, of a person: was called, and did not take it.
        Missed = "missed",
        /// Peer-to-peer: no person and no mailbox took it; of a person who placed it, no person.
        Unanswered = "unanswered",
        /// Peer-to-peer, of the call: a mailbox took it.
        Voicemail = "voicemail",
        /// A session failed to be set up: of a peer-to-peer call that was not taken, or a failed join.
        Failed = "failed",
        /// Other calls: the time in the call is more than 0.
        Attended = "attended",
        /// Other calls: offered by a queue or an attendant, and not taken.
        Rung = "rung",
        /// Other calls: on no session, or only on sessions of 0 s.
        Listed = "listed",
        /// The sessions do not say it.
        Unknown = "unknown",
    }
}

words! { closed
    /// What became of a call that a person missed.
    TakenBy {
        /// A mailbox took it.
        Voicemail = "voicemail",
        /// Another person took it.
        AnotherPerson = "another_person",
        /// No person and no mailbox took it.
        NoOne = "no_one",
    }
}

words! { closed
    /// What kind of service an endpoint is, the one that decides for a service of several first.
    ServiceKind {
        /// A call queue.
        Queue = "queue",
        /// An auto attendant.
        AutoAttendant = "auto_attendant",
        /// A mailbox.
        Voicemail = "voicemail",
        /// A bot or another application.
        Bot = "bot",
        /// What runs a conference: its media controller, attendant or announcements.
        Conferencing = "conferencing",
        /// A gateway, or what the record does not say.
        Other = "other",
    }
}
