//! A row of the building file.

use std::sync::Arc;

use crate::network::Network;

/// A row of the building file. Texts are trimmed, and empty where the row has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The line of the row, from 1.
    pub line: usize,
    /// NetworkIP and NetworkRange.
    pub network: Network,
    /// NetworkName.
    pub network_name: Arc<str>,
    /// BuildingName.
    pub building: Arc<str>,
    /// OwnershipType.
    pub ownership: Arc<str>,
    /// BuildingType.
    pub building_type: Arc<str>,
    /// BuildingOfficeType.
    pub office_type: Arc<str>,
    /// City.
    pub city: Arc<str>,
    /// ZipCode.
    pub zip_code: Arc<str>,
    /// Country.
    pub country: Arc<str>,
    /// State.
    pub state: Arc<str>,
    /// Region.
    pub region: Arc<str>,
    /// InsideCorp: whether the network is the organisation's own.
    pub inside_corp: bool,
    /// ExpressRoute: whether it reaches Microsoft through ExpressRoute.
    pub express_route: bool,
    /// VPN: whether its addresses are those of a VPN. False where the column is absent.
    pub vpn: bool,
}

impl Site {
    /// The building, with its city where there is one: `Tower, Berlin`. Without a building it is the
    /// network's name, and without that the network.
    #[must_use]
    pub fn name(&self) -> String {
        match (&*self.building, &*self.city, &*self.network_name) {
            ("", _, "") => self.network.to_string(),
            ("", _, network) => network.to_owned(),
            (building, "", _) => building.to_owned(),
            (building, city, _) => format!("{building}, {city}"),
        }
    }
}
