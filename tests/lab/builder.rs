//! Describes a product's world, then starts it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hickory_proto::rr::RecordType;
use rustls::ServerConfig;
use tokio::runtime::Runtime;

use super::apart;
use super::bound::{Bound, Service, listener, serve};
use super::ca::{AIA_HOST, AIA_PATH, Ca, LIST_PATH};
use super::cert::Cert;
use super::cloudflare::{ANYCAST, CloudZone, Cloudflare};
use super::delegation;
use super::dns::{self, Habits, Role};
use super::fault::Fault;
use super::github_api::GitHubApi;
use super::log::Log;
use super::old;
use super::rdap::Registry;
use super::signed;
use super::site::{Port80, Site};
use super::six::Six;
use super::smtp::{self, MailServer};
use super::stripe_api::StripeApi;
use super::weather::Weather;
use super::web::{self, Web};
use super::zone::Zone;
use super::zones::Names;
use super::{Lab, Shared};

/// What a port other than the shared ones does.
enum Port {
    Weather(Weather),
    Service(Service),
}

/// What one server knows otherwise than the world.
type Change = Box<dyn Fn(&mut Names)>;

/// The description of a world.
pub struct Builder {
    names: Names,
    name_servers: BTreeMap<String, Names>,
    views: Vec<(Option<String>, Change)>,
    habits: BTreeMap<String, Habits>,
    sites: BTreeMap<String, Site>,
    ports: BTreeMap<(String, u16), Port>,
    port_80: Port80,
    registry: Option<Registry>,
    stripe: Option<StripeApi>,
    github: Option<GitHubApi>,
    cloudflare: Option<Cloudflare>,
    organisation: String,
    now: SystemTime,
    round_trip: Duration,
    six: Six,
    /// What hosts serve at single addresses; nothing where those are closed.
    apart: BTreeMap<(String, String), Option<Site>>,
    mail: BTreeMap<String, MailServer>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            names: Names::default(),
            name_servers: BTreeMap::new(),
            views: Vec::new(),
            habits: BTreeMap::new(),
            sites: BTreeMap::new(),
            ports: BTreeMap::new(),
            port_80: Port80::default(),
            registry: None,
            stripe: None,
            github: None,
            cloudflare: None,
            organisation: "Lab CA".to_owned(),
            now: SystemTime::now(),
            round_trip: Duration::ZERO,
            six: Six::default(),
            apart: BTreeMap::new(),
            mail: BTreeMap::new(),
        }
    }
}

impl Builder {
    /// The zone of that origin.
    pub fn zone(&mut self, origin: &str) -> &mut Zone {
        self.names.zone(origin)
    }

    /// The resolver keeps signatures back, as many home routers do.
    pub fn strip_signatures(&mut self) -> &mut Self {
        self.names.strip_signatures();
        self
    }

    /// The web site of that host.
    pub fn site(&mut self, host: &str) -> &mut Site {
        self.sites.entry(host.to_ascii_lowercase()).or_default()
    }

    /// The mail server of that host. Every host of an MX record has a good one until something else
    /// is said of its port 25.
    pub fn mail_server(&mut self, host: &str) -> &mut MailServer {
        self.mail.entry(host.to_ascii_lowercase()).or_default()
    }

    /// What that host serves on port 443 of its IPv6 address; the product is then told both.
    pub fn site_on_ipv6(&mut self, host: &str) -> &mut Site {
        self.six.sites.entry(host.to_ascii_lowercase()).or_default()
    }

    /// Port 443 of that host's IPv6 address is closed; the product is then told both.
    pub fn refuse_ipv6(&mut self, host: &str) -> &mut Self {
        self.six.refused.insert(host.to_ascii_lowercase());
        self
    }

    /// The IPv6 address of that host is the other sites', which do not know it.
    pub fn stranger_on_ipv6(&mut self, host: &str) -> &mut Self {
        self.six.strangers.insert(host.to_ascii_lowercase());
        self
    }

    /// What that host serves at one of its addresses; each of them is then one of its own for the product.
    pub fn site_at(&mut self, host: &str, address: &str) -> &mut Site {
        self.apart.entry((host.to_ascii_lowercase(), address.to_owned())).or_default().get_or_insert_default()
    }

