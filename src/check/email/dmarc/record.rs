//! Whether there is one record, and whether it is sound.

use super::{Applied, applied, damaged, dmarc_place, look_alike, publish, unanswered, walk};
use crate::check::seen::{self, Judged};
use crate::check::{Verdict, World};
use crate::mail::dmarc::{self, LookAlike, Record, SyntaxError, SyntaxErrorKind, Unanswered, record_name};
use crate::observed::Remote;
use crate::wanted;

pub(in crate::check) fn dmarc_multiple(world: &World) -> Verdict {
    let walk = walk(world.domain(), world);
    if let Some((at, records)) = walk.several() {
        return several(at, records, world);
    }
    match applied(world) {
        Ok(applied) => Verdict::pass(format!("one record at {}", applied.name())),
        Err(verdict) => *verdict,
    }
}

fn several(at: &str, records: &[Record], world: &World) -> Verdict {
    let (name, count) = (record_name(at), records.len());
    // The strictest one; of equals the first.
    let strictest = records.iter().rev().max_by_key(|record| record.policies().map(|all| all.domain));
    let own = at == world.domain();
    let record = wanted::dmarc(world, strictest.filter(|_| own));
    let help = if own {
        format!("keep one record and delete the others: publish `{record}`")
    } else {
        format!("have all but one record at {name} deleted, or publish one of your own: `{record}`")
    };
    let verdict = Verdict::fail(format!("{name} has {count} DMARC records: receivers ignore them all"))
        .expected("one DMARC record")
        .observed(format!("{count} records"))
        .label("must be one record")
        .help(help)
        .at(dmarc_place(world));
    records.iter().fold(verdict, |verdict, record| verdict.evidence(seen::txt(&name, record.text())))
}

pub(in crate::check) fn dmarc_invalid(world: &World) -> Verdict {
    judge(world).unwrap_or_else(|verdict| *verdict)
}

fn judge(world: &World) -> Judged<Verdict> {
    let walk = walk(world.domain(), world);
    let own = walk.steps.first();
    if own.is_some_and(|step| step.found == dmarc::Found::Unanswered) {
        return Err(unanswered(&Unanswered(world.domain().to_owned()), world));
    }
    if own.is_some_and(|step| step.found == dmarc::Found::Nothing)
        && let Some((text, why)) = look_alike(world)
    {
        return Ok(damaged(world).unwrap_or_else(|| no_record(&text, &why, world)));
    }
    let applied = applied(world)?;
    if applied.record.errors.is_empty() {
        return Ok(sound(&applied));
    }
    let own_damage = damaged(world).filter(|_| !applied.inherited);
    Ok(own_damage.unwrap_or_else(|| broken(&applied, world)))
}

/// A text from outside as a message shows it.
fn shown(text: &str) -> String {
    Remote::new(text).to_string()
}

fn no_record(text: &str, why: &LookAlike, world: &World) -> Verdict {
    let name = record_name(world.domain());
    let meant = dmarc::meant(text);
    let record = wanted::dmarc(world, meant.as_ref());
    Verdict::fail(format!(
        "the text at {name} is no DMARC record: {}; receivers skip it",
        Remote::new(&why.to_string())
    ))
    .expected("a text that begins with `v=DMARC1;`")
    .observed(seen::quoted(&seen::cut(&shown(text))))
    .label("no DMARC record")
    .help(format!("publish `{record}`"))
    .at(dmarc_place(world))
    .evidence(seen::txt(&name, text))
}

/// What receivers make of a broken record.
fn effect(record: &Record) -> &'static str {
    let repeated = |kind: &SyntaxErrorKind| matches!(kind, SyntaxErrorKind::Repeated(_));
    if record.policies().is_none() {
        "receivers ignore it"
    } else if record.errors.iter().any(|error| repeated(&error.kind)) {
        "receivers may ignore it"
    } else if record.is_void() {
        "receivers read it as p=none"
    } else {
        "receivers skip that part or the whole record"
    }
}

fn broken(applied: &Applied, world: &World) -> Verdict {
    let (record, name) = (&applied.record, applied.name());
    let at = |error: &SyntaxError| format!("character {}", seen::character(record.text(), error.span.start));
    let words = |error: &SyntaxError| seen::cut(&shown(&error.kind.to_string()));
    let place = match record.errors.as_slice() {
        [] => String::new(),
        [one] => format!("at {}", at(one)),
        [first, ..] => format!("in {} places, first at {}", record.errors.len(), at(first)),
    };
    let first = record.errors.first().map(words).unwrap_or_default();
    let part = |error: &SyntaxError| format!("`{}` at {}", shown(record.text_at(&error.span)), at(error));
    let parts: Vec<String> = record.errors.iter().map(part).collect();
    let verdict = Verdict::fail(format!(
        "the DMARC record at {name} is broken {place}, and {}: {first}",
        effect(record)
    ))
    .expected("tags as RFC 9989 section 4.7 has them")
    .observed(seen::listed(&parts))
    .label("record is broken")
    .help(publish(Some(applied), world))
    .at(dmarc_place(world))
    .evidence(seen::txt(&name, record.text()));
    let rest = record.errors.iter().skip(1);
    rest.fold(verdict, |verdict, error| verdict.evidence(format!("{}: {}", at(error), words(error))))
}

fn sound(applied: &Applied) -> Verdict {
    let record = &applied.record;
    let odd: Vec<String> = record
        .lints
        .iter()
        .map(|lint| {
            let at = seen::character(record.text(), lint.span.start);
            format!("{} (character {at})", seen::cut(&shown(&lint.kind.to_string())))
        })
        .collect();
    let message = format!("the record at {} is sound", applied.name());
    if odd.is_empty() {
        Verdict::pass(message)
    } else {
        Verdict::pass(format!("{message}; {}", seen::listed(&odd)))
    }
}
