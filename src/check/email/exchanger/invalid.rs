//! Names in MX records that no mail can be delivered to (RFC 5321 section 5.1).

use std::net::IpAddr;

use crate::check::dns::alias::{Chain, End};
use crate::check::dns::{self, damage, record};
use crate::check::email::{cause, mx};
use crate::check::seen::{self, Judged};
use crate::check::{Status, Verdict, World};
use crate::item::Exchanger;
use crate::spec::model::RecordType;
use crate::wanted::Wanted;

/// What is wrong with an exchanger's name.
enum Fault {
    /// It is an address.
    Literal(IpAddr),
    /// It means the sender's own machine.
    Local,
    /// It does not exist.
    Missing,
    /// It exists and has no address.
    NoAddress,
    /// Its aliases never end.
    Endless(String),
    /// Nobody outside reaches these addresses.
    Private(Vec<String>),
    /// It is an alias of that name (RFC 2181 section 10.3).
    Alias(String),
}

/// True for what is no name of a host at all.
pub(in crate::check::email) fn is_no_name(host: &str) -> bool {
    literal(host).is_some() || is_local(host)
}

/// The address that a name is written as.
fn literal(host: &str) -> Option<IpAddr> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.strip_prefix("ipv6:").unwrap_or(bare).parse().ok()
}

fn is_local(host: &str) -> bool {
    matches!(host, "localhost" | "localhost.localdomain") || host.ends_with(".localhost")
}

/// What is wrong, or the finding that tells of it, or why nobody knows.
fn fault(exchanger: &Exchanger, world: &World) -> Judged<Option<Fault>> {
    let host = &exchanger.host;
    if let Some(address) = literal(host) {
        return Ok(Some(Fault::Literal(address)));
    }
    if is_local(host) {
        return Ok(Some(Fault::Local));
    }
    if let Some(cause) = told_elsewhere(exchanger, world) {
        return Err(Box::new(cause));
    }
    let chain = Chain::of(host, world);
    if chain.never_ends() {
        return Ok(Some(Fault::Endless(chain.to_string())));
    }
    let addresses = seen::addresses(host, world);
    let private = |ip: &IpAddr| world.private.fault(*ip).map(|kind| format!("{ip} ({kind})"));
    let private: Vec<String> = addresses.found.iter().filter_map(private).collect();
    match addresses.gap {
        _ if chain.is_alias() && chain.end != End::Missing => Ok(Some(Fault::Alias(chain.last().to_owned()))),
        _ if !private.is_empty() => Ok(Some(Fault::Private(private))),
        _ if !addresses.found.is_empty() => Ok(None),
        Some(gap) => Err(gap),
        None if addresses.nxdomain => Ok(Some(Fault::Missing)),
        None => Ok(Some(Fault::NoAddress)),
    }
}

/// The finding of another check that tells of the same fault.
fn told_elsewhere(exchanger: &Exchanger, world: &World) -> Option<Verdict> {
    let (host, domain) = (&exchanger.host, world.domain());
    if damage::is_value_damaged(domain, "MX", host, world) {
        let reason = "the record was damaged when it was entered";
        return Some(Verdict::not_judged("dns/value-malformed", format!("{domain} MX"), reason));
    }
    if mx::is_unwanted(host, world) {
        let reason = "the host should not be among the domain's mail servers";
        return Some(Verdict::not_judged("email/mx-differs", domain, reason));
    }
    let leads = |kind| matches!(kind, RecordType::A | RecordType::Aaaa | RecordType::Cname);
    let mut own = world.items.records.iter().filter(|r| r.name == *host && leads(r.record.kind.value));
    if let Some(missing) = own.find(|r| record::record_missing(r, world).status == Status::Fail) {
        let reason = "a declared record of the host is not published";
        return Some(Verdict::not_judged("dns/record-missing", record::subject(missing), reason));
    }
    of_name(host, world).or_else(|| of_host(host, world))
}

/// Its aliases, where they are judged.
fn of_name(host: &str, world: &World) -> Option<Verdict> {
    let item = world.items.names.iter().find(|name| name.name == host)?;
    let by = |check, verdict: Verdict, reason| match verdict.status {
        Status::Fail => Some(Verdict::not_judged(check, host, reason)),
        _ => verdict.because.is_some().then_some(verdict),
    };
    let dangling = dns::cname_dangling(item, world);
    by("dns/cname-dangling", dangling, "its alias leads nowhere")
        .or_else(|| by("dns/cname-loop", dns::cname_loop(item, world), "its aliases never end"))
}

/// Its addresses, where the spec declares it as a host.
fn of_host(host: &str, world: &World) -> Option<Verdict> {
    let item = world.items.host(host)?;
    let unresolved = dns::host_unresolved(item, world);
    if unresolved.status == Status::Fail {
        return Some(seen::no_address(host));
    }
    let private = dns::address_private(item, world).status == Status::Fail;
    private.then(|| Verdict::not_judged("dns/address-private", host, "its address is not public"))
}

/// Why nobody can talk to the host, where nobody can: an alias alone hinders few.
pub(super) fn obstacle(exchanger: &Exchanger, world: &World) -> Option<Verdict> {
    match fault(exchanger, world) {
        Ok(None | Some(Fault::Alias(_))) => None,
        Ok(Some(_)) => {
            let reason = "its name leads to no server";
            Some(Verdict::not_judged("email/mx-invalid", &exchanger.host, reason))
        }
        Err(verdict) => Some(*verdict),
    }
}

