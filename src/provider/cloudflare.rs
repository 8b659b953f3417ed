//! Where Cloudflare's proxies answer from, and how its name servers are called.

use std::net::IpAddr;
use std::sync::LazyLock;

use crate::private::Network;

static NETWORKS: LazyLock<Vec<Network>> = LazyLock::new(|| {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/providers/cloudflare-networks.txt"));
    text.lines().filter_map(|line| line.parse().ok()).collect()
});

/// True for an address of Cloudflare's proxies.
pub fn is_proxy(address: IpAddr) -> bool {
    NETWORKS.iter().any(|network| network.contains(address))
}

/// True for a name server that Cloudflare gives to zones, by its name in lower case.
pub fn is_name_server(host: &str) -> bool {
    host.ends_with(".ns.cloudflare.com")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_published_network_is_read() {
        assert_eq!(NETWORKS.len(), 22);
        assert!(is_proxy("104.16.1.1".parse().expect("an address")));
        assert!(!is_proxy("203.0.113.10".parse().expect("an address")));
    }

    #[test]
    fn only_the_servers_for_zones_count() {
        assert!(is_name_server("ada.ns.cloudflare.com") && !is_name_server("ns.cloudflare.com"));
    }
}
