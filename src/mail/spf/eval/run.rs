//! The evaluation itself.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::ops::Range;

use super::sender::Sender;
use super::{Cause, Match, Needs, Outcome, Request, SpfResult, Step};
use crate::mail::spf::lookup::{Kind, Lookup, Question, Reply, askable, is_full};
use crate::mail::spf::record::{Directive, DomainSpec, DualPrefix, Mechanism, Record, is_record};

/// Why an evaluation stops before its end.
pub(super) enum Halt {
    /// Answers are missing.
    Needs(BTreeSet<Question>),
    /// The result is an error, whatever else the records say.
    Error(Box<Cause>),
}

impl From<Cause> for Halt {
    fn from(cause: Cause) -> Self {
        Self::Error(Box::new(cause))
    }
}

/// What a domain's record says.
enum Verdict {
    /// Nothing: there is no record.
    NoRecord(Cause),
    /// This, by a term, with the explanation that the same record names.
    Says(SpfResult, Option<Match>, Option<DomainSpec>),
}

/// A term, and where it stands.
#[derive(Clone, Copy)]
struct At<'r> {
    term: &'r str,
    span: &'r Range<usize>,
    domain: &'r str,
    depth: usize,
}

pub(super) struct Run<'a> {
    pub(super) lookup: &'a dyn Lookup,
    pub(super) sender: Sender<'a>,
    request: &'a Request,
    lookups: usize,
    voids: usize,
    steps: Vec<Step>,
}

impl<'a> Run<'a> {
    pub(super) fn new(request: &'a Request, lookup: &'a dyn Lookup) -> Self {
        let sender = Sender::of(request);
        Self { lookup, sender, request, lookups: 0, voids: 0, steps: Vec::new() }
    }

    pub(super) fn outcome(mut self) -> Result<Outcome, Needs> {
        let end = match self.check(&self.request.domain, 0) {
            Ok(Verdict::Says(SpfResult::Fail, matched, explanation)) => {
                let domain = matched.as_ref().map_or("", |matched| matched.domain.as_str());
                let text = explanation.map(|name| self.explain(&name, domain)).transpose();
                text.map(|text| (SpfResult::Fail, matched, text.flatten(), None))
            }
            Ok(Verdict::Says(result, matched, _)) => Ok((result, matched, None, None)),
            Ok(Verdict::NoRecord(cause)) => Ok((SpfResult::None, None, None, Some(cause))),
            Err(halt) => Err(halt),
        };
        let (result, matched, explanation, cause) = match end {
            Ok(end) => end,
            Err(Halt::Error(cause)) => (cause.result(), None, None, Some(*cause)),
            Err(Halt::Needs(questions)) => return Err(Needs(questions.into_iter().collect())),
        };
        let Self { lookups, voids, steps, .. } = self;
        Ok(Outcome { result, matched, explanation, cause, lookups, voids, steps })
    }

    /// `check_host` for one domain, called again by `include` and `redirect`. Its depth is bounded
    /// by the number of look-ups.
    fn check(&mut self, domain: &str, depth: usize) -> Result<Verdict, Halt> {
        let no_domain = || Verdict::NoRecord(Cause::NotADomain(domain.to_owned()));
        let Some(name) = askable(domain).filter(|name| is_full(name)) else { return Ok(no_domain()) };
        let Some(record) = self.record(&name)? else {
            return Ok(Verdict::NoRecord(Cause::NoRecord(name)));
        };
        for (directive, span) in record.directives() {
            let term = record.text_at(span);
            if self.matches(directive, At { term, span, domain: &name, depth })? {
                let term = term.to_owned();
                let explanation = record.explanation().map(|(name, _)| name.clone());
                let matched = Match { domain: name, term, span: span.clone() };
                return Ok(Verdict::Says(directive.qualifier.into(), Some(matched), explanation));
            }
        }
        let Some((target, span)) = record.redirect() else {
            return Ok(Verdict::Says(SpfResult::Neutral, None, None));
        };
        let term = record.text_at(span);
        self.begin(At { term, span, domain: &name, depth }, true)?;
        let target = self.sender.expand(target, &name, self.lookup)?;
        match self.check(&target, depth + 1)? {
            Verdict::NoRecord(_) => Err(Cause::NothingAtTarget(term.to_owned()).into()),
            says @ Verdict::Says(..) => Ok(says),
        }
    }

