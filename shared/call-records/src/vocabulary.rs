//! The enumerations of the wire. All of them are open: a member that is not known here is kept as
//! it came, `unknownFutureValue` among them, because Graph adds members and a statistic that
//! names a new platform is better than one that hides it.

/// An enumeration whose unknown members are kept.
macro_rules! open_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$note:meta])* $variant:ident = $wire:literal,)+ }) => {
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
                    $(Self::$variant => $wire,)+
                    Self::Other(member) => member,
                }
            }
        }

        impl From<&str> for $name {
            fn from(member: &str) -> Self {
                match member {
                    $($wire => Self::$variant,)+
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
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

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(|member| Self::from(member.as_str()))
            }
        }
    };
}

open_enum! {
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

open_enum! {
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

open_enum! {
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

open_enum! {
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

open_enum! {
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

open_enum! {
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

open_enum! {
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

open_enum! {
    /// What somebody thought of a call (`userFeedbackRating`).
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

open_enum! {
    /// Which way a stream went (`mediaStreamDirection`).
    StreamDirection {
        /// From the caller.
        CallerToCallee = "callerToCallee",
        /// To the caller.
        CalleeToCaller = "calleeToCaller",
    }
}
