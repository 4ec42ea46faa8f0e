//! Which legs a list holds.

use call_quality::{CallKind, Class, Dimension, Link, Location, TargetScope};
use words::words;

words! { closed
    /// What was wrong with a leg.
    pub(crate) Issue {
        /// A poor audio stream.
        Poor = "poor",
        /// It dropped.
        Dropped = "dropped",
        /// It failed to be set up.
        Failed = "failed",
        /// The person missed the call.
        Missed = "missed",
    }
}

words! { closed
    /// Where people were and how they were connected, as the headline numbers tell it apart.
    pub(crate) Scope {
        /// Everybody of the organisation.
        Overall = "overall",
        /// Inside the corporate network.
        Inside = "inside",
        /// Inside, by a cable or by Wi-Fi at 5 GHz.
        InsideWiredOrWifi5 = "inside_wired_or_wifi_5",
        /// Inside, by Wi-Fi of any band.
        InsideWifi = "inside_wifi",
        /// Inside, by Wi-Fi at 2.4 GHz.
        InsideWifi24 = "inside_wifi_2.4",
        /// On a VPN.
        Vpn = "vpn",
        /// Outside the corporate network, and in networks that are in no row of the building file.
        Outside = "outside",
        /// Anywhere, by a cable or by Wi-Fi at 5 GHz.
        WiredOrWifi5 = "wired_or_wifi_5",
    }
}

const WIFI: &[Link] = &[Link::Wifi24, Link::Wifi5, Link::Wifi6, Link::Wifi];

impl Scope {
    /// Those at the head of the page of quality.
    pub(crate) const HEADLINES: [Self; 6] = [
        Self::Overall,
        Self::Inside,
        Self::InsideWiredOrWifi5,
        Self::InsideWifi,
        Self::Vpn,
        Self::Outside,
    ];

    /// Where and how, as targets say it; none of what no target is of.
    const fn target_scope(self) -> Option<TargetScope> {
        let (inside, links): (bool, &'static [Link]) = match self {
            Self::Overall => (false, &[]),
            Self::Inside => (true, &[]),
            Self::InsideWiredOrWifi5 => (true, &[Link::Wired, Link::Wifi5]),
            Self::InsideWifi => (true, WIFI),
            Self::InsideWifi24 => (true, &[Link::Wifi24]),
            Self::WiredOrWifi5 => (false, &[Link::Wired, Link::Wifi5]),
            Self::Vpn | Self::Outside => return None,
        };
        Some(TargetScope { kind: None, inside, links })
    }

    /// The scope of a target, whatever its kind of call.
    pub(crate) fn of_target(target: &TargetScope) -> Option<Self> {
        let any_kind = TargetScope { kind: None, ..*target };
        Self::ALL.into_iter().find(|scope| scope.target_scope() == Some(any_kind))
    }

    /// Whether a class belongs to it. People of other organisations belong to none.
    pub(crate) fn holds(self, class: Class) -> bool {
        match self.target_scope() {
            Some(scope) => scope.holds(class),
            None if self == Self::Vpn => class.location == Location::Vpn,
            None => matches!(class.location, Location::Outside | Location::Unmapped),
        }
    }

    /// In words.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Overall => "Overall",
            Self::Inside => "Inside",
            Self::InsideWiredOrWifi5 => "Inside, wired or 5 GHz",
            Self::InsideWifi => "Inside, Wi-Fi",
            Self::InsideWifi24 => "Inside, Wi-Fi 2.4 GHz",
            Self::Vpn => "VPN",
            Self::Outside => "Outside",
            Self::WiredOrWifi5 => "Wired or 5 GHz",
        }
    }
}

/// Which legs a list of bad calls holds. What is absent lets everything through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LegFilter {
    pub(crate) issue: Option<Issue>,
    /// Also which dimension the page of quality shows in full.
    pub(crate) dimension: Option<Dimension>,
    /// A value of the dimension, as a report names it.
    pub(crate) value: Option<String>,
    pub(crate) scope: Option<Scope>,
    pub(crate) kind: Option<CallKind>,
    /// The shortest call, in minutes.
    pub(crate) minutes: Option<u64>,
}

#[cfg(test)]
mod tests {
    use call_quality::{DayQuality, targets};

    use super::*;

    #[test]
    fn every_target_has_a_scope_that_holds_the_same() {
        for target in targets(&DayQuality::default()) {
            let scope = Scope::of_target(&target.scope).unwrap();
            for (location, link) in
                Location::ALL.into_iter().flat_map(|at| Link::ALL.map(|link| (at, link)))
            {
                let kind = target.scope.kind.unwrap_or(CallKind::Meeting);
                let class = Class { kind, location, link };
                assert_eq!(scope.holds(class), target.scope.holds(class), "{scope} {class}");
            }
        }
    }

    #[test]
    fn a_vpn_is_neither_inside_nor_outside() {
        let class = |location| Class { kind: CallKind::Meeting, location, link: Link::Wired };
        let holding = |location| {
            Scope::HEADLINES.into_iter().filter(|scope| scope.holds(class(location))).collect()
        };
        let scopes: Vec<Scope> = holding(Location::Vpn);
        assert_eq!(scopes, [Scope::Overall, Scope::Vpn]);
        let scopes: Vec<Scope> = holding(Location::Unmapped);
        assert_eq!(scopes, [Scope::Overall, Scope::Outside]);
        let scopes: Vec<Scope> = holding(Location::External);
        assert_eq!(scopes, []);
    }
}
