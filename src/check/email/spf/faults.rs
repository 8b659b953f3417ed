//! What is wrong inside the records.

use super::{Spf, publish, publish_without, read, spf_place};
use crate::check::email::garbled;
use crate::check::{Verdict, World, seen};
use crate::mail::spf::tree::{Branch, Node};
use crate::mail::spf::{Lint, LintKind};

/// A record of more bytes does not fit in an answer of 512 with its name and header (RFC 7208
/// section 3.4).
const FITS: usize = 480;

pub(in crate::check) fn spf_invalid(world: &World) -> Verdict {
    let spf = match read(world) {
        Ok(spf) => spf,
        Err(verdict) => return *verdict,
    };
    let found: Vec<&Lint> = spf.lints.iter().filter(|lint| is_error(&lint.kind) || is_lost(lint)).collect();
    if let [first, ..] = found.as_slice() {
        let own = found.iter().any(|lint| lint.domain == world.domain());
        if let Some(verdict) = garbled(world.domain(), spf.text, world).filter(|_| own) {
            return verdict;
        }
        return invalid(&spf, first, &found, world);
    }
    let idle: Vec<&Lint> = spf.lints.iter().filter(|lint| lint.own && is_mistake(&lint.kind)).collect();
    if let [first, ..] = idle.as_slice() {
        return invalid(&spf, first, &idle, world).mild();
    }
    if let Some(verdict) = spf.gap(world) {
        return verdict;
    }
    let records = spf.tree.root.walk().into_iter().filter(|node| node.reading().is_some()).count();
    let also =
        if records > 1 { format!(", and so do the {} that it leads to", records - 1) } else { String::new() };
    Verdict::pass(format!("`{}` reads well{also}", seen::cut(spf.text)))
}

/// Receivers answer `permerror`, and none of it is another check's matter.
fn is_error(kind: &LintKind) -> bool {
    matches!(
        kind,
        LintKind::Syntax(_)
            | LintKind::NothingAtTarget { .. }
            | LintKind::TooManyExchanges { .. }
            | LintKind::SeveralRecords { .. }
    )
}

/// Receivers read on without a word, and whoever was meant is not authorised.
fn is_lost(lint: &Lint) -> bool {
    lint.own && matches!(lint.kind, LintKind::Misspelt { .. } | LintKind::SecondVersion)
}

/// Receivers read on, and nobody is lost whom they could have found.
fn is_mistake(kind: &LintKind) -> bool {
    match kind {
        LintKind::Unaskable { .. } => true,
        LintKind::Long { bytes } => *bytes > FITS,
        _ => false,
    }
}

fn invalid(spf: &Spf, first: &Lint, all: &[&Lint], world: &World) -> Verdict {
    let owner = if first.domain == world.domain() {
        format!("the SPF record of {}", first.domain)
    } else {
        format!("the SPF record of {}, which that of {} leads to,", seen::cut(&first.domain), world.domain())
    };
    let effect = if is_error(&first.kind) { ": receivers treat the whole record as an error" } else { "" };
    let more = if all.len() > 1 {
        format!("; {} more such faults are listed below", all.len() - 1)
    } else {
        String::new()
    };
    let at = if first.span.is_some() { "is wrong at " } else { "is wrong: " };
    let verdict = Verdict::fail(format!("{owner} {at}{}{effect}{more}", described(first, spf)))
        .expected("a record that can be read to its end (RFC 7208 section 12)")
        .observed(described(first, spf))
        .label("the record is wrong")
        .help(cure(first, spf, world))
        .at(spf_place(world));
    let others =
        all.iter().skip(1).map(|lint| format!("{}: {}", seen::cut(&lint.domain), described(lint, spf)));
    let mut texts: Vec<String> = all.iter().filter_map(|lint| record_of(spf, &lint.domain)).collect();
    texts.dedup();
    others.chain(texts).fold(verdict, Verdict::evidence)
}

fn node<'t>(spf: &Spf<'t>, domain: &str) -> Option<&'t Node> {
    spf.tree.root.walk().into_iter().find(|node| node.domain == domain && node.reading().is_some())
}

fn record_of(spf: &Spf, domain: &str) -> Option<String> {
    let text = node(spf, domain)?.reading()?.record.text();
    Some(seen::txt(domain, text))
}

/// The part, where it stands, and what is wrong with it: "`ip4:1.2.3` (character 8): ...".
fn described(lint: &Lint, spf: &Spf) -> String {
    let Some(span) = &lint.span else { return lint.kind.to_string() };
    let text =
        node(spf, &lint.domain).and_then(|node| Some(node.reading()?.record.text())).unwrap_or_default();
    let part = text.get(span.clone()).unwrap_or_default();
    let at = seen::character(text, span.start);
    // The kinds that name their part need no second mention.
    let what = lint.kind.to_string();
    if part.is_empty() || what.contains(part) {
        return format!("character {at}: {what}");
    }
    format!("`{}` (character {at}): {what}", seen::cut(part))
}

