//! Invented names. No list of real people was used.

const GIVEN: [&str; 40] = [
    "Adelyn",
    "Bastiane",
    "Corvina",
    "Davor",
    "Elowine",
    "Faruk",
    "Giselda",
    "Haruto",
    "Ilvane",
    "Jorunn",
    "Kasimira",
    "Leandro",
    "Maelis",
    "Nikodem",
    "Oriane",
    "Pavlina",
    "Quillan",
    "Rosalba",
    "Sivert",
    "Tamsine",
    "Ulrika",
    "Viorel",
    "Wilmena",
    "Xanthe",
    "Yaroslav",
    "Zubeida",
    "Anselma",
    "Bertrando",
    "Chidera",
    "Dagmara",
    "Eskander",
    "Fioralba",
    "Gudrun",
    "Hesper",
    "Isandro",
    "Jolanka",
    "Kofiana",
    "Lumir",
    "Marisel",
    "Noriko",
];

const FAMILY: [&str; 50] = [
    "Ashgrovel",
    "Birkenmoor",
    "Castlewick",
    "Dornhagen",
    "Elderquist",
    "Farrowmere",
    "Glenhollow",
    "Hartsveld",
    "Inkerby",
    "Juniperton",
    "Kestrelby",
    "Larkenfeld",
    "Mossbracken",
    "Northolme",
    "Oakshaven",
    "Pennerwick",
    "Quarrystone",
    "Ravensholt",
    "Silverbeck",
    "Thornquay",
    "Underlund",
    "Vossenberg",
    "Whitcombre",
    "Yarrowdale",
    "Zellenhof",
    "Amberlock",
    "Brackwater",
    "Cinderfell",
    "Dewhurstle",
    "Emberlyn",
    "Foxmeadow",
    "Greywether",
    "Hollowick",
    "Ironfield",
    "Jasperin",
    "Kingsbarrow",
    "Lindenhurst",
    "Millbrooke",
    "Nettlecombe",
    "Osterwald",
    "Plumridge",
    "Queensferral",
    "Rookwoode",
    "Stonehaugh",
    "Tidewater",
    "Umberleigh",
    "Valemont",
    "Wrenfield",
    "Yewcroft",
    "Zephyrine",
];

/// Machines are called after animals and rooms after plants, as in many an office.
const MACHINES: [&str; 12] = [
    "OTTER", "HERON", "LYNX", "MARTEN", "PLOVER", "STOAT", "BADGER", "CURLEW", "DIPPER", "EIDER",
    "GANNET", "WEASEL",
];

/// Name number `n`: different for every `n`.
pub(super) fn display_name(n: usize) -> String {
    let given = GIVEN.get(n % GIVEN.len()).copied().unwrap_or_default();
    // Each round over the given names moves on by one family name, so that neighbours differ.
    let round = n / GIVEN.len();
    let family = FAMILY.get((n + round) % FAMILY.len()).copied().unwrap_or_default();
    match n / (GIVEN.len() * FAMILY.len()) {
        0 => format!("{given} {family}"),
        again => format!("{given} {family} {}", again + 1),
    }
}

/// The user principal name that belongs to a display name.
pub(super) fn user_principal_name(display_name: &str, domain: &str) -> String {
    format!("{}@{domain}", display_name.to_ascii_lowercase().replace(' ', "."))
}

pub(super) fn machine(n: usize) -> String {
    format!("{}-{:03}", MACHINES.get(n % MACHINES.len()).copied().unwrap_or_default(), n % 1_000)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn five_thousand_people_have_different_names() {
        let names: HashSet<_> = (0..5_000).map(display_name).collect();
        assert_eq!(names.len(), 5_000);
    }
}
