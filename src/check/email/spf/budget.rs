//! What a record costs those who read it (RFC 7208 section 4.6.4).

use super::{Spf, publish_without, read, spf_place};
use crate::check::{Verdict, World, seen};
use crate::item::Sender;
use crate::mail::spf::lint::Share;
use crate::mail::spf::tree::{Branch, Node};
use crate::mail::spf::{LintKind, lint};
use crate::spec::Place;
use crate::wanted;

/// Parts of the sum that are named in the line itself; the tree below names them all.
const NAMED: usize = 6;

pub(in crate::check) fn spf_too_many_lookups(world: &World) -> Verdict {
    let spf = match read(world) {
        Ok(spf) => spf,
        Err(verdict) => return *verdict,
    };
    let (count, limit) = (spf.tree.root.lookups(), spf.tree.limits.lookups);
    let warn = world.thresholds.spf_lookups_warn;
    if count > limit {
        return too_many(&spf, count, limit, world);
    }
    if let Some(verdict) = spf.gap(world) {
        return verdict;
    }
    if count >= warn {
        return near(&spf, count, limit, world).mild();
    }
    Verdict::pass(format!("{count} of {limit} look-ups{}", parts(&spf.tree.root)))
}

/// ` : _spf.google.com 4, mx 1`, the dearest first; nothing where there is no look-up.
fn parts(root: &Node) -> String {
    let shares = shares(root);
    let named: Vec<String> = shares.iter().take(NAMED).map(|share| seen::cut(&share.to_string())).collect();
    match (named.is_empty(), shares.len() > NAMED) {
        (true, _) => String::new(),
        (_, true) => format!(": {}, ...", named.join(", ")),
        _ => format!(": {}", named.join(", ")),
    }
}

fn shares(root: &Node) -> Vec<Share> {
    let spending = root.terms.iter().filter(|branch| branch.lookups() > 0);
    let mut shares: Vec<Share> = spending
        .map(|branch| Share { label: branch.label().to_owned(), lookups: branch.lookups() })
        .collect();
    shares.sort_by_key(|share| std::cmp::Reverse(share.lookups));
    shares
}

fn too_many(spf: &Spf, count: usize, limit: usize, world: &World) -> Verdict {
    let parts = parts(&spf.tree.root);
    let verdict = Verdict::fail(format!(
        "the SPF record of {} makes receivers ask {count} times; they stop at {limit} with an error",
        world.domain()
    ))
    .expected(format!("at most {limit} terms that cause look-ups (RFC 7208 section 4.6.4)"))
    .observed(format!("{count} of {limit}{parts}"))
    .help(cheaper(spf, limit, world));
    with_tree(pointed(verdict, spf, world), spf)
}

fn near(spf: &Spf, count: usize, limit: usize, world: &World) -> Verdict {
    let parts = parts(&spf.tree.root);
    let verdict = Verdict::fail(format!(
        "the SPF record of {} uses {count} of {limit} look-ups: what others publish may use up the rest",
        world.domain()
    ))
    .expected(format!("fewer than {} look-ups", world.thresholds.spf_lookups_warn))
    .observed(format!("{count} of {limit}{parts}"))
    .help(cheaper(spf, world.thresholds.spf_lookups_warn.saturating_sub(1), world));
    with_tree(pointed(verdict, spf, world), spf)
}

/// Points at the sender that costs most, of those that could go at the one that costs most of them.
fn pointed(verdict: Verdict, spf: &Spf, world: &World) -> Verdict {
    let needless = wanted::needless::needless(world);
    let of = |branch: &&Branch| sender_of(branch, world).map(|sender| (branch.lookups(), sender));
    let branches = || spf.tree.root.terms.iter().filter(|branch| branch.lookups() > 0);
    let dropped = branches().filter(|branch| needless.iter().any(|(term, _)| *term == branch.term));
    let dearest = dropped.filter_map(|b| of(&b)).max_by_key(|(lookups, _)| *lookups);
    let dearest = dearest.or_else(|| branches().filter_map(|b| of(&b)).max_by_key(|(lookups, _)| *lookups));
    match dearest {
        Some((lookups, sender)) => {
            let place = Place::new(sender.place.path.clone(), sender.place.span);
            verdict.label(format!("this sender adds {lookups}")).at(place)
        }
        None => verdict.label("too many look-ups").at(spf_place(world)),
    }
}