pub(in crate::check) fn mx_invalid(exchanger: &Exchanger, world: &World) -> Verdict {
    match fault(exchanger, world) {
        Ok(Some(fault)) => failed(exchanger, &fault, world),
        _ if has_null_beside(exchanger, world) => null_beside(world),
        Ok(None) => {
            let found: Vec<String> =
                seen::addresses(&exchanger.host, world).found.iter().map(ToString::to_string).collect();
            Verdict::pass(format!("a name with addresses of its own: {}", seen::listed(&found)))
        }
        Err(verdict) => *verdict,
    }
}

fn failed(exchanger: &Exchanger, fault: &Fault, world: &World) -> Verdict {
    let (host, domain) = (&exchanger.host, world.domain());
    Verdict::fail(format!("{host}, a mail server of {domain}, {}", fault.what()))
        .expected("a name that has public A or AAAA records itself (RFC 5321 section 5.1)")
        .observed(fault.observed())
        .label("not a usable host")
        .help(fault.cure(exchanger, world))
}

impl Fault {
    /// In a clause behind the host.
    fn what(&self) -> String {
        match self {
            Self::Literal(_) => {
                "is an address where a name belongs: other mail servers look it up as a name and find nothing"
                    .to_owned()
            }
            Self::Local => "means the sender's own machine, so that no mail arrives".to_owned(),
            Self::Missing => "does not exist, so that mail for it is tried elsewhere or returned".to_owned(),
            Self::NoAddress => {
                "has no address, so that mail for it is tried elsewhere or returned".to_owned()
            }
            Self::Endless(chain) => format!("is an alias without end: {chain}"),
            Self::Private(addresses) => {
                format!("resolves to {}: no mail server outside can reach that", seen::listed(addresses))
            }
            Self::Alias(target) => format!(
                "is an alias of {}, which an MX record must not name: some mail servers refuse it",
                seen::cut(target)
            ),
        }
    }

    fn observed(&self) -> String {
        match self {
            Self::Literal(_) => "an address".to_owned(),
            Self::Local => "this machine".to_owned(),
            Self::Missing => "NXDOMAIN".to_owned(),
            Self::NoAddress => "no A, no AAAA".to_owned(),
            Self::Endless(_) => "a chain without end".to_owned(),
            Self::Private(addresses) => seen::listed(addresses),
            Self::Alias(target) => format!("CNAME {}", seen::cut(target)),
        }
    }

    fn cure(&self, exchanger: &Exchanger, world: &World) -> String {
        let (host, domain) = (&exchanger.host, world.domain());
        let named = |name: &str| Wanted::mx(domain, exchanger.preference, name);
        let delete = named(host);
        match self {
            Self::Literal(address) => {
                let (kind, name) = (if address.is_ipv6() { "AAAA" } else { "A" }, format!("mail.{domain}"));
                format!("publish `{name} {kind} {address}` and `{}`, and delete `{delete}`", named(&name))
            }
            Self::Local => {
                format!("publish `{}`, and delete `{delete}`", named("<the mail server's name>"))
            }
            Self::Missing | Self::NoAddress | Self::Private(_) => {
                format!("publish `{host} A <public address of the mail server>`, or delete `{delete}`")
            }
            Self::Endless(_) => {
                format!("publish `{host} A <public address of the mail server>` instead of the alias")
            }
            Self::Alias(target) => {
                let publish = named(target);
                // Otherwise the next run finds other mail servers than the spec says.
                let steps = if exchanger.place.path.starts_with("email.receive.mx") {
                    let target = seen::cut(target);
                    format!(
                        "publish `{publish}`, delete `{delete}` and write {target} instead of {host} in `email.receive.mx`"
                    )
                } else {
                    format!("publish `{publish}` and delete `{delete}`")
                };
                format!("{steps}, or give {host} the A and AAAA records of the server instead of the alias")
            }
        }
    }
}

/// A null MX stands alone or not at all; the first of the real hosts carries the fault.
fn has_null_beside(exchanger: &Exchanger, world: &World) -> bool {
    let is_first = world.items.exchangers.first() == Some(exchanger);
    let answer = seen::dns(world.domain(), "MX", world);
    is_first && answer.is_ok_and(|answer| answer.values("MX").any(|host| host.as_str() == "."))
}

fn null_beside(world: &World) -> Verdict {
    let domain = world.domain();
    // Without mail it is the null MX that stays.
    if let Some(check) = cause::of_domain(&["email/parked-spoofable"], world) {
        let reason = "the domain has no mail, and the other MX records must go";
        return Verdict::not_judged(check, domain, reason);
    }
    let hosts: Vec<String> = world.items.exchangers.iter().map(|mx| mx.host.clone()).collect();
    let hosts = seen::listed(&hosts);
    Verdict::fail(format!(
        "{domain} publishes a null MX beside {hosts}: some senders take that for `receives no mail` and return everything"
    ))
    .expected("either mail servers or a null MX, never both (RFC 7505 section 3)")
    .observed(format!("MX . and {hosts}"))
    .label("null MX beside others")
    .help(format!("delete `{}`", Wanted::mx(domain, 0, ".")))
}
