//! One cause, one block.

use super::{header_missing, style};
use crate::check::Status;
use crate::report::fixture::{document, hostile, report, told, undetermined};
use crate::report::human::render;
use crate::report::{Finding, VerdictWord};

#[test]
fn failures_that_are_alike_share_a_block() {
    let hosts = ["circlegarden.test", "www.circlegarden.test", "app.circlegarden.test"];
    let report = report(VerdictWord::NotReady, hosts.map(header_missing).to_vec());
    insta::assert_snapshot!(render(&report, Some(&document()), &style(100)), @r"
    × error: circlegarden.test sends no Strict-Transport-Security                    http/hsts-missing
         ╭─ launch-ready.yaml:3:9
       2 │ product: 円の庭
       3 │ domain: circlegarden.test
         ╰         ━━━━━━━━━━━━━━━━━
      also      www.circlegarden.test, app.circlegarden.test

    area        pass  fail  unknown  waived
    http           .     3        .       .

    not ready: 3 failed, 0 passed                                                                0.9 s
    next: launch-ready explain http/hsts-missing
    ");
}

#[test]
fn an_unknown_without_its_cause_stands_for_itself() {
    let absent = header_missing("circlegarden.test");
    let orphan = Finding { title: "Could not tell: HSTS is sent".into(), ..told("http/hsts-short", &absent) };
    let ring = told("http/hsts-missing", &orphan);
    let report = report(VerdictWord::Undetermined, vec![orphan, ring]);
    let text = render(&report, None, &style(100));
    assert!(text.contains("could not tell: 2 unknown, 0 passed"), "{text}");
}

#[test]
fn a_chain_of_causes_counts_under_its_first() {
    let root = header_missing("circlegarden.test");
    let middle = told("http/hsts-short", &root);
    let last = told("http/hsts-subdomains", &middle);
    let report = report(VerdictWord::NotReady, vec![root, middle, last]);
    let text = render(&report, Some(&document()), &style(100));
    assert!(text.contains("then      2 more could not be judged because of this"), "{text}");
    assert!(text.contains("not ready: 1 failed, 2 not judged because of it, 0 passed"), "{text}");
}

#[test]
fn one_reason_is_one_block() {
    insta::assert_snapshot!(render(&undetermined(), Some(&document()), &style(100)), @r"
    ? could not tell 2 things for one reason: port 25 timed out after 10 s; many CI networks block it
      whether the mail server offers STARTTLS                                   email/starttls-missing
        mail.circlegarden.test, mail2.circlegarden.test
      whether STARTTLS presents a certificate for the mail server           email/starttls-certificate
        mail.circlegarden.test
      do        run once from another network
      then      1 more could not be judged because of this

    area        pass  fail  unknown  waived
    dns            1     .        .       .
    email          1     .        4       .

    could not tell: 3 unknown, 1 not judged because of them, 2 passed                            0.9 s
    ");
}

#[test]
fn many_checks_with_one_reason_are_a_list() {
    let unknown = |i: usize| Finding {
        check: format!("dns/check-{i}"),
        title: "Could not tell: The record is there".into(),
        ..hostile(Status::Unknown, "the network is unreachable")
    };
    let report = report(VerdictWord::Undetermined, (0..20).map(unknown).collect());
    insta::assert_snapshot!(render(&report, None, &style(60)), @r"
    ? could not tell 20 things for one reason: the network is
      unreachable
      dns/check-0   the network is unreachable
      dns/check-1   the network is unreachable
      dns/check-2   the network is unreachable
      dns/check-3   the network is unreachable
      dns/check-4   the network is unreachable
      dns/check-5   the network is unreachable
      dns/check-6   the network is unreachable
      dns/check-7   the network is unreachable
      dns/check-8   the network is unreachable
      dns/check-9   the network is unreachable
      dns/check-10  the network is unreachable
      dns/check-11  the network is unreachable
      … 8 more with -v
      do        the network is unreachable

    area        pass  fail  unknown  waived
    dns            .     .       20       .

    could not tell: 20 unknown, 0 passed                 0.9 s
    ");
}
