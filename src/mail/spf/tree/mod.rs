//! Everything that a domain's record leads to, whoever sends.

mod grow;

use std::net::IpAddr;
use std::ops::Range;

use super::eval::Limits;
use super::lookup::{Lookup, Question};
use super::record::{Mechanism, Qualifier, Reading};

/// The records that a domain's record includes and redirects to, all the way down, whether or not
/// they are sound or within the limits.
///
/// Unlike [`check_host`](super::eval::check_host) it knows no sender, and follows every branch; so
/// its sums are what a sender costs whom nothing matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// The domain itself.
    pub root: Node,
    /// What must be asked before the tree is complete, sorted. Ask, and grow it again: it is complete
    /// where nothing stands here.
    pub needs: Vec<Question>,
    /// Questions that failed, with the reason: what lies behind them is not known.
    pub failures: Vec<(Question, String)>,
    /// Against what it is measured.
    pub limits: Limits,
}

impl Tree {
    /// Follows a domain's record as far as answers are known.
    pub fn grow(domain: &str, lookup: &dyn Lookup, limits: Limits) -> Self {
        grow::grow(domain, lookup, limits)
    }

    /// The record at a domain of that kind whose senders this tree passes: every term on the way is a
    /// `+include` or a `redirect`. The tree's own domain is not asked about.
    pub fn passing(&self, fits: impl Fn(&str) -> bool) -> Option<&Node> {
        self.root.passing().into_iter().skip(1).find(|node| fits(&node.domain))
    }

    /// True where a record lists addresses or networks itself.
    pub fn lists_networks(&self) -> bool {
        let readings = self.root.walk().into_iter().filter_map(Node::reading);
        let mut directives = readings.flat_map(|reading| reading.record.directives());
        directives
            .any(|(directive, _)| matches!(directive.mechanism, Mechanism::Ip4(..) | Mechanism::Ip6(..)))
    }
}

/// A domain in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub domain: String,
    /// What stands there.
    pub found: Found,
    /// Texts beside it that are no records, but look as if they were meant as such.
    pub look_alikes: Vec<String>,
    /// The well-formed terms of its record, in order.
    pub terms: Vec<Branch>,
}

/// What stands at a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// One record, perhaps with errors.
    Record(Reading),
    /// No record.
    NoRecord,
    /// Several records: their texts. None of them is followed.
    Several(Vec<String>),
    /// The question failed; the reason.
    Failed(String),
    /// Nobody has asked yet.
    NotAsked,
    /// The same domain stands above: its records lead back to themselves.
    Loop,
    /// This is no domain name.
    NotADomain,
    /// The tree is too large, and not followed further.
    TooLarge,
}

/// A term in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// The term.
    pub term: String,
    /// Where it stands in its record, in bytes.
    pub span: Range<usize>,
    /// What a match means; none for modifiers.
    pub qualifier: Option<Qualifier>,
    /// True where it is never reached: it stands after `all`, or is a `redirect` beside one.
    pub dead: bool,
    /// True where it counts as a look-up.
    pub counts: bool,
    /// The name that it asks about.
    pub target: Target,
    /// The domain that it includes or redirects to.
    pub child: Option<Node>,
    /// How many mail exchanges an `mx` found.
    pub exchanges: Option<usize>,
    /// How many texts an `exp` found; receivers ignore it unless there is one. Not asked below an
    /// `include`, where it has no effect.
    pub texts: Option<usize>,
    /// The names without an answer for senders with an IPv4 address. One or more make the term void.
    pub void_v4: Vec<String>,
    /// The same for senders with an IPv6 address.
    pub void_v6: Vec<String>,
}

/// The name that a term asks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// It asks about none.
    None,
    /// This one.
    Name(String),
    /// It depends on the sender.
    Varies,
    /// This, for which DNS cannot be asked.
    Unaskable(String),
}

impl Branch {
    /// Look-ups of the term and of all below it.
    pub fn lookups(&self) -> usize {
        if self.dead {
            return 0;
        }
        usize::from(self.counts) + self.child.as_ref().map_or(0, Node::lookups)
    }

    /// How a message names it: the domain it leads to, or the term itself.
    pub fn label(&self) -> &str {
        match (&self.target, &self.child) {
            (Target::Name(name), Some(_)) => name,
            _ => &self.term,
        }
    }
}

impl Node {
    /// Look-ups of its own terms.
    pub fn own_lookups(&self) -> usize {
        self.terms.iter().filter(|branch| branch.counts && !branch.dead).count()
    }

    /// Look-ups of its own terms and of all below.
    pub fn lookups(&self) -> usize {
        self.terms.iter().map(Branch::lookups).sum()
    }

    /// Void terms, its own and all below: for senders with an IPv4 address, and with an IPv6 address.
    pub fn voids(&self) -> (usize, usize) {
        let alive = self.terms.iter().filter(|branch| !branch.dead);
        alive.fold((0, 0), |(v4, v6), branch| {
            let below = branch.child.as_ref().map_or((0, 0), Self::voids);
            let own = (usize::from(!branch.void_v4.is_empty()), usize::from(!branch.void_v6.is_empty()));
            (v4 + own.0 + below.0, v6 + own.1 + below.1)
        })
    }

    /// This domain and all below it on terms that pass what they match: `+include` and `redirect`.
    pub fn passing(&self) -> Vec<&Self> {
        let passes =
            |branch: &&Branch| !branch.dead && matches!(branch.qualifier, None | Some(Qualifier::Pass));
        let below = self.terms.iter().filter(passes).filter_map(|branch| branch.child.as_ref());
        std::iter::once(self).chain(below.flat_map(Self::passing)).collect()
    }

    /// The first address of each network that its record, and those that it leads to, pass.
    pub fn first_addresses(&self) -> Vec<IpAddr> {
        let records = self.passing().into_iter().filter_map(Self::reading);
        let directives = records.flat_map(|reading| reading.record.directives());
        let passing = directives.filter(|(directive, _)| directive.qualifier == Qualifier::Pass);
        let addresses = passing.filter_map(|(directive, _)| match directive.mechanism {
            Mechanism::Ip4(address, _) => Some(address.into()),
            Mechanism::Ip6(address, _) => Some(address.into()),
            _ => None,
        });
        addresses.collect()
    }

    /// The record, where there is one.
    pub fn reading(&self) -> Option<&Reading> {
        match &self.found {
            Found::Record(reading) => Some(reading),
            _ => None,
        }
    }

    /// This domain and all below it that evaluation can reach, from the top.
    pub fn walk(&self) -> Vec<&Self> {
        let alive = self.terms.iter().filter(|branch| !branch.dead);
        let below = alive.filter_map(|branch| branch.child.as_ref()).flat_map(Self::walk);
        std::iter::once(self).chain(below).collect()
    }
}
