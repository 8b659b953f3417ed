//! Reports to try the renderers with, made by hand over a small spec.

use super::model::{Report, SCHEMA, SpecFacts, Tool, WaiverFacts};
use super::{Counts, Finding, SpecPlace, VerdictWord};
use crate::check::Status;
use crate::check::verdict::Cause;
use crate::policy::Level;
use crate::spec::{Document, Span};

const SPEC: &str = r#"version: 1
product: 円の庭
domain: circlegarden.test
hosts:
  apex: {}
  www: redirect
  app: {app: flutter-web, pages: [/, /login]}
dns:
  records:
    - {purpose: "検証 proof", name: verify, type: TXT, value: "google-site-verification=abc"}
    - {name: app, type: A, value: 203.0.113.10}
email:
  receive: google-workspace
  send:
    - google-workspace
    - mailgun
  dmarc: {policy: reject}
"#;

/// The spec that all reports are about.
pub(crate) fn document() -> Document {
    crate::spec::load::parse("launch-ready.yaml", SPEC).expect("the fixture is a good spec")
}

/// The same with another text, which need not be a spec.
pub(crate) fn document_with(text: &str) -> Document {
    let Document { path, tree, spec, .. } = document();
    Document::new(&path, text.into(), tree, spec)
}

fn place(needle: &str) -> SpecPlace {
    let start = SPEC.find(needle).expect("the needle is in the spec");
    let span = Span { start, end: start + needle.len() };
    let document = document();
    let ((line, column), (end_line, end_column)) = (document.position(start), document.position(span.end));
    SpecPlace { path: "fixture".into(), line, column, end_line, end_column, span }
}

/// A finding at the first occurrence of `at`.
pub(crate) fn finding(status: Status, level: Level, name: (&str, &str), message: &str, at: &str) -> Finding {
    Finding {
        check: name.0.into(),
        subject: name.1.into(),
        status,
        level,
        title: "The record is as declared".into(),
        message: message.into(),
        expected: None,
        observed: None,
        spec: place(at),
        help: None,
        fix: None,
        because: None,
        evidence: Vec::new(),
        leak: None,
        waiver: None,
        label: None,
    }
}

/// A report with these findings.
pub(crate) fn report(verdict: VerdictWord, findings: Vec<Finding>) -> Report {
    let count = |status| findings.iter().filter(|finding| finding.status == status).count();
    Report {
        schema: SCHEMA.into(),
        tool: Tool { name: "launch-ready".into(), version: "0.1.0".into() },
        spec: SpecFacts {
            path: "launch-ready.yaml".into(),
            sha256: "ab12".into(),
            product: Some("円の庭".into()),
            domain: "circlegarden.test".into(),
        },
        policy: "baseline".into(),
        at: "2026-11-21T17:00:00Z".parse().expect("a time"),
        duration_ms: 912,
        partial: false,
        verdict,
        counts: Counts {
            pass: count(Status::Pass),
            fail: count(Status::Fail),
            unknown: count(Status::Unknown),
            waived: count(Status::Waived),
            not_applicable: count(Status::NotApplicable),
        },
        not_judged: Vec::new(),
        not_checked: Vec::new(),
        applied: None,
        findings,
    }
}

fn spf() -> Finding {
    let name = ("email/spf-too-many-lookups", "circlegarden.test");
    let message = "SPF needs 13 DNS look-ups, receivers stop at 10";
    Finding {
        expected: Some("at most 10 terms that cause look-ups (RFC 7208 section 4.6.4)".into()),
        observed: Some(
            "13 = _spf.google.com 4, mailgun.org 3, spf.mtasv.net 1, a 1, mx 1, and what those include"
                .into(),
        ),
        label: Some("this sender adds 3".into()),
        help: Some(
            "drop `include:spf.mtasv.net`: postmark authorises by its return path and needs no include"
                .into(),
        ),
        evidence: vec![
            "circlegarden.test TXT \"v=spf1 include:_spf.google.com include:mailgun.org ~all\"".into(),
        ],
        ..finding(Status::Fail, Level::Error, name, message, "mailgun")
    }
}

fn missing_record() -> Finding {
    let name = ("dns/record-missing", "verify.circlegarden.test");
    let message = "verify.circlegarden.test has no TXT record";
    Finding {
        expected: Some("\"google-site-verification=abc\"".into()),
        observed: Some("NXDOMAIN from both name servers".into()),
        label: Some("does not exist".into()),
        fix: Some("cloudflare".into()),
        ..finding(Status::Fail, Level::Error, name, message, "\"google-site-verification=abc\"")
    }
}

