//! Several reports, and only the verdict.

use super::style;
use crate::report::Style;
use crate::report::fixture::{document, not_ready, partial, ready};
use crate::report::human::{render, render_many};

#[test]
fn quiet_is_the_verdict() {
    let quiet = Style { quiet: true, ..style(100) };
    insta::assert_snapshot!(render(&not_ready(), Some(&document()), &quiet), @r"not ready: 3 failed (2 errors, 1 warning), 1 could not be told, 3 not judged because of them, 2 passed, 1 waived until 2027-01-31");
    let (ready, partial) = (ready(), partial());
    insta::assert_snapshot!(render_many(&[(&ready, None), (&partial, None)], &quiet), @r"
    launch-ready.yaml: ready: 2 passed, 1 waived until 2027-01-31
    launch-ready.yaml: passed (partial run): 2 passed, 1 warning
    ");
}

#[test]
fn several_reports_are_told_apart() {
    let (ready, partial) = (ready(), partial());
    insta::assert_snapshot!(render_many(&[(&ready, None), (&partial, None)], &style(80)), @r"
    launch-ready.yaml  円の庭

      ~ waived until 2027-01-31 by Ada: dns/dnssec-unsigned circlegarden.test,
        registrar adds DS next month

      area        pass  fail  unknown  waived
      dns            1     .        .       1
      email          1     .        .       .

      ready: 2 passed, 1 waived until 2027-01-31                               0.9 s

    launch-ready.yaml  円の庭

      ⚠ warning: the DMARC policy is `none`                  email/dmarc-policy-weak
        spec      launch-ready.yaml:14:3, fixture
        about     circlegarden.test
        do        publish `p=reject`

      area        pass  fail  unknown  waived
      dns            1     .        .       .
      email          1     1        .       .

      passed (partial run): 2 passed, 1 warning                                0.9 s
    ");
}
