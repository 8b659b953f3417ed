//! What a host speaks, from its handshake and from its answers to single offers.

use url::Url;

use super::strength;
use crate::check::{Verdict, World, blame, seen};
use crate::hello::{Offer, Version, Weakness};
use crate::item::Host;
use crate::observed::{Offers, Reply, Seen};

/// The answer to one offer, as judges read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word<'w> {
    /// Taken, with this suite.
    Yes(&'w str),
    /// Not taken.
    No,
    /// Not known, and why.
    Open(&'w str),
}

/// A host's answers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said<'w> {
    offers: &'w Offers,
    /// Whether TLS was spoken with the host at all. Many servers cut the connection instead of saying
    /// no; where nothing else is known of one, that says nothing.
    speaks: bool,
}

impl<'w> Said<'w> {
    /// The answers of the server of a URL, if any were seen.
    fn of(url: &Url, world: &World<'w>) -> Option<Self> {
        let Some(Seen::Answer(offers)) = world.observed.offers(url) else { return None };
        let accepts = offers.values().any(|reply| matches!(reply, Reply::Accepted(_)));
        let speaks = match world.observed.tls(url) {
            // What a handshake of TLS 1.2 took, and an offer of the same did not, was cut for another
            // reason: a limit of connections, perhaps. So may the others have been.
            Some(Seen::Answer(handshake)) if !handshake.clear && handshake.version == "1.2" => accepts,
            Some(Seen::Answer(_)) => true,
            _ => accepts,
        };
        Some(Self { offers, speaks })
    }

    /// The answer to one offer.
    pub(super) fn to(&self, offer: Offer) -> Word<'w> {
        match self.offers.get(&offer) {
            Some(Reply::Accepted(suite)) => Word::Yes(suite.as_str()),
            Some(Reply::Refused(_)) => Word::No,
            Some(Reply::Cut(_)) if self.speaks => Word::No,
            Some(Reply::Cut(why) | Reply::Unobserved(why)) => Word::Open(why.as_str()),
            None => Word::Open(seen::NOT_OBSERVED),
        }
    }

    /// The suites that are taken of these offers.
    pub(super) fn taken(&self, offers: &[Offer]) -> Vec<&'w str> {
        let suite = |offer: &Offer| match self.to(*offer) {
            Word::Yes(suite) => Some(suite),
            _ => None,
        };
        offers.iter().filter_map(suite).collect()
    }

    /// Why it is not known of one of these offers whether it is taken.
    pub(super) fn gap(&self, offers: &[Offer]) -> Option<(Offer, &'w str)> {
        offers.iter().find_map(|offer| match self.to(*offer) {
            Word::Open(why) => Some((*offer, why)),
            _ => None,
        })
    }

    /// The suites of the broken families that are taken, one for each family.
    pub(super) fn broken(&self) -> Vec<&'w str> {
        let each = self.taken(&Offer::BROKEN);
        if each.is_empty() { self.taken(&[Offer::Broken]) } else { each }
    }
}

/// What a host speaks where it speaks nothing that this program does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Foreign<'w> {
    /// Nothing newer than this.
    Old(Version),
    /// TLS 1.2, with suites that browsers refuse.
    Broken(&'w str),
    /// TLS 1.2, with suites that browsers still take.
    Aged(&'w str),
}

/// That of the server of a URL; `None` where a handshake succeeds, or nothing is spoken.
pub(super) fn foreign<'w>(url: &Url, world: &World<'w>) -> Option<Foreign<'w>> {
    let said = Said::of(url, world)?;
    let shaken = matches!(world.observed.tls(url), Some(Seen::Answer(handshake)) if !handshake.clear);
    if shaken || matches!(said.to(Offer::Modern), Word::Yes(_)) {
        return None;
    }
    if let [suite, ..] = said.taken(&[Offer::Cbc, Offer::StaticRsa])[..] {
        return Some(Foreign::Aged(suite));
    }
    if let [suite, ..] = [said.taken(&[Offer::Dhe]), said.broken()].concat()[..] {
        return Some(Foreign::Broken(suite));
    }
    let old = Offer::LEGACY.into_iter().rev().find(|offer| matches!(said.to(*offer), Word::Yes(_)))?;
    Some(Foreign::Old(old.version()))
}

/// The verdict of a check that needs a handshake with a host that speaks only what this program does
/// not, or has a key that it does not take. Where browsers do not either, that is a finding.
pub(in crate::check) fn unspoken(host: &str, url: &Url, world: &World) -> Option<Verdict> {
    let Some(foreign) = foreign(url, world) else {
        let Some(Seen::Answer(handshake)) = world.observed.tls(url) else { return None };
        return handshake.clear.then(|| strength::untaken(host, handshake)).flatten();
    };
    Some(match foreign {
        Foreign::Old(version) => {
            let reason = format!("the host speaks nothing newer than {}", version.name());
            Verdict::not_judged("tls/legacy-version", host, &reason)
        }
        Foreign::Broken(suite) => {
            let reason = format!("the host speaks only suites that browsers refuse, such as {suite}");
            Verdict::not_judged("tls/weak-cipher", host, &reason)
        }
        Foreign::Aged(suite) => Verdict::unknown(format!(
            "the host speaks TLS 1.2 only with suites that this program lacks, such as {suite}: offer one with ECDHE and AES-GCM, or look with a browser"
        )),
    })
}

/// A host's answers, or the verdict without them.
pub(super) fn said<'w>(host: &Host, world: &World<'w>) -> seen::Judged<Said<'w>> {
    let Some(url) = host.root("https") else { return Err(Box::new(seen::no_url(host))) };
    if let Some(verdict) = blame::elsewhere(&host.name, world) {
        return Err(Box::new(verdict));
    }
    if foreign(&url, world).is_none() {
        seen::handshake(host, world)?;
    }
    match (Said::of(&url, world), world.observed.offers(&url)) {
        (Some(said), _) => Ok(said),
        (None, Some(Seen::Unobserved(why))) => Err(Box::new(Verdict::unknown(why.as_str()))),
        (None, Some(Seen::Failed(failure))) => Err(Box::new(Verdict::unknown(failure.detail.as_str()))),
        (None, _) => Err(Box::new(Verdict::unknown(seen::NOT_OBSERVED))),
    }
}

/// What is wrong with a suite, in a few words.
pub(super) fn fault(suite: &str) -> &'static str {
    match Weakness::of(suite) {
        Some(Weakness::Null) => "nothing is encrypted",
        Some(Weakness::Anonymous) => "no certificate: anybody can pose as the server",
        Some(Weakness::Export) => "keys of 40 bits, broken in seconds",
        Some(Weakness::Des) => "keys of 56 bits, broken in a day",
        Some(Weakness::Rc4) => "RC4 gives the text away",
        Some(Weakness::TripleDes) => "3DES repeats its short blocks: Sweet32",
        Some(Weakness::NoForwardSecrecy) => {
            "no forward secrecy: who gets the server's key later reads what was recorded"
        }
        Some(Weakness::Dhe) => "DHE, which browsers no longer speak",
        Some(Weakness::Cbc) => "CBC, which timing attacks have broken before",
        None => "not a weak one",
    }
}
