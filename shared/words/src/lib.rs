#![doc = include_str!("../README.md")]

#[doc(hidden)]
pub use serde;

/// Declares an enumeration whose members have a text, which `Display` and `serde` go by.
///
/// ```
/// words::words! { open
///     /// Why a call is fetched.
///     pub Reason { Notification = "notification", Backfill = "backfill", }
/// }
/// words::words! { closed
///     /// A part of a record.
///     pub PageKind { Record = "record", Sessions = "sessions", }
/// }
/// assert_eq!(Reason::from("backfill"), Reason::Backfill);
/// assert_eq!(Reason::from("new").as_str(), "new");
/// assert_eq!(PageKind::parse("sessions"), Some(PageKind::Sessions));
/// assert_eq!(PageKind::ALL.map(PageKind::as_str), ["record", "sessions"]);
/// ```
#[macro_export]
macro_rules! words {
    (open $(#[$meta:meta])* $vis:vis $name:ident { $($(#[$note:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        $vis enum $name {
            $($(#[$note])* $variant,)+
            /// A member that is not known here, as it came.
            Other(String),
        }

        impl $name {
            /// The member as it is written.
            #[must_use]
            $vis fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(member) => member,
                }
            }

            /// The member of this name, whatever its capitals.
            #[must_use]
            $vis fn from_any_case(text: &str) -> Self {
                $(if $word.eq_ignore_ascii_case(text) {
                    return Self::$variant;
                })+
                Self::Other(text.to_owned())
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

        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                <String as $crate::serde::Deserialize>::deserialize(deserializer)
                    .map(|member| Self::from(member.as_str()))
            }
        }

        $crate::words!(text $name);
    };
    (closed $(#[$meta:meta])* $vis:vis $name:ident { $($(#[$note:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, $crate::serde::Deserialize)]
        #[serde(crate = "words::serde")]
        $vis enum $name {
            $($(#[$note])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every member, in the order of their declaration.
            $vis const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];

            /// The member's text.
            #[must_use]
            $vis const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The member with this text.
            #[must_use]
            $vis fn parse(text: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|member| member.as_str() == text)
            }
        }

        $crate::words!(text $name);
    };
    (text $name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(
                &self,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use crate as words;

    words! { open
        /// Another system's.
        pub(crate) Event { Missed = "missed", Removed = "subscriptionRemoved", }
    }
    words! { closed
        /// Our own.
        pub(crate) Kind { Record = "record", Page = "page", }
    }

    #[test]
    fn an_unknown_member_of_an_open_enumeration_is_kept_as_it_came() {
        let event: Event = serde_json::from_str("\"New\"").unwrap();
        assert_eq!(event, Event::Other("New".to_owned()));
        assert_eq!(serde_json::to_string(&event).unwrap(), "\"New\"");
        assert_eq!(Event::from_any_case("SUBSCRIPTIONREMOVED"), Event::Removed);
        assert_eq!(Event::from("MISSED"), Event::Other("MISSED".to_owned()));
    }

    #[test]
    fn a_closed_enumeration_refuses_what_is_not_its_own() {
        assert_eq!(serde_json::from_str::<Kind>("\"page\"").unwrap(), Kind::Page);
        assert!(serde_json::from_str::<Kind>("\"leaf\"").is_err());
        assert_eq!(Kind::parse("leaf"), None);
        assert_eq!(format!("{:>7}", Kind::Record), " record");
    }
}
