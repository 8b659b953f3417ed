//! Follows records.

use std::collections::{BTreeMap, BTreeSet};

use super::{Branch, Found, Node, Target, Tree};
use crate::mail::spf::eval::Limits;
use crate::mail::spf::lookup::{Kind, Lookup, Question, Reply, askable, is_full};
use crate::mail::spf::macros::Letter;
use crate::mail::spf::record::{
    DomainSpec, Mechanism, Modifier, Record, Term, TermKind, is_record, resembles_record,
};

/// Most domains that are followed. Records of ten look-ups have at most eleven; records that
/// include each other many times would otherwise grow without end.
const MOST_NODES: usize = 200;

pub(super) fn grow(domain: &str, lookup: &dyn Lookup, limits: Limits) -> Tree {
    let mut grower = Grower {
        lookup,
        exchanges: limits.names,
        needs: BTreeSet::new(),
        failures: BTreeMap::new(),
        nodes: 0,
        above: Vec::new(),
        included: false,
        root: askable(domain).unwrap_or_default(),
    };
    let root = grower.node(domain);
    let failures = grower.failures.into_iter().collect();
    Tree { root, needs: grower.needs.into_iter().collect(), failures, limits }
}

struct Grower<'a> {
    lookup: &'a dyn Lookup,
    /// How many mail exchanges of an `mx` are asked.
    exchanges: usize,
    needs: BTreeSet<Question>,
    failures: BTreeMap<Question, String>,
    nodes: usize,
    /// The domains from the root to where it grows.
    above: Vec<String>,
    /// True below an `include`: nobody reads explanations there (section 6.2).
    included: bool,
    /// The tree's own domain.
    root: String,
}

