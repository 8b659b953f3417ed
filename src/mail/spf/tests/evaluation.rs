//! What an evaluation tells beside its result, and what the suite leaves out.

use proptest::prelude::*;

use crate::mail::spf::eval::Cause;
use crate::mail::spf::lookup::Question;
use crate::mail::spf::tree::Found;
use crate::mail::spf::{Answers, Kind, Limits, Outcome, Request, SpfResult, Tree, check_host, lint};

fn evaluate(ip: &str, sender: &str, dns: &Answers) -> Outcome {
    let request = Request::new(ip.parse().expect("an address"), sender, "helo.test");
    check_host(&request, dns).expect("everything is known")
}

#[test]
fn an_address_in_brackets_is_no_domain_to_the_tree_either() {
    let dns = Answers::new().with("[a.test", Kind::Txt, "v=spf1 wrong").close();
    assert_eq!(evaluate("192.0.2.1", "x@[a.test", &dns).result, SpfResult::None);
    assert_eq!(Tree::grow("[a.test", &dns, Limits::default()).root.found, Found::NotADomain);
}

/// A host that failed says nothing while one before it, which may match, has not been asked.
#[test]
fn what_stands_before_a_failure_is_asked_first() {
    let known = |dns: Answers| {
        dns.with("a.test", Kind::Txt, "v=spf1 mx -all")
            .with("a.test", Kind::Mx, "mx1.test")
            .with("a.test", Kind::Mx, "mx2.test")
            .failing("mx2.test", Kind::A, "no answer")
    };
    let request = Request::new("192.0.2.1".parse().expect("an address"), "x@a.test", "h.test");
    let needs = check_host(&request, &known(Answers::new())).expect_err("mx1.test is not known");
    assert_eq!(needs.to_string(), "not known yet: mx1.test A");
    let dns = known(Answers::new()).with("mx1.test", Kind::A, "192.0.2.1");
    assert_eq!(check_host(&request, &dns).map(|outcome| outcome.result), Ok(SpfResult::Pass));
}

#[test]
fn an_outcome_tells_how_it_came_about() {
    let dns = Answers::new()
        .with("a.test", Kind::Txt, "v=spf1 a:gone.test include:b.test redirect=c.test")
        .with("b.test", Kind::Txt, "v=spf1 ip4:198.51.100.0/24 -all")
        .with("c.test", Kind::Txt, "v=spf1 mx ~all")
        .with("c.test", Kind::Mx, "mx.c.test")
        .with("mx.c.test", Kind::A, "192.0.2.7")
        .close();
    let outcome = evaluate("192.0.2.7", "x@a.test", &dns);
    assert_eq!((outcome.result, outcome.lookups, outcome.voids), (SpfResult::Pass, 4, 1));
    let matched = outcome.matched.expect("a term");
    assert_eq!((matched.domain.as_str(), matched.term.as_str(), matched.span), ("c.test", "mx", 7..9));
    let steps: Vec<String> =
        outcome.steps.iter().map(|step| format!("{} {} {}", step.depth, step.domain, step.term)).collect();
    assert_eq!(
        steps,
        [
            "0 a.test a:gone.test",
            "0 a.test include:b.test",
            "1 b.test ip4:198.51.100.0/24",
            "1 b.test -all",
            "0 a.test redirect=c.test",
            "1 c.test mx"
        ]
    );
    assert!(outcome.steps[0].void && outcome.steps[0].counted && !outcome.steps[2].counted);
}

#[test]
fn errors_say_why() {
    let dns = Answers::new()
        .with("two.test", Kind::Txt, "v=spf1 -all")
        .with("two.test", Kind::Txt, "v=spf1 ~all")
        .with("bad.test", Kind::Txt, "v=spf1 moo")
        .with("into.test", Kind::Txt, "v=spf1 include:two.test -all")
        .failing("down.test", Kind::Txt, "SERVFAIL from 192.0.2.53")
        .close();
    let cause = |domain: &str| {
        let outcome = evaluate("192.0.2.1", &format!("x@{domain}"), &dns);
        (outcome.result, outcome.cause.expect("a cause"))
    };
    let several = Cause::SeveralRecords("two.test".into(), 2);
    assert_eq!(cause("two.test"), (SpfResult::PermError, several.clone()));
    assert_eq!(cause("into.test"), (SpfResult::PermError, several));
    assert_eq!(cause("gone.test"), (SpfResult::None, Cause::NoRecord("gone.test".into())));
    assert_eq!(cause("test"), (SpfResult::None, Cause::NotADomain("test".into())));
    let question = Question { name: "down.test".into(), kind: Kind::Txt };
    let failed = Cause::Failed(question, "SERVFAIL from 192.0.2.53".into());
    assert_eq!(cause("down.test"), (SpfResult::TempError, failed));
    let (_, wrong) = cause("bad.test");
    assert_eq!(wrong.to_string(), "the SPF record of bad.test is wrong: `moo` is not a mechanism (byte 7)");
}

