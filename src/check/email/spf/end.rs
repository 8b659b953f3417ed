//! How a record treats everybody whom it does not list.

use super::{Spf, publish, read, spf_place};
use crate::check::email::Mail;
use crate::check::{Verdict, World, seen};
use crate::mail::spf::lint::OpenEnd;
use crate::mail::spf::record::Qualifier;
use crate::mail::spf::tree::Node;
use crate::mail::spf::{Lint, LintKind};
use crate::spec::Located;
use crate::spec::model::SpfAll;
use crate::spec::names::is_under;
use crate::wanted;

pub(in crate::check) fn spf_permissive(world: &World) -> Verdict {
    let spf = match read(world) {
        Ok(spf) => spf,
        Err(verdict) => return *verdict,
    };
    if let Some(verdict) = spf.lints.iter().find_map(|lint| opening(lint, &spf, world)) {
        return verdict;
    }
    match decisive(&spf.tree.root) {
        Some((node, Qualifier::SoftFail)) if is_strict(world) => softer(node, &spf, world),
        Some((node, qualifier)) => {
            let all = format!("`{qualifier}all`");
            let redirected = node.domain != spf.tree.root.domain;
            Verdict::pass(if redirected {
                format!("redirects to {}, which ends in {all}", seen::cut(&node.domain))
            } else {
                format!("ends in {all}")
            })
        }
        None => undecided(&spf, world),
    }
}

/// What the spec says about the end.
fn declared_end<'w>(world: &'w World) -> Option<&'w Located<SpfAll>> {
    match Mail::of(world) {
        Mail::Declared(settings) => settings.spf.as_ref().and_then(|spf| spf.all.as_ref()),
        _ => None,
    }
}

fn is_strict(world: &World) -> bool {
    declared_end(world).is_some_and(|all| all.value == SpfAll::Fail)
}

fn wanted_end(world: &World) -> &'static str {
    match declared_end(world).map(|all| all.value) {
        Some(SpfAll::Fail) => "-all",
        Some(SpfAll::Softfail) => "~all",
        None => "-all or ~all",
    }
}

/// The record that decides about everybody else, and its `all`.
fn decisive(node: &Node) -> Option<(&Node, Qualifier)> {
    if let Some((qualifier, _)) = node.reading()?.record.all() {
        return Some((node, qualifier));
    }
    let redirect = node.terms.iter().find(|branch| branch.qualifier.is_none() && branch.child.is_some())?;
    decisive(redirect.child.as_ref()?)
}

/// The verdict of a record that lets everybody through.
fn opening(lint: &Lint, spf: &Spf, world: &World) -> Option<Verdict> {
    let (what, observed) = match &lint.kind {
        LintKind::Permissive(OpenEnd::PassAll) => {
            ("allows the whole internet to send in its name".to_owned(), "+all".to_owned())
        }
        LintKind::Permissive(OpenEnd::NeutralAll) => {
            ("says nothing about anybody else".into(), "?all".into())
        }
        // The end may be what cannot be read.
        LintKind::Permissive(OpenEnd::Nothing) if has_unread_terms(&lint.domain, spf) => {
            let why = "the record has terms that cannot be read";
            return Some(Verdict::not_judged("email/spf-invalid", world.domain(), why));
        }
        LintKind::Permissive(OpenEnd::Nothing) => {
            ("says nothing about anybody else".into(), "no `all`".into())
        }
        LintKind::IncludesEverybody { target } => {
            let target = seen::cut(target);
            (
                format!("includes {target}, which allows the whole internet to send"),
                format!("+all at {target}"),
            )
        }
        LintKind::Wide { term } if lint.own => {
            let term = seen::cut(term);
            (format!("holds `{term}`, more addresses than any sender has"), term)
        }
        _ => return None,
    };
    Some(too_open(&lint.domain, &what, observed, spf, world))
}

fn has_unread_terms(domain: &str, spf: &Spf) -> bool {
    spf.lints.iter().any(|lint| lint.domain == domain && matches!(lint.kind, LintKind::Syntax(_)))
}

fn softer(node: &Node, spf: &Spf, world: &World) -> Verdict {
    let what = "only marks mail from anybody else as suspicious";
    too_open(&node.domain, what, "~all".into(), spf, world)
}

fn too_open(name: &str, what: &str, observed: String, spf: &Spf, world: &World) -> Verdict {
    let (domain, elsewhere) = (world.domain(), name != world.domain());
    let (message, observed) = if elsewhere {
        let name = seen::cut(name);
        (
            format!("the SPF record of {domain} redirects to {name}, whose record {what}"),
            format!("{observed} at {name}"),
        )
    } else {
        (format!("the SPF record of {domain} {what}"), observed)
    };
    let help = if !elsewhere {
        publish(world)
    } else if is_under(name, domain) {
        format!("publish `{}`", wanted::spf::closed(name, world))
    } else {
        format!(
            "tell whoever runs {}, or list your senders at {domain} itself and end the record in `-all`",
            seen::cut(name)
        )
    };
    let verdict = Verdict::fail(message)
        .expected(format!("ends in {}", wanted_end(world)))
        .observed(observed)
        .label("too permissive")
        .help(help)
        .at(spf_place(world));
    passed(&spf.tree.root)
        .into_iter()
        .fold(verdict, |verdict, (name, text)| verdict.evidence(seen::txt(name, text)))
}

/// The records from the domain's own to the one that decides.
fn passed(node: &Node) -> Vec<(&str, &str)> {
    let Some(reading) = node.reading() else { return Vec::new() };
    let redirect = node.terms.iter().find(|branch| branch.qualifier.is_none() && branch.child.is_some());
    let next = redirect.and_then(|branch| branch.child.as_ref()).map(passed).unwrap_or_default();
    std::iter::once((node.domain.as_str(), reading.record.text())).chain(next).collect()
}

/// The record redirects, and where to is not known or leads nowhere.
fn undecided(spf: &Spf, world: &World) -> Verdict {
    let cause = |id, why| Verdict::not_judged(id, world.domain(), why);
    for lint in spf.lints.iter().filter(|lint| lint.own) {
        match &lint.kind {
            LintKind::Loop { .. } => return cause("email/spf-loop", "the record redirects in a circle"),
            LintKind::NothingAtTarget { .. } | LintKind::SeveralRecords { .. } | LintKind::Syntax(_) => {
                return cause("email/spf-invalid", "the record redirects to nothing that can be read");
            }
            _ => {}
        }
    }
    spf.gap(world).unwrap_or_else(|| {
        Verdict::unknown(format!(
            "the record of {} redirects to a name that each mail fills in anew",
            world.domain()
        ))
    })
}
