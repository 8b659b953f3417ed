//! What one run shares: limits, answers so far, and how a URL is asked.

mod exchange;
mod fetch;
mod lines;
mod lists;
mod offers;
mod served;
mod verified;
mod visit;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;

use futures_util::future::{join, join_all};
use hickory_proto::op::Message;
use jiff::Timestamp;
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::time::Instant;
use url::Url;

use super::cloudflare;
use super::connect::overridden;
use super::dns::{Checked, Flags, Resolver};
use super::dnssec;
use super::hello::Heard;
use super::http::{Answer, Question};
use super::limit::Limits;
use super::memo::{Memo, Tally};
use super::problem::Problem;
use super::registration;
use super::smtp::Talk;
use super::tls::Shown;
use super::{ProbeError, Progress, Settings, TrustAnchors, dial, page, tls};
use crate::observed::{
    Content, CorsAnswer, DnsAnswer, Exchange, ExposedFile, Logo, Registered, Registration, Sample, Scanned,
    TextFile, Transfer, Webhook, Zone, question,
};
use crate::served::{Look, Read};
use lines::Lines;
pub(super) use lists::List;
pub(super) use served::ReadFile;
pub(super) use visit::Visited;

/// Largest intermediate certificate that is fetched.
const MOST_CERTIFICATE: usize = 64 * 1024;

/// One run.
pub(super) struct Session<'a> {
    pub(super) settings: &'a Settings,
    pub(super) limits: Limits,
    pub(super) tally: Tally<'a>,
    /// When it began, by the clock and by the timer.
    begun: (Timestamp, Instant),
    pub(super) resolver: Resolver,
    client: Arc<ClientConfig>,
    /// The same for STARTTLS, where nothing is chosen inside.
    mail_client: Arc<ClientConfig>,
    /// The same for peers whose certificates must hold; or why it could not be made.
    verifying: OnceCell<Result<Arc<ClientConfig>, String>>,
    pub(super) dns: Memo<Result<DnsAnswer, Problem>>,
    /// Zones by the name that they were asked for.
    pub(super) dnssec: Memo<dnssec::Outcome>,
    signed: Memo<Result<Message, Problem>>,
    soas: Memo<Checked>,
    pub(super) tls: Memo<Result<Shown, Problem>>,
    /// What hosts answered to offers of old versions and weak suites, by origin.
    pub(super) offers: Memo<Result<Vec<Heard>, Problem>>,
    pub(super) http: Memo<Result<Exchange, Problem>>,
    /// What was looked for in the answers of endpoints.
    pub(super) contents: Memo<Result<Content, Problem>>,
    /// Answers to one GET after another, by URL.
    pub(super) samples: RefCell<BTreeMap<String, Vec<Sample>>>,
    /// Answers on behalf of origins.
    pub(super) cors: Memo<Result<CorsAnswer, Problem>>,
    /// What the resolvers behind the first one answered, by address and question.
    pub(super) others: Memo<Result<DnsAnswer, Problem>>,
    /// What name servers sent, by address and question.
    pub(super) messages: Memo<Result<Message, Problem>>,
    /// What came of asking for whole zones, likewise.
    pub(super) transfers: Memo<Result<Transfer, Problem>>,
    /// Zones as far as they were seen.
    pub(super) zones: RefCell<BTreeMap<String, Zone>>,
    pub(super) visits: Memo<Result<Visited, Problem>>,
    /// Conversations with mail exchangers.
    pub(super) smtp: Memo<Result<Talk, Problem>>,
    /// Policies of mail, by URL.
    pub(super) files: Memo<Result<TextFile, Problem>>,
    /// Logos of mail, by URL.
    pub(super) logos: Memo<Result<Logo, Problem>>,
    /// Hosts for which the user chose an address.
    pub(super) redirected: RefCell<BTreeSet<String>>,
    /// What webhook endpoints did, by the webhook's name.
    pub(super) webhooks: RefCell<BTreeMap<String, Webhook>>,
    pub(super) registrations: Memo<Result<Registration, Problem>>,
    /// What providers have registered of webhooks, by the webhook's name.
    pub(super) registered: Memo<Result<Registered, Problem>>,
    /// The endpoints of accounts at providers.
    pub(super) listings: Memo<registration::Endpoints>,
    /// The zone at Cloudflare.
    pub(super) cloudflare: Memo<cloudflare::Zone>,
    /// What files hold; asked once.
    pub(super) reading: Memo<Scanned>,
    pub(super) scanned: RefCell<Scanned>,
    /// How the files of hosts are read, by the host's name.
    looks: RefCell<BTreeMap<String, Look>>,
    /// What was found in answers on their way in, by URL.
    reads: RefCell<BTreeMap<String, (u16, Option<Read>)>>,
    /// The files of sites, by URL.
    pub(super) served: Memo<Result<Rc<ReadFile>, Problem>>,
    /// Which of them belong to which host: host and URL.
    pub(super) files_of: RefCell<BTreeSet<(String, String)>>,
    /// How many of them were not read, by host.
    pub(super) unread: RefCell<BTreeMap<String, usize>>,
    /// Files that no site should serve, by host.
    pub(super) exposed: Memo<Result<Vec<ExposedFile>, Problem>>,
    fetched: Memo<Option<CertificateDer<'static>>>,
    /// Revocation lists, by URL.
    lists: Memo<Result<List, Problem>>,
    /// What stands open, by origin.
    lines: RefCell<BTreeMap<String, Lines>>,
}

