//! What hosts serve over IPv6, where that differs from what they serve over IPv4.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};

use super::Shared;
use super::bound::Bound;
use super::builder::site_config;
use super::site::{Port80, Site};
use super::web::{self, Web};

/// Whether this machine has an IPv6 loopback to listen on.
pub fn has_ipv6() -> bool {
    std::net::TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}

/// Port 443 over IPv6, by host.
#[derive(Default)]
pub struct Six {
    pub(super) sites: BTreeMap<String, Site>,
    pub(super) refused: BTreeSet<String>,
    /// Hosts whose address is that of the sites above, which do not know them.
    pub(super) strangers: BTreeSet<String>,
}

impl Six {
    /// Starts everything; needs the runtime around it.
    pub(super) fn bind(self, bound: &mut Bound, shared: &Arc<Shared>, round_trip: Duration) {
        for host in self.refused {
            let addr = bound.closed_six();
            bound.connects_six.insert((host, 443), addr);
        }
        if self.sites.is_empty() {
            return;
        }
        let (listener, addr) = listener();
        let tls = self.sites.iter().map(|(host, site)| (host.clone(), site_config(site, host, shared)));
        let tls = tls.collect();
        bound.connects_six.extend(self.sites.keys().map(|host| ((host.clone(), 443), addr)));
        bound.connects_six.extend(self.strangers.into_iter().map(|host| ((host, 443), addr)));
        let log = Arc::clone(&shared.log);
        let web = Web { sites: self.sites, tls, port_80: Port80::Closed, round_trip, log, now: shared.now };
        tokio::spawn(web::serve_https(listener, Arc::new(web)));
    }
}

fn listener() -> (TcpListener, SocketAddr) {
    let listener = std::net::TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).expect("an IPv6 loopback");
    listener.set_nonblocking(true).expect("a socket can be non-blocking");
    let addr = listener.local_addr().expect("a bound socket has an address");
    (TcpListener::from_std(listener).expect("the socket is non-blocking"), addr)
}

/// A port that is taken but closed: held, so that nobody else gets it.
pub(super) fn refused_port() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v6().expect("a socket");
    socket.bind((Ipv6Addr::LOCALHOST, 0).into()).expect("an IPv6 loopback");
    let addr = socket.local_addr().expect("a bound socket has an address");
    (socket, addr)
}