    /// One of that host's addresses is closed.
    pub fn refuse_at(&mut self, host: &str, address: &str) -> &mut Self {
        self.apart.insert((host.to_ascii_lowercase(), address.to_owned()), None);
        self
    }

    /// What the name server of that name knows, if that differs from what the world knows.
    pub fn name_server(&mut self, host: &str) -> &mut Names {
        self.name_servers.entry(host.to_ascii_lowercase()).or_default()
    }

    /// What the name server of that name knows otherwise than the world does.
    pub fn at_server(&mut self, host: &str, change: impl Fn(&mut Names) + 'static) -> &mut Self {
        self.views.push((Some(host.to_ascii_lowercase()), Box::new(change)));
        self
    }

    /// What the resolver still believes, or does not know yet.
    pub fn at_resolver(&mut self, change: impl Fn(&mut Names) + 'static) -> &mut Self {
        self.views.push((None, Box::new(change)));
        self
    }

    /// What the name server of that name does to every question.
    pub fn server_fault(&mut self, host: &str, fault: Fault) -> &mut Self {
        self.habits.entry(host.to_ascii_lowercase()).or_default().fault = Some(fault);
        self
    }

    /// The name server of that name gives whole zones to anybody.
    pub fn open_transfer(&mut self, host: &str) -> &mut Self {
        self.habits.entry(host.to_ascii_lowercase()).or_default().open_transfer = true;
        self
    }

    /// Bad weather on one port of one host, instead of what is served there.
    pub fn weather(&mut self, host: &str, port: u16, weather: Weather) -> &mut Self {
        self.ports.insert((host.to_ascii_lowercase(), port), Port::Weather(weather));
        self
    }

    /// A server of the test's own on one port of one host.
    pub fn service(&mut self, host: &str, port: u16, service: Service) -> &mut Self {
        self.ports.insert((host.to_ascii_lowercase(), port), Port::Service(service));
        self
    }

    /// Port 80 of every site redirects to https. This is so from the start.
    pub fn http_redirects_to_https(&mut self) -> &mut Self {
        self.port_80(Port80::ToHttps)
    }

    /// What every site does on port 80 that does not say.
    pub fn port_80(&mut self, choice: Port80) -> &mut Self {
        self.port_80 = choice;
        self
    }

    /// The organisation that issues certificates; "Lab CA" at first.
    pub fn issuer(&mut self, organisation: &str) -> &mut Self {
        organisation.clone_into(&mut self.organisation);
        self
    }

    /// The time that certificates are valid relative to; the real time at first.
    pub fn at(&mut self, now: SystemTime) -> &mut Self {
        self.now = now;
        self
    }

    /// What a round trip takes: each DNS answer one, each TCP connection one, each turn of a server one.
    pub fn round_trip(&mut self, time: Duration) -> &mut Self {
        self.round_trip = time;
        self
    }

    /// The registry of all endings; a world has none until it is asked for.
    pub fn registry(&mut self) -> &mut Registry {
        self.registry.get_or_insert_default()
    }

    /// Stripe's API, for those who have this key; a world has none until it is asked for.
    pub fn stripe_api(&mut self, key: &str) -> &mut StripeApi {
        self.stripe.get_or_insert_with(|| StripeApi::new(key))
    }

    /// GitHub's API, for those who have this token; a world has none until it is asked for.
    pub fn github_api(&mut self, token: &str) -> &mut GitHubApi {
        self.github.get_or_insert_with(|| GitHubApi::new(token))
    }

    /// Cloudflare; a world has none until it is asked for. What is returned stays usable while the lab runs.
    pub fn cloudflare(&mut self) -> Cloudflare {
        self.cloudflare.get_or_insert_with(Cloudflare::new).clone()
    }