fn weak_policy() -> Finding {
    let name = ("email/dmarc-policy-weak", "circlegarden.test");
    Finding {
        label: Some("the senders it protects".into()),
        help: Some("publish `p=reject`".into()),
        ..finding(
            Status::Fail,
            Level::Warning,
            name,
            "the DMARC policy is `none`",
            "send:\n    - google-workspace\n    - mailgun\n  dmarc: {policy: reject}\n",
        )
    }
}

fn silent_mail() -> Finding {
    let name = ("email/starttls-missing", "mail.circlegarden.test");
    let message = "port 25 timed out after 10 s; many CI networks block it";
    Finding {
        title: "Could not tell: The mail server offers STARTTLS".into(),
        help: Some("run once from another network".into()),
        ..finding(Status::Unknown, Level::Warning, name, message, "receive: google-workspace")
    }
}

/// A finding that `cause` made impossible to judge.
pub(crate) fn told(check: &str, cause: &Finding) -> Finding {
    let because = Cause { check: cause.check.clone(), subject: cause.subject.clone() };
    let name = (check, cause.subject.as_str());
    let told = finding(Status::Unknown, Level::Error, name, "not judged, because of that", "domain");
    Finding { because: Some(because), ..told }
}

fn waived() -> Finding {
    let facts = WaiverFacts {
        reason: "registrar adds DS next month".into(),
        owner: "Ada".into(),
        until: "2027-01-31".into(),
    };
    let name = ("dns/dnssec-unsigned", "circlegarden.test");
    let waived = finding(Status::Waived, Level::Info, name, "the zone is not signed", "domain");
    Finding { waiver: Some(facts), ..waived }
}

fn passes() -> Vec<Finding> {
    let pass = |name, message| finding(Status::Pass, Level::Error, name, message, "domain");
    vec![
        pass(("dns/host-unresolved", "circlegarden.test"), "circlegarden.test has 203.0.113.10"),
        pass(("email/dmarc-missing", "circlegarden.test"), "there is one record"),
    ]
}

/// Two errors, a warning, an unknown, a waiver and three findings that are told by their cause.
pub(crate) fn not_ready() -> Report {
    let mut findings = vec![spf(), missing_record(), weak_policy(), silent_mail()];
    for check in ["dns/record-differs", "dns/record-unexpected", "dns/ttl-too-long"] {
        findings.push(told(check, &missing_record()));
    }
    findings.push(waived());
    findings.extend(passes());
    findings.push(finding(
        Status::NotApplicable,
        Level::Error,
        ("email/mta-sts-invalid", "circlegarden.test"),
        "nothing is declared",
        "domain",
    ));
    let not_judged = ["webhooks", "secrets", "dns.caa"].map(str::to_owned).to_vec();
    Report { not_judged, ..report(VerdictWord::NotReady, findings) }
}

/// Nothing failed.
pub(crate) fn ready() -> Report {
    report(VerdictWord::Ready, passes().into_iter().chain([waived()]).collect())
}

/// A warning is left, and not everything was looked at.
pub(crate) fn partial() -> Report {
    let findings = std::iter::once(weak_policy()).chain(passes()).collect();
    Report { partial: true, ..report(VerdictWord::Passed, findings) }
}

/// Nothing failed, but the mail servers were silent.
pub(crate) fn undetermined() -> Report {
    let other = Finding {
        check: "email/starttls-certificate".into(),
        title: "Could not tell: STARTTLS presents a certificate for the mail server".into(),
        ..silent_mail()
    };
    let second = Finding { subject: "mail2.circlegarden.test".into(), ..silent_mail() };
    let mut findings = vec![silent_mail(), second, other];
    findings.push(told("email/mta-sts-mismatch", &silent_mail()));
    findings.extend(passes());
    report(VerdictWord::Undetermined, findings)
}

/// A finding whose every text is `text`.
pub(crate) fn hostile(status: Status, text: &str) -> Finding {
    let all = || Some(text.to_owned());
    Finding {
        title: text.into(),
        expected: all(),
        observed: all(),
        help: all(),
        label: all(),
        evidence: vec![text.into()],
        waiver: Some(WaiverFacts { reason: text.into(), owner: text.into(), until: text.into() }),
        ..finding(status, Level::Error, (text, text), text, "domain")
    }
}

/// The text without what `Style::paint` adds.
pub(crate) fn without_colour(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let plain = parts.next().unwrap_or_default().to_owned();
    parts.fold(plain, |plain, part| plain + part.split_once('m').map_or(part, |(_, rest)| rest))
}
