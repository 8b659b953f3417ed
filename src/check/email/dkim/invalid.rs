//! A key that receivers cannot use.

use super::{Published, State, damaged, is_key, state, unless_told, words};
use crate::check::{Verdict, World, seen};
use crate::item::Selector;
use crate::mail::dkim::{SyntaxError, SyntaxErrorKind, holds_private_key};
use crate::observed::DnsRecord;

pub(in crate::check) fn dkim_invalid(selector: &Selector, world: &World) -> Verdict {
    match state(selector, world) {
        Err(verdict) => *verdict,
        Ok(State::Several(records)) => unless_told(several(selector, &records, world), selector, world),
        Ok(State::Revoked(_)) => {
            Verdict::not_judged("email/dkim-revoked", &selector.name, "the key is withdrawn")
        }
        Ok(State::Good(published)) => sound(selector, &published),
        Ok(State::Broken(published)) => damaged(&selector.name, "TXT", world)
            .unwrap_or_else(|| unless_told(broken(selector, &published, world), selector, world)),
    }
}

fn sound(selector: &Selector, published: &Published) -> Verdict {
    let reading = &published.reading;
    let key = reading.record.key.as_ref().map_or(String::new(), ToString::to_string);
    let at = words::owner(selector, published).map_or(String::new(), |owner| format!(", at {owner}"));
    let lints = reading.lints.iter().map(|note| note.kind.to_string());
    lints.fold(Verdict::pass(format!("{key}{at}")), Verdict::evidence)
}

fn broken(selector: &Selector, published: &Published, world: &World) -> Verdict {
    let reading = &published.reading;
    let text = reading.record.to_string();
    let private = reading.errors.iter().find(|error| error.kind == SyntaxErrorKind::PrivateKey);
    let Some(first) = private.or(reading.errors.first()) else { return sound(selector, published) };
    let said = |error: &SyntaxError| {
        format!(
            "{} (character {})",
            seen::cut(&error.kind.to_string()),
            seen::character(&text, error.span.start)
        )
    };
    let all: Vec<String> = reading.errors.iter().map(said).collect();
    let subject = words::subject(selector, published);
    Verdict::fail(format!("{subject} cannot be used: {}", said(first)))
        .expected("one record, `v=DKIM1; k=rsa; p=<base64 of the public key>`")
        .observed(seen::listed(&all))
        .label(label(&first.kind))
        .help(help(selector, published, &first.kind, world))
        .evidence(shown(published.record, private.is_some()))
}

/// The record, without a private key.
fn shown(record: &DnsRecord, private: bool) -> String {
    let name = seen::cut(record.name.as_str());
    if private {
        return format!("{name} TXT: not shown, since it holds a private key");
    }
    seen::txt(&name, &seen::cut(record.value.as_str()))
}

fn label(kind: &SyntaxErrorKind) -> &'static str {
    match kind {
        SyntaxErrorKind::Truncated { .. } | SyntaxErrorKind::Base64Cut | SyntaxErrorKind::PlusLost => {
            "the key is incomplete"
        }
        SyntaxErrorKind::PrivateKey => "a private key",
        SyntaxErrorKind::NoKey(_) => "no key in it",
        _ => "a broken key record",
    }
}

/// What to do about the fault, and then what to publish.
fn help(selector: &Selector, published: &Published, kind: &SyntaxErrorKind, world: &World) -> String {
    let publish = words::publish(selector, world);
    if *kind == SyntaxErrorKind::PrivateKey {
        return format!(
            "everybody can sign in your name with that key: make a new pair today and sign with it; {publish}, with the new public key in it"
        );
    }
    if let Some(owner) = words::owner(selector, published) {
        return format!("the record at {owner} belongs to whoever runs that name: tell them; or {publish}");
    }
    match cure(kind) {
        Some(cure) => format!("{cure}; {publish}"),
        None => publish,
    }
}

fn cure(kind: &SyntaxErrorKind) -> Option<&'static str> {
    match kind {
        SyntaxErrorKind::PlusLost => {
            Some("enter the key again: a copy from a URL or a form turned each `+` into a space")
        }
        SyntaxErrorKind::Truncated { .. } | SyntaxErrorKind::Base64Cut => Some(
            "enter the whole key again, as one record: what is longer than 255 characters goes into several quoted strings of the same record, which most forms do by themselves",
        ),
        SyntaxErrorKind::Trailing(_) | SyntaxErrorKind::BehindPadding => {
            Some("enter the key once, without a part of it pasted a second time")
        }
        SyntaxErrorKind::Pem | SyntaxErrorKind::BareKey => Some(
            "write `v=DKIM1; k=rsa; p=` and then the base64 between the lines of the file, without breaks",
        ),
        SyntaxErrorKind::WrappedEd25519 => Some(
            "write the last 32 bytes of the key alone: `openssl pkey -pubin -in key.pem -outform DER | tail -c 32 | base64`",
        ),
        SyntaxErrorKind::Parameters => Some(
            "enter the key again as `openssl pkey -pubin -outform DER` writes it: a byte of it was changed",
        ),
        SyntaxErrorKind::Mismatch { .. } => Some("let `k=` and the key agree"),
        SyntaxErrorKind::Sha1Only | SyntaxErrorKind::NoSha256(_) => Some("remove `h=`, or write `h=sha256`"),
        SyntaxErrorKind::NotForMail(_) => Some("remove `s=`, or write `s=email`"),
        SyntaxErrorKind::Duplicate(_) => Some("keep each tag once"),
        _ => None,
    }
}

/// Which of several records a receiver takes is luck (RFC 6376 section 3.6.2.2).
fn several(selector: &Selector, records: &[&DnsRecord], world: &World) -> Verdict {
    let (name, count) = (&selector.name, records.len());
    let keys = records.iter().copied().filter(|record| is_key(record)).count();
    let split = records.iter().any(|record| !is_key(record) && is_base64(record.value.as_str()));
    let (first, why) = if split {
        (
            "put the parts into one record, as several quoted strings of it, and delete the other records",
            "they look like the parts of one key, and receivers do not join records",
        )
    } else {
        ("delete the others", "which of them a receiver takes is not defined")
    };
    let private = records.iter().any(|record| holds_private_key(&record.value.as_sent()));
    let verdict = Verdict::fail(format!("{name} has {count} TXT records instead of one key: {why}"))
        .expected("one TXT record")
        .observed(format!("{count} TXT records, {keys} of them with a key"))
        .label("more than one record")
        .help(format!("keep one record at {name}: {}; {first}", words::publish(selector, world)));
    records.iter().take(4).fold(verdict, |verdict, record| verdict.evidence(shown(record, private)))
}

fn is_base64(text: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | ' ');
    text.len() >= 40 && text.chars().all(is_digit)
}
