//! Where the organisation's people work: floors with access points, homes behind providers, VPN gateways.

use fastrand::Rng;

use super::seat::choose;

struct City {
    name: &'static str,
    zip_code: &'static str,
    country: &'static str,
}

const CITIES: [City; 3] = [
    City { name: "Oslo", zip_code: "0150", country: "NO" },
    City { name: "Utrecht", zip_code: "3511", country: "NL" },
    City { name: "Porto", zip_code: "4000", country: "PT" },
];

/// The name, the number of the city, and how many floors.
const BUILDINGS: [(&str, usize, u8); 5] = [
    ("Harbour House", 0, 4),
    ("Sawmill", 0, 3),
    ("Canal Court", 1, 4),
    ("Granary", 1, 2),
    ("Cork Exchange", 2, 3),
];

/// The name, and the number of the city.
const GATEWAYS: [(&str, usize); 2] = [("north", 0), ("south", 2)];

/// What the internet sees of the providers' customers: /24 of the range that is reserved for benchmarks,
/// or /48 of the one that is reserved for documentation.
const PROVIDERS: [Provider; 3] =
    [Provider::Ipv4("198.18.1"), Provider::Ipv4("198.18.2"), Provider::Ipv6("2001:db8:3")];

#[derive(Clone, Copy)]
enum Provider {
    /// It translates addresses: at home they are of 192.168.0.0/16.
    Ipv4(&'static str),
    /// Every device has an address of its own.
    Ipv6(&'static str),
}

const OFFICE_SUFFIX: &str = "corp.contoso.example";

/// A floor, by the building and its number in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Floor {
    building: usize,
    number: u8,
}

impl Floor {
    fn all() -> impl Iterator<Item = Self> {
        let buildings = BUILDINGS.iter().enumerate();
        buildings.flat_map(|(building, (.., floors))| {
            (1..=*floors).map(move |number| Self { building, number })
        })
    }

    /// Most sit in the first building, fewest in the last.
    fn at_random(rng: &mut Rng) -> Self {
        let most = rng.usize(1..=Self::all().count());
        let place = rng.usize(..most);
        Self::all().nth(place).unwrap_or(Self { building: 0, number: 1 })
    }

    /// From two to four.
    fn access_points(self) -> u8 {
        let sum = self.building + usize::from(self.number);
        [2, 3, 4].get(sum % 3).copied().unwrap_or(2)
    }

    fn city(self) -> usize {
        BUILDINGS.get(self.building).map_or(0, |(_, city, _)| *city)
    }

    fn network(self) -> String {
        format!("10.{}.{}", self.building + 1, self.number)
    }
}

/// An access point of a floor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct AccessPoint {
    floor: Floor,
    number: u8,
}

impl AccessPoint {
    /// Of the range that is reserved for documentation.
    pub(super) fn bssid(self) -> String {
        let before = Floor::all().take_while(|floor| *floor != self.floor);
        let number = before.map(Floor::access_points).sum::<u8>() + self.number + 1;
        format!("00-00-5E-00-53-{number:02X}")
    }
}

/// The place of a person in a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    Office(AccessPoint),
    /// The provider, and the number of the home.
    Home(usize, u32),
    /// The gateway, and the number of the home.
    Vpn(usize, u32),
    Mobile,
    /// At another organisation, whose networks have the same addresses as ours.
    Elsewhere(Floor),
}

/// The addresses of a person at a spot.
#[derive(Clone, Debug)]
pub(super) struct Addresses {
    pub(super) address: String,
    pub(super) subnet: String,
    pub(super) reflexive: String,
    pub(super) access_point: String,
    pub(super) dns_suffix: &'static str,
}

impl Spot {
    /// The usual place of a member of the organisation: half of them in the office, a third at home, the
    /// others on the VPN.
    pub(super) fn usual(habit: &mut Rng) -> Self {
        let floor = Floor::at_random(habit);
        let number = habit.u8(..floor.access_points());
        let (home, provider) = (habit.u32(1..60_000), habit.usize(..PROVIDERS.len()));
        let gateway = habit.usize(..GATEWAYS.len());
        match habit.u32(..6) {
            0..3 => Self::Office(AccessPoint { floor, number }),
            3..5 => Self::Home(provider, home),
            _ => Self::Vpn(gateway, home),
        }
    }

    /// The desk of a person whose device does not leave the office.
    pub(super) fn desk(habit: &mut Rng) -> Self {
        let floor = Floor::at_random(habit);
        Self::Office(AccessPoint { floor, number: 0 })
    }

    pub(super) fn elsewhere(rng: &mut Rng) -> Self {
        Self::Elsewhere(Floor::at_random(rng))
    }