impl<'a> Session<'a> {
    /// A run that must end at `deadline`.
    pub(super) fn new(
        settings: &'a Settings,
        progress: &'a dyn Progress,
        deadline: Instant,
        at: Timestamp,
    ) -> Result<Self, ProbeError> {
        Ok(Self {
            settings,
            limits: Limits::new(settings.concurrency, settings.retries, deadline),
            tally: Tally::new(progress),
            begun: (at, Instant::now()),
            resolver: Resolver::new(&settings.resolvers, settings.timeout)?,
            client: tls::client(&["h2", "http/1.1"])?,
            mail_client: tls::client(&[])?,
            verifying: OnceCell::new(),
            dns: Memo::new(),
            dnssec: Memo::new(),
            signed: Memo::new(),
            soas: Memo::new(),
            tls: Memo::new(),
            offers: Memo::new(),
            http: Memo::new(),
            contents: Memo::new(),
            samples: RefCell::default(),
            cors: Memo::new(),
            others: Memo::new(),
            messages: Memo::new(),
            transfers: Memo::new(),
            zones: RefCell::default(),
            visits: Memo::new(),
            smtp: Memo::new(),
            files: Memo::new(),
            logos: Memo::new(),
            redirected: RefCell::default(),
            webhooks: RefCell::default(),
            registrations: Memo::new(),
            registered: Memo::new(),
            listings: Memo::new(),
            cloudflare: Memo::new(),
            reading: Memo::new(),
            scanned: RefCell::default(),
            looks: RefCell::default(),
            reads: RefCell::default(),
            served: Memo::new(),
            files_of: RefCell::default(),
            unread: RefCell::default(),
            exposed: Memo::new(),
            fetched: Memo::new(),
            lists: Memo::new(),
            lines: RefCell::default(),
        })
    }

    /// The time now: signatures are made just before they are sent.
    pub(super) fn now(&self) -> Timestamp {
        let (at, begun) = self.begun;
        at.checked_add(begun.elapsed()).unwrap_or(at)
    }

    /// The answer to a DNS question.
    pub(super) async fn dns(&self, name: &str, kind: &str) -> Result<DnsAnswer, Problem> {
        let ask = async || {
            if kind != "SOA" {
                return self.resolver.ask(name, kind, &self.limits).await;
            }
            self.soa(name).await.plain()
        };
        self.dns.get(&question(name, kind), &self.tally, ask).await
    }

    /// What the resolvers that were not asked first answer to a question.
    pub(super) async fn dns_elsewhere(&self, name: &str, kind: &str) {
        let each = self.resolver.addresses().skip(1).map(async |server| {
            let ask = async || self.resolver.ask_one(server, name, kind, &self.limits).await;
            self.others.get(&format!("{server} {}", question(name, kind)), &self.tally, ask).await
        });
        join_all(each).await;
    }

    /// Where the user's overrides send a host and port.
    pub(super) fn elsewhere(&self, host: &str, port: u16) -> Option<SocketAddr> {
        overridden(&self.settings.connect, host, port).into_iter().next()
    }

    /// Refuses an address of a host that is not public, unless the run allows it.
    pub(super) fn may_ask(&self, host: &str, address: IpAddr) -> Result<(), Problem> {
        self.within(host, vec![address]).map(drop)
    }

    /// The answer to a DNS question with its signatures, whether it validates or not.
    pub(super) async fn signed(&self, name: &str, kind: &str) -> Result<Message, Problem> {
        let flags = Flags { signatures: true, unchecked: true, ..Flags::default() };
        let ask = async || self.resolver.message(name, kind, flags, &self.limits).await;
        self.signed.get(&format!("{} with signatures", question(name, kind)), &self.tally, ask).await
    }

    /// The answer to the question for a SOA, with its signatures and what the resolver says of it.
    pub(super) async fn soa(&self, name: &str) -> Checked {
        let flags = Flags { signatures: true, ..Flags::default() };
        let ask = async || self.resolver.checked(name, "SOA", flags, &self.limits).await;
        self.soas.get(&format!("{} with signatures", question(name, "SOA")), &self.tally, ask).await
    }

    /// How the zone that holds a name is signed, once it has been looked at.
    pub(super) async fn dnssec(&self, name: &str, look: impl AsyncFnOnce() -> dnssec::Outcome) {
        drop(self.dnssec.get(name, &self.tally, look).await);
    }

    /// The keys that are trusted from the start.
    pub(super) fn anchors(&self) -> &TrustAnchors {
        &self.settings.anchors
    }