    /// The one record of a domain (section 4.5).
    fn record(&self, name: &str) -> Result<Option<Record>, Halt> {
        let mut texts = answer(self.lookup.txt(name), name, Kind::Txt)?;
        texts.retain(|text| is_record(text));
        match texts.as_slice() {
            [] => Ok(None),
            [one] => Record::parse(one).map(Some).map_err(|e| Cause::Syntax(name.into(), e).into()),
            several => Err(Cause::SeveralRecords(name.into(), several.len()).into()),
        }
    }

    /// Notes a term, and that it asks DNS where it does.
    fn begin(&mut self, at: At<'_>, counted: bool) -> Result<usize, Halt> {
        let (term, domain, span) = (at.term.to_owned(), at.domain.to_owned(), at.span.clone());
        self.steps.push(Step { depth: at.depth, domain, term, span, counted, void: false, matched: false });
        self.lookups += usize::from(counted);
        let most = self.request.limits.lookups;
        if self.lookups > most { Err(Cause::TooManyLookups(most).into()) } else { Ok(self.steps.len() - 1) }
    }

    fn matches(&mut self, directive: &Directive, at: At<'_>) -> Result<bool, Halt> {
        let mechanism = &directive.mechanism;
        let step = self.begin(at, mechanism.looks_up())?;
        let found = match mechanism {
            Mechanism::Include(target) => {
                let target = self.sender.expand(target, at.domain, self.lookup)?;
                match self.check(&target, at.depth + 1)? {
                    // A local part that is not ASCII matches no name in DNS (RFC 8616 section 4).
                    Verdict::NoRecord(_) if !target.is_ascii() => Found { matches: false, void: false },
                    Verdict::Says(result, ..) => Found { matches: result == SpfResult::Pass, void: false },
                    Verdict::NoRecord(_) => {
                        return Err(Cause::NothingAtTarget(at.term.to_owned()).into());
                    }
                }
            }
            other => self.plain(other, at.domain)?,
        };
        self.steps[step].matched = found.matches;
        self.steps[step].void = found.void;
        self.voids += usize::from(found.void);
        let most = self.request.limits.voids;
        if self.voids > most { Err(Cause::TooManyVoids(most).into()) } else { Ok(found.matches) }
    }

    /// Every mechanism that evaluates no other record.
    fn plain(&mut self, mechanism: &Mechanism, domain: &str) -> Result<Found, Halt> {
        let name = match mechanism.domain() {
            Some(target) => askable(&self.sender.expand(target, domain, self.lookup)?),
            None => Some(domain.to_owned()),
        };
        // A name that DNS cannot be asked for has no records (section 4.3 by analogy).
        let Some(name) = name else { return Ok(Found { matches: false, void: false }) };
        match mechanism {
            Mechanism::A(_, prefix) => {
                let addresses = self.sender.addresses(&name, self.lookup);
                let addresses = answer(addresses, &name, self.sender.kind())?;
                Ok(Found { matches: self.any_within(&addresses, *prefix), void: addresses.is_empty() })
            }
            Mechanism::Mx(_, prefix) => self.exchanges(&name, *prefix),
            Mechanism::Ptr(_) => {
                let pointers = self.sender.reverse_names(self.lookup)?;
                let under = |host: &String| is_at_or_under(host, &name);
                Ok(Found { matches: pointers.valid.iter().any(under), void: pointers.void })
            }
            Mechanism::Exists(_) => {
                let addresses = answer(self.lookup.a(&name), &name, Kind::A)?;
                Ok(Found { matches: !addresses.is_empty(), void: addresses.is_empty() })
            }
            Mechanism::Ip4(network, bits) => Ok(self.listed(IpAddr::V4(*network), *bits)),
            Mechanism::Ip6(network, bits) => Ok(self.listed(IpAddr::V6(*network), *bits)),
            Mechanism::All | Mechanism::Include(_) => Ok(Found { matches: true, void: false }),
        }
    }

