//! Single links: whether a signature over a set holds, and which keys a DS names. Dates are not
//! looked at; judges do that.

use hickory_proto::dnssec::rdata::{DNSKEY, DS, RRSIG};
use hickory_proto::dnssec::{DigestType, PublicKey, Verifier};
use hickory_proto::rr::{DNSClass, Name, RecordType};

use super::answers::Set;
use crate::probe::dns::write_name;

/// Keys and signatures of one set that are tried: enough for every rollover, and too few to keep a
/// run busy with (`KeyTrap`, CVE-2023-50387).
const MOST: usize = 8;

/// What became of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// It does not hold; what is wrong.
    Broken(String),
    /// It is made of something that is not checked here; what that is.
    Unchecked(String),
}

/// The signatures of `signer`'s keys over a set that hold; at least one.
pub(super) fn holding<'s>(
    set: &'s Set,
    owner: &Name,
    kind: RecordType,
    signer: &Name,
    keys: &[&DNSKEY],
) -> Result<Vec<&'s RRSIG>, Fault> {
    let what = format!("{} {kind}", write_name(owner));
    if set.signatures.is_empty() {
        return Err(Fault::Broken(format!("{what} is not signed")));
    }
    let (mut good, mut faults) = (Vec::new(), Vec::new());
    for signature in set.signatures.iter().filter(|s| s.input().signer_name == *signer).take(MOST) {
        match one(set, owner, signature, keys) {
            Ok(()) => good.push(signature),
            Err(fault) => faults.push(fault),
        }
    }
    if !good.is_empty() {
        return Ok(good);
    }
    // Whoever can check what we cannot may find that it holds.
    let unchecked = faults.iter().position(|fault| matches!(fault, Fault::Unchecked(_)));
    Err(match (unchecked, faults.is_empty()) {
        (Some(index), _) => faults.swap_remove(index),
        (None, false) => faults.swap_remove(0),
        (None, true) => Fault::Broken(format!("{what} is signed, but not by {}", shown(signer))),
    })
}

fn one(set: &Set, owner: &Name, signature: &RRSIG, keys: &[&DNSKEY]) -> Result<(), Fault> {
    let input = signature.input();
    let (tag, kind) = (input.key_tag, input.type_covered);
    let what = format!("the signature over {} {kind} by key {tag}", write_name(owner));
    if let Some(why) = unchecked_algorithm(u8::from(input.algorithm)) {
        return Err(Fault::Unchecked(format!("{what} uses {why}")));
    }
    let made_it = |key: &&&DNSKEY| {
        key.public_key().algorithm() == input.algorithm && key.zone_key() && tag_of(key) == tag
    };
    let mut tried = false;
    for key in keys.iter().filter(made_it).take(MOST) {
        if let Some(why) = unchecked_key(key) {
            return Err(Fault::Unchecked(format!("key {tag} is {why}")));
        }
        tried = true;
        if key.verify_rrsig(owner, DNSClass::IN, signature, set.records.iter()).is_ok() {
            return Ok(());
        }
    }
    Err(Fault::Broken(if tried {
        format!("{what} does not verify")
    } else {
        format!("{what} is by a key that it must not be by: {}", told_apart(keys))
    }))
}

/// Those of a zone's keys that its DS records name (RFC 4035 section 5.2).
pub(super) fn named<'k>(ds: &Set, keys: &[&'k DNSKEY], zone: &Name) -> Result<Vec<&'k DNSKEY>, Fault> {
    let all = ds.signers();
    let tags = listed(all.iter().map(|ds| ds.key_tag()));
    let zone_text = shown(zone);
    if keys.is_empty() {
        return Err(Fault::Broken(format!(
            "the parent of {zone_text} has the DS {tags}, but {zone_text} publishes no DNSKEY"
        )));
    }
    let known: Vec<&&DS> = all.iter().filter(|ds| unchecked_ds(ds).is_none()).collect();
    if let (true, Some(why)) = (known.is_empty(), all.iter().find_map(|ds| unchecked_ds(ds))) {
        return Err(Fault::Unchecked(format!("the DS {tags} of {zone_text} uses {why}")));
    }
    // SHA-1 does not count beside a better digest (RFC 4509 section 3).
    let sha2 = known.iter().any(|ds| ds.digest_type() != DigestType::SHA1);
    let weighs = |ds: &&&&DS| !sha2 || ds.digest_type() != DigestType::SHA1;
    let mut found: Vec<&DNSKEY> = Vec::new();
    for ds in known.iter().filter(weighs).take(MOST) {
        let same =
            |key: &&&DNSKEY| key.public_key().algorithm() == ds.algorithm() && tag_of(key) == ds.key_tag();
        let covered = keys.iter().filter(same).take(MOST).filter(|key| ds.covers(zone, key).unwrap_or(false));
        found.extend(covered);
    }
    if found.is_empty() {
        // Whoever can check the others may find that one of them names a key.
        if let Some(why) = all.iter().find_map(|ds| unchecked_ds(ds)) {
            return Err(Fault::Unchecked(format!(
                "of the DS {tags} of {zone_text} none that is checked here names a key, and another uses {why}"
            )));
        }
        return Err(Fault::Broken(mismatch(&known, &tags, keys, &zone_text)));
    }
    Ok(found)
}