/// The declared sender whose include a term is.
fn sender_of<'w>(branch: &Branch, world: &'w World) -> Option<&'w Sender<'w>> {
    let name = branch.label();
    world
        .items
        .senders
        .iter()
        .find(|sender| sender.provider.is_some_and(|provider| provider.owns_include(name)))
}

/// What to take out, and whether that is enough.
fn cheaper(spf: &Spf, limit: usize, world: &World) -> String {
    let needless = wanted::needless::needless(world);
    let saved = |term: &str| {
        let branch = spf.tree.root.terms.iter().find(|branch| branch.term == term);
        branch.map_or(0, Branch::lookups)
    };
    let steps: Vec<String> = needless
        .iter()
        .filter(|(term, _)| saved(term) > 0)
        .map(|(term, why)| format!("drop `{}` ({} fewer): {why}", seen::cut(term), saved(term)))
        .collect();
    let dropped: usize = needless.iter().map(|(term, _)| saved(term)).sum();
    let left = spf.tree.root.lookups().saturating_sub(dropped);
    let slim = wanted::spf::without_needless(world);
    let more = format!(
        "replace `a` and `mx` by `ip4:` and `ip6:` with the servers' addresses, or let a sender use a return path below {}, where it has a record and a budget of its own",
        world.domain()
    );
    match (steps.is_empty(), left <= limit) {
        (true, _) => more,
        (false, true) => format!("{}; publish `{slim}`, which needs {left}", steps.join("; ")),
        (false, false) => format!("{}; that leaves {left}: {more}", steps.join("; ")),
    }
}

/// The whole tree with its sums, a line for each domain.
fn with_tree(verdict: Verdict, spf: &Spf) -> Verdict {
    let mut lines = Vec::new();
    tree(&spf.tree.root, 0, &mut lines);
    lines.into_iter().fold(verdict, Verdict::evidence)
}

/// Lines of the tree that are shown.
const MOST_LINES: usize = 60;

fn tree(node: &Node, depth: usize, lines: &mut Vec<String>) {
    if lines.len() >= MOST_LINES {
        return;
    }
    let indent = "  ".repeat(depth);
    let own: Vec<String> = node
        .terms
        .iter()
        .filter(|branch| branch.counts && !branch.dead && branch.child.is_none())
        .map(|branch| seen::cut(&branch.term))
        .collect();
    let own = if own.is_empty() { String::new() } else { format!(" ({})", own.join(", ")) };
    lines.push(format!("{indent}{} {}{own}", seen::cut(&node.domain), node.lookups()));
    for child in node.terms.iter().filter(|branch| !branch.dead).filter_map(|branch| branch.child.as_ref()) {
        tree(child, depth + 1, lines);
    }
}

pub(in crate::check) fn spf_too_many_void_lookups(world: &World) -> Verdict {
    let spf = match read(world) {
        Ok(spf) => spf,
        Err(verdict) => return *verdict,
    };
    let voids = lint(spf.tree).into_iter().find_map(|lint| match lint.kind {
        LintKind::TooManyVoids { v4, v6, limit, names } => Some((v4, v6, limit, names)),
        _ => None,
    });
    let Some((v4, v6, limit, names)) = voids else {
        let (v4, v6) = spf.tree.root.voids();
        let count = v4.max(v6);
        return spf.gap(world).unwrap_or_else(|| Verdict::pass(format!("{count} look-ups find nothing")));
    };
    if v4 <= limit {
        // Hosts without an IPv6 address are no mistake, though receivers count them for such senders.
        return spf.gap(world).unwrap_or_else(|| {
            Verdict::pass(format!("{v4} look-ups find nothing; {v6} for senders with an IPv6 address"))
        });
    }
    let names: Vec<String> = names.iter().map(|name| seen::cut(name)).collect();
    let names = seen::listed(&names);
    let verdict = Verdict::fail(format!(
        "{v4} terms of the SPF record of {} ask for what does not exist; receivers stop at {limit} with an error",
        world.domain()
    ))
    .expected(format!("at most {limit} void look-ups (RFC 7208 section 4.6.4)"))
    .observed(format!("{v4}: nothing at {names}"))
    .label("asks for nothing")
    .help(format!(
        "publish what is missing at {names}, or, if nobody sends from there, {}",
        publish_without(|branch| !branch.void_v4.is_empty(), world)
    ))
    .at(spf_place(world));
    with_tree(verdict, &spf)
}
