//! Whether anybody hears what receivers see.

use super::{Applied, applied, broken, mailless, place, publish, reports_place};
use crate::check::{Verdict, World, seen};
use crate::item::declared_reports;
use crate::mail::dmarc::{LintKind, SyntaxErrorKind};
use crate::observed::Remote;
use crate::spec::Place;

pub(in crate::check) fn dmarc_no_reports(world: &World) -> Verdict {
    if let Some(verdict) = mailless(world) {
        return verdict;
    }
    let applied = match applied(world) {
        Ok(applied) => applied,
        Err(verdict) => return *verdict,
    };
    let record = &applied.record;
    let missing: Vec<(&str, Place)> = declared_reports(world.document)
        .into_iter()
        .filter(|(uri, _)| !record.rua.iter().any(|known| known.is_same(uri)))
        .collect();
    let usable: Vec<String> =
        record.report_mailboxes().map(|uri| Remote::new(&uri.uri).to_string()).collect();
    if missing.is_empty() && !usable.is_empty() {
        return Verdict::pass(format!("reports go to {}", seen::listed(&usable)));
    }
    if is_broken(&applied) {
        return broken(world);
    }
    fail(&applied, &missing, world)
}

/// True where the addresses are there, and broken: `email/dmarc-invalid` says so.
fn is_broken(applied: &Applied) -> bool {
    applied.record.errors.iter().any(|error| match &error.kind {
        SyntaxErrorKind::Uri { tag, .. } | SyntaxErrorKind::Empty(tag) => *tag == "rua",
        SyntaxErrorKind::Glued { tag, next } => *tag == "rua" || *next == "rua",
        SyntaxErrorKind::Repeated(tag) => tag == "rua",
        SyntaxErrorKind::NotATag(text) => text.to_ascii_lowercase().contains("mailto"),
        SyntaxErrorKind::NoPolicy => true,
        _ => false,
    })
}

fn fail(applied: &Applied, missing: &[(&str, Place)], world: &World) -> Verdict {
    let record = &applied.record;
    let name = applied.name();
    let asked: Vec<String> = missing.iter().map(|(uri, _)| Remote::new(uri).to_string()).collect();
    let seen: Vec<String> = record.rua.iter().map(|uri| Remote::new(&uri.uri).to_string()).collect();
    let message = match (asked.is_empty(), record.rua.is_empty()) {
        (false, _) => format!("the DMARC record at {name} does not send reports to {}", seen::listed(&asked)),
        (true, true) => {
            format!(
                "the DMARC record at {name} names no address for reports, so nobody sees whose mail fails"
            )
        }
        (true, false) => {
            format!(
                "the DMARC record at {name} names no mail address for reports: receivers need to send to no other"
            )
        }
    };
    let expected = if asked.is_empty() { "`rua=mailto:...`".to_owned() } else { seen::listed(&asked) };
    let exact = missing.first().map(|(_, place)| place.clone()).or_else(|| reports_place(world));
    let verdict = Verdict::fail(message)
        .expected(expected)
        .observed(if seen.is_empty() { "no rua".to_owned() } else { seen::listed(&seen) })
        .label("reports go nowhere")
        .help(publish(Some(applied), world))
        .at(place(world, exact))
        .evidence(seen::txt(&name, record.text()));
    let typo = |kind: &LintKind| matches!(kind, LintKind::Unknown { meant: Some("rua"), .. });
    let typos = record.lints.iter().filter(|lint| typo(&lint.kind));
    typos.fold(verdict, |verdict, lint| {
        let at = seen::character(record.text(), lint.span.start);
        verdict.evidence(format!("{} (character {at})", Remote::new(&lint.kind.to_string())))
    })
}
