//! Every end of the walk.

use hickory_proto::op::ResponseCode;

use super::*;
use crate::observed::{ChainState, Remote};

fn reason(dnssec: &Dnssec) -> &str {
    dnssec.reason.as_ref().map_or("", Remote::as_str)
}

#[test]
fn a_chain_that_holds_is_secure_whatever_the_date() {
    for shop in [Key::new("shop.test"), Key::ed25519("shop.test")] {
        let world = World::with_shop(shop);
        let seen = world.judged_from_root();
        assert_eq!((seen.chain, reason(&seen)), (ChainState::Secure, ""));
        assert_eq!(seen.keys[0].tag, world.shop.tag());
        assert_eq!(seen.keys[0].ds.as_ref(), Some(&seen.ds[0]));
        let covered: Vec<&str> = seen.signatures.iter().map(|s| s.covers.as_str()).collect();
        assert_eq!(covered, ["shop.test SOA", "shop.test DNSKEY", "shop.test DS"]);
        assert_eq!(seen.signatures[0].until.as_second() - seen.signatures[0].from.as_second(), 1000);
    }
}

#[test]
fn every_digest_counts_and_sha_1_only_alone() {
    for kind in [DigestType::SHA1, DigestType::SHA256, DigestType::SHA384] {
        let mut world = World::new();
        world.ds(world.shop.ds(kind));
        assert_eq!(world.judged_from_root().chain, ChainState::Secure, "{kind:?}");
    }
    let mut world = World::new();
    let wrong = DS::new(world.shop.tag(), Algorithm::ECDSAP256SHA256, DigestType::SHA256, vec![0; 32]);
    let both = [world.shop.ds(DigestType::SHA1), wrong].map(|ds| ds_record(&name("shop.test"), ds));
    world.answer("shop.test", RecordType::DS, message(with(both.to_vec(), &world.test)));
    assert_eq!(world.judged_from_root().chain, ChainState::Bogus);
}

#[test]
fn an_anchor_below_the_root_is_enough() {
    let mut world = World::new();
    world.fail(".", RecordType::DNSKEY);
    world.answer("test", RecordType::DS, nothing("."));
    assert_eq!(world.judged(&TrustAnchors::default().with(world.test.anchor())).chain, ChainState::Secure);
    assert_eq!(world.judged(&world.shop.anchor()).chain, ChainState::Secure);
}

#[test]
fn links_that_hold_but_hang_on_nothing_are_indeterminate() {
    let world = World::new();
    let seen = world.judged(&TrustAnchors::default());
    assert_eq!(seen.chain, ChainState::Indeterminate);
    assert!(reason(&seen).starts_with("none of the keys of the root is a trust anchor"), "{}", reason(&seen));
    let mut world = World::new();
    let mut gone = nothing(".");
    gone.metadata.response_code = ResponseCode::NXDomain;
    world.answer(".", RecordType::DNSKEY, message(Vec::new()));
    world.answer("test", RecordType::DS, gone);
    let seen = world.judged(&TrustAnchors::default());
    assert_eq!(
        (seen.chain, reason(&seen)),
        (ChainState::Indeterminate, "the resolver has no DNSKEY of the root")
    );
}

#[test]
fn a_ds_that_names_another_key_breaks_the_chain() {
    let mut world = World::new();
    let other = Key::new("shop.test");
    world.ds(other.ds(DigestType::SHA256));
    let expected = format!(
        "the DS {} at the parent of shop.test matches none of the zone's keys ({})",
        other.tag(),
        world.shop.tag()
    );
    for anchors in [world.root.anchor(), TrustAnchors::default()] {
        let seen = world.judged(&anchors);
        assert_eq!((seen.chain, reason(&seen)), (ChainState::Bogus, expected.as_str()));
    }
}

/// The tag alone would read "the DS 9079 matches none of the zone's keys (9079)".
#[test]
fn a_ds_with_the_tag_of_a_key_says_what_is_not_the_key_s() {
    let mut world = World::new();
    let tag = world.shop.tag();
    let mut told = |algorithm| {
        world.ds(DS::new(tag, algorithm, DigestType::SHA256, vec![0; 32]));
        reason(&world.judged_from_root()).to_owned()
    };
    assert_eq!(
        told(Algorithm::ECDSAP256SHA256),
        format!("the digest of the DS {tag} at the parent of shop.test is not that of the zone's key {tag}")
    );
    assert_eq!(
        told(Algorithm::ED25519),
        format!(
            "the DS {tag} at the parent of shop.test is for algorithm 15, but the zone's key {tag} has 13"
        )
    );
}

#[test]
fn a_ds_without_keys_breaks_it_too() {
    let mut world = World::new();
    world.answer("shop.test", RecordType::DNSKEY, nothing("shop.test"));
    world.answer("shop.test", RecordType::SOA, message(vec![soa(&name("shop.test"))]));
    let seen = world.judged_from_root();
    assert_eq!((seen.chain, seen.keys.len(), seen.signatures.len()), (ChainState::Bogus, 0, 1));
    assert!(reason(&seen).ends_with("but shop.test publishes no DNSKEY"), "{}", reason(&seen));
}