    fn listed(&self, network: IpAddr, bits: Option<u8>) -> Found {
        Found { matches: is_within(self.sender.ip, network, bits), void: false }
    }

    fn any_within(&self, addresses: &[IpAddr], prefix: DualPrefix) -> bool {
        let bits = if self.sender.ip.is_ipv4() { prefix.v4 } else { prefix.v6 };
        addresses.iter().any(|address| is_within(self.sender.ip, *address, bits))
    }

    /// The addresses of a domain's mail exchanges (section 5.4). What is not known about several of
    /// them is asked for at once.
    fn exchanges(&self, name: &str, prefix: DualPrefix) -> Result<Found, Halt> {
        let exchanges = answer(self.lookup.mx(name), name, Kind::Mx)?;
        if exchanges.len() > self.request.limits.names {
            return Err(Cause::TooManyExchanges(name.to_owned(), exchanges.len()).into());
        }
        let (mut void, mut needs) = (exchanges.is_empty(), BTreeSet::new());
        for host in exchanges.iter().filter_map(|host| askable(host)) {
            let reply = self.sender.addresses(&host, self.lookup);
            match answer(reply, &host, self.sender.kind()) {
                Ok(addresses) if self.any_within(&addresses, prefix) && needs.is_empty() => {
                    return Ok(Found { matches: true, void: false });
                }
                Ok(addresses) => void |= addresses.is_empty(),
                Err(Halt::Needs(questions)) => needs.extend(questions),
                // One that has not been asked comes first, and may match.
                Err(_) if !needs.is_empty() => {}
                Err(error) => return Err(error),
            }
        }
        if needs.is_empty() { Ok(Found { matches: false, void }) } else { Err(Halt::Needs(needs)) }
    }

    /// The text at a record's `exp` (section 6.2). Whatever is wrong with it, there is none then.
    fn explain(&self, name: &DomainSpec, domain: &str) -> Result<Option<String>, Halt> {
        let name = self.sender.expand(name, domain, self.lookup)?;
        let Some(name) = askable(&name) else { return Ok(None) };
        let texts = match answer(self.lookup.txt(&name), &name, Kind::Txt) {
            Ok(texts) => texts,
            Err(Halt::Error(_)) => return Ok(None),
            Err(needs) => return Err(needs),
        };
        let [text] = texts.as_slice() else { return Ok(None) };
        self.sender.explanation(text, domain, self.lookup)
    }
}

/// What came of a mechanism.
struct Found {
    matches: bool,
    void: bool,
}

/// The answer, or why there is none.
pub(super) fn answer<T>(reply: Reply<T>, name: &str, kind: Kind) -> Result<Vec<T>, Halt> {
    let question = Question { name: name.to_owned(), kind };
    match reply {
        Reply::Answer(records) => Ok(records),
        Reply::Failed(reason) => Err(Cause::Failed(question, reason).into()),
        Reply::NotAsked => Err(Halt::Needs(BTreeSet::from([question]))),
    }
}

/// True where the leading bits of both are the same; never between the families.
fn is_within(ip: IpAddr, network: IpAddr, bits: Option<u8>) -> bool {
    match (ip, network) {
        (IpAddr::V4(ip), IpAddr::V4(network)) => {
            let shift = 32 - u32::from(bits.unwrap_or(32).min(32));
            (ip.to_bits() ^ network.to_bits()).checked_shr(shift).unwrap_or(0) == 0
        }
        (IpAddr::V6(ip), IpAddr::V6(network)) => {
            let shift = 128 - u32::from(bits.unwrap_or(128).min(128));
            (ip.to_bits() ^ network.to_bits()).checked_shr(shift).unwrap_or(0) == 0
        }
        _ => false,
    }
}

/// Label by label, whatever the case.
pub(super) fn is_at_or_under(host: &str, domain: &str) -> bool {
    let (host, domain) = (host.to_ascii_lowercase(), domain.to_ascii_lowercase());
    host.strip_suffix(&domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
