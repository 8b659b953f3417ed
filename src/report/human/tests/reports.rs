//! Whole reports.

use super::style;
use crate::report::Style;
use crate::report::fixture::{document, not_ready, partial, ready};
use crate::report::human::render;

#[test]
fn not_ready_at_100_columns() {
    insta::assert_snapshot!(render(&not_ready(), Some(&document()), &style(100)), @r#"
    × error: SPF needs 13 DNS look-ups, receivers stop at 10                email/spf-too-many-lookups
         ╭─ launch-ready.yaml:16:7
      15 │     - google-workspace
      16 │     - mailgun
         ╰       ━━━━━━━ this sender adds 3
      about     circlegarden.test
      expected  at most 10 terms that cause look-ups (RFC 7208 section 4.6.4)
      seen      13 = _spf.google.com 4, mailgun.org 3, spf.mtasv.net 1, a 1, mx 1, and what those
                include
      do        drop `include:spf.mtasv.net`: postmark authorises by its return path and needs no
                include

    × error: verify.circlegarden.test has no TXT record                             dns/record-missing
         ╭─ launch-ready.yaml:10:61
       9 │   records:
      10 │ …- {purpose: "検証 proof", name: verify, type: TXT, value: "google-site-verification=abc"}
         │                                                            ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
         ╰                                                            does not exist
      expected  "google-site-verification=abc"
      seen      NXDOMAIN from both name servers
      fix       launch-ready plan
      then      3 more could not be judged because of this

    ⚠ warning: the DMARC policy is `none`                                      email/dmarc-policy-weak
         ╭─ launch-ready.yaml:14:3
      13 │   receive: google-workspace
      14 ┃   send:
      15 ┃     - google-workspace
      16 ┃     - mailgun
      17 ┃   dmarc: {policy: reject}
         ╰ the senders it protects
      about     circlegarden.test
      do        publish `p=reject`

    ? could not tell whether the mail server offers STARTTLS                    email/starttls-missing
      about     mail.circlegarden.test
      reason    port 25 timed out after 10 s; many CI networks block it
      spec      launch-ready.yaml:13:3, fixture
      do        run once from another network

    ~ waived until 2027-01-31 by Ada: dns/dnssec-unsigned circlegarden.test, registrar adds DS next
      month

    area        pass  fail  unknown  waived
    dns            1     1        3       1
    email          1     2        1       .

    not judged by this version: webhooks, secrets, dns.caa

    not ready: 3 failed (2 errors, 1 warning), 1 could not be told, 3 not judged because of them,
      2 passed, 1 waived until 2027-01-31                                                        0.9 s
    next: launch-ready explain email/spf-too-many-lookups
    "#);
}

#[test]
fn not_ready_at_60_columns() {
    insta::assert_snapshot!(render(&not_ready(), Some(&document()), &style(60)), @r#"
    × error: SPF needs 13 DNS look-ups, receivers stop at 10
                                    email/spf-too-many-lookups
         ╭─ launch-ready.yaml:16:7
      15 │     - google-workspace
      16 │     - mailgun
         ╰       ━━━━━━━ this sender adds 3
      about     circlegarden.test
      expected  at most 10 terms that cause look-ups (RFC 7208
                section 4.6.4)
      seen      13 = _spf.google.com 4, mailgun.org 3,
                spf.mtasv.net 1, a 1, mx 1, and what those
                include
      do        drop `include:spf.mtasv.net`: postmark
                authorises by its return path and needs no
                include

    × error: verify.circlegarden.test has no TXT record
                                            dns/record-missing
         ╭─ launch-ready.yaml:10:61
       9 │   records:
      10 │ …type: TXT, value: "google-site-verification=abc"}
         │                    ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
         ╰                    does not exist
      expected  "google-site-verification=abc"
      seen      NXDOMAIN from both name servers
      fix       launch-ready plan
      then      3 more could not be judged because of this

    ⚠ warning: the DMARC policy is `none`
                                       email/dmarc-policy-weak
         ╭─ launch-ready.yaml:14:3
      13 │   receive: google-workspace
      14 ┃   send:
      15 ┃     - google-workspace
      16 ┃     - mailgun
      17 ┃   dmarc: {policy: reject}
         ╰ the senders it protects
      about     circlegarden.test
      do        publish `p=reject`

    ? could not tell whether the mail server offers STARTTLS
                                        email/starttls-missing
      about     mail.circlegarden.test
      reason    port 25 timed out after 10 s; many CI networks
                block it
      spec      launch-ready.yaml:13:3, fixture
      do        run once from another network

    ~ waived until 2027-01-31 by Ada: dns/dnssec-unsigned
      circlegarden.test, registrar adds DS next month

    area        pass  fail  unknown  waived
    dns            1     1        3       1
    email          1     2        1       .

    not judged by this version: webhooks, secrets, dns.caa

    not ready: 3 failed (2 errors, 1 warning),
      1 could not be told, 3 not judged because of them,
      2 passed, 1 waived until 2027-01-31                0.9 s
    next: launch-ready explain email/spf-too-many-lookups
    "#);
}

#[test]
fn without_the_spec_the_place_is_named() {
    let text = render(&not_ready(), None, &style(80));
    let blocks: Vec<&str> = text.split("\n\n").skip(1).take(3).collect();
    insta::assert_snapshot!(blocks.join("\n\n"), @r#"
    × error: verify.circlegarden.test has no TXT record         dns/record-missing
      spec      launch-ready.yaml:10:61, fixture
      expected  "google-site-verification=abc"
      seen      NXDOMAIN from both name servers
      fix       launch-ready plan
      then      3 more could not be judged because of this

    ⚠ warning: the DMARC policy is `none`                  email/dmarc-policy-weak
      spec      launch-ready.yaml:14:3, fixture
      about     circlegarden.test
      do        publish `p=reject`

    ? could not tell whether the mail server offers STARTTLS
                                                            email/starttls-missing
      about     mail.circlegarden.test
      reason    port 25 timed out after 10 s; many CI networks block it
      spec      launch-ready.yaml:13:3, fixture
      do        run once from another network
    "#);
}

#[test]
fn not_ready_in_ascii() {
    let ascii = Style { unicode: false, ..style(100) };
    let text = render(&not_ready(), Some(&document()), &ascii);
    let japanese = |c: char| "円の庭検証".contains(c);
    assert!(text.chars().all(|c| c.is_ascii() || japanese(c)), "{text}");
    insta::assert_snapshot!(text.lines().take(6).collect::<Vec<_>>().join("\n"), @r"
    x error: SPF needs 13 DNS look-ups, receivers stop at 10                email/spf-too-many-lookups
         --> launch-ready.yaml:16:7
      15 |     - google-workspace
      16 |     - mailgun
         |       ^^^^^^^ this sender adds 3
      about     circlegarden.test
    ");
}

#[test]
fn what_more_is_known() {
    let plain = render(&not_ready(), Some(&document()), &style(100));
    let verbose = render(&not_ready(), Some(&document()), &Style { verbose: 2, ..style(100) });
    let more: Vec<&str> = verbose.lines().filter(|line| !plain.contains(line)).collect();
    insta::assert_snapshot!(more.join("\n"), @r#"
    launch-ready.yaml, policy baseline, judged as of 2026-11-21T17:00:00Z
      evidence  circlegarden.test TXT "v=spf1 include:_spf.google.com include:mailgun.org ~all"
                dns/record-differs verify.circlegarden.test
                dns/record-unexpected verify.circlegarden.test
                dns/ttl-too-long verify.circlegarden.test
    ✓ circlegarden.test has 203.0.113.10                                           dns/host-unresolved
    ✓ circlegarden.test: there is one record                                       email/dmarc-missing
    - circlegarden.test: nothing is declared                                     email/mta-sts-invalid
    "#);
}

#[test]
fn ready_is_short() {
    insta::assert_snapshot!(render(&ready(), Some(&document()), &style(100)), @r"
    ~ waived until 2027-01-31 by Ada: dns/dnssec-unsigned circlegarden.test, registrar adds DS next
      month

    area        pass  fail  unknown  waived
    dns            1     .        .       1
    email          1     .        .       .

    ready: 2 passed, 1 waived until 2027-01-31                                                   0.9 s
    ");
}

#[test]
fn a_partial_run_says_so() {
    insta::assert_snapshot!(render(&partial(), Some(&document()), &style(100)), @r"
    ⚠ warning: the DMARC policy is `none`                                      email/dmarc-policy-weak
         ╭─ launch-ready.yaml:14:3
      13 │   receive: google-workspace
      14 ┃   send:
      15 ┃     - google-workspace
      16 ┃     - mailgun
      17 ┃   dmarc: {policy: reject}
         ╰ the senders it protects
      about     circlegarden.test
      do        publish `p=reject`

    area        pass  fail  unknown  waived
    dns            1     .        .       .
    email          1     1        .       .

    passed (partial run): 2 passed, 1 warning                                                    0.9 s
    ");
}