/// Section 4.6.4 counts terms: exchanges without AAAA record are one void look-up, not three.
#[test]
fn a_void_term_counts_once() {
    let dns = Answers::new()
        .with("a.test", Kind::Txt, "v=spf1 mx exists:gone.test -all")
        .with("a.test", Kind::Mx, "one.a.test")
        .with("a.test", Kind::Mx, "two.a.test")
        .with("a.test", Kind::Mx, "three.a.test")
        .close();
    let outcome = evaluate("2001:db8::1", "x@a.test", &dns);
    assert_eq!((outcome.result, outcome.voids), (SpfResult::Fail, 2));
}

#[test]
fn what_is_missing_is_asked_for_at_once() {
    let dns = Answers::new()
        .with("a.test", Kind::Txt, "v=spf1 mx -all")
        .with("a.test", Kind::Mx, "one.a.test")
        .with("a.test", Kind::Mx, "two.a.test");
    let request = Request::new("192.0.2.1".parse().expect("an address"), "x@a.test", "helo.test");
    let needs = check_host(&request, &dns).expect_err("addresses are missing");
    assert_eq!(needs.to_string(), "not known yet: one.a.test A, two.a.test A");
}

/// The matching bits of both families, `/0` included.
#[test]
fn networks_match_by_their_leading_bits() {
    let cases = [
        ("ip4:192.0.2.128/25", "192.0.2.200", true),
        ("ip4:192.0.2.128/25", "192.0.2.100", false),
        ("ip4:192.0.2.1", "192.0.2.2", false),
        ("ip4:0.0.0.0/0", "203.0.113.1", true),
        ("ip4:0.0.0.0/0", "2001:db8::1", false),
        ("ip6:2001:db8::/32", "2001:db8:ffff::1", true),
        ("ip6:2001:db8::/33", "2001:db8:ffff::1", false),
        ("ip6:::/0", "2001:db8::1", true),
    ];
    for (term, ip, matches) in cases {
        let dns = Answers::new().with("a.test", Kind::Txt, &format!("v=spf1 {term} -all"));
        let result = if matches { SpfResult::Pass } else { SpfResult::Fail };
        assert_eq!(evaluate(ip, "x@a.test", &dns).result, result, "{term} {ip}");
    }
}

proptest! {
    /// Records of a few terms over a few names, which include each other in every way.
    #[test]
    fn no_records_make_it_panic_or_run_away(
        records in proptest::collection::vec("v=spf1( (-?(a|mx|ptr|include:[abc]\\.test|exists:%\\{[slodiphv][1-9]?r?\\}\\.[abc]\\.test|ip6:::1/64)|redirect=[abc]\\.test|exp=[abc]\\.test|~all|%)){0,8}", 3),
        sender in "\\PC{0,8}@[abc]\\.test", helo in "\\PC{0,12}", six in any::<bool>(),
    ) {
        let names = ["a.test", "b.test", "c.test"];
        let dns = names.iter().zip(&records);
        let dns = dns.fold(Answers::new(), |dns, (name, text)| dns.with(name, Kind::Txt, text)).close();
        let ip = if six { "2001:db8::1" } else { "192.0.2.1" };
        let outcome = check_host(&Request::new(ip.parse().expect("an address"), &sender, &helo), &dns);
        prop_assert!(outcome.is_ok_and(|outcome| outcome.lookups <= 11 && outcome.voids <= 3));
        let tree = Tree::grow("a.test", &dns, crate::mail::spf::Limits::default());
        for lint in lint(&tree) {
            prop_assert!(!lint.kind.to_string().is_empty());
        }
    }
}

#[test]
fn a_final_dot_is_no_part_of_an_identity() {
    let dns = Answers::new()
        .with("a.test", Kind::Txt, "v=spf1 exists:%{o}.o.test exists:%{h}.h.test -all")
        .with("a.test.o.test", Kind::A, "127.0.0.2")
        .close();
    assert_eq!(evaluate("192.0.2.1", "x@a.test.", &dns).result, SpfResult::Pass);
    let request = Request::new("192.0.2.1".parse().expect("an address"), "", "a.test.");
    assert_eq!((request.domain.as_str(), request.sender.as_str()), ("a.test", "postmaster@a.test"));
}

/// RFC 8616 section 4.
#[test]
fn a_local_part_beyond_ascii_matches_no_name() {
    let dns = Answers::new()
        .with("a.test", Kind::Txt, "v=spf1 include:%{s}.users.test exists:%{l}.b.test ip4:192.0.2.1 -all")
        .close();
    assert_eq!(evaluate("192.0.2.1", "üser@a.test", &dns).result, SpfResult::Pass);
    assert_eq!(evaluate("192.0.2.1", "user@a.test", &dns).result, SpfResult::PermError);
}
