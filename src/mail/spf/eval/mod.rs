//! Evaluates records for one sender: `check_host` (RFC 7208 section 4).

mod outcome;
mod run;
mod sender;

use std::net::IpAddr;

pub use outcome::{Cause, Match, Needs, Outcome, SpfResult, Step};

use super::lookup::Lookup;

/// How much an evaluation may ask (section 4.6.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Terms that ask DNS: `include`, `a`, `mx`, `ptr`, `exists`, `redirect`.
    pub lookups: usize,
    /// Terms whose questions are answered with nothing.
    pub voids: usize,
    /// Mail exchanges of one `mx`, and names behind the sender's address.
    pub names: usize,
}

impl Default for Limits {
    /// The numbers of the standard: 10, 2, 10.
    fn default() -> Self {
        Self { lookups: 10, voids: 2, names: 10 }
    }
}

/// One mail, as a receiver sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The client's address. An IPv4 address mapped into IPv6 counts as IPv4 (section 5).
    pub ip: IpAddr,
    /// The domain whose record is evaluated, in its ASCII form.
    pub domain: String,
    /// MAIL FROM, `local@domain`.
    pub sender: String,
    /// What the client called itself.
    pub helo: String,
    /// The host that checks, for explanations.
    pub receiver: String,
    /// Now, in seconds since 1970, for explanations.
    pub time: u64,
    /// How much may be asked.
    pub limits: Limits,
}

impl Request {
    /// The usual check of a mail's MAIL FROM. Where that is empty (a bounce), it is
    /// `postmaster` at the HELO name (section 2.4).
    pub fn new(ip: IpAddr, sender: &str, helo: &str) -> Self {
        // The final dot of a full name is no part of it in mail (RFC 5321 section 2.3.5).
        let helo = helo.strip_suffix('.').unwrap_or(helo);
        let sender = sender.strip_suffix('.').unwrap_or(sender);
        let sender = if sender.is_empty() { format!("postmaster@{helo}") } else { sender.to_owned() };
        let domain = sender.rsplit_once('@').map_or(sender.as_str(), |(_, domain)| domain).to_owned();
        Self {
            ip,
            domain,
            sender,
            helo: helo.to_owned(),
            receiver: "unknown".to_owned(),
            time: 0,
            limits: Limits::default(),
        }
    }
}

/// Evaluates the domain's record for a sender (section 4.1).
///
/// # Errors
///
/// [`Needs`] where the result depends on answers that `lookup` does not have: ask, and call again.
/// Each call gets at least one term further, so it ends after few rounds; a
/// [`Tree`](super::tree::Tree) that needs nothing leaves only what depends on the sender.
pub fn check_host(request: &Request, lookup: &dyn Lookup) -> Result<Outcome, Needs> {
    run::Run::new(request, lookup).outcome()
}
