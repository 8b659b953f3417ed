//! How a zone is signed, as far as judges tell cases apart. Dates come in here: the observation
//! sets them aside.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::check::dns::zone::{lame, undelegated};
use crate::check::seen::{self, Judged};
use crate::check::{Verdict, World, domain};
use crate::observed::{ChainState, Dnssec, Remote, Seen, Server, Signature, question};
use crate::spec::names::is_below;

/// A signature of the future is taken for a clock that differs by no more than this.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// A zone, how it is signed, and the time to judge by.
pub(super) struct State<'w> {
    pub(super) zone: &'w str,
    pub(super) seen: &'w Dnssec,
    pub(super) at: Timestamp,
    /// The zone above, where that is one of the product's own.
    parent: Option<&'w str>,
    /// Its name servers, as far as they were asked themselves.
    servers: &'w [Server],
}

/// What is wrong with a chain, and whose signature where it is one's date.
pub(super) struct Trouble {
    pub(super) what: String,
    /// True where the zone above has to sign again.
    pub(super) above: bool,
    /// True where a date is the fault.
    pub(super) dated: bool,
}

impl<'w> State<'w> {
    /// What is known of a zone.
    pub(super) fn of(zone: &'w str, world: &'w World) -> Judged<Self> {
        // Nothing is signed where nothing is.
        if let Some(cause) = domain::out_of_dns(world).or_else(|| undelegated(zone, world)) {
            return Err(Box::new(cause));
        }
        match world.observed.dnssec.get(zone) {
            Some(Seen::Answer(dnssec)) => {
                let known = world.observed.zones.get(zone);
                let servers = known.map_or(&[][..], |zone| &zone.servers);
                let is_below = is_below(zone, world.domain());
                let parent = known.filter(|_| is_below).and_then(|zone| zone.parent.as_deref());
                Ok(Self { zone, seen: dnssec, at: world.at, parent, servers })
            }
            Some(Seen::Failed(failure)) => Err(Box::new(Verdict::unknown(failure.detail.as_str()))),
            Some(Seen::Unobserved(reason)) => {
                let cause = lame::silenced(zone, world);
                Err(Box::new(cause.unwrap_or_else(|| Verdict::unknown(reason.as_str()))))
            }
            None => Err(Box::new(Verdict::unknown(seen::NOT_OBSERVED))),
        }
    }

    /// True where the zone publishes keys and signs with them, well or badly.
    pub(super) fn is_signed(&self) -> bool {
        !self.seen.keys.is_empty()
            && (self.over("SOA").next().is_some() || self.over("DNSKEY").next().is_some())
    }

    pub(super) fn has_ds(&self) -> bool {
        !self.seen.ds.is_empty()
    }

    /// True where a resolver may validate the zone: it is under a chain, or one resolver does.
    pub(super) fn is_validated(&self) -> bool {
        self.seen.chain != ChainState::Insecure
            || self.seen.refused_by_resolver
            || self.seen.vouched_by_resolver
    }

    /// Where the DS stands.
    pub(super) fn at_parent(&self) -> String {
        self.parent.map_or("at your registrar".to_owned(), |parent| format!("in the zone {parent}"))
    }

    /// How to have a DS published.
    pub(super) fn publish(&self, ds: &str) -> String {
        match self.parent {
            Some(parent) => format!("publish {ds} in the zone {parent}"),
            None => format!("give your registrar {ds}"),
        }
    }

    /// How to have the DS signed again.
    pub(super) fn sign_parent(&self) -> String {
        match self.parent {
            Some(parent) => {
                format!("have {parent} signed anew at your DNS provider: it signs the DS of {}", self.zone)
            }
            None => {
                format!(
                    "the zone above {} must be signed again: tell its registry, through your registrar",
                    self.zone
                )
            }
        }
    }

    /// True where the parent promises signatures that the zone does not have.
    pub(super) fn is_orphan(&self) -> bool {
        self.has_ds() && !self.is_signed() && !self.has_signer() && self.is_validated()
    }

    /// True where a name server signs, whatever the resolver has heard of it.
    pub(super) fn has_signer(&self) -> bool {
        self.servers.iter().any(|server| server.signatures.as_ref().is_some_and(|all| !all.is_empty()))
    }

    /// What is wrong with single name servers of a zone that must be signed, each in a clause.
    pub(super) fn strays(&self) -> BTreeSet<String> {
        if !self.has_ds() || self.is_orphan() || !self.is_validated() {
            return BTreeSet::new();
        }
        self.servers.iter().filter_map(|server| self.stray(server)).collect()
    }

