//! The walk from a trust anchor down to a zone. Pure: what was answered goes in, what is known of
//! the zone comes out.

use hickory_proto::dnssec::DigestType;
use hickory_proto::dnssec::PublicKey;
use hickory_proto::dnssec::rdata::{DNSKEY, RRSIG};
use hickory_proto::rr::{Name, RecordType};
use jiff::Timestamp;

use super::anchors::TrustAnchors;
use super::answers::{Answers, Set};
use super::verify::{Fault, holding, named, shown, tag_of};
use crate::hex::hex;
use crate::observed::{ChainState, Dnssec, Remote, Signature, Signer, question};
use crate::probe::dns::{signer as signer_text, write_name};

/// What the resolver itself thinks of the zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opinion {
    /// It validated the SOA: the AD flag.
    Vouches,
    /// It answers SERVFAIL, and the same question without validation has an answer.
    Refuses,
    /// Neither.
    None,
}

/// Where the walk stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Trust {
    /// Everything so far hangs on an anchor.
    Anchored,
    /// What was seen holds, but hangs on nothing; why.
    Loose(String),
    /// Something above has no DS: nothing below can be validated.
    Cut,
}

/// A zone on the way.
struct Zone {
    name: Name,
    /// Empty where there is none, or where nobody knows.
    ds: Set,
    keys: Set,
    /// Why it is not known whether there is a DS.
    no_ds: Option<String>,
}

struct Walk<'a> {
    answers: &'a Answers,
    anchors: &'a TrustAnchors,
    trust: Trust,
    /// The closest zone above with keys.
    above: Option<Zone>,
}

/// What is known of how a zone is signed.
///
/// # Errors
///
/// Why nothing is.
pub(super) fn dnssec(
    zone: &Name,
    answers: &Answers,
    anchors: &TrustAnchors,
    opinion: Opinion,
) -> Result<Dnssec, String> {
    let soa = answers.set(zone, RecordType::SOA)?;
    let own = Zone {
        name: zone.clone(),
        keys: answers.set(zone, RecordType::DNSKEY)?,
        ds: answers.set(zone, RecordType::DS)?,
        no_ds: None,
    };
    let mut walk = Walk { answers, anchors, trust: loose_at_first(), above: None };
    let top = anchors.top_of(zone).num_labels();
    let path: Vec<Name> = (top..zone.num_labels()).map(|labels| zone.trim_to(usize::from(labels))).collect();
    if withheld(zone, &path, answers, opinion) {
        return Err("the resolver gives no DNSSEC data: ask one that does, with --resolver".into());
    }
    let above = path.iter().try_for_each(|name| walk.step(name));
    let held = above.and_then(|()| walk.own(&own, &soa));
    Ok(told(&own, &soa, &walk.trust, held, opinion))
}

fn loose_at_first() -> Trust {
    Trust::Loose("the resolver has no DNSKEY of the root".into())
}

/// True where the resolver keeps signatures back: where there are keys, there are signatures.
/// A resolver that refuses the zone has seen that they are missing, and a world without any key
/// above is taken for what it looks like.
fn withheld(zone: &Name, above: &[Name], answers: &Answers, opinion: Opinion) -> bool {
    let bare = |name: &Name| {
        let keys = answers.set(name, RecordType::DNSKEY);
        keys.is_ok_and(|keys| !keys.is_empty() && keys.signatures.is_empty())
    };
    bare(&Name::root())
        || (!answers.hold_signatures()
            && opinion != Opinion::Refuses
            && (bare(zone) || above.iter().any(bare)))
}