fn cure(lint: &Lint, spf: &Spf, world: &World) -> String {
    if lint.domain != world.domain() {
        let leads = |branch: &Branch| {
            let below = branch.child.iter().flat_map(Node::walk);
            below.into_iter().any(|node| node.domain == lint.domain)
        };
        return format!(
            "the record of {0} belongs to whoever runs {0}: tell them, or, if nobody sends with it, {1}",
            seen::cut(&lint.domain),
            publish_without(leads, world)
        );
    }
    let lost = spf.lints.iter().any(|lint| matches!(lint.kind, LintKind::Syntax(_)) && lint.own);
    let check = if lost {
        "; the terms that cannot be read are left out there: put each back as it was meant"
    } else {
        ""
    };
    match &lint.kind {
        LintKind::Long { .. } => {
            "take out senders that nobody uses, or let some send from a subdomain with a record of its own"
                .into()
        }
        _ => format!("{}{check}", publish(world)),
    }
}

pub(in crate::check) fn spf_loop(world: &World) -> Verdict {
    let spf = match read(world) {
        Ok(spf) => spf,
        Err(verdict) => return *verdict,
    };
    let found = spf.lints.iter().find_map(|lint| match &lint.kind {
        LintKind::Loop { target } => Some((lint, target)),
        _ => None,
    });
    let Some((lint, target)) = found else {
        return spf.gap(world).unwrap_or_else(|| Verdict::pass("no record leads back to itself"));
    };
    let (domain, target) = (world.domain(), seen::cut(target));
    let by =
        if lint.domain == domain { String::new() } else { format!(" through {}", seen::cut(&lint.domain)) };
    let verdict = Verdict::fail(format!(
        "the SPF record of {domain} leads back to {target}{by}: receivers give up with an error"
    ))
    .expected("records that end")
    .observed(described(lint, &spf))
    .label("runs in a circle")
    .help(if lint.domain == domain {
        publish(world)
    } else {
        format!(
            "take the term out of the record of {}; {} itself may stay as it is",
            seen::cut(&lint.domain),
            domain
        )
    })
    .at(spf_place(world));
    [domain, &lint.domain].iter().filter_map(|name| record_of(&spf, name)).fold(verdict, Verdict::evidence)
}

pub(in crate::check) fn spf_after_all(world: &World) -> Verdict {
    let spf = match read(world) {
        Ok(spf) => spf,
        Err(verdict) => return *verdict,
    };
    let ignored: Vec<&Lint> = spf
        .lints
        .iter()
        .filter(|lint| lint.own && matches!(lint.kind, LintKind::AfterAll { .. } | LintKind::RedirectIgnored))
        .collect();
    let Some(first) = ignored.first() else { return Verdict::pass("nothing stands behind `all`") };
    let terms: Vec<String> = ignored.iter().map(|lint| described(lint, &spf)).collect();
    Verdict::fail(format!(
        "in the SPF record of {} nobody reads {} of its terms: {}",
        first.domain,
        ignored.len(),
        seen::listed(&terms)
    ))
    .expected("`all` as the last term, and no `redirect` beside it")
    .observed(seen::listed(&terms))
    .label("ignored behind all")
    .help(format!("if they are needed, put them before `all`; if not: {}", publish(world)))
    .at(spf_place(world))
    .evidence(seen::txt(world.domain(), spf.text))
}

pub(in crate::check) fn spf_ptr(world: &World) -> Verdict {
    let spf = match read(world) {
        Ok(spf) => spf,
        Err(verdict) => return *verdict,
    };
    let mut found =
        spf.lints.iter().filter(|lint| lint.own && matches!(lint.kind, LintKind::Ptr | LintKind::PtrMacro));
    let Some(first) = found.next() else { return Verdict::pass("uses no `ptr`") };
    let described = described(first, &spf);
    Verdict::fail(format!(
        "the SPF record of {} uses a reverse look-up, which receivers may refuse: {described}",
        first.domain
    ))
    .expected("no `ptr` and no `%{p}` (RFC 7208 sections 5.5 and 7.2)")
    .observed(described)
    .label("uses ptr")
    .help(format!("name the servers by `ip4:`, `ip6:` or `a:` instead: {}", publish(world)))
    .at(spf_place(world))
    .evidence(seen::txt(world.domain(), spf.text))
}
