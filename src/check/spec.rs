//! Judges of `spec/*`: what the spec itself gets wrong without being unreadable.

use url::Url;

use super::{Verdict, World};
use crate::item::{Accepted, Waiver};
use crate::spec::names::{full_name, is_under};
use crate::spec::shown::secret_kind;
use crate::spec::{Document, Place, Span};

/// A URL that stands in the spec.
#[derive(Debug, Clone)]
pub struct Mention {
    /// Its host.
    pub host: String,
    /// Where it stands.
    pub place: Place,
}

/// The URLs by which the product is reached: endpoints, webhooks and redirects. A redirect may
/// lead away from the product, so its target counts only where it is under the domain.
pub(super) fn mentions(document: &Document) -> Vec<Mention> {
    let domain = &document.spec.domain.value.0;
    let mut found = Vec::new();
    document.tree.texts(&mut |path, text, span| {
        let key = path.rsplit('.').next().unwrap_or(path);
        let own = ["endpoints[", "webhooks[", "redirects["].iter().any(|section| path.starts_with(section))
            && matches!(key, "url" | "from");
        let outward = path.starts_with("redirects[") && key == "to";
        if !own && !outward {
            return;
        }
        let Some(host) = Url::parse(text).ok().and_then(|url| url.host_str().map(str::to_owned)) else {
            return;
        };
        if own || is_under(&host, domain) {
            found.push(Mention { host, place: Place::new(path, span) });
        }
    });
    found
}

pub(super) fn unknown_host(mention: &Mention, world: &World) -> Verdict {
    let spec = &world.document.spec;
    let Some(hosts) = &spec.hosts else {
        return if is_under(&mention.host, world.domain()) {
            Verdict::pass(format!("{} is under the domain", mention.host))
        } else {
            Verdict::fail(format!("{} is not under {}", mention.host, world.domain()))
                .expected(format!("a host under {}", world.domain()))
                .observed(mention.host.clone())
                .label("not under the domain")
                .help("correct the host, or declare it under `hosts`")
        };
    };
    let names: Vec<String> = hosts.0.iter().map(|(key, _)| full_name(key, world.domain())).collect();
    if names.contains(&mention.host) {
        return Verdict::pass(format!("{} is declared", mention.host));
    }
    let close = crate::spec::did_you_mean(&mention.host, names.iter().map(String::as_str));
    Verdict::fail(format!(
        "{} stands in a URL but not under `hosts`, so its DNS and TLS are not checked",
        mention.host
    ))
    .expected(names.join(", "))
    .observed(mention.host.clone())
    .label("not a declared host")
    .help(close.unwrap_or_else(|| format!("declare it under `hosts`, or correct the URL: {}", mention.host)))
}

/// A text that stands in the spec.
#[derive(Debug, Clone)]
pub struct Text {
    /// Where it stands.
    pub place: Place,
    /// What it is. Never shown.
    pub text: String,
}

pub(super) fn texts(document: &Document) -> Vec<Text> {
    let mut found = Vec::new();
    document.tree.texts(&mut |path, text, span| {
        found.push(Text { place: Place::new(path, span), text: text.to_owned() });
    });
    found
}

/// What kind of secret a text of the spec is; in the place of a variable's name, whatever is no name.
fn secret_in(text: &Text) -> Option<&'static str> {
    let ends = [".secret", ".verify_token", ".registration.key"];
    let path = &text.place.path;
    let names_variable = path.starts_with("webhooks[") && ends.iter().any(|end| path.ends_with(end));
    let is_name = !text.text.is_empty()
        && text.text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    let declares = path.strip_prefix("secrets.variables[").and_then(|rest| rest.split_once(']'));
    let declares = declares.is_some_and(|(_, key)| ["", ".name"].contains(&key));
    let is_other = (names_variable && !is_name) || (declares && !is_variable(&text.text));
    secret_kind(&text.text).or(is_other.then_some("something else than a variable's name"))
}

/// True for what people call a variable: small letters are fine, a random text is not.
fn is_variable(text: &str) -> bool {
    let count = |fits: fn(&u8) -> bool| text.bytes().filter(fits).count();
    let small = count(u8::is_ascii_lowercase) > 0;
    crate::variable::dotenv::is_name(text)
        && !(small && (text.len() > 64 || count(u8::is_ascii_digit) * 4 > text.len()))
}

/// Where the spec holds secrets, so that no snippet of it shows them.
pub(crate) fn secret_spans(document: &Document) -> Vec<Span> {
    texts(document).into_iter().filter(|text| secret_in(text).is_some()).map(|text| text.place.span).collect()
}

/// The path of the secret in the spec that stands at a line and column of it, both from 1.
pub(super) fn inline_secret_at(document: &Document, line: u64, column: u64) -> Option<String> {
    let at = |offset| {
        let (line, column) = document.position(offset);
        (line as u64, column as u64)
    };
    let holds = |span: &Span| at(span.start) <= (line, column) && (line, column) < at(span.end);
    let secret = |text: &Text| holds(&text.place.span) && secret_in(text).is_some();
    texts(document).into_iter().find(secret).map(|text| text.place.path)
}

pub(super) fn inline_secret(text: &Text, _: &World) -> Verdict {
    let kind = secret_in(text);
    let Some(kind) = kind else { return Verdict::pass("no secret") };
    Verdict::fail(format!("`{}` holds {kind}", text.place.path))
        .expected("the name of an environment variable, or ${NAME}")
        .observed(format!("{kind} of {} characters (not shown)", text.text.chars().count()))
        .label("a literal secret")
        .help("replace it by the variable's name and revoke the secret: whoever can read this file, or its Git history, has it")
}

pub(super) fn waiver_expired(waiver: &Waiver, world: &World) -> Verdict {
    let accepted = waiver.accepted;
    let until = accepted.until().value.0;
    if accepted.holds(world.at) {
        return Verdict::pass(format!("holds until {until}"));
    }
    let who = match accepted.owner() {
        "" => "somebody".to_owned(),
        owner => crate::observed::Remote::new(owner).to_string(),
    };
    Verdict::fail(format!("{} ended on {until} and no longer suppresses anything", accepted.words()))
        .expected("an end in the future")
        .observed(until.to_string())
        .label("ended")
        .help(format!("mend what it waived, or ask {who} to accept it until a later day"))
        .at(Place::new(format!("{}.until", waiver.place.path), accepted.until().span))
}

pub(super) fn waiver_unmatched(waiver: &Waiver, world: &World) -> Verdict {
    let accepted = waiver.accepted;
    if !accepted.holds(world.at) {
        return Verdict::not_applicable("it has ended, so it matches nothing any more");
    }
    if waiver.matches > 0 {
        return Verdict::pass(format!("matches {} finding(s)", waiver.matches));
    }
    if waiver.skipped {
        return Verdict::not_applicable("the check that it names was not judged in this run");
    }
    let (what, help) = match accepted {
        Accepted::Finding(declared) => {
            let subject = declared.subject.as_ref().map_or(String::new(), |s| format!(" for {}", s.value));
            (
                format!("nothing fails that this waiver would accept: {}{subject}", declared.check.value),
                "remove the waiver, or correct its check and subject",
            )
        }
        Accepted::Secret(allowed) => (
            format!("no secret with the fingerprint {} was found", allowed.fingerprint.value),
            "remove it from `secrets.allow`, or copy the fingerprint from the finding",
        ),
    };
    Verdict::fail(what).label("matches nothing").help(help)
}