    /// True where the DS is right, as far as the keys are known, and some name server is too: the
    /// others are the fault.
    pub(super) fn is_mixed(&self) -> bool {
        let is_right = |server: &Server| server.signatures.is_some() && self.stray(server).is_none();
        let is_named = self.seen.keys.is_empty() || !self.names_other_keys();
        is_named && self.servers.iter().any(is_right)
    }

    fn stray(&self, server: &Server) -> Option<String> {
        let (name, all) = (&server.name, server.signatures.as_ref()?);
        if all.is_empty() {
            return Some(format!("{name} serves the zone without signatures"));
        }
        let known = |signature: &&Signature| self.seen.keys.iter().any(|key| key.tag == signature.tag);
        let own: Vec<&Signature> = all.iter().filter(known).collect();
        if own.is_empty() && !self.seen.keys.is_empty() {
            return Some(format!("{name} signs with a key that is not among the zone's ({})", all[0].tag));
        }
        let last = own.iter().max_by_key(|signature| signature.until)?;
        let holds = own.iter().any(|signature| self.holds(signature));
        (!holds).then(|| {
            format!(
                "the signature of {name} over the SOA is good from {} to {} only",
                seen::day(last.from),
                seen::day(last.until)
            )
        })
    }

    /// True where it is neither too old nor of the future.
    fn holds(&self, signature: &Signature) -> bool {
        signature.from <= self.at + SKEW && self.at <= signature.until
    }

    /// Why validation fails.
    pub(super) fn trouble(&self) -> Option<Trouble> {
        let reason = self.seen.reason.as_ref().map(Remote::as_str);
        let known = |what: &str| Trouble { what: what.to_owned(), above: false, dated: false };
        if self.seen.chain == ChainState::Bogus {
            return Some(known(reason.unwrap_or("a link of the chain does not hold")));
        }
        if self.is_validated()
            && (self.has_ds() || self.seen.chain == ChainState::Secure)
            && let Some(lapse) = ["SOA", "DNSKEY", "DS"].iter().find_map(|kind| self.lapse(kind))
        {
            return Some(lapse);
        }
        let refused = "the resolver answers SERVFAIL, and gives the data when it is told not to validate";
        let broken = reason.filter(|_| self.seen.chain == ChainState::Insecure);
        self.seen.refused_by_resolver.then(|| known(broken.unwrap_or(refused)))
    }

    /// True where the zone as a whole does not validate, or not everywhere.
    pub(super) fn is_broken(&self) -> bool {
        self.trouble().is_some() || !self.strays().is_empty()
    }

    /// That none of the signatures over the zone's records of a type holds today.
    fn lapse(&self, kind: &str) -> Option<Trouble> {
        if self.over(kind).any(|signature| self.holds(signature)) {
            return None;
        }
        let last = self.over(kind).max_by_key(|signature| signature.until)?;
        let over = format!("the signature over {} {kind}", self.zone);
        let what = if last.until < self.at {
            let ago = seen::length(self.at.duration_since(last.until));
            format!("{over} ended {ago} ago ({})", seen::day(last.until))
        } else {
            let ahead = seen::length(last.from.duration_since(self.at));
            format!("{over} begins in {ahead} ({})", seen::day(last.from))
        };
        Some(Trouble { what, above: kind == "DS", dated: true })
    }

    /// The signature that lasts longest of each set that the zone itself signs.
    pub(super) fn longest(&self) -> BTreeMap<&'static str, &'w Signature> {
        let longest = |kind| Some((kind, self.over(kind).max_by_key(|signature| signature.until)?));
        ["SOA", "DNSKEY"].into_iter().filter_map(longest).collect()
    }

    fn over(&self, kind: &str) -> impl Iterator<Item = &'w Signature> + use<'w> {
        let covers = question(self.zone, kind);
        self.seen.signatures.iter().filter(move |signature| signature.covers == covers)
    }

    /// The DS records that the zone's own keys ask for, as lines to publish.
    pub(super) fn wanted(&self) -> Vec<String> {
        let wanted = self.seen.keys.iter().filter_map(|key| key.ds.as_ref());
        wanted.map(|ds| format!("`{} DS {ds}`", self.zone)).collect()
    }

    /// True where no DS at the parent can be meant for one of the keys.
    pub(super) fn names_other_keys(&self) -> bool {
        let fits = |ds: &Remote| {
            let tag = ds.as_str().split(' ').next().unwrap_or_default();
            let digest = ds.as_str().split(' ').nth(2).unwrap_or_default();
            let mut own = self.seen.keys.iter();
            own.any(|key| match &key.ds {
                Some(wanted) if digest == "2" => wanted.as_str().eq_ignore_ascii_case(ds.as_str()),
                _ => key.tag.to_string() == tag,
            })
        };
        self.has_ds() && !self.seen.ds.iter().any(fits)
    }
}
