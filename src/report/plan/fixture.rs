//! Plans for the renderers' tests.

use crate::cloudflare::plan::{
    Action, Change, Left, Origin, Plan, Promise, Rail, Read, Reason, Refusal, Subject, ZoneFacts,
};
use crate::observed::{ApiObject, Remote};

fn object(text: &str) -> ApiObject {
    serde_json::from_str(text).expect("an object")
}

fn origin(path: &str, line: usize) -> Origin {
    Origin { path: path.into(), line }
}

fn change(subject: Subject, before: Option<&str>, after: Option<&str>, spec: Origin) -> Change {
    let action = match (before, after) {
        (None, _) => Action::Add,
        (Some(_), Some(_)) => Action::Change,
        (Some(_), None) => Action::Delete,
    };
    let (before, after) = (before.map(object), after.map(object));
    Change { subject, action, adopts: false, before, after, spec, why: None, turns_green: Vec::new() }
}

fn record(name: &str, kind: &str) -> Subject {
    Subject::Record { name: name.into(), kind: kind.into() }
}

fn promise(check: &str) -> Promise {
    Promise { check: check.into(), subject: "circlegarden.test".into() }
}

fn spf() -> Change {
    let before = r#"{"content": "\"v=spf1 include:_spf.google.com include:mailgun.org ~all\"", "ttl": 1}"#;
    let after = r#"{"content": "\"v=spf1 include:_spf.google.com -all\"", "ttl": 1}"#;
    let subject = record("circlegarden.test", "TXT");
    let change = change(subject, Some(before), Some(after), origin("email.send[1]", 41));
    let turns_green = vec![promise("email/spf-too-many-lookups"), promise("email/spf-permissive")];
    Change { adopts: true, turns_green, ..change }
}

pub(super) fn plan() -> Plan {
    let alias = r#"{"content": "pm.mtasv.net", "proxied": false, "ttl": 1}"#;
    let caa = r#"{"data": {"flags": 0, "tag": "issue", "value": "letsencrypt.org"}, "ttl": 300}"#;
    let redirect =
        r#"{"description": "https://www.circlegarden.test/* -> https://circlegarden.test/$1 (301)"}"#;
    let rule =
        Subject::Rule { phase: "http_request_dynamic_redirect".into(), reference: "launch-ready:r".into() };
    let (flexible, strict) = (r#"{"value": "flexible"}"#, r#"{"value": "strict"}"#);
    let ssl = Subject::Setting("ssl".into());
    Plan {
        zone: ZoneFacts {
            id: "023e105f4ecef8ad9ca31a8372d0c353".into(),
            name: "circlegarden.test".into(),
            account: ("01a7362d577a6c3019a474fd6f485823".into(), "Circle Garden Ltd".into()),
            plan: "free".into(),
            status: "active".into(),
            name_servers: Vec::new(),
        },
        changes: vec![
            spf(),
            change(
                record("pm-bounces.circlegarden.test", "CNAME"),
                None,
                Some(alias),
                origin("email.send[1]", 41),
            ),
            change(record("circlegarden.test", "CAA"), None, Some(caa), origin("dns.caa[0]", 22)),
            change(ssl, Some(flexible), Some(strict), origin("cloudflare.settings.ssl", 70)),
            change(rule, None, Some(redirect), origin("canonical", 5)),
            change(
                record("old.circlegarden.test", "A"),
                Some(r#"{"content": "192.0.2.1"}"#),
                None,
                origin("cloudflare.prune", 72),
            ),
        ],
        refusals: Vec::new(),
        left: Vec::new(),
        read: Read { records: 14, foreign_records: 3, rules: 2, foreign_rules: 2 },
    }
}

pub(super) fn refused() -> Plan {
    let refusal = |rail, message: &str, lifted| Refusal { rail, message: message.into(), lifted };
    Plan {
        changes: vec![spf()],
        refusals: vec![
            refusal(Rail::OriginExposure, "A shop.test would show the origin's address", false),
            refusal(Rail::MassChange, "6 of 14 records would change", true),
        ],
        left: vec![Left {
            subject: record("shop.test", "MX"),
            reason: Reason::Foreign,
            message: "MX records that are not ours stand there: `--adopt` takes them over".into(),
            spec: origin("email.receive", 30),
        }],
        ..plan()
    }
}

pub(super) fn hostile() -> Plan {
    let bad = "\u{1b}[31m`|<script>alert(1)</script>\u{202e}::error::x%0A";
    let content = serde_json::json!({"content": bad, "description": bad, "ttl": 1});
    let after = content.as_object().cloned().map(ApiObject);
    let subject = Subject::Record { name: Remote::new(bad), kind: "TXT".into() };
    let one = change(subject, None, None, origin("dns.records[0]", 3));
    let rule = Subject::Rule { phase: bad.into(), reference: Remote::new(bad) };
    let two = change(rule, None, None, origin("redirects[0]", 4));
    let changes = [one, two].map(|change| Change { after: after.clone(), ..change });
    Plan { changes: changes.into(), ..refused() }
}
