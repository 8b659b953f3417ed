//! Names of addresses (PTR): receivers refuse mail from an address that has none, or one that does not
//! lead back.

use std::net::IpAddr;

use super::{declared_too, mx};
use crate::check::dns::record;
use crate::check::seen::{self, Judged};
use crate::check::{Status, Verdict, World};
use crate::item::MailAddress;
use crate::mail::spf::lookup::reverse_name;
use crate::observed::Remote;
use crate::wanted::mx as wanted;

/// Names of one address that are followed back.
const MOST_NAMES: usize = 4;

pub(in crate::check) fn reverse_dns(item: &MailAddress, world: &World) -> Verdict {
    let name = reverse_name(item.address);
    let found = told_elsewhere(item, &name, world).map_or(Ok(()), |cause| Err(Box::new(cause)));
    let names = match found.and_then(|()| names(&name, world)) {
        Ok(names) => names,
        Err(verdict) => return *verdict,
    };
    if names.is_empty() {
        if let Some(cause) = declared_too(&name, "PTR", |_| true, world) {
            return cause;
        }
        return failed(item, &format!("{} has no name", item.address), "no PTR record");
    }
    let mut gap = None;
    for name in &names {
        match leads_back(name, item.address, world) {
            Ok(true) => return confirmed(name, item.address),
            Ok(false) => {}
            Err(verdict) => gap = Some(verdict),
        }
    }
    if let Some(gap) = gap {
        return *gap;
    }
    if let Some(cause) = declared_otherwise(&name, world) {
        return cause;
    }
    let names = seen::listed(&names);
    let what = format!("{} is called {names}, which does not lead back to it", item.address);
    failed(item, &what, &format!("PTR {names}, with other addresses or none"))
}

/// Addresses of hosts that must go, and those that nobody outside sees.
fn told_elsewhere(item: &MailAddress, name: &str, world: &World) -> Option<Verdict> {
    if item.host.as_ref().is_some_and(|host| mx::is_unwanted(host, world)) {
        let reason = "its host should not be among the domain's mail servers";
        return Some(Verdict::not_judged("email/mx-differs", world.domain(), reason));
    }
    let kind = world.private.fault(item.address)?;
    Some(match &item.host {
        Some(host) => {
            let reason = format!("{} is not a public address", item.address);
            let invalid = world.items.exchangers.iter().find(|exchanger| exchanger.host == *host);
            let invalid = invalid.map(|exchanger| super::exchanger::invalid::mx_invalid(exchanger, world));
            match invalid {
                Some(verdict) if verdict.status != Status::Fail => verdict,
                _ => Verdict::not_judged("email/mx-invalid", host, &reason),
            }
        }
        None => {
            Verdict::not_applicable(format!("{name} belongs to an address that nobody outside sees ({kind})"))
        }
    })
}

fn names(name: &str, world: &World) -> Judged<Vec<String>> {
    let answer = seen::dns(name, "PTR", world)?;
    Ok(answer.values("PTR").take(MOST_NAMES).map(Remote::to_string).collect())
}

fn leads_back(name: &str, address: IpAddr, world: &World) -> Judged<bool> {
    let kind = if address.is_ipv6() { "AAAA" } else { "A" };
    let answer = seen::dns(name, kind, world)?;
    Ok(answer.values(kind).any(|value| value.as_str().parse() == Ok(address)))
}

fn declared_otherwise(name: &str, world: &World) -> Option<Verdict> {
    let subject = format!("{name} PTR");
    let mut own = world.items.records.iter().filter(|record| record::subject(record) == subject);
    let differs = own.any(|record| record::record_differs(record, world).status == Status::Fail);
    differs.then(|| {
        Verdict::not_judged("dns/record-differs", subject, "the declared name is published otherwise")
    })
}

fn confirmed(name: &str, address: IpAddr) -> Verdict {
    let name = seen::cut(name);
    if is_generic(&name, address) {
        return Verdict::pass(format!(
            "{address} and {name} lead to each other, but the name is made of the address, as those of homes are: some receivers trust it less"
        ));
    }
    Verdict::pass(format!("{address} and {name} lead to each other"))
}

/// True where a name holds the numbers of its address.
fn is_generic(name: &str, address: IpAddr) -> bool {
    let IpAddr::V4(four) = address else { return false };
    let numbers: Vec<String> = four.octets().iter().map(ToString::to_string).collect();
    let parts: Vec<&str> =
        name.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let held = numbers.iter().filter(|number| parts.contains(&number.as_str())).count();
    held >= 3
}

fn failed(item: &MailAddress, what: &str, observed: &str) -> Verdict {
    let (who, host) = match &item.host {
        Some(host) => (format!("an address of {host}"), host.as_str()),
        None => ("a declared sender".to_owned(), "<the server's name>"),
    };
    Verdict::fail(format!("{what}: it is {who}, and receivers refuse mail from such addresses"))
        .expected("a PTR record whose name has this address (RFC 1912 section 2.1)")
        .observed(observed)
        .label("no confirmed name")
        .help(format!(
            "let whoever gives out the address (your hosting's console calls it reverse DNS) publish `{}`, and see that this name has the address {}",
            wanted::reverse(item.address, host),
            item.address
        ))
}

#[cfg(test)]
mod tests {
    use super::is_generic;

    #[test]
    fn names_made_of_the_address_are_told() {
        let address = "203.0.113.25".parse().expect("an address");
        for name in ["host-203-0-113-25.isp.test", "25.113.0.203.dyn.test", "p113-25-203.isp.test"] {
            assert!(is_generic(name, address), "{name}");
        }
        for name in ["mail.shop.test", "mx25.shop.test", "cb007119.isp.test"] {
            assert!(!is_generic(name, address), "{name}");
        }
        assert!(!is_generic("mail.shop.test", "2001:db8::25".parse().expect("an address")));
    }
}