    /// The lab's DNS answers for that zone what Cloudflare has in it at the moment of the question, by the name
    /// servers that Cloudflare gave it. Name servers that the zone was given otherwise stay.
    pub fn serves(&mut self, zone: &CloudZone) -> &mut Self {
        let (name, servers) = zone.served_by();
        for (server, address) in servers.iter().zip(["192.0.2.201", "192.0.2.202"]) {
            let (label, above) = server.split_once('.').expect("a name with a zone above it");
            self.zone(above).a(label, address);
        }
        let own = self.zone(&name);
        if !own.has("@", RecordType::NS) {
            for server in &servers {
                own.ns("@", &format!("{server}."));
            }
        }
        self.names.live.push(zone.live());
        self
    }

    /// Starts everything.
    pub fn start(mut self) -> Lab {
        self.names = self.names.applied();
        let shared = Arc::new(Shared {
            ca: Ca::new(&self.organisation, self.now),
            log: Arc::new(Log::default()),
            now: self.now,
        });
        self.publish_intermediate(&shared.ca);
        smtp::associate(&self.mail, &mut self.names, &shared.ca);
        delegation::complete(&mut self.names);
        let anchors = signed::publish(&mut self.names, self.now);
        let runtime = Builder::runtime();
        let entered = runtime.enter();
        let mut bound = Bound::default();
        let resolver = self.bind_dns(&mut bound, &shared.log);
        self.bind_ports(&mut bound, &shared);
        bound.registry = self.registry.take().map(|registry| registry.serve(&shared));
        bound.stripe = self.stripe.take().map(|api| api.serve(&shared));
        bound.github = self.github.take().map(|api| api.serve(&shared));
        bound.cloudflare = self.cloudflare.take().map(|api| api.serve(&shared));
        let names = std::mem::take(&mut self.names);
        std::mem::take(&mut self.six).bind(&mut bound, &shared, self.round_trip);
        smtp::bind(std::mem::take(&mut self.mail), &names, &mut bound, &shared, self.round_trip);
        let apart = std::mem::take(&mut self.apart);
        let round_trip = self.round_trip;
        self.bind_web(&mut bound, &shared);
        bound.refuse_the_rest(&names);
        apart::bind(apart, &names, &mut bound, &shared, round_trip);
        drop(entered);
        Lab::run(runtime, shared, resolver, bound).trusting(&anchors)
    }

    fn runtime() -> Runtime {
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made")
    }

    fn publish_intermediate(&mut self, ca: &Ca) {
        let any = |wanted: fn(&Cert) -> bool| {
            self.sites.values().any(|site| site.cert.as_ref().is_some_and(wanted))
        };
        if any(Cert::uses_aia) || any(Cert::names_list) {
            self.zone(AIA_HOST).a("@", "203.0.113.250");
            let site = self.site(AIA_HOST).on_port_80(Port80::Same);
            site.page(AIA_PATH, 200, ca.intermediate_der()).header("Content-Type", "application/pkix-cert");
            site.page(LIST_PATH, 200, ca.list_der()).header("Content-Type", "application/pkix-crl");
        }
    }

    /// What a server knows: its own data, or else the world's with its changes.
    fn view(&self, host: Option<&str>) -> Names {
        let own = host.and_then(|host| self.name_servers.get(host));
        let mut names = own.unwrap_or(&self.names).clone();
        for (_, change) in self.views.iter().filter(|(of, _)| of.as_deref() == host) {
            change(&mut names);
        }
        names
    }

    /// The resolver, and a name server for every name that an NS record points at.
    fn bind_dns(&self, bound: &mut Bound, log: &Arc<Log>) -> SocketAddr {
        let bind = |role, names: Names, habits: Habits| {
            dns::serve(role, names, habits, self.round_trip, Arc::clone(log))
        };
        let pointed = self.names.pointers(RecordType::NS).into_iter().map(|(_, server)| server);
        let mut hosts: Vec<String> = pointed.chain(self.name_servers.keys().cloned()).collect();
        hosts.sort();
        hosts.dedup();
        for host in hosts.into_iter().filter(|host| !self.ports.contains_key(&(host.clone(), 53))) {
            let names = self.view(Some(&host));
            let serves =
                if self.name_servers.contains_key(&host) { names.origins() } else { names.served_by(&host) };
            let habits = self.habits.get(&host).cloned().unwrap_or_default();
            let addr = bind(Role::NameServer(host.clone(), serves), names, habits);
            bound.connects.insert((host, 53), addr);
        }
        bind(Role::Resolver, self.view(None), Habits::default())
    }