    /// The answer to a GET, kept under the URL.
    pub(super) async fn exchange(&self, url: &Url) -> Result<Exchange, Problem> {
        let ask = async || {
            let mut answer = self.ask(self.looking(url)).await?;
            self.keep_read(url, &mut answer);
            Ok(page::read(url, answer))
        };
        self.http.get(url.as_str(), &self.tally, ask).await
    }

    /// What `look` sees in the answer to a GET. That is the one that [`Session::exchange`] keeps, unless
    /// somebody has asked for it already: bodies are not kept.
    pub(super) async fn content<T>(&self, url: &Url, look: impl Fn(&Answer) -> T) -> Result<T, Problem> {
        let found = Cell::new(None);
        let ask = async || {
            let answer = self.ask(Question::get(url)).await?;
            found.set(Some(look(&answer)));
            Ok(page::read(url, answer))
        };
        self.http.get(url.as_str(), &self.tally, ask).await?;
        match found.take() {
            Some(found) => Ok(found),
            None => self.ask(Question::get(url)).await.map(|answer| look(&answer)),
        }
    }

    /// A certificate published at an address; `None` where there is none. The address comes from
    /// a certificate that nobody vouches for, so it is asked once and only in public.
    pub(super) async fn certificate(&self, url: &Url) -> Option<CertificateDer<'static>> {
        let ask = async || {
            let answer = self.ask_once(&Question::get(url)).await.ok()?;
            let whole = answer.exchange.status == 200 && !answer.exchange.body_cut;
            (whole && answer.body.len() <= MOST_CERTIFICATE).then(|| {
                CertificateDer::from_pem_slice(&answer.body)
                    .unwrap_or_else(|_| CertificateDer::from(answer.body.clone()))
            })
        };
        self.fetched.get(url.as_str(), &self.tally, ask).await
    }

    /// Where the user sends a URL's host instead of where DNS leads: at most one address of each
    /// family.
    pub(super) fn overridden(&self, url: &Url) -> Vec<SocketAddr> {
        let host = dial::bare_host(url);
        let to = overridden(&self.settings.connect, &host, url.port_or_known_default().unwrap_or(443));
        if !to.is_empty() {
            self.redirected.borrow_mut().insert(host);
        }
        to
    }

    async fn addresses(&self, url: &Url) -> Result<Vec<SocketAddr>, Problem> {
        self.reach(url, false).await
    }

    /// Where to connect: the user's override, the literal address, or what DNS says. What the user
    /// `named` outside the spec may lead anywhere.
    pub(super) async fn reach(&self, url: &Url, named: bool) -> Result<Vec<SocketAddr>, Problem> {
        let chosen = self.overridden(url);
        if !chosen.is_empty() {
            return Ok(chosen);
        }
        let host = dial::bare_host(url);
        if let Ok(address) = host.parse::<IpAddr>() {
            return self.open_to(url, vec![address], named);
        }
        let (four, six) = join(self.dns(&host, "A"), self.dns(&host, "AAAA")).await;
        let found: Vec<IpAddr> = [(&six, "AAAA"), (&four, "A")]
            .iter()
            .filter_map(|(answer, kind)| answer.as_ref().ok().map(|answer| answer.values(kind)))
            .flatten()
            .filter_map(|value| value.as_str().parse().ok())
            .collect();
        if found.is_empty() {
            return Err(dial::no_address(&host, four, six));
        }
        self.open_to(url, found, named)
    }

    /// Where those addresses of a URL's host may be asked, in the order in which they are. Where the user
    /// sends a single address elsewhere, that is asked in its stead.
    fn open_to(&self, url: &Url, found: Vec<IpAddr>, named: bool) -> Result<Vec<SocketAddr>, Problem> {
        let port = url.port_or_known_default().unwrap_or(443);
        let sent = |address: IpAddr| overridden(&self.settings.connect, &address.to_string(), port);
        let (own, rest): (Vec<IpAddr>, Vec<IpAddr>) =
            found.into_iter().partition(|address| !sent(*address).is_empty());
        let open = if named || (rest.is_empty() && !own.is_empty()) {
            rest
        } else {
            self.within(&dial::bare_host(url), rest)
                .or_else(|shut| if own.is_empty() { Err(shut) } else { Ok(Vec::new()) })?
        };
        let all = dial::order(&[own, open].concat(), port).into_iter();
        Ok(all.map(|to| sent(to.ip()).first().copied().unwrap_or(to)).collect())
    }

    /// Those of a host's addresses that may be asked. Neither a stranger's word (a redirect, a
    /// certificate) nor a wrong record may lead this run into the network that it runs in.
    fn within(&self, host: &str, addresses: Vec<IpAddr>) -> Result<Vec<IpAddr>, Problem> {
        let open = |address: &IpAddr| self.settings.private.fault(*address).is_none();
        let (open, shut): (Vec<IpAddr>, Vec<IpAddr>) = addresses.into_iter().partition(open);
        match shut.first() {
            Some(address) if open.is_empty() => Err(Problem::Unobserved(if host == address.to_string() {
                format!("{address} is not a public address; not asked")
            } else {
                format!("{host} leads to {address}, which is not a public address; not asked")
            })),
            _ => Ok(open),
        }
    }
}
