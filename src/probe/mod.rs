//! Looks at the world: asks what a spec needs to know, and fills [`Observed`]. Only here is
//! there a network; nothing in here decides what is right.
//!
//! | file | what it does |
//! |---|---|
//! | `engine`, `names`, `mail`, `site`, `endpoint`, `cors` | which questions a spec needs, all at once |
//! | `look` | a first look at a domain that no spec describes yet |
//! | `session` | what a run shares; how one URL is asked |
//! | `memo`, `limit` | each question once; how much at once, how often again |
//! | `zone` | delegations, and what each name server says itself |
//! | `dns`, `dial`, `tls`, `http`, `smtp` | one protocol each |
//! | `hello` | one offer of an old version or of weak suites |
//! | `dnssec` | how a zone is signed: the chain from a trust anchor down to it |
//! | `api`, `rdap`, `registration` | the APIs of others: registries, senders of webhooks |
//! | `outside`, `cloudflare` | the one API that is written to as well, and what it says of a zone |
//! | `certificate`, `path`, `machine` | what a certificate says, and where a chain leads |
//! | `revocation` | what an authority says of whether it took one back |
//! | `webhook` | sends events to the endpoints that receive them |
//! | `files` | reads files, archives and the Git history for secrets |
//! | `served` | reads the files of sites, and looks for those that none should serve |
//! | `page` | what the body of an answer says |
//! | `finish` | the answers as an [`Observed`] |

mod api;
mod certificate;
mod cloudflare;
mod connect;
mod cors;
mod dial;
mod dns;
mod dnssec;
mod endpoint;
mod engine;
mod files;
mod finish;
mod hello;
mod http;
mod limit;
mod look;
mod machine;
mod mail;
mod memo;
mod names;
mod outside;
mod page;
mod path;
mod problem;
mod rdap;
mod registration;
mod revocation;
mod served;
mod session;
mod site;
mod smtp;
mod tls;
mod webhook;
mod zone;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use tokio::time::{Instant, timeout_at};

pub use connect::{Connect, NotAConnect};
pub use dnssec::{NotAnAnchor, TrustAnchors};
pub(crate) use limit::wait;
pub use machine::Machine;
pub(crate) use outside::{Answer, NoAnswer, OpenError, Outside, Request};
pub(crate) use problem::span;

use crate::cloudflare::token::Account;
use crate::observed::Observed;
use crate::private::PrivateRanges;
use crate::secret::Environment;
use crate::spec::Document;

/// How a run looks at the world.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Recursive resolvers; the system's where there are none.
    pub resolvers: Vec<SocketAddr>,
    /// Where to connect instead of where DNS leads.
    pub connect: Vec<Connect>,
    /// Roots that are trusted beside the public ones.
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// The roots of this machine's own store.
    pub machine: Machine,
    /// The keys that chains of trust in DNS begin with.
    pub anchors: TrustAnchors,
    /// The time for one attempt: connecting, TLS and HTTP together.
    pub timeout: Duration,
    /// The time for the whole run.
    pub deadline: Duration,
    /// How often a time-out, a 5xx or a 429 is tried again.
    pub retries: u32,
    /// How much is asked at once.
    pub concurrency: usize,
    /// Whether authorities' revocation lists are asked about certificates.
    pub revocation_lists: bool,
    /// The folder in which they are kept until there are new ones. Without one they are kept nowhere.
    pub list_cache: Option<std::path::PathBuf>,
    /// Non-public addresses that may be asked although nothing in the spec leads there: those of
    /// issuers in certificates, and of foreign hosts in redirects.
    pub private: PrivateRanges,
    /// Only hosts and URLs are looked at, and declared records by the resolver: who judges TLS and HTTP
    /// alone need not wait for name servers, registries and mail exchangers.
    pub only_web: bool,
    /// The variables that the spec may name.
    pub environment: Environment,
    /// What is sent to webhooks.
    pub sending: Sending,
    /// Whether the providers of webhooks are asked what they have registered.
    pub registrations: bool,
    /// The way to Cloudflare's API, where the zone is to be read.
    pub cloudflare: Option<Account>,
    /// Whether files and the Git history are read, where the spec asks for it.
    pub files: Files,
    /// What is read of sites.
    pub reading: Reading,
    /// The RDAP service to ask about every name, instead of the one that IANA lists for its ending.
    pub rdap: Option<url::Url>,
    /// The file in which IANA's list of RDAP services is kept between runs. Without one the list
    /// is not fetched.
    pub rdap_cache: Option<std::path::PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            resolvers: Vec::new(),
            connect: Vec::new(),
            extra_roots: Vec::new(),
            machine: Machine::default(),
            anchors: TrustAnchors::default(),
            timeout: Duration::from_secs(10),
            deadline: Duration::from_mins(2),
            retries: 2,
            concurrency: 256,
            revocation_lists: false,
            list_cache: None,
            private: PrivateRanges::Forbidden,
            only_web: false,
            environment: Environment::default(),
            sending: Sending::default(),
            registrations: true,
            cloudflare: None,
            files: Files::Beside,
            reading: Reading { sites: true, exposed: true },
            rdap: None,
            rdap_cache: None,
        }
    }
}

