//! Record texts that were damaged when somebody typed or pasted them into a form.

use super::record::says;
use super::view::View;
use crate::check::{Verdict, World, seen};
use crate::item::{RecordSet, doubled_name};
use crate::observed::DnsRecord;
use crate::spec::names::{is_reverse, is_under};

/// What is wrong with a record's text, and what to write instead.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::check) struct Fault {
    what: String,
    observed: String,
    /// What should be there instead, where it is known.
    right: Option<String>,
    cure: String,
}

/// The first damage among the records of a name and type, or of their name.
pub(in crate::check) fn fault(name: &str, kind: &str, world: &World) -> Option<Fault> {
    let view = View::of(name, kind, world).ok()?;
    let answers = view.answers();
    let own =
        answers.iter().flat_map(|answer| answer.of_type(kind)).filter(|seen| seen.name.as_str() == name);
    let mut any = false;
    for record in own {
        any = true;
        // What the spec asks for is meant so, however it looks.
        if is_declared(name, record, world) {
            continue;
        }
        if let Some(fault) = of_value(record, world.domain()) {
            return Some(fault);
        }
    }
    if any { None } else { doubled_owner(name, kind, world) }
}

/// True where one published value of a name and type is damaged.
pub(in crate::check) fn is_value_damaged(name: &str, kind: &str, value: &str, world: &World) -> bool {
    let Ok(view) = View::of(name, kind, world) else { return false };
    let answers = view.answers();
    let mut own = answers.iter().flat_map(|answer| answer.of_type(kind));
    own.any(|seen| {
        seen.value.as_str() == value
            && !is_declared(name, seen, world)
            && of_value(seen, world.domain()).is_some()
    })
}

/// True where the spec declares that value at that name.
fn is_declared(name: &str, seen: &DnsRecord, world: &World) -> bool {
    let mut declared = world
        .items
        .records
        .iter()
        .filter(|record| record.name == name && seen.kind.as_str() == record.record.kind.value.name());
    declared.any(|record| {
        let kind = record.record.kind.value;
        record.values.iter().any(|value| says(kind, value, seen))
    })
}

/// Only with a declared value: a wildcard makes up any other owner (RFC 4592 section 2.1.1).
fn doubled_owner(name: &str, kind: &str, world: &World) -> Option<Fault> {
    let wrong = doubled_name(name, world.domain());
    let view = View::of(&wrong, kind, world).ok()?;
    let is_there = |seen: &DnsRecord| seen.name.as_str() == wrong && is_declared(name, seen, world);
    let found = view.answers().iter().any(|answer| answer.of_type(kind).any(is_there));
    let short = name.strip_suffix(world.domain()).map_or(name, |label| label.trim_end_matches('.'));
    let short = if short.is_empty() { "@" } else { short };
    found.then(|| Fault {
        what: format!(
            "the {kind} record meant for {name} stands at {wrong}: the zone's name was added twice"
        ),
        observed: wrong,
        right: Some(name.to_owned()),
        cure: format!(
            "in the form of your DNS provider write `{short}` as the name, or the full name with a final dot"
        ),
    })
}

/// Damage in one record.
fn of_value(record: &DnsRecord, domain: &str) -> Option<Fault> {
    let value = record.value.as_str();
    match record.kind.as_str() {
        "TXT" => in_text(value),
        "CNAME" | "MX" | "NS" | "PTR" => in_name(value, domain),
        "SRV" => in_name(value.rsplit(' ').next().unwrap_or(value), domain),
        _ => None,
    }
}

