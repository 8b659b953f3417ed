use super::record;
use crate::mail::dmarc::{DmarcPolicy, Policies};

/// The three policies in short: `rqn`.
fn short(policies: Option<Policies>) -> String {
    let letter = |policy: DmarcPolicy| policy.word().chars().next().unwrap_or('?');
    policies
        .map_or("-".into(), |all| [all.domain, all.subdomains, all.nonexistent].map(letter).iter().collect())
}

#[test]
fn what_is_not_said_is_inherited() {
    for (tags, published, applied, spared) in [
        ("p=reject", "rrr", "rrr", "-"),
        ("p=reject; sp=none", "rnn", "rnn", "-"),
        ("p=none; np=reject", "nnr", "nnr", "-"),
        ("p=reject; sp=quarantine; np=reject", "rqr", "rqr", "-"),
        ("p=reject; t=y", "rrr", "qqq", "-"),
        ("p=quarantine; np=reject; t=y", "qqr", "nnq", "-"),
        ("p=none; t=y", "nnn", "nnn", "-"),
        ("p=reject; pct=20", "rrr", "rrr", "qqq"),
        ("p=reject; sp=quarantine; np=reject; pct=0", "rqr", "rqr", "qnn"),
        ("p=reject; pct=100", "rrr", "rrr", "-"),
        ("p=reject; t=n", "rrr", "rrr", "-"),
    ] {
        let record = record(&format!("v=DMARC1; {tags}"));
        let all = [record.policies(), record.applied(), record.spared()].map(short);
        assert_eq!(all, [published, applied, spared], "{tags}");
    }
}

#[test]
fn a_broken_policy_is_none_or_nothing() {
    for (tags, published, void) in [
        ("rua=mailto:a@b.test", "nnn", false),
        ("p=bad; rua=mailto:a@b.test", "nnn", true),
        ("p=reject; sp=bad; rua=mailto:a@b.test", "nnn", true),
        ("p=reject; np=; rua=https://b.test/", "nnn", true),
        ("p=bad", "-", true),
        ("p=reject; sp=bad; rua=a@b.test", "-", true),
        ("ruf=mailto:a@b.test", "-", true),
        ("p=reject; p=none", "rrr", true),
        ("p=reject; adkim=bad", "rrr", false),
    ] {
        let record = record(&format!("v=DMARC1; {tags}"));
        assert_eq!((short(record.policies()).as_str(), record.is_void()), (published, void), "{tags}");
    }
}

/// RFC 9989 appendix B.2.
#[test]
fn the_standard_s_own_records_are_sound() {
    for (text, published, applied) in [
        ("v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com", "nnn", "nnn"),
        (
            "v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com; ruf=mailto:auth-reports@example.com",
            "nnn",
            "nnn",
        ),
        (
            "v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com; ruf=mailto:auth-reports@thirdparty.example.net",
            "nnn",
            "nnn",
        ),
        (
            "v=DMARC1; p=quarantine; rua=mailto:dmarc-feedback@example.com,mailto:tld-test@thirdparty.example.net; t=y",
            "qqq",
            "nnn",
        ),
        (
            "v=DMARC1; p=reject; rua=mailto:dmarc-feedback@example.com,mailto:tld-test@thirdparty.example.net",
            "rrr",
            "rrr",
        ),
        ("v=DMARC1;", "-", "-"),
    ] {
        let record = record(text);
        let all = [record.policies(), record.applied()].map(short);
        assert_eq!(all, [published, applied], "{text}");
        assert_eq!(record.errors.is_empty(), published != "-", "{text}");
    }
}
