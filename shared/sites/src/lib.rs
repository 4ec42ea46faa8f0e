#![doc = include_str!("../README.md")]

mod address;
mod encoding;
mod network;
mod prefix_table;
mod refused;
mod row;
mod site;
mod sites;

pub use address::{parse_address, public_network, subnet_of};
pub use network::Network;
pub use refused::{LineError, MAX_LISTED, Refused};
pub use row::COLUMNS;
pub use site::Site;
pub use sites::{Overlap, Sites};