impl Walk<'_> {
    /// Goes on to a name above the zone.
    fn step(&mut self, name: &Name) -> Result<(), Fault> {
        let keys = match self.answers.set(name, RecordType::DNSKEY) {
            Ok(keys) => keys,
            Err(why) => {
                self.lose(format!("the keys of {} could not be looked up: {why}", shown(name)));
                self.above = None;
                return Ok(());
            }
        };
        let (ds, no_ds) = match self.answers.set(name, RecordType::DS) {
            // Nobody above an anchor is asked.
            Err(_) if self.anchors.has(name) => (Set::default(), None),
            Ok(ds) => (ds, None),
            Err(why) => (Set::default(), Some(why)),
        };
        let is_zone = !keys.is_empty() || !ds.is_empty() || self.answers.denied_by(name, RecordType::DNSKEY);
        if is_zone {
            let zone = Zone { name: name.clone(), ds, keys, no_ds };
            self.link(&zone)?;
            self.above = Some(zone);
        }
        Ok(())
    }

    /// What lies below hangs on nothing, unless it cannot be validated anyway.
    fn lose(&mut self, why: String) {
        if self.trust != Trust::Cut {
            self.trust = Trust::Loose(why);
        }
    }

    /// Joins a zone to an anchor of its own or to the zone above; the signatures over its keys
    /// that hold.
    fn link<'z>(&mut self, zone: &'z Zone) -> Result<Vec<&'z RRSIG>, Fault> {
        let keys = zone.keys.keys();
        let trusted: Vec<&DNSKEY> =
            keys.iter().filter(|key| self.anchors.trusts(&zone.name, key)).copied().collect();
        if !trusted.is_empty() {
            self.trust = Trust::Anchored;
            return self.signed_keys(zone, &trusted);
        }
        if self.anchors.has(&zone.name) && self.trust != Trust::Anchored && !keys.is_empty() {
            let zone = shown(&zone.name);
            self.lose(format!("none of the keys of {zone} is a trust anchor; where they are your own, name them with --trust-anchor"));
        }
        if let Some(why) = &zone.no_ds {
            self.lose(format!("the DS of {} could not be looked up: {why}", shown(&zone.name)));
        }
        if zone.ds.is_empty() {
            if self.trust == Trust::Anchored {
                self.trust = Trust::Cut;
            }
            return if keys.is_empty() { Ok(Vec::new()) } else { self.signed_keys(zone, &keys) };
        }
        self.signed_ds(zone)?;
        match named(&zone.ds, &keys, &zone.name) {
            Ok(entry) => self.signed_keys(zone, &entry),
            Err(fault) => self.unless_unchecked(fault).map(|()| Vec::new()),
        }
    }

    /// The DS must be signed by the zone above, where that is signed at all.
    fn signed_ds(&mut self, zone: &Zone) -> Result<(), Fault> {
        let Some(above) = self.above.as_ref().filter(|above| !above.keys.is_empty()) else { return Ok(()) };
        let keys = above.keys.keys();
        match holding(&zone.ds, &zone.name, RecordType::DS, &above.name, &keys) {
            Ok(_) => Ok(()),
            Err(fault) => self.unless_unchecked(fault),
        }
    }

    fn signed_keys<'z>(&mut self, zone: &'z Zone, entry: &[&DNSKEY]) -> Result<Vec<&'z RRSIG>, Fault> {
        match holding(&zone.keys, &zone.name, RecordType::DNSKEY, &zone.name, entry) {
            Ok(signatures) => Ok(signatures),
            Err(fault) => self.unless_unchecked(fault).map(|()| Vec::new()),
        }
    }

    /// What cannot be checked is no fault: resolvers that cannot either take the zone for unsigned
    /// (RFC 4035 section 5.2).
    fn unless_unchecked(&mut self, fault: Fault) -> Result<(), Fault> {
        match fault {
            Fault::Unchecked(why) => {
                self.lose(why);
                Ok(())
            }
            broken @ Fault::Broken(_) => Err(broken),
        }
    }

    /// The zone itself; the signatures over its keys and its SOA that hold.
    fn own<'z>(&mut self, own: &'z Zone, soa: &'z Set) -> Result<Vec<&'z RRSIG>, Fault> {
        let mut signatures = self.link(own)?;
        let keys = own.keys.keys();
        if !keys.is_empty() && !soa.is_empty() {
            match holding(soa, &own.name, RecordType::SOA, &own.name, &keys) {
                Ok(more) => signatures.extend(more),
                Err(fault) => self.unless_unchecked(fault)?,
            }
        }
        Ok(signatures)
    }
}

/// The outcome in plain data.
fn told(own: &Zone, soa: &Set, trust: &Trust, held: Result<Vec<&RRSIG>, Fault>, opinion: Opinion) -> Dnssec {
    let keys = own.keys.keys();
    // Nobody validates a zone without DS that is no anchor itself, nor one below a cut.
    let outside = *trust == Trust::Cut || (own.ds.is_empty() && *trust != Trust::Anchored);
    let broken = match &held {
        Err(Fault::Broken(why) | Fault::Unchecked(why)) => Some(why.clone()),
        Ok(_) => None,
    };
    let (chain, reason) = match (outside, broken, trust) {
        (true, broken, _) => (ChainState::Insecure, broken),
        (false, Some(why), _) => (ChainState::Bogus, Some(why)),
        (false, None, Trust::Loose(why)) => (ChainState::Indeterminate, Some(why.clone())),
        (false, None, _) => (ChainState::Secure, None),
    };
    Dnssec {
        ds: own.ds.signers().into_iter().map(|ds| Remote::from(signer_text(ds))).collect(),
        keys: keys.iter().map(|key| signer(key, &keys, &own.name)).collect(),
        signatures: signatures(own, soa, &held.unwrap_or_default()),
        chain,
        reason: reason.map(Remote::from),
        vouched_by_resolver: opinion == Opinion::Vouches,
        refused_by_resolver: opinion == Opinion::Refuses,
    }
}

/// A key, with the DS that a parent would publish for it where it is an entry point.
fn signer(key: &DNSKEY, all: &[&DNSKEY], zone: &Name) -> Signer {
    let algorithm = u8::from(key.public_key().algorithm());
    let is_entry = key.zone_key()
        && !key.revoke()
        && (key.secure_entry_point() || !all.iter().any(|other| other.secure_entry_point()));
    let digest = key.to_digest(zone, DigestType::SHA256).ok().filter(|_| is_entry);
    let tag = tag_of(key);
    let ds = digest.map(|digest| Remote::from(format!("{tag} {algorithm} 2 {}", hex(digest.as_ref()))));
    Signer { tag, algorithm, sep: key.secure_entry_point(), ds }
}

/// The signatures that carry the zone; all that there are of a type where none holds, and those
/// over the DS.
fn signatures(own: &Zone, soa: &Set, held: &[&RRSIG]) -> Vec<Signature> {
    let mut found = Vec::new();
    for (set, kind) in [(soa, RecordType::SOA), (&own.keys, RecordType::DNSKEY), (&own.ds, RecordType::DS)] {
        let good: Vec<&RRSIG> =
            held.iter().filter(|signature| signature.input().type_covered == kind).copied().collect();
        let all = if good.is_empty() { set.signatures.iter().collect() } else { good };
        found.extend(all.into_iter().filter_map(|signature| dated(signature, &own.name)));
    }
    found
}

/// A signature, without its bytes.
pub(super) fn dated(signature: &RRSIG, zone: &Name) -> Option<Signature> {
    let input = signature.input();
    let moment = |seconds: u32| Timestamp::from_second(i64::from(seconds)).ok();
    Some(Signature {
        covers: question(&write_name(zone), &input.type_covered.to_string()),
        tag: input.key_tag,
        from: moment(input.sig_inception.get())?,
        until: moment(input.sig_expiration.get())?,
    })
}
