//! The ports of a lab: which is whose, and who gets none.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use hickory_proto::rr::RecordType;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::Shared;
use super::six;
use super::weather::{FullPort, refused_port};
use super::zones::Names;

/// A server of a test's own: what it does with one connection.
pub type Service =
    Arc<dyn Fn(TcpStream, Arc<Shared>) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// Everything bound while a lab starts.
#[derive(Default)]
pub struct Bound {
    /// Where to connect for a host and a port.
    pub connects: BTreeMap<(String, u16), SocketAddr>,
    /// Where to connect over IPv6, where that differs.
    pub connects_six: BTreeMap<(String, u16), SocketAddr>,
    /// Where the registry listens.
    pub registry: Option<SocketAddr>,
    /// Where Stripe's API listens.
    pub stripe: Option<SocketAddr>,
    /// Where GitHub's API listens.
    pub github: Option<SocketAddr>,
    /// Where Cloudflare's API listens.
    pub cloudflare: Option<SocketAddr>,
    closed: Vec<TcpSocket>,
    full: Vec<FullPort>,
}

/// A listener on a free port; needs the runtime around it, as all binding here does.
pub(super) fn listener() -> (TcpListener, SocketAddr) {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.set_nonblocking(true).expect("a socket can be non-blocking");
    let addr = listener.local_addr().expect("a bound socket has an address");
    (TcpListener::from_std(listener).expect("the socket is non-blocking"), addr)
}

/// Starts a server of its own port.
pub(super) fn serve(host: &str, port: u16, service: Service, shared: &Arc<Shared>) -> SocketAddr {
    let (listener, addr) = listener();
    let (shared, place) = (Arc::clone(shared), format!("{host}:{port}"));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            shared.log.connection(&place);
            tokio::spawn(service(stream, Arc::clone(&shared)));
        }
    });
    addr
}

impl Bound {
    /// A new closed port.
    pub(super) fn closed(&mut self) -> SocketAddr {
        let (socket, addr) = refused_port();
        self.closed.push(socket);
        addr
    }

    /// A new closed port of the IPv6 loopback.
    pub(super) fn closed_six(&mut self) -> SocketAddr {
        let (socket, addr) = six::refused_port();
        self.closed.push(socket);
        addr
    }

    /// A new port that lets nobody in.
    pub(super) fn full(&mut self) -> SocketAddr {
        let port = FullPort::new();
        let addr = port.addr;
        self.full.push(port);
        addr
    }

    /// Closed ports for all that the zones name and nobody serves: nothing that is tried leaves the machine.
    pub(super) fn refuse_the_rest(&mut self, names: &Names) {
        let nowhere = self.closed();
        for host in resolvable(names).iter().filter(|host| !host.starts_with(['*', '_'])) {
            for port in [80, 443] {
                self.connects.entry((host.clone(), port)).or_insert(nowhere);
            }
        }
        let web = self.connects.keys().filter(|(_, port)| [80, 443].contains(port));
        let hosts: Vec<String> = web.map(|(host, _)| host.clone()).collect();
        for (host, port) in hosts.iter().flat_map(|host| [(host, 80), (host, 443)]) {
            self.connects.entry((host.clone(), port)).or_insert(nowhere);
        }
    }
}

/// Names that have an address, or an alias chain that ends at one. Nothing is said of an alias that
/// leads nowhere: the product must find that out by DNS.
fn resolvable(names: &Names) -> BTreeSet<String> {
    let addresses = [RecordType::A, RecordType::AAAA].map(|kind| names.pointers(kind));
    let mut found: BTreeSet<String> = addresses.into_iter().flatten().map(|(owner, _)| owner).collect();
    let aliases = names.pointers(RecordType::CNAME);
    loop {
        let more: Vec<String> = aliases
            .iter()
            .filter(|(owner, target)| found.contains(target) && !found.contains(owner))
            .map(|(owner, _)| owner.clone())
            .collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}