/// Whether files are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Files {
    /// None.
    No,
    /// Beside everything else.
    #[default]
    Beside,
    /// Nothing else is looked at: no network.
    Alone,
}

/// What a run sends to webhooks.
#[derive(Debug, Clone, Default)]
pub struct Sending {
    /// Whether anything is sent: a run that judges no webhooks leaves them alone.
    pub wanted: bool,
    /// The run's marker, which every event carries: `lr_` and twelve hexadecimal digits.
    pub run: String,
    /// Sample events from files, by the webhook's place in the spec.
    pub payloads: BTreeMap<usize, String>,
}

/// What is read of sites beside their pages.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reading {
    /// Their scripts, and what these lead on to.
    pub sites: bool,
    /// Files that none should serve.
    pub exposed: bool,
}

/// Who watches a run.
pub trait Progress {
    /// Called whenever a question is asked or answered: how many were, and the latest.
    fn waiting(&self, asked: usize, answered: usize, current: &str);
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn waiting(&self, _: usize, _: usize, _: &str) {}
}

/// Why a run could not begin.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ProbeError {
    /// The system's resolvers are not known.
    #[error("the system's resolvers could not be read: {0}")]
    #[diagnostic(code(probe::system_resolvers), help("name one with --resolver ADDR[:PORT]"))]
    SystemResolvers(String),
    /// A root that was given is no certificate.
    #[error("certificate {number} of the extra roots cannot be used: {why}")]
    #[diagnostic(code(probe::root), help("--ca-file takes root certificates in PEM form"))]
    Root {
        /// Its number, from 1.
        number: usize,
        /// What is wrong with it.
        why: String,
    },
    /// TLS could not be set up.
    #[error("TLS could not be set up: {0}")]
    #[diagnostic(code(probe::tls))]
    Tls(String),
}

/// Asks everything that the spec needs, each question once, and returns what was seen. `at` is
/// the time that the observation carries.
pub async fn observe(
    document: &Document,
    settings: &Settings,
    at: Timestamp,
    progress: &dyn Progress,
) -> Result<Observed, ProbeError> {
    run(settings, at, progress, async |session| engine::gather(session, document, at).await).await
}

/// Takes a first look at a domain that no spec describes yet.
pub async fn look(
    domain: &str,
    settings: &Settings,
    at: Timestamp,
    progress: &dyn Progress,
) -> Result<Observed, ProbeError> {
    run(settings, at, progress, async |session| look::gather(session, domain, at).await).await
}

/// One run: its session, its deadline, and what was seen in the end.
async fn run(
    settings: &Settings,
    at: Timestamp,
    progress: &dyn Progress,
    gather: impl AsyncFnOnce(&session::Session<'_>),
) -> Result<Observed, ProbeError> {
    let deadline = Instant::now() + settings.deadline;
    let roots = path::Roots::new(&settings.extra_roots, settings.machine, at)?;
    let session = session::Session::new(settings, progress, deadline, at)?;
    // What is unanswered by then stays in the session as a question without an answer.
    let _ = timeout_at(deadline, gather(&session)).await;
    let cut = format!("the run's deadline of {} passed", problem::span(settings.deadline));
    Ok(finish::observed(&session, &roots, at, deadline, &cut).await)
}

#[cfg(test)]
mod tests;
