use super::{render, render_many};
use crate::check::Status;
use crate::policy::Level;
use crate::report::fixture::{
    document, document_with, finding, hostile, not_ready, partial, ready, report, told, undetermined,
    without_colour,
};
use crate::report::text::{columns, is_harmful};
use crate::report::{Finding, Style, VerdictWord};
use crate::spec::Span;

fn style(width: usize) -> Style {
    Style { width, ..Style::default() }
}

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

    not ready: 3 failed (2 errors, 1 warning), 1 could not be told, 3 not judged because of them, 2
      passed, 1 waived until 2027-01-31                                                          0.9 s
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

    not ready: 3 failed (2 errors, 1 warning), 1 could not be
      told, 3 not judged because of them, 2 passed, 1 waived
      until 2027-01-31                                   0.9 s
    next: launch-ready explain email/spf-too-many-lookups
    "#);
}

#[test]
fn not_ready_in_ascii_without_the_spec() {
    let ascii = Style { unicode: false, ..style(80) };
    insta::assert_snapshot!(render(&not_ready(), None, &ascii), @r#"
    x error: SPF needs 13 DNS look-ups, receivers stop at 10
                                                        email/spf-too-many-lookups
      spec      launch-ready.yaml:16:7, fixture
      about     circlegarden.test
      expected  at most 10 terms that cause look-ups (RFC 7208 section 4.6.4)
      seen      13 = _spf.google.com 4, mailgun.org 3, spf.mtasv.net 1, a 1, mx 1,
                and what those include
      do        drop `include:spf.mtasv.net`: postmark authorises by its return
                path and needs no include

    x error: verify.circlegarden.test has no TXT record         dns/record-missing
      spec      launch-ready.yaml:10:61, fixture
      expected  "google-site-verification=abc"
      seen      NXDOMAIN from both name servers
      then      3 more could not be judged because of this

    ! warning: the DMARC policy is `none`                  email/dmarc-policy-weak
      spec      launch-ready.yaml:14:3, fixture
      about     circlegarden.test
      do        publish `p=reject`

    ? could not tell whether the mail server offers STARTTLS
                                                            email/starttls-missing
      about     mail.circlegarden.test
      reason    port 25 timed out after 10 s; many CI networks block it
      spec      launch-ready.yaml:13:3, fixture
      do        run once from another network

    ~ waived until 2027-01-31 by Ada: dns/dnssec-unsigned circlegarden.test,
      registrar adds DS next month

    area        pass  fail  unknown  waived
    dns            1     1        3       1
    email          1     2        1       .

    not judged by this version: webhooks, secrets, dns.caa

    not ready: 3 failed (2 errors, 1 warning), 1 could not be told, 3 not judged
      because of them, 2 passed, 1 waived until 2027-01-31                   0.9 s
    next: launch-ready explain email/spf-too-many-lookups
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
fn everything_that_is_known() {
    let verbose = Style { verbose: 2, ..style(100) };
    insta::assert_snapshot!(render(&not_ready(), Some(&document()), &verbose), @r#"
    launch-ready.yaml, policy baseline, judged as of 2026-11-21T17:00:00Z

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
      evidence  circlegarden.test TXT "v=spf1 include:_spf.google.com include:mailgun.org ~all"

    × error: verify.circlegarden.test has no TXT record                             dns/record-missing
         ╭─ launch-ready.yaml:10:61
       9 │   records:
      10 │ …- {purpose: "検証 proof", name: verify, type: TXT, value: "google-site-verification=abc"}
         │                                                            ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
         ╰                                                            does not exist
      expected  "google-site-verification=abc"
      seen      NXDOMAIN from both name servers
      then      3 more could not be judged because of this
                dns/record-differs verify.circlegarden.test
                dns/record-unexpected verify.circlegarden.test
                dns/ttl-too-long verify.circlegarden.test

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

    ✓ circlegarden.test has 203.0.113.10                                           dns/host-unresolved
    ✓ circlegarden.test: there is one record                                       email/dmarc-missing

    - circlegarden.test: nothing is declared                                     email/mta-sts-invalid

    area        pass  fail  unknown  waived
    dns            1     1        3       1
    email          1     2        1       .

    not judged by this version: webhooks, secrets, dns.caa

    not ready: 3 failed (2 errors, 1 warning), 1 could not be told, 3 not judged because of them, 2
      passed, 1 waived until 2027-01-31                                                          0.9 s
    next: launch-ready explain email/spf-too-many-lookups
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
fn quiet_is_the_verdict() {
    let quiet = Style { quiet: true, ..style(100) };
    insta::assert_snapshot!(render(&not_ready(), Some(&document()), &quiet), @r"
    not ready: 3 failed (2 errors, 1 warning), 1 could not be told, 3 not judged because of them, 2
      passed, 1 waived until 2027-01-31                                                            0.9 s
    ");
    let (ready, partial) = (ready(), partial());
    insta::assert_snapshot!(render_many(&[(&ready, None), (&partial, None)], &quiet), @r"
    launch-ready.yaml: ready: 2 passed, 1 waived until 2027-01-31                                                     0.9 s
    launch-ready.yaml: passed (partial run): 2 passed, 1 warning                                                      0.9 s
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

fn header_missing(host: &str) -> Finding {
    let name = ("http/hsts-missing", host);
    let message = format!("{host} sends no Strict-Transport-Security");
    finding(Status::Fail, Level::Error, name, &message, "circlegarden.test")
}

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
fn colour_adds_nothing_but_colour() {
    for report in [not_ready(), ready(), partial(), undetermined()] {
        let verbose = Style { verbose: 2, ..style(80) };
        let plain = render(&report, Some(&document()), &verbose);
        let coloured = render(&report, Some(&document()), &Style { color: true, ..verbose });
        assert_ne!(plain, coloured);
        assert_eq!(without_colour(&coloured), plain);
    }
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    for width in [60, 72, 100, 160] {
        for report in [not_ready(), ready(), partial(), undetermined()] {
            let text = render(&report, Some(&document()), &style(width));
            for line in text.lines() {
                assert!(columns(line) <= width, "{} columns: {line}", columns(line));
            }
        }
    }
}

#[test]
fn a_long_line_of_the_spec_is_cut_around_the_place() {
    let text =
        format!("a: [{}, \u{1b}[31m needle\u{202e}\tend, {}]\n", "検証, ".repeat(40), "x, ".repeat(5_000));
    let start = text.find("needle").expect("the needle");
    let mut finding = header_missing("circlegarden.test");
    finding.spec.span = Span { start, end: start + "needle".len() };
    finding.label = Some("this one".into());
    let report = report(VerdictWord::NotReady, vec![finding]);
    let text = render(&report, Some(&document_with(&text)), &style(80));
    insta::assert_snapshot!(text.lines().skip(1).take(3).collect::<Vec<_>>().join("\n"), @r"
                                                              http/hsts-missing
      ╭─ launch-ready.yaml:3:9
    1 │ …証, 検証, , \u{1b}[31m needle\u{202e} end, x, x, x, x, x, x, x, x, x,…
    ");
}

#[test]
fn hostile_text_is_shown_and_does_nothing() {
    let text = "\u{1b}[2J\u{202e}evil\rgood\u{7}\nsecond line\t\u{9b}1m";
    let report = report(VerdictWord::NotReady, vec![hostile(Status::Fail, text)]);
    let document = document_with(&format!("domain: {text}\n"));
    insta::assert_snapshot!(render(&report, Some(&document), &style(100)), @r"
    × error: \u{1b}[2J\u{202e}evil\u{d}good\u{7} second line \u{9b}1m
                                              \u{1b}[2J\u{202e}evil\u{d}good\u{7} second line \u{9b}1m
         ╭─ launch-ready.yaml:3:1
       1 │ domain: \u{1b}[2J\u{202e}evil\u{d}good\u{7}
       2 │ second line \u{9b}1m
         ╰     ━━━━━━ \u{1b}[2J\u{202e}evil\u{d}good\u{7} second line \u{9b}1m
      expected  \u{1b}[2J\u{202e}evil\u{d}good\u{7}
                second line \u{9b}1m
      seen      \u{1b}[2J\u{202e}evil\u{d}good\u{7}
                second line \u{9b}1m
      do        \u{1b}[2J\u{202e}evil\u{d}good\u{7}
                second line \u{9b}1m

    area                                                      pass  fail  unknown  waived
    \u{1b}[2J\u{202e}evil\u{d}good\u{7} second line \u{9b}1m     .     1        .       .

    not ready: 1 failed, 0 passed                                                                0.9 s
    next: launch-ready explain \u{1b}[2J\u{202e}evil\u{d}good\u{7} second line \u{9b}1m
    ");
}

#[test]
fn a_text_without_end_is_cut() {
    let report = report(VerdictWord::NotReady, vec![hostile(Status::Fail, &"x".repeat(10_000))]);
    let text = render(&report, None, &style(100));
    assert!(text.contains("more with -v"), "{text}");
}

fn any_status() -> impl proptest::strategy::Strategy<Value = Status> {
    proptest::sample::select(vec![
        Status::Fail,
        Status::Unknown,
        Status::Waived,
        Status::Pass,
        Status::NotApplicable,
    ])
}

proptest::proptest! {
    /// Whatever a finding or the spec says, and wherever the finding points to.
    #[test]
    fn no_control_character_reaches_the_terminal(
        texts in proptest::collection::vec(("(?s).{0,60}", any_status()), 1..4),
        spec in "(?s).{0,200}",
        (start, len) in (0..220usize, 0..60usize),
        (width, verbose) in (0..120usize, 0..3u8),
    ) {
        let mut findings: Vec<Finding> =
            texts.iter().map(|(text, status)| hostile(*status, text)).collect();
        for finding in &mut findings {
            finding.spec.span = Span { start, end: start + len };
        }
        let report = report(VerdictWord::NotReady, findings);
        let style = Style { width, verbose, ..Style::default() };
        let text = render(&report, Some(&document_with(&spec)), &style);
        proptest::prop_assert!(!text.chars().any(|c| c != '\n' && is_harmful(c)), "{text:?}");
        let coloured = render(&report, Some(&document_with(&spec)), &Style { color: true, ..style });
        proptest::prop_assert_eq!(without_colour(&coloured), text);
    }
}
