//! What macros and mechanisms ask about the sender.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::Request;
use super::run::{Halt, answer, is_at_or_under};
use crate::mail::spf::lookup::{Kind, Lookup, Reply, askable, reverse_name};
use crate::mail::spf::macros::{Letter, MacroString};
use crate::mail::spf::record::DomainSpec;

/// The sender of a request.
pub(super) struct Sender<'a> {
    /// The address, IPv4 where it was mapped into IPv6.
    pub(super) ip: IpAddr,
    request: &'a Request,
    local: &'a str,
    domain: &'a str,
}

/// Names behind the sender's address.
pub(super) struct Pointers {
    /// Those that lead back to the address.
    pub(super) valid: Vec<String>,
    /// True where there is none at all.
    pub(super) void: bool,
}

impl<'a> Sender<'a> {
    pub(super) fn of(request: &'a Request) -> Self {
        let (local, domain) = request.sender.rsplit_once('@').unwrap_or(("", &request.sender));
        let local = if local.is_empty() { "postmaster" } else { local };
        Self { ip: request.ip.to_canonical(), request, local, domain }
    }

    /// The type of records with addresses of the sender's family.
    pub(super) fn kind(&self) -> Kind {
        if self.ip.is_ipv4() { Kind::A } else { Kind::Aaaa }
    }

    /// The addresses of a name in the sender's family.
    pub(super) fn addresses(&self, name: &str, lookup: &dyn Lookup) -> Reply<IpAddr> {
        fn common<T: Into<IpAddr>>(reply: Reply<T>) -> Reply<IpAddr> {
            match reply {
                Reply::Answer(addresses) => Reply::Answer(addresses.into_iter().map(Into::into).collect()),
                Reply::Failed(reason) => Reply::Failed(reason),
                Reply::NotAsked => Reply::NotAsked,
            }
        }
        if self.ip.is_ipv4() { common(lookup.a(name)) } else { common(lookup.aaaa(name)) }
    }

    /// A term's name with its macros replaced.
    pub(super) fn expand(
        &self,
        name: &DomainSpec,
        domain: &str,
        lookup: &dyn Lookup,
    ) -> Result<String, Halt> {
        let host = self.reverse_name_for(domain, name.uses(Letter::ReverseName), lookup)?;
        Ok(name.expand(&|letter| Some(self.value(letter, domain, &host))).unwrap_or_default())
    }

    /// The text of an explanation with its macros replaced; `None` where it is wrong.
    pub(super) fn explanation(
        &self,
        text: &str,
        domain: &str,
        lookup: &dyn Lookup,
    ) -> Result<Option<String>, Halt> {
        let Ok(text) = MacroString::explanation(text) else { return Ok(None) };
        let host = self.reverse_name_for(domain, text.uses(Letter::ReverseName), lookup)?;
        Ok(text.expand(&|letter| Some(self.value(letter, domain, &host))))
    }

    /// RFC 7208 section 7.2.
    fn value(&self, letter: Letter, domain: &str, host: &str) -> String {
        match letter {
            Letter::Sender => format!("{}@{}", self.local, self.domain),
            Letter::LocalPart => self.local.to_owned(),
            Letter::SenderDomain => self.domain.to_owned(),
            Letter::Domain => domain.to_owned(),
            Letter::Address => self.dotted(),
            Letter::ReverseName => host.to_owned(),
            Letter::Family if self.ip.is_ipv4() => "in-addr".to_owned(),
            Letter::Family => "ip6".to_owned(),
            Letter::Helo => self.request.helo.clone(),
            Letter::ReadableAddress => self.ip.to_string(),
            Letter::Receiver => self.request.receiver.clone(),
            Letter::Time => self.request.time.to_string(),
        }
    }

    /// The address with dots: IPv6 as 32 nibbles in upper case (section 7.3).
    fn dotted(&self) -> String {
        match self.ip {
            IpAddr::V4(v4) => v4.to_string(),
            IpAddr::V6(v6) => {
                let nibbles = v6.octets().into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
                nibbles.map(|nibble| format!("{nibble:X}")).collect::<Vec<_>>().join(".")
            }
        }
    }

    /// The value of `%{p}`: a valid name, best the domain itself or one under it.
    fn reverse_name_for(&self, domain: &str, used: bool, lookup: &dyn Lookup) -> Result<String, Halt> {
        if !used {
            return Ok(String::new());
        }
        let names = self.reverse_names(lookup)?.valid;
        let same = names.iter().find(|name| name.eq_ignore_ascii_case(domain));
        let best = same.or_else(|| names.iter().find(|name| is_at_or_under(name, domain)));
        Ok(best.or(names.first()).map_or_else(|| "unknown".to_owned(), Clone::clone))
    }

    /// The names behind the address that lead back to it (section 5.5): of the first ones only, and
    /// without those for which DNS fails.
    pub(super) fn reverse_names(&self, lookup: &dyn Lookup) -> Result<Pointers, Halt> {
        let question = reverse_name(self.ip);
        let names = match answer(lookup.ptr(&question), &question, Kind::Ptr) {
            Ok(names) => names,
            Err(Halt::Error(_)) => return Ok(Pointers { valid: Vec::new(), void: false }),
            Err(needs) => return Err(needs),
        };
        let (mut valid, mut needs) = (Vec::new(), BTreeSet::new());
        let asked = names.iter().take(self.request.limits.names).filter_map(|name| askable(name));
        for name in asked {
            match answer(self.addresses(&name, lookup), &name, self.kind()) {
                Ok(addresses) if addresses.contains(&self.ip) => valid.push(name),
                Ok(_) | Err(Halt::Error(_)) => {}
                Err(Halt::Needs(questions)) => needs.extend(questions),
            }
        }
        let void = names.is_empty();
        if needs.is_empty() { Ok(Pointers { valid, void }) } else { Err(Halt::Needs(needs)) }
    }
}