fn in_name(target: &str, domain: &str) -> Option<Fault> {
    let twice = format!("{domain}.{domain}");
    let fault =
        |what: String, cure: String| Some(Fault { what, observed: target.to_owned(), right: None, cure });
    if is_under(target, &twice) {
        let meant = target.strip_suffix(&format!(".{domain}")).unwrap_or(target);
        return fault(
            format!("the target {target} ends in the zone's name twice"),
            format!("write `{meant}.` with a final dot, or the name without `.{domain}`"),
        );
    }
    // Names of address ranges hold slashes: `1.0/25.2.0.192.in-addr.arpa` (RFC 2317 section 4).
    if target.contains("://") || (target.contains('/') && !is_reverse(target)) {
        let host = target.split("://").last().and_then(|rest| rest.split('/').next()).unwrap_or(target);
        return fault(
            format!("the target {target} is a URL: DNS names hosts only"),
            format!("write `{host}` alone; where visitors shall land on a path, use a redirect"),
        );
    }
    // Anything that was neither letter, digit nor hyphen arrives as an escape.
    if target.contains(['"', '\'', '\\', '`', ' ']) {
        return fault(
            format!("the target {} holds characters that no host name has", seen::cut(target)),
            "write the name alone, without quotes, spaces and backslashes".to_owned(),
        );
    }
    None
}

const SMART: [char; 8] =
    ['\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}', '\u{201a}', '\u{ab}', '\u{bb}'];

fn in_text(text: &str) -> Option<Fault> {
    let fault = |what: &str, cure: &str| {
        Some(Fault {
            what: what.to_owned(),
            observed: seen::quoted(&seen::cut(text)),
            right: None,
            cure: cure.to_owned(),
        })
    };
    if text.contains(SMART) {
        return fault(
            "the text holds typographic quotes, which a word processor or a web page put there",
            "type the quotes anew, or leave them out: the form adds its own",
        );
    }
    if text.len() > 1 && text.starts_with('"') && text.ends_with('"') {
        let cure = "enter the text without the outer quotes: the form adds its own";
        return fault("the text holds the quotes that it was pasted with", cure);
    }
    if text.contains("\\\"") || text.contains("\\;") {
        let cure = "enter the text as it is, without backslashes: they belong to zone files only";
        return fault("the text holds backslashes that were meant for a zone file", cure);
    }
    if text.contains("\" \"") || text.contains("\"\"") {
        let cure =
            "enter the parts as one text without the quotes between them: the server splits it by itself";
        return fault("the text holds the quotes between its parts", cure);
    }
    if !text.contains('=') {
        return None;
    }
    // Readers of mail's records skip space at the end (RFC 7208 section 4.5, RFC 6376 section 3.2).
    let is_versioned = text.starts_with("v=");
    if text.trim_start() != text || (text.trim_end() != text && !is_versioned) {
        let cure =
            "enter the text without spaces before and behind it: who verifies it compares letter by letter";
        return fault("the text begins or ends with a space", cure);
    }
    if text.contains('\u{a0}') || text.contains("\\u{200b}") || text.contains("\\u{feff}") {
        return fault("the text holds an invisible character", "type the text anew instead of pasting it");
    }
    glued(text).map(|glued| Fault {
        what: format!("the parts of the text were joined without the space between them: `{glued}`"),
        observed: seen::quoted(&seen::cut(text)),
        right: None,
        cure: "put the space back: strings of a TXT record are joined as they are (RFC 7208 section 3.3)"
            .to_owned(),
    })
}

/// The place where two terms of an SPF record run into each other.
fn glued(text: &str) -> Option<String> {
    let terms = text.to_ascii_lowercase();
    let terms: Vec<&str> = terms.strip_prefix("v=spf1")?.split(' ').collect();
    // A digit makes another version of it.
    let runs_on = |first: &&&str| first.starts_with(|c: char| c.is_ascii_alphabetic() || "+-~?".contains(c));
    if let Some(first) = terms.first().filter(runs_on) {
        return Some(format!("v=spf1{}", seen::cut(first)));
    }
    let runs = |term: &&str| {
        let starts = ["include:", "ip4:", "ip6:", "redirect="];
        let inner = starts
            .iter()
            .filter_map(|start| term.rfind(start))
            .any(|at| at > 1 || (at == 1 && !term.starts_with(['+', '-', '~', '?'])));
        inner || ["~all", "-all", "?all", "+all"].iter().any(|end| term.len() > 4 && term.ends_with(end))
    };
    terms.iter().find(|term| runs(term)).map(|term| seen::cut(term))
}