    pub(super) fn addresses(self, host: u8) -> Addresses {
        let home_network = |home: u32| format!("192.168.{}", [0, 1, 2, 178][home as usize % 4]);
        let home_access_point = |home: u32| {
            // Locally administered.
            let [.., high, low] = home.to_be_bytes();
            format!("02-00-5E-10-{high:02X}-{low:02X}")
        };
        let (network, public, access_point, dns_suffix) = match self {
            Self::Office(access_point) => {
                let Floor { building: _, number } = access_point.floor;
                let public = format!("198.19.{}.{host}", access_point.floor.city() + 1);
                // Some machines write it in capitals.
                let dns_suffix = if number == 2 { "CORP.contoso.example" } else { OFFICE_SUFFIX };
                (access_point.floor.network(), public, access_point.bssid(), dns_suffix)
            }
            Self::Home(provider, home) => {
                let dns_suffix = if home % 2 == 0 { "home.arpa" } else { "" };
                match PROVIDERS.get(provider) {
                    Some(Provider::Ipv6(prefix)) => {
                        let subnet = format!("{prefix}:{home:x}::");
                        let address = format!("{subnet}{host:x}");
                        return Addresses {
                            reflexive: address.clone(),
                            address,
                            subnet,
                            access_point: home_access_point(home),
                            dns_suffix,
                        };
                    }
                    Some(Provider::Ipv4(public)) => {
                        let public = format!("{public}.{}", home % 250 + 2);
                        (home_network(home), public, home_access_point(home), dns_suffix)
                    }
                    None => (home_network(home), String::new(), String::new(), dns_suffix),
                }
            }
            Self::Vpn(gateway, home) => {
                let network = format!("10.{}.{}", 200 + gateway, home % 4);
                let public = format!("198.19.{}.{}", 200 + gateway, home % 250 + 2);
                (network, public, home_access_point(home), OFFICE_SUFFIX)
            }
            Self::Mobile => {
                let network = format!("100.64.{}", host % 8);
                (network, format!("198.18.9.{host}"), String::new(), "")
            }
            Self::Elsewhere(floor) => {
                let access_point = format!("00-00-5E-00-53-{:02X}", 100 + floor.number);
                (floor.network(), format!("198.51.100.{host}"), access_point, "")
            }
        };
        Addresses {
            address: format!("{network}.{host}"),
            subnet: format!("{network}.0"),
            reflexive: public,
            access_point,
            dns_suffix,
        }
    }
}

/// The rows of people on this gateway: its network as a building file and the name of its
/// site show it, and its public network.
pub(super) fn gateway(number: usize) -> Option<[(&'static str, String); 3]> {
    let (name, city) = GATEWAYS.get(number)?;
    let city = CITIES.get(*city)?;
    Some([
        ("subnet", format!("10.{}.0.0/16 VPN pool {name}", 200 + number)),
        ("site", format!("VPN gateway {name}, {}", city.name)),
        ("public_network", format!("198.19.{}.0", 200 + number)),
    ])
}

/// The network that the internet sees of a provider.
pub(super) fn provider(number: usize) -> Option<String> {
    Some(match PROVIDERS.get(number)? {
        Provider::Ipv4(public) => format!("{public}.0"),
        Provider::Ipv6(prefix) => format!("{prefix}::"),
    })
}

/// The organisation's building file, in the format of Microsoft's Call Quality Dashboard.
pub(super) fn building_file() -> String {
    let row = |network: String,
               name: String,
               range: u8,
               building: &str,
               kind: &str,
               city: usize,
               vpn: u8| {
        let Some(City { name: city, zip_code, country }) = CITIES.get(city) else {
            return String::new();
        };
        format!(
            "{network}\t{name}\t{range}\t{building}\tLeased\t{kind}\tMain\t{city}\t{zip_code}\t{country}\t\
             \tEMEA\t1\t0\t{vpn}\n"
        )
    };
    let floors = Floor::all().map(|floor| {
        let building = BUILDINGS.get(floor.building).map_or("", |(name, ..)| name);
        let (network, name) = (format!("{}.0", floor.network()), format!("Floor {}", floor.number));
        row(network, name, 24, building, "Office", floor.city(), 0)
    });
    let gateways = GATEWAYS.iter().enumerate().map(|(number, (name, city))| {
        let network = format!("10.{}.0.0", 200 + number);
        row(
            network,
            format!("VPN pool {name}"),
            16,
            &format!("VPN gateway {name}"),
            "VPN",
            *city,
            1,
        )
    });
    floors.chain(gateways).collect()
}

/// Channels of either band.
pub(super) fn channel(habit: &mut Rng) -> u32 {
    choose(habit, &[1, 6, 11, 36, 44, 100, 149])
}
