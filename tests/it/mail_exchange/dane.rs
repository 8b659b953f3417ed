//! TLSA records under real signatures.

use super::{ANY, exchanged, mail};
use crate::checks::{Case, prove, report};
use crate::dnssec::chained_to_the_root;
use crate::lab::{Association, Builder, Cert, Signing};
use crate::run::{finding, findings};

/// A mail server in a zone that is signed so, with a TLSA record.
fn bound(world: &mut Builder, signing: Signing, association: Association, cert: Cert) {
    mail(world);
    chained_to_the_root(world, signing);
    world.mail_server("mail.shop.test").cert(cert).tlsa(association);
}

#[test]
fn tlsa_records_bind_where_the_zone_is_signed() {
    prove(&[
        Case {
            check: "email/dane-mismatch",
            spec: ANY,
            broken: |world| bound(world, Signing::good(), Association::OtherKey, Cert::good()),
            sound: |world| bound(world, Signing::good(), Association::Key, Cert::good()),
        },
        Case {
            check: "email/dane-mismatch",
            spec: "domain: shop.test",
            broken: |world| bound(world, Signing::good(), Association::OtherKey, Cert::good()),
            sound: |world| {
                bound(world, Signing::good(), Association::Issuer, Cert::good());
                // One that fits is enough.
                world.mail_server("mail.shop.test").tlsa(Association::OtherKey);
            },
        },
    ]);
}

/// A record for the key makes up for the certificate (RFC 7672 section 3.1.1); the right record to
/// publish instead of a wrong one is printed.
#[test]
fn tlsa_records_vouch_and_are_told() {
    let vouched = report(ANY, |world| {
        bound(world, Signing::good(), Association::Key, Cert::good().self_signed().other_name());
    });
    assert_eq!(findings(&vouched, "fail"), Vec::<String>::new());
    let certificate = finding(&vouched, "email/starttls-certificate", "mail.shop.test");
    assert_eq!(certificate["message"], "a TLSA record vouches for the certificate (RFC 7672)");
    let wrong = report(ANY, |world| bound(world, Signing::good(), Association::OtherKey, Cert::good()));
    let told = finding(&wrong, "email/dane-mismatch", "mail.shop.test");
    let help = told["help"].as_str().expect("help");
    assert!(help.starts_with("publish `_25._tcp.mail.shop.test TLSA 3 1 1 "), "{help}");
}

#[test]
fn tlsa_records_mean_nothing_without_signatures() {
    let unsigned = report(ANY, |world| {
        mail(world);
        world.mail_server("mail.shop.test").tlsa(Association::OtherKey);
        // Without a root, nobody can tell that a zone is not signed.
        world.zone(".").sign(Signing::good().anchored());
        world.zone("test").sign(Signing::good());
    });
    assert_eq!(findings(&unsigned, "fail"), Vec::<String>::new());
    let told = finding(&unsigned, "email/dane-mismatch", "mail.shop.test");
    assert_eq!(told["status"], "not_applicable", "{told:#}");
    let message = told["message"].as_str().expect("words");
    assert!(message.contains("senders ignore the TLSA records"), "{message}");
}

/// The zone of somebody else's mail server is asked whether it is signed, and not judged.
#[test]
fn foreign_zones_are_not_judged() {
    let report = report(ANY, |world| {
        exchanged(world, "mx.host.test.");
        chained_to_the_root(world, Signing::good());
        world.zone("host.test").a("mx", "203.0.113.60").sign(Signing::good());
        world.mail_server("mx.host.test").tlsa(Association::Key);
    });
    assert_eq!(findings(&report, "fail"), Vec::<String>::new());
    assert_eq!(finding(&report, "email/dane-mismatch", "mx.host.test")["status"], "pass");
    let all = report["findings"].as_array().expect("findings");
    assert!(all.iter().all(|finding| finding["subject"] != "host.test"), "{report:#}");
}