    fn bind_ports(&mut self, bound: &mut Bound, shared: &Arc<Shared>) {
        for ((host, port), what) in std::mem::take(&mut self.ports) {
            let addr = match what {
                Port::Weather(Weather::Refused) => bound.closed(),
                Port::Weather(Weather::ConnectTimesOut) => bound.full(),
                Port::Weather(weather) => {
                    let service = self.forecast(weather, &host, port, shared);
                    serve(&host, port, service, shared)
                }
                Port::Service(service) => serve(&host, port, service, shared),
            };
            bound.connects.insert((host, port), addr);
        }
    }

    /// Bad weather as a service.
    fn forecast(&self, weather: Weather, host: &str, port: u16, shared: &Shared) -> Service {
        let alpn = if matches!(weather, Weather::H2(_)) { "h2" } else { "http/1.1" };
        let config = (port == 443).then(|| config(self.sites.get(host), host, shared, &[alpn]));
        let round_trip = self.round_trip;
        Arc::new(move |stream, _| {
            let config = config.clone();
            Box::pin(async move {
                let _ = weather.treat(stream, config, round_trip).await;
            })
        })
    }

    fn bind_web(self, bound: &mut Bound, shared: &Arc<Shared>) {
        let ((https, tls_addr), (http, plain_addr)) = (listener(), listener());
        let mut takers = Vec::new();
        let tls = self.sites.iter().map(|(host, site)| (host.clone(), site_config(site, host, shared)));
        let tls = tls.collect();
        for (host, site) in &self.sites {
            if let Some(takes) = &site.old {
                // SSLv3 does not name the host, so that the port must.
                let (listener, addr) = listener();
                let cert = site.cert.clone().unwrap_or_else(Cert::good);
                takers.push((listener, takes.clone(), shared.ca.chain(&cert, host)));
                bound.connects.insert((host.clone(), 443), addr);
            }
            let port_80 = site.port_80.unwrap_or(self.port_80);
            bound.connects.entry((host.clone(), 443)).or_insert(tls_addr);
            if port_80 != Port80::Closed {
                bound.connects.entry((host.clone(), 80)).or_insert(plain_addr);
            }
        }
        if bound.cloudflare.is_some() {
            // Origins are asked by their addresses, past the edge, and so may the edge be: none of these leads
            // out of the lab.
            let origins = (1..=254).map(|last| format!("203.0.113.{last}"));
            let edge = ANYCAST
                .map(|address| if address.contains(':') { format!("[{address}]") } else { address.into() });
            for address in origins.chain(edge) {
                bound.connects.entry((address.clone(), 443)).or_insert(tls_addr);
                bound.connects.entry((address, 80)).or_insert(plain_addr);
            }
        }
        let log = Arc::clone(&shared.log);
        let (port_80, round_trip, now) = (self.port_80, self.round_trip, shared.now);
        let web = Arc::new(Web { sites: self.sites, tls, port_80, round_trip, log, now });
        for (listener, takes, chain) in takers {
            tokio::spawn(old::serve(listener, takes, chain, Arc::clone(&web)));
        }
        tokio::spawn(web::serve_https(https, Arc::clone(&web)));
        tokio::spawn(web::serve_http(http, web));
    }
}

/// The TLS set-up of a host, as its site says, with what is spoken inside.
pub(super) fn config(site: Option<&Site>, host: &str, shared: &Shared, alpn: &[&str]) -> Arc<ServerConfig> {
    let cert = site.and_then(|site| site.cert.clone()).unwrap_or_else(Cert::good);
    let versions =
        site.and_then(|site| site.versions.clone()).unwrap_or_else(|| rustls::ALL_VERSIONS.to_vec());
    shared.ca.server(&cert, host, alpn, &versions)
}

/// The same with all that the site speaks.
pub(super) fn site_config(site: &Site, host: &str, shared: &Shared) -> Arc<ServerConfig> {
    config(Some(site), host, shared, site.protocols())
}
