//! A local internet: DNS, certificates and web servers with real protocols on real sockets of 127.0.0.1.
//!
//! ```ignore
//! let mut world = Lab::builder();
//! world.zone("shop.test").a("@", "203.0.113.10").cname("www", "shop.test.");
//! world.site("shop.test").page("/", 200, "hi");
//! world.site("www.shop.test").redirect_all("https://shop.test");
//! let lab = world.start();
//! // run the product with lab.args()
//! ```
//!
//! Ports are chosen by the system; many labs run side by side. A lab ends when it is dropped.
#![allow(dead_code, unused_imports, reason = "each user of the lab uses another part of it")]
#![allow(unreachable_pub, reason = "the lab is a library in all but name")]
#![allow(clippy::disallowed_methods, reason = "the lab is the outside world itself")]

mod apart;
mod api;
mod bound;
mod broken_h2;
mod builder;
mod ca;
mod cert;
mod cloudflare;
mod delegation;
mod der;
mod dns;
mod fault;
mod github_api;
mod keys;
mod log;
mod moving;
mod old;
mod pace;
mod rdap;
mod receiver;
mod reverse;
mod revocation;
mod signed;
mod signing;
mod site;
mod six;
mod smtp;
mod stripe_api;
mod weather;
mod web;
mod zone;
mod zones;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::SystemTime;

use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

pub use bound::Service;
pub use broken_h2::BrokenH2;
pub use builder::Builder;
pub use ca::{AIA_HOST, Ca};
pub use cert::{Cert, Chain, Client, Oddity, Staple};
pub use cloudflare::{
    ANYCAST, Call, CloudZone, Cloudflare, Permission, Plan, Snapshot, Token, Upset, Violation, When,
};
pub use fault::Fault;
pub use github_api::{GitHubApi, GitHubHook};
pub use keys::{ED25519, RSA_512, RSA_1024, RSA_2048, good_key};
pub use log::{Log, Question, Seen};
pub use old::Refusal;
pub use rdap::{Registered, Registry};
pub use receiver::{Effects, Receiver};
pub use signing::Signing;
pub use site::{Port80, Request, Response, Site};
pub use six::has_ipv6;
pub use smtp::{Association, MailFault, MailServer};
pub use stripe_api::{StripeApi, StripeEndpoint};
pub use weather::{Trouble, Weather};
pub use zone::Zone;
pub use zones::Names;

/// The ranges that the lab's DNS may name and the product must not mind.
const RANGES: &str = "127.0.0.0/8,203.0.113.0/24,198.51.100.0/24,192.0.2.0/24,2001:db8::/32";

/// What every server of a lab may use.
pub struct Shared {
    /// Certificates and TLS set-ups.
    pub ca: Ca,
    /// Where to note what was asked.
    pub log: Arc<Log>,
    /// The lab's time.
    pub now: SystemTime,
}

/// A running world.
pub struct Lab {
    shared: Arc<Shared>,
    resolver: SocketAddr,
    bound: bound::Bound,
    folder: TempDir,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Lab {
    /// An empty world to describe.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Gives the runtime, on which everything is bound already, a thread of its own.
    fn run(runtime: Runtime, shared: Arc<Shared>, resolver: SocketAddr, bound: bound::Bound) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        std::fs::write(folder.path().join("ca.pem"), shared.ca.root_pem())
            .expect("the folder can be written");
        let (stop, stopped) = oneshot::channel();
        let work = move || {
            let _ = runtime.block_on(stopped);
        };
        let thread = std::thread::Builder::new().name("lab".to_owned()).spawn(work).expect("a thread");
        Self { shared, resolver, bound, folder, stop: Some(stop), thread: Some(thread) }
    }

    /// Where the lab's resolver listens, over UDP and TCP.
    pub fn resolver_addr(&self) -> SocketAddr {
        self.resolver
    }

    /// The file with the root certificate.
    pub fn ca_file(&self) -> std::path::PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A folder for a test's own files; it goes with the lab.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where to connect for each host and port of this world, sorted.
    pub fn connects(&self) -> Vec<(String, u16, SocketAddr)> {
        self.bound.connects.iter().map(|((host, port), addr)| (host.clone(), *port, *addr)).collect()
    }

    /// Where to connect for one host and port.
    ///
    /// # Panics
    ///
    /// If the world has no such host.
    pub fn addr(&self, host: &str, port: u16) -> SocketAddr {
        *self
            .bound
            .connects
            .get(&(host.to_owned(), port))
            .unwrap_or_else(|| panic!("{host}:{port} is not in this lab"))
    }

    /// The options that make the product see this world.
    pub fn args(&self) -> Vec<String> {
        let mut args = vec![
            "--resolver".to_owned(),
            self.resolver.to_string(),
            "--ca-file".to_owned(),
            self.ca_file().display().to_string(),
            format!("--allow-private={RANGES}"),
        ];
        if let Some(file) = self.trust_anchor() {
            args.extend(["--trust-anchor".to_owned(), file.display().to_string()]);
        }
        let six = self.bound.connects_six.iter().map(|((host, port), addr)| (host.clone(), *port, *addr));
        for (host, port, addr) in self.connects().into_iter().chain(six) {
            args.extend(["--connect".to_owned(), format!("{host}:{port}={addr}")]);
        }
        args
    }

    /// The address of the lab's registry, where it has one: the base of its RDAP service.
    pub fn rdap_url(&self) -> Option<String> {
        self.bound.registry.map(|addr| format!("http://{addr}/rdap/"))
    }

    /// The base of the lab's Stripe API, where it has one: what stands before `/v1/...`.
    pub fn stripe_url(&self) -> Option<String> {
        self.bound.stripe.map(|addr| format!("http://{addr}"))
    }

    /// The base of the lab's GitHub API, where it has one: what stands before `/repos/...`.
    pub fn github_url(&self) -> Option<String> {
        self.bound.github.map(|addr| format!("http://{addr}"))
    }

    /// The base of the lab's Cloudflare API, where it has one: what stands before `/zones`.
    pub fn cloudflare_url(&self) -> Option<String> {
        self.bound.cloudflare.map(|addr| format!("http://{addr}/client/v4"))
    }

    /// How often the registry was asked about a name.
    pub fn count_lookups(&self, name: &str) -> usize {
        self.count_requests(&format!("http://127.0.0.1/rdap/domain/{name}"))
    }

    /// The certificate authority.
    pub fn ca(&self) -> &Ca {
        &self.shared.ca
    }

    /// What was asked so far.
    pub fn log(&self) -> &Log {
        &self.shared.log
    }

    /// How often the resolver was asked that name and type, over UDP and TCP together.
    pub fn count_questions(&self, name: &str, kind: &str) -> usize {
        let meant = |asked: &&Question| (asked.name.as_str(), asked.kind.as_str()) == (name, kind);
        self.log().questions().iter().filter(meant).filter(|asked| asked.server == "resolver").count()
    }

    /// How often that URL was requested, by any method.
    pub fn count_requests(&self, url: &str) -> usize {
        let address = |seen: &Seen| format!("{}://{}{}", seen.scheme, seen.host, seen.path_and_query);
        self.log().requests().iter().filter(|seen| address(seen) == url).count()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
