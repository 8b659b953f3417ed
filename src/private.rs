//! Address ranges that no public name should lead to, and which of them are fine in this run.

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::LazyLock;

/// Ranges that are not reached from the public internet, with what they are for
/// (IANA special-purpose address registries).
const SPECIAL: &[(&str, &str)] = &[
    ("0.0.0.0/8", "this host"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "carrier-grade NAT"),
    ("127.0.0.0/8", "loopback"),
    ("169.254.0.0/16", "link-local"),
    ("172.16.0.0/12", "private"),
    ("192.0.2.0/24", "documentation"),
    ("192.168.0.0/16", "private"),
    ("198.18.0.0/15", "benchmarking"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
    ("::/128", "unspecified"),
    ("::1/128", "loopback"),
    ("2001:db8::/32", "documentation"),
    ("3fff::/20", "documentation"),
    ("fc00::/7", "private"),
    ("fe80::/10", "link-local"),
    ("ff00::/8", "multicast"),
];

/// A network in CIDR form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    prefix: u8,
}

impl Network {
    /// True where the address lies in the network. An IPv4-mapped IPv6 address counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0);
                base.to_bits() & mask == address.to_bits() & mask
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
                base.to_bits() & mask == address.to_bits() & mask
            }
            _ => false,
        }
    }
}

impl Network {
    /// Its first address.
    pub fn first(&self) -> IpAddr {
        self.end(false)
    }

    /// Its last address.
    pub fn last(&self) -> IpAddr {
        self.end(true)
    }

    /// All bits behind the prefix set, or none.
    fn end(&self, set: bool) -> IpAddr {
        match self.base {
            IpAddr::V4(base) => {
                let host = u32::MAX.checked_shr(u32::from(self.prefix)).unwrap_or(0);
                let bits = if set { base.to_bits() | host } else { base.to_bits() & !host };
                IpAddr::V4(bits.into())
            }
            IpAddr::V6(base) => {
                let host = u128::MAX.checked_shr(u32::from(self.prefix)).unwrap_or(0);
                let bits = if set { base.to_bits() | host } else { base.to_bits() & !host };
                IpAddr::V6(bits.into())
            }
        }
    }
}

/// Why a text is no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a network: write it like 10.0.0.0/8")]
pub struct NotANetwork(String);

impl FromStr for Network {
    type Err = NotANetwork;
    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let wrong = || NotANetwork(text.to_owned());
        let (base, prefix) = text.split_once('/').map_or((text, None), |(base, prefix)| (base, Some(prefix)));
        let base: IpAddr = base.trim().parse().map_err(|_| wrong())?;
        let most = if base.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(most), |p| p.trim().parse().map_err(|_| wrong()))?;
        if prefix > most { Err(wrong()) } else { Ok(Self { base, prefix }) }
    }
}

/// Which non-public addresses are fine in this run (`--allow-private`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum PrivateRanges {
    /// None: every non-public address is a fault.
    #[default]
    Forbidden,
    /// All of them.
    Allowed,
    /// Only those in these networks.
    Only(Vec<Network>),
}

impl PrivateRanges {
    /// What kind of non-public address this is, where that is a fault in this run.
    pub fn fault(&self, address: IpAddr) -> Option<&'static str> {
        let special = special_use(address)?;
        match self {
            Self::Forbidden => Some(special),
            Self::Allowed => None,
            Self::Only(networks) => (!networks.iter().any(|n| n.contains(address))).then_some(special),
        }
    }
}

static NETWORKS: LazyLock<Vec<(Network, &str)>> = LazyLock::new(|| {
    let read = |(network, purpose): &(&str, &'static str)| Some((network.parse().ok()?, *purpose));
    SPECIAL.iter().filter_map(read).collect()
});

/// What an address that is not public is for.
fn special_use(address: IpAddr) -> Option<&'static str> {
    NETWORKS.iter().find(|(network, _)| network.contains(address)).map(|(_, purpose)| *purpose)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn every_special_network_is_read() {
        assert_eq!(NETWORKS.len(), SPECIAL.len());
    }

    #[test]
    fn special_addresses_are_named() {
        let none = PrivateRanges::Forbidden;
        assert_eq!(none.fault(ip("10.1.2.3")), Some("private"));
        assert_eq!(none.fault(ip("::ffff:127.0.0.1")), Some("loopback"));
        assert_eq!(none.fault(ip("fe80::1")), Some("link-local"));
        assert_eq!(none.fault(ip("8.8.8.8")), None);
        assert_eq!(none.fault(ip("2606:4700::1")), None);
    }

    #[test]
    fn a_list_allows_only_its_ranges() {
        let only = PrivateRanges::Only(vec!["127.0.0.0/8".parse().expect("a network")]);
        assert_eq!(only.fault(ip("127.9.9.9")), None);
        assert_eq!(only.fault(ip("10.0.0.1")), Some("private"));
        assert_eq!(PrivateRanges::Allowed.fault(ip("10.0.0.1")), None);
    }

    #[test]
    fn networks_are_read_strictly() {
        assert!("10.0.0.0/33".parse::<Network>().is_err());
        assert!("ten/8".parse::<Network>().is_err());
        assert!("::/0".parse::<Network>().expect("a network").contains(ip("2001:db8::1")));
        assert!("192.0.2.1".parse::<Network>().expect("one address").contains(ip("192.0.2.1")));
    }
}
