//! What is wrong, risky or idle in a domain's records.

mod kind;

use std::collections::BTreeSet;
use std::ops::Range;

pub use kind::{LintKind, OpenEnd, Share};

use super::record::{Mechanism, Modifier, Qualifier, Reading, TermKind};
use super::tree::{Branch, Found, Node, Target, Tree};

/// From how many look-ups on a record is near its limit.
const NEAR: usize = 8;
/// A record up to this many bytes leaves an answer room in a packet of 512 (RFC 7208 section 3.4).
const COMFORTABLE: usize = 450;
/// Networks with fewer bits than this hold more addresses than any sender has.
const WIDE: (u8, u8) = (8, 19);

/// One finding in one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lint {
    /// What it is.
    pub kind: LintKind,
    /// The domain whose record it is about.
    pub domain: String,
    /// Where in that record, in bytes; none where it is about the record as a whole.
    pub span: Option<Range<usize>>,
    /// True for the records that speak for the domain itself: its own, and those it redirects to.
    /// False for included ones, which usually belong to somebody else.
    pub own: bool,
}

/// Judges everything in a tree. The order is that of the records, from the top.
///
/// A tree that still [needs](Tree::needs) answers is judged as far as it goes; so is what lies
/// behind [failures](Tree::failures).
pub fn lint(tree: &Tree) -> Vec<Lint> {
    let mut linter = Linter { lints: Vec::new(), seen: BTreeSet::new(), own: true, names: tree.limits.names };
    linter.node(&tree.root);
    linter.own = true;
    if tree.root.found == Found::NoRecord {
        linter.add(LintKind::NoRecord, &tree.root, None);
    }
    if tree.root.walk().iter().any(|node| node.found == Found::TooLarge) {
        linter.add(LintKind::NotFollowed, &tree.root, None);
    }
    linter.budget(tree);
    linter.end(&tree.root);
    linter.lints
}

struct Linter {
    lints: Vec<Lint>,
    /// Domains whose own text is judged: a record that is included twice is judged once.
    seen: BTreeSet<String>,
    own: bool,
    names: usize,
}

impl Linter {
    fn add(&mut self, kind: LintKind, node: &Node, span: Option<&Range<usize>>) {
        let (domain, own) = (node.domain.clone(), self.own);
        self.lints.push(Lint { kind, domain, span: span.cloned(), own });
    }

    fn node(&mut self, node: &Node) {
        if !self.seen.insert(node.domain.clone()) {
            return;
        }
        for text in &node.look_alikes {
            self.add(LintKind::LookAlike { text: text.clone() }, node, None);
        }
        match &node.found {
            Found::Record(reading) => self.record(node, reading),
            Found::Several(texts) => self.add(LintKind::SeveralRecords { count: texts.len() }, node, None),
            _ => {}
        }
        for branch in node.terms.iter().filter(|branch| !branch.dead) {
            self.branch(branch, node);
        }
    }

    /// Everything that a record shows without what it leads to.
    fn record(&mut self, node: &Node, reading: &Reading) {
        for error in &reading.errors {
            self.add(LintKind::Syntax(error.kind.clone()), node, Some(&error.span));
        }
        let bytes = reading.record.to_string().len();
        if bytes > COMFORTABLE {
            self.add(LintKind::Long { bytes }, node, None);
        }
        let mut texts = BTreeSet::new();
        for (term, branch) in reading.record.terms().iter().zip(&node.terms) {
            let span = Some(&branch.span);
            if branch.dead {
                let term = branch.term.clone();
                let idle =
                    branch.qualifier.map_or(LintKind::RedirectIgnored, |_| LintKind::AfterAll { term });
                self.add(idle, node, span);
            }
            if !texts.insert(term.kind.to_string().to_ascii_lowercase()) {
                self.add(LintKind::Duplicate { term: branch.term.clone() }, node, span);
            }
            match &term.kind {
                TermKind::Directive(directive) => self.mechanism(&directive.mechanism, branch, node),
                TermKind::Modifier(modifier) => self.modifier(modifier, branch, node),
            }
        }
    }

    fn mechanism(&mut self, mechanism: &Mechanism, branch: &Branch, node: &Node) {
        let span = Some(&branch.span);
        match mechanism {
            Mechanism::Ptr(_) => self.add(LintKind::Ptr, node, span),
            Mechanism::Ip4(_, Some(bits)) if *bits < WIDE.0 => self.wide(branch, node),
            Mechanism::Ip6(_, Some(bits)) if *bits < WIDE.1 => self.wide(branch, node),
            Mechanism::A(_, prefix) | Mechanism::Mx(_, prefix)
                if prefix.v4.is_some_and(|bits| bits < WIDE.0)
                    || prefix.v6.is_some_and(|bits| bits < WIDE.1) =>
            {
                self.wide(branch, node);
            }
            _ => {}
        }
        if mechanism.domain().is_some_and(super::record::DomainSpec::uses_reverse_name) {
            self.add(LintKind::PtrMacro, node, span);
        }
    }

    fn wide(&mut self, branch: &Branch, node: &Node) {
        if matches!(branch.qualifier, Some(Qualifier::Pass)) {
            self.add(LintKind::Wide { term: branch.term.clone() }, node, Some(&branch.span));
        }
    }