pub(in crate::check) fn value_malformed(set: &RecordSet, world: &World) -> Verdict {
    let view = match View::of(&set.name, set.kind, world) {
        Ok(view) => view,
        Err(verdict) => return *verdict,
    };
    if let Some(Fault { what, observed, right, cure }) = fault(&set.name, set.kind, world) {
        return Verdict::fail(format!("{} {}: {what}", set.name, set.kind))
            .expected(right.unwrap_or_else(|| "the text as it was meant".to_owned()))
            .observed(observed)
            .label("damaged in entry")
            .help(cure);
    }
    let count = view.answers().first().map_or(0, |answer| answer.of_type(set.kind).count());
    if count == 0 {
        return Verdict::not_applicable(format!("{} has no {} record", set.name, set.kind));
    }
    Verdict::pass(format!("{count} of {count} read as they should"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Option<String> {
        in_text(text).map(|fault| fault.what)
    }

    #[test]
    fn sound_texts_are_left_alone() {
        for sound in [
            "v=spf1 include:_spf.google.com ip4:192.0.2.0/24 ~all",
            "v=spf1 -all",
            "v=spf10 mx -all",
            "v=spf1; -all",
            "v=spf1 +include:a.test ?ip4:192.0.2.1 redirect=_spf.b.test",
            "v=spf1 exists:%{i}._spf.a.test a:-all.test -all",
            "v=DMARC1; p=none; rua=mailto:a@b.test",
            "v=DKIM1; k=rsa; p=MIGf MA0G",
            "google-site-verification=abc",
            "just \"quoted\" words",
            " words with space ",
            "",
            "\"",
        ] {
            assert_eq!(text(sound), None, "{sound}");
        }
    }

    #[test]
    fn damage_is_seen() {
        for (damaged, word) in [
            ("\u{201c}v=spf1 -all\u{201d}", "typographic"),
            ("\"v=spf1 -all\"", "pasted with"),
            ("v=DKIM1\\; k=rsa\\; p=abc", "backslashes"),
            ("v=DKIM1; p=abc\" \"def", "between its parts"),
            ("google-site-verification=abc ", "space"),
            ("v=spf1 include:a.test\u{a0}-all", "invisible"),
            ("v=spf1 include:a.testinclude:b.test -all", "`include:a.testinclude:b.test`"),
            ("v=spf1 include:a.test-all", "`include:a.test-all`"),
            ("v=spf1include:a.test -all", "`v=spf1include:a.test`"),
        ] {
            assert!(text(damaged).is_some_and(|what| what.contains(word)), "{damaged}: {:?}", text(damaged));
        }
    }

    #[test]
    fn names_are_read_too() {
        for (damaged, word) in [
            ("mail.shop.test.shop.test", "twice"),
            ("shop.test.shop.test", "twice"),
            ("https://shops.example.net/a", "URL"),
            ("shops.example.net/a", "URL"),
            ("\\\"mail.shop.test\\\"", "no host name"),
            ("mail\\032.shop.test", "no host name"),
        ] {
            let what = in_name(damaged, "shop.test").map(|fault| fault.what);
            assert!(what.as_ref().is_some_and(|what| what.contains(word)), "{damaged}: {what:?}");
        }
        for sound in [
            "mail.shop.test",
            ".",
            "shop.test",
            "a.shop.test.net",
            "_dc-mx.1a2b.shop.test",
            "1.0/25.2.0.192.in-addr.arpa",
        ] {
            assert_eq!(in_name(sound, "shop.test"), None);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*", domain in "[a-z]{1,8}\\.test") {
            let _ = (in_text(&text), in_name(&text, &domain), glued(&format!("v=spf1{text}")));
        }
    }
}