#[test]
fn a_signature_that_does_not_verify_is_named() {
    let mut world = World::new();
    let mut other = soa(&name("shop.test"));
    let signature = world.shop.sign(std::slice::from_ref(&other));
    if let RData::SOA(soa) = &mut other.data {
        soa.serial = 2;
    }
    world.answer("shop.test", RecordType::SOA, message(vec![other, signature]));
    let seen = world.judged_from_root();
    let expected = format!("the signature over shop.test SOA by key {} does not verify", world.shop.tag());
    assert_eq!((seen.chain, reason(&seen)), (ChainState::Bogus, expected.as_str()));
    world.answer("shop.test", RecordType::SOA, message(vec![soa(&name("shop.test"))]));
    let seen = world.judged_from_root();
    assert_eq!((seen.chain, reason(&seen)), (ChainState::Bogus, "shop.test SOA is not signed"));
}

#[test]
fn keys_must_be_signed_by_the_key_that_the_ds_names() {
    let mut world = World::new();
    let zone_key = Key::new("shop.test");
    let keys = vec![dnskey(&world.shop), dnskey(&zone_key)];
    world.answer("shop.test", RecordType::DNSKEY, message(with(keys.clone(), &zone_key)));
    let seen = world.judged_from_root();
    assert_eq!(seen.chain, ChainState::Bogus);
    assert!(reason(&seen).contains("is by a key that it must not be by"), "{}", reason(&seen));
    // Signed by both, with the SOA by the second: the usual pair of keys.
    let mut both = with(keys.clone(), &zone_key);
    both.push(world.shop.sign(&keys));
    world.answer("shop.test", RecordType::DNSKEY, message(both));
    let soa = with(vec![soa(&name("shop.test"))], &zone_key);
    world.answer("shop.test", RecordType::SOA, message(soa));
    let seen = world.judged_from_root();
    assert_eq!(seen.chain, ChainState::Secure);
    // Only the signature that carries the chain is kept.
    let over_keys = seen.signatures.iter().filter(|s| s.covers == "shop.test DNSKEY");
    assert_eq!(over_keys.map(|s| s.tag).collect::<Vec<_>>(), [world.shop.tag()]);
}

#[test]
fn without_a_ds_nothing_is_validated() {
    let mut world = World::new();
    world.answer("shop.test", RecordType::DS, nothing("test"));
    for anchors in [world.root.anchor(), TrustAnchors::default()] {
        let seen = world.judged(&anchors);
        assert_eq!((seen.chain, reason(&seen), seen.ds.len()), (ChainState::Insecure, "", 0));
        assert_eq!(seen.signatures.len(), 2);
    }
    // Before anybody publishes the DS, they should know that it would break the zone.
    world.answer("shop.test", RecordType::SOA, message(vec![soa(&name("shop.test"))]));
    let seen = world.judged_from_root();
    assert_eq!((seen.chain, reason(&seen)), (ChainState::Insecure, "shop.test SOA is not signed"));
}

#[test]
fn below_an_unsigned_zone_nothing_is_validated_either() {
    let mut world = World::new();
    world.answer("test", RecordType::DS, nothing("."));
    world.answer("test", RecordType::DNSKEY, nothing("test"));
    let seen = world.judged_from_root();
    assert_eq!((seen.chain, seen.ds.len()), (ChainState::Insecure, 1));
    world.ds(Key::new("shop.test").ds(DigestType::SHA256));
    let seen = world.judged_from_root();
    assert_eq!(seen.chain, ChainState::Insecure);
    assert!(reason(&seen).contains("matches none of the zone's keys"), "{}", reason(&seen));
}

#[test]
fn an_unsigned_zone_is_told_from_a_name_inside_a_zone() {
    // `a.test` lies in `test`; then it is a zone without a DS.
    for (denier, expected) in [("test", ChainState::Secure), ("a.test", ChainState::Insecure)] {
        let mut world = World::with_shop(Key::new("shop.a.test"));
        world.answer("a.test", RecordType::DNSKEY, nothing(denier));
        world.answer("a.test", RecordType::DS, nothing("test"));
        let anchors = world.root.anchor();
        let seen = chain::dnssec(&world.shop.zone, &world.answers, &anchors, chain::Opinion::None);
        assert_eq!(seen.map(|seen| seen.chain), Ok(expected), "{denier}");
    }
}

#[test]
fn a_broken_zone_above_breaks_what_is_below() {
    let mut world = World::new();
    world.answer("test", RecordType::DNSKEY, message(vec![dnskey(&world.test)]));
    let seen = world.judged_from_root();
    assert_eq!((seen.chain, reason(&seen)), (ChainState::Bogus, "test DNSKEY is not signed"));
}

#[test]
fn what_is_not_checked_is_never_bogus() {
    for (algorithm, kind) in [(5, 2), (7, 2), (16, 2), (13, 3)] {
        let mut world = World::new();
        let algorithm = Algorithm::from_u8(algorithm);
        world.ds(DS::new(world.shop.tag(), algorithm, DigestType::from(kind), vec![1; 32]));
        let seen = world.judged_from_root();
        assert_eq!(seen.chain, ChainState::Indeterminate, "{algorithm:?}");
        assert!(reason(&seen).ends_with("which is not checked here"), "{}", reason(&seen));
    }
}