impl Grower<'_> {
    fn node(&mut self, domain: &str) -> Node {
        let leaf = |domain: &str, found| Node {
            domain: domain.to_owned(),
            found,
            look_alikes: Vec::new(),
            terms: Vec::new(),
        };
        let Some(name) = askable(domain).filter(|name| is_full(name)) else {
            return leaf(domain, Found::NotADomain);
        };
        if self.above.contains(&name) {
            return leaf(&name, Found::Loop);
        }
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return leaf(&name, Found::TooLarge);
        }
        let texts = match self.lookup.txt(&name) {
            Reply::Answer(texts) => texts,
            reply => {
                let found = match &reply {
                    Reply::Failed(reason) => Found::Failed(reason.clone()),
                    _ => Found::NotAsked,
                };
                self.records(reply, &name, Kind::Txt);
                return leaf(&name, found);
            }
        };
        let look_alikes = texts.iter().filter(|text| resembles_record(text)).cloned().collect();
        let found = the_one_record(texts);
        let terms = match &found {
            Found::Record(reading) => self.branches(&reading.record, &name),
            _ => Vec::new(),
        };
        Node { domain: name, found, look_alikes, terms }
    }

    fn branches(&mut self, record: &Record, name: &str) -> Vec<Branch> {
        self.above.push(name.to_owned());
        let end = record.all().map(|(_, span)| span.start);
        let branches = record.terms().iter().map(|term| self.branch(term, record, name, end)).collect();
        self.above.pop();
        branches
    }

    /// The records of an answer; what is missing or failed is noted.
    fn records<T>(&mut self, reply: Reply<T>, name: &str, kind: Kind) -> Option<Vec<T>> {
        let question = Question { name: name.to_owned(), kind };
        match reply {
            Reply::Answer(records) => return Some(records),
            Reply::Failed(reason) => drop(self.failures.insert(question, reason)),
            Reply::NotAsked => drop(self.needs.insert(question)),
        }
        None
    }

    fn is_void<T>(&mut self, reply: Reply<T>, name: &str, kind: Kind) -> bool {
        self.records(reply, name, kind).is_some_and(|records| records.is_empty())
    }

    fn branch(&mut self, term: &Term, record: &Record, domain: &str, end: Option<usize>) -> Branch {
        let (qualifier, counts, dead) = match &term.kind {
            TermKind::Directive(directive) => {
                let dead = end.is_some_and(|end| term.span.start > end);
                (Some(directive.qualifier), directive.mechanism.looks_up(), dead)
            }
            TermKind::Modifier(modifier) => {
                let redirects = matches!(modifier, Modifier::Redirect(_));
                (None, redirects, redirects && end.is_some())
            }
        };
        let mut branch = Branch {
            term: record.text_at(&term.span).to_owned(),
            span: term.span.clone(),
            qualifier,
            dead,
            counts,
            target: Target::None,
            child: None,
            exchanges: None,
            texts: None,
            void_v4: Vec::new(),
            void_v6: Vec::new(),
        };
        match &term.kind {
            TermKind::Directive(directive) => self.mechanism(&mut branch, &directive.mechanism, domain),
            TermKind::Modifier(modifier) => self.modifier(&mut branch, modifier, domain),
        }
        branch
    }

    fn mechanism(&mut self, branch: &mut Branch, mechanism: &Mechanism, domain: &str) {
        branch.target = match (mechanism, mechanism.domain()) {
            (Mechanism::All | Mechanism::Ip4(..) | Mechanism::Ip6(..), _) => Target::None,
            (Mechanism::Ptr(_), _) => Target::Varies,
            (_, Some(name)) => target(name, domain, &self.root),
            (_, None) => Target::Name(domain.to_owned()),
        };
        if branch.dead {
            return;
        }
        match (mechanism, branch.target.clone()) {
            (Mechanism::Include(_), Target::Name(name) | Target::Unaskable(name)) => {
                let included = std::mem::replace(&mut self.included, true);
                branch.child = Some(self.node(&name));
                self.included = included;
            }
            (Mechanism::A(..), Target::Name(name)) => self.addresses(branch, &name),
            (Mechanism::Mx(..), Target::Name(name)) => self.exchanges(branch, &name),
            (Mechanism::Exists(_), Target::Name(name))
                if self.is_void(self.lookup.a(&name), &name, Kind::A) =>
            {
                branch.void_v4.push(name.clone());
                branch.void_v6.push(name);
            }
            _ => {}
        }
    }

    fn modifier(&mut self, branch: &mut Branch, modifier: &Modifier, domain: &str) {
        match modifier {
            Modifier::Redirect(name) => {
                branch.target = target(name, domain, &self.root);
                if let (false, Target::Name(name) | Target::Unaskable(name)) = (branch.dead, &branch.target) {
                    branch.child = Some(self.node(name));
                }
            }
            Modifier::Explanation(name) => {
                branch.target = target(name, domain, &self.root);
                if let (false, Target::Name(name)) = (self.included, &branch.target) {
                    branch.texts =
                        self.records(self.lookup.txt(name), name, Kind::Txt).map(|texts| texts.len());
                }
            }
            Modifier::Unknown(..) => {}
        }
    }

    /// Both families, since nobody knows from where mail will come.
    fn addresses(&mut self, branch: &mut Branch, name: &str) {
        if self.is_void(self.lookup.a(name), name, Kind::A) {
            branch.void_v4.push(name.to_owned());
        }
        if self.is_void(self.lookup.aaaa(name), name, Kind::Aaaa) {
            branch.void_v6.push(name.to_owned());
        }
    }

    fn exchanges(&mut self, branch: &mut Branch, name: &str) {
        let Some(exchanges) = self.records(self.lookup.mx(name), name, Kind::Mx) else { return };
        branch.exchanges = Some(exchanges.len());
        if exchanges.is_empty() {
            branch.void_v4.push(name.to_owned());
            branch.void_v6.push(name.to_owned());
        }
        for host in exchanges.iter().take(self.exchanges).filter_map(|host| askable(host)) {
            self.addresses(branch, &host);
        }
    }
}

/// What the texts at a name are to SPF (section 4.5).
fn the_one_record(mut texts: Vec<String>) -> Found {
    texts.retain(|text| is_record(text));
    match texts.as_slice() {
        [] => Found::NoRecord,
        [one] => Found::Record(Record::read(one)),
        _ => Found::Several(texts),
    }
}

/// The name that a term means, as far as it is the same for every sender.
fn target(name: &DomainSpec, domain: &str, root: &str) -> Target {
    let known = |letter| match letter {
        Letter::Domain => Some(domain.to_owned()),
        // Mail in the tree's own name: that is whose record it is.
        Letter::SenderDomain => Some(root.to_owned()),
        _ => None,
    };
    match name.expand(&known) {
        None => Target::Varies,
        Some(name) => askable(&name).map_or(Target::Unaskable(name), Target::Name),
    }
}