    fn modifier(&mut self, modifier: &Modifier, branch: &Branch, node: &Node) {
        let span = Some(&branch.span);
        match modifier {
            Modifier::Unknown(name, _) if name.eq_ignore_ascii_case("v") => {
                self.add(LintKind::SecondVersion, node, span);
            }
            Modifier::Unknown(name, _) if is_misspelt(name) => {
                self.add(LintKind::Misspelt { term: branch.term.clone() }, node, span);
            }
            Modifier::Explanation(_) => match (&branch.target, branch.texts) {
                (Target::Name(name), Some(count)) if count != 1 => {
                    self.add(LintKind::ExplanationIgnored { name: name.clone(), count }, node, span);
                }
                _ => {}
            },
            Modifier::Redirect(name) if name.uses_reverse_name() => {
                self.add(LintKind::PtrMacro, node, span);
            }
            Modifier::Redirect(_) | Modifier::Unknown(..) => {}
        }
    }

    /// What a term leads to.
    fn branch(&mut self, branch: &Branch, node: &Node) {
        let span = Some(&branch.span);
        if let (Some(count), Target::Name(name)) = (branch.exchanges, &branch.target)
            && count > self.names
        {
            let (name, limit) = (name.clone(), self.names);
            self.add(LintKind::TooManyExchanges { name, count, limit }, node, span);
        }
        if let (Target::Unaskable(name), None) = (&branch.target, &branch.child) {
            self.add(LintKind::Unaskable { name: name.clone() }, node, span);
        }
        let Some(child) = &branch.child else { return };
        match &child.found {
            Found::NoRecord | Found::NotADomain => {
                self.add(LintKind::NothingAtTarget { target: child.domain.clone() }, node, span);
            }
            Found::Loop => self.add(LintKind::Loop { target: child.domain.clone() }, node, span),
            _ => {}
        }
        if branch.qualifier == Some(Qualifier::Pass)
            && open_end(child).is_some_and(|(_, _, end)| end == OpenEnd::PassAll)
        {
            self.add(LintKind::IncludesEverybody { target: child.domain.clone() }, node, span);
        }
        let own = self.own;
        self.own &= branch.qualifier.is_none();
        self.node(child);
        self.own = own;
    }

    /// Look-ups and voids of the whole tree.
    fn budget(&mut self, tree: &Tree) {
        let (root, limits) = (&tree.root, tree.limits);
        let count = root.lookups();
        let shares = || shares(root);
        if count > limits.lookups {
            let kind = LintKind::TooManyLookups { count, limit: limits.lookups, shares: shares() };
            self.add(kind, root, None);
        } else if count >= NEAR {
            let kind = LintKind::NearLookupLimit { count, limit: limits.lookups, shares: shares() };
            self.add(kind, root, None);
        }
        let (v4, v6) = root.voids();
        if v4.max(v6) > limits.voids {
            let kind = LintKind::TooManyVoids { v4, v6, limit: limits.voids, names: void_names(root) };
            self.add(kind, root, None);
        }
    }

    /// How everybody is treated whom no record lists.
    fn end(&mut self, root: &Node) {
        if let Some((node, span, end)) = open_end(root) {
            self.add(LintKind::Permissive(end), node, span.as_ref());
        }
    }
}

/// The terms of the domain's own record that look up, each with all below it, the dearest first.
fn shares(root: &Node) -> Vec<Share> {
    let spending = root.terms.iter().filter(|branch| branch.lookups() > 0);
    let mut shares: Vec<Share> = spending
        .map(|branch| Share { label: branch.label().to_owned(), lookups: branch.lookups() })
        .collect();
    shares.sort_by_key(|share| std::cmp::Reverse(share.lookups));
    shares
}

fn void_names(root: &Node) -> Vec<String> {
    let alive = root.walk().into_iter().flat_map(|node| &node.terms).filter(|branch| !branch.dead);
    let names = alive.flat_map(|branch| branch.void_v4.iter().chain(&branch.void_v6));
    names.collect::<BTreeSet<_>>().into_iter().cloned().collect()
}

/// The record that decides about everybody else, and how it lets them through; none where it does
/// not, or where nobody can know.
fn open_end(node: &Node) -> Option<(&Node, Option<Range<usize>>, OpenEnd)> {
    let record = &node.reading()?.record;
    if let Some((qualifier, span)) = record.all() {
        let end = match qualifier {
            Qualifier::Pass => OpenEnd::PassAll,
            Qualifier::Neutral => OpenEnd::NeutralAll,
            Qualifier::Fail | Qualifier::SoftFail => return None,
        };
        return Some((node, Some(span.clone()), end));
    }
    if record.redirect().is_none() {
        return Some((node, None, OpenEnd::Nothing));
    }
    let redirect = node.terms.iter().find(|branch| branch.qualifier.is_none() && branch.child.is_some());
    open_end(redirect?.child.as_ref()?)
}

/// A mechanism written as a modifier, `ip4=192.0.2.1`: receivers ignore it without a word.
fn is_misspelt(name: &str) -> bool {
    const KNOWN: [&str; 8] = ["all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"];
    KNOWN.contains(&name.to_ascii_lowercase().as_str())
}