/// A DS that names no key is no proof while another cannot be checked.
#[test]
fn a_wrong_ds_beside_an_unchecked_one_is_never_bogus() {
    for (algorithm, kind) in [(16, 2), (13, 200)] {
        let mut world = World::new();
        let wrong = DS::new(1, Algorithm::ECDSAP256SHA256, DigestType::SHA256, vec![0; 32]);
        let other =
            DS::new(world.shop.tag(), Algorithm::from_u8(algorithm), DigestType::from(kind), vec![1; 32]);
        let records = [wrong, other].map(|ds| ds_record(&name("shop.test"), ds)).to_vec();
        let signed = message(with(records, &world.test));
        world.answer("shop.test", RecordType::DS, signed);
        let seen = world.judged_from_root();
        assert_eq!(seen.chain, ChainState::Indeterminate, "{seen:?}");
        assert!(reason(&seen).ends_with("which is not checked here"), "{}", reason(&seen));
    }
}

#[test]
fn a_resolver_that_withholds_signatures_is_no_witness() {
    let strip = |world: &mut World, names: &[&str]| {
        for name in names {
            for kind in [RecordType::DNSKEY, RecordType::DS, RecordType::SOA] {
                let Ok(set) = world.answers.set(&self::name(name), kind) else { continue };
                world.answer(name, kind, message(set.records));
            }
        }
    };
    let judged = |world: &World, opinion| {
        chain::dnssec(&name("shop.test"), &world.answers, &TrustAnchors::default(), opinion)
    };
    let mut world = World::new();
    strip(&mut world, &[".", "test", "shop.test"]);
    let why = judged(&world, chain::Opinion::None).expect_err("unknown");
    assert_eq!(why, "the resolver gives no DNSSEC data: ask one that does, with --resolver");
    // In a world without a root, where the resolver has seen that signatures are missing.
    world.answer(".", RecordType::DNSKEY, message(Vec::new()));
    assert!(judged(&world, chain::Opinion::None).is_err());
    let seen = judged(&world, chain::Opinion::Refuses).expect("known");
    assert_eq!((seen.chain, seen.refused_by_resolver), (ChainState::Bogus, true));
}

#[test]
fn a_world_without_any_key_is_unsigned() {
    let mut world = World::new();
    for zone in [".", "test", "shop.test"] {
        world.answer(zone, RecordType::DNSKEY, nothing(zone));
        world.answer(zone, RecordType::DS, nothing("test"));
    }
    world.answer("shop.test", RecordType::SOA, message(vec![soa(&name("shop.test"))]));
    let seen = world.judged(&TrustAnchors::default());
    assert_eq!((seen.chain, seen.ds.len(), seen.keys.len()), (ChainState::Insecure, 0, 0));
}

#[test]
fn what_was_not_answered_is_not_known() {
    for kind in [RecordType::SOA, RecordType::DNSKEY, RecordType::DS] {
        let mut world = World::new();
        world.fail("shop.test", kind);
        let seen =
            chain::dnssec(&name("shop.test"), &world.answers, &world.root.anchor(), chain::Opinion::None);
        assert_eq!(seen, Err(format!("the resolver answered SERVFAIL for shop.test {kind}")));
    }
    let mut world = World::new();
    world.fail("test", RecordType::DS);
    let seen = world.judged_from_root();
    assert_eq!(seen.chain, ChainState::Indeterminate);
    assert!(reason(&seen).starts_with("the DS of test could not be looked up"), "{}", reason(&seen));
}

#[test]
fn hundreds_of_keys_and_signatures_are_not_tried() {
    let mut world = World::new();
    let mut records: Vec<Record> = (0..100).map(|_| dnskey(&Key::ed25519("shop.test"))).collect();
    records.push(dnskey(&world.shop));
    let forged = Key::ed25519("shop.test");
    let mut answers = records.clone();
    answers.extend((0..100).map(|_| forged.sign(&records)));
    world.answer("shop.test", RecordType::DNSKEY, message(answers));
    let seen = world.judged_from_root();
    assert_eq!(seen.chain, ChainState::Bogus);
    assert!(reason(&seen).len() < 300, "{}", reason(&seen));
}

#[test]
fn the_zone_of_a_name_is_found() {
    let zone = |name: &str, message: Message| {
        write_name(&zone_of(&self::name(name), &Checked::Answer(Box::new(message), false)))
    };
    assert_eq!(zone("shop.test", message(vec![soa(&name("shop.test"))])), "shop.test");
    assert_eq!(zone("app.shop.test", nothing("shop.test")), "shop.test");
    let mut missing = nothing("test");
    missing.metadata.response_code = ResponseCode::NXDomain;
    assert_eq!(zone("shop.test", missing), "shop.test");
    assert_eq!(zone("shop.test", nothing("other.example")), "shop.test");
    assert_eq!(zone("shop.test", nothing(".")), "shop.test");
}
