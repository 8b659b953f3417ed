//! Names of addresses that no zone of a world speaks of: as hosting networks do, the lab gives every
//! address one that leads back to it.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hickory_proto::rr::rdata::{A, AAAA, PTR};
use hickory_proto::rr::{RData, Record, RecordType};

use super::zone::parsed;

/// The zone of the names.
const HOME: &str = "reverse.lab.";

/// The records at a reverse name, or at a name that one leads to; `None` for every other name.
pub(super) fn spontaneous(name: &str, kind: RecordType) -> Option<Vec<Record>> {
    let data = match address(name) {
        Some(address) => RData::PTR(PTR(parsed(&called(address)))),
        None => match meant(name)? {
            IpAddr::V4(four) => RData::A(A(four)),
            IpAddr::V6(six) => RData::AAAA(AAAA(six)),
        },
    };
    let matching = Some(data).filter(|data| data.record_type() == kind);
    Some(matching.into_iter().map(|data| Record::from_rdata(parsed(name), 300, data)).collect())
}

/// The address of a whole reverse name.
fn address(name: &str) -> Option<IpAddr> {
    if let Some(numbers) = name.strip_suffix(".in-addr.arpa.") {
        let mut octets = [0; 4];
        let mut parts = numbers.split('.').rev();
        for octet in &mut octets {
            *octet = parts.next()?.parse().ok()?;
        }
        return parts.next().is_none().then(|| Ipv4Addr::from(octets).into());
    }
    let nibbles = name.strip_suffix(".ip6.arpa.")?.split('.').rev();
    let digits: String = nibbles.collect();
    let bits = u128::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 32)?;
    Some(Ipv6Addr::from_bits(bits).into())
}

fn called(address: IpAddr) -> String {
    let mut label = String::from("h");
    let _ = match address {
        IpAddr::V4(four) => write!(label, "{:08x}", four.to_bits()),
        IpAddr::V6(six) => write!(label, "{:032x}", six.to_bits()),
    };
    format!("{label}.{HOME}")
}

fn meant(name: &str) -> Option<IpAddr> {
    let digits = name.strip_suffix(HOME)?.strip_prefix('h')?.strip_suffix('.')?;
    match digits.len() {
        8 => Some(Ipv4Addr::from_bits(u32::from_str_radix(digits, 16).ok()?).into()),
        32 => Some(Ipv6Addr::from_bits(u128::from_str_radix(digits, 16).ok()?).into()),
        _ => None,
    }
}
