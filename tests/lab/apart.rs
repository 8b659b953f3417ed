//! Hosts that serve otherwise at one of their addresses. The product is then told each address by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::rr::RecordType;

use super::Shared;
use super::bound::{Bound, listener};
use super::builder::site_config;
use super::site::{Port80, Site};
use super::web::{self, Web};
use super::zones::Names;

/// Starts everything; needs the runtime around it, and all other ports bound.
pub(super) fn bind(
    apart: BTreeMap<(String, String), Option<Site>>,
    names: &Names,
    bound: &mut Bound,
    shared: &Arc<Shared>,
    round_trip: Duration,
) {
    let hosts: BTreeSet<String> = apart.keys().map(|(host, _)| host.clone()).collect();
    for host in hosts {
        let addresses = names.pointers(RecordType::A).into_iter().filter(|(owner, _)| *owner == host);
        let addresses: Vec<String> = addresses.map(|(_, address)| address).collect();
        for port in [80, 443] {
            let addr = bound.connects.remove(&(host.clone(), port)).expect("a host of the lab");
            bound.connects.extend(addresses.iter().map(|address| ((address.clone(), port), addr)));
        }
    }
    for ((host, address), site) in apart {
        let addr = match site {
            None => bound.closed(),
            Some(site) => serve(host, site, shared, round_trip),
        };
        bound.connects.insert((address, 443), addr);
    }
}

fn serve(host: String, site: Site, shared: &Arc<Shared>, round_trip: Duration) -> std::net::SocketAddr {
    let (listener, addr) = listener();
    let tls = BTreeMap::from([(host.clone(), site_config(&site, &host, shared))]);
    let log = Arc::clone(&shared.log);
    let sites = BTreeMap::from([(host, site)]);
    let web = Web { sites, tls, port_80: Port80::Closed, round_trip, log, now: shared.now };
    tokio::spawn(web::serve_https(listener, Arc::new(web)));
    addr
}
