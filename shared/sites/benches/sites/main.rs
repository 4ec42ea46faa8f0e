//! What reading a building file of 20,000 rows and locating a million addresses cost:
//! `cargo bench -p sites`. Each should stay far below a second.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sites::Sites;

/// The functions use this allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROWS: u32 = 20_000;
const ADDRESSES: u32 = 1_000_000;

fn sites(criterion: &mut Criterion) {
    let (plain, quoted) = (file('\t', ""), file(',', "\""));
    let mut group = criterion.benchmark_group("sites");
    group.sample_size(20);
    group.throughput(Throughput::Elements(ROWS.into()));
    group.bench_function("read 20,000 rows", |b| b.iter(|| read(&plain)));
    group.bench_function("read 20,000 quoted rows", |b| b.iter(|| read(&quoted)));

    let sites = read(&plain);
    let addresses: Vec<IpAddr> = (0..ADDRESSES).map(address).collect();
    group.throughput(Throughput::Elements(ADDRESSES.into()));
    group.bench_function("locate 1,000,000 addresses", |b| {
        b.iter(|| addresses.iter().filter(|address| sites.locate(**address).is_some()).count());
    });
    group.finish();
}

fn read(file: &[u8]) -> Sites {
    Sites::parse(black_box(file)).expect("the file is right")
}

/// 80 bytes a row: networks of 10.0.0.0/8, every tenth of IPv6, in 500 buildings.
fn file(separator: char, quote: &str) -> Vec<u8> {
    let mut file = String::new();
    for row in 0..ROWS {
        let network = Ipv4Addr::from_bits(0x0a00_0000 + (row << 8));
        let (network, prefix) = match row % 10 {
            0 => (format!("2001:db8:{row:x}::"), 48),
            _ => (network.to_string(), 24),
        };
        let building = row % 500;
        let fields = [
            network,
            format!("Floor {row}"),
            prefix.to_string(),
            format!("{quote}Building {building}{quote}"),
            "Leased\tOffice\tSales".replace('\t', &separator.to_string()),
            format!("{quote}City {}{quote}", building / 5),
            "10115\tDE\tBE\tEMEA\t1\t0\t0".replace('\t', &separator.to_string()),
        ];
        file.push_str(&fields.join(&separator.to_string()));
        file.push_str("\r\n");
    }
    file.into_bytes()
}

/// Spread over 10.0.0.0/8 and, every tenth, over 2001:db8::/32: about a third is in a row.
fn address(index: u32) -> IpAddr {
    let spread = index.wrapping_mul(2_654_435_761);
    match index % 10 {
        0 => {
            let network = 0x2001_0db8_u128 << 96;
            Ipv6Addr::from_bits(network | u128::from(spread) << 64).into()
        }
        _ => Ipv4Addr::from_bits(0x0a00_0000 | spread >> 8).into(),
    }
}

criterion_group!(benches, sites);
criterion_main!(benches);