/// Why no DS names a key. A tag is a checksum of 16 bits, so that an equal one says little.
fn mismatch(known: &[&&DS], tags: &str, keys: &[&DNSKEY], zone: &str) -> String {
    let with_tag = |ds: &&DS| keys.iter().find(|key| tag_of(key) == ds.key_tag()).copied();
    let Some((ds, key)) = known.iter().find_map(|ds| Some((**ds, with_tag(ds)?))) else {
        let own = listed(keys.iter().map(|key| tag_of(key)));
        return format!("the DS {tags} at the parent of {zone} matches none of the zone's keys ({own})");
    };
    let (tag, named, own) = (ds.key_tag(), u8::from(ds.algorithm()), u8::from(key.public_key().algorithm()));
    if named == own {
        return format!(
            "the digest of the DS {tag} at the parent of {zone} is not that of the zone's key {tag}"
        );
    }
    format!(
        "the DS {tag} at the parent of {zone} is for algorithm {named}, but the zone's key {tag} has {own}"
    )
}

/// A key's tag (RFC 4034 appendix B).
pub(super) fn tag_of(key: &DNSKEY) -> u16 {
    key.calculate_key_tag().unwrap_or_default()
}

/// A zone in a message.
pub(super) fn shown(zone: &Name) -> String {
    if zone.is_root() { "the root".to_owned() } else { write_name(zone) }
}

fn listed(tags: impl Iterator<Item = u16>) -> String {
    let mut tags: Vec<u16> = tags.collect();
    tags.sort_unstable();
    tags.dedup();
    let more = tags.len().saturating_sub(MOST);
    let shown: Vec<String> = tags.iter().take(MOST).map(ToString::to_string).collect();
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{rest}", shown.join(", "))
}

fn told_apart(keys: &[&DNSKEY]) -> String {
    match keys {
        [] => "no key is known".to_owned(),
        keys => format!("only {} counts here", listed(keys.iter().map(|key| tag_of(key)))),
    }
}

fn unchecked_ds(ds: &DS) -> Option<String> {
    if let DigestType::Unknown(kind) = ds.digest_type() {
        return Some(format!("digest type {kind}, which is not checked here"));
    }
    unchecked_algorithm(u8::from(ds.algorithm()))
}

/// Why signatures of an algorithm are not checked: the ones with SHA-1 must not be used any more
/// (RFC 9905), and others hardly are.
fn unchecked_algorithm(number: u8) -> Option<String> {
    let name = match number {
        8 | 10 | 13 | 14 | 15 => return None,
        1 => " (RSA/MD5)",
        3 | 6 => " (DSA/SHA-1)",
        5 | 7 => " (RSA/SHA-1)",
        12 => " (GOST)",
        16 => " (Ed448)",
        _ => "",
    };
    Some(format!("algorithm {number}{name}, which is not checked here"))
}

/// Why signatures of a key are not checked, where its algorithm is known: RSA beyond what the
/// cryptography in use takes (1024 to 8192 bits, exponents up to 33 bits).
fn unchecked_key(key: &DNSKEY) -> Option<String> {
    let public = key.public_key();
    if !matches!(u8::from(public.algorithm()), 8 | 10) {
        return None;
    }
    let (exponent, modulus) = rsa(public.public_bytes())?;
    let bits = modulus.len() * 8 - modulus.first().map_or(0, |first| first.leading_zeros() as usize);
    if !(1024..=8192).contains(&bits) {
        return Some(format!("an RSA key of {bits} bits, which is not checked here"));
    }
    let long = exponent.len() > 5 || (exponent.len() == 5 && exponent[0] > 1);
    long.then(|| "an RSA key with a long exponent, which is not checked here".to_owned())
}

/// Exponent and modulus of a key (RFC 3110 section 2).
fn rsa(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match bytes {
        [0, high, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
        [length, rest @ ..] => (usize::from(*length), rest),
        [] => return None,
    };
    rest.split_at_checked(length)
}
