//! Which findings are told by another one, and which are alike: one cause, one block.

use std::collections::BTreeMap;

use crate::check::Status;
use crate::report::{Finding, Report};

/// For every finding the one that is printed in its place: itself, or what made it impossible to
/// judge.
pub(super) struct Causes<'a> {
    findings: &'a [Finding],
    roots: Vec<usize>,
}

impl<'a> Causes<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let findings = &report.findings;
        let mut index = BTreeMap::new();
        for (i, finding) in findings.iter().enumerate().filter(|(_, finding)| is_printed(finding)) {
            index.entry((finding.check.as_str(), finding.subject.as_str())).or_insert(i);
        }
        let roots = (0..findings.len()).map(|start| root(findings, &index, start)).collect();
        Self { findings, roots }
    }

    /// The findings with this status that are printed themselves.
    pub(super) fn printed(&self, status: Status) -> impl Iterator<Item = &'a Finding> {
        let own = self.findings.iter().enumerate().filter(|(i, _)| self.roots[*i] == *i);
        own.map(|(_, finding)| finding).filter(move |finding| finding.status == status)
    }

    /// The findings that could not be judged because of one of `members`.
    pub(super) fn behind(&self, members: &[&Finding]) -> Vec<&'a Finding> {
        let told = self.findings.iter().enumerate().filter(|(i, _)| {
            let root = self.roots[*i];
            root != *i && members.iter().any(|member| std::ptr::eq(*member, &raw const self.findings[root]))
        });
        told.map(|(_, finding)| finding).collect()
    }

    /// How many findings are told by another one.
    pub(super) fn told(&self) -> usize {
        self.roots.iter().enumerate().filter(|(i, root)| i != *root).count()
    }
}

fn is_printed(finding: &Finding) -> bool {
    matches!(finding.status, Status::Fail | Status::Unknown | Status::Waived)
}

/// Follows `because` to its end. A ring of causes has no end; each of it stands for itself.
fn root(findings: &[Finding], index: &BTreeMap<(&str, &str), usize>, start: usize) -> usize {
    let mut at = start;
    for _ in 0..findings.len() {
        let next = findings[at]
            .because
            .as_ref()
            .filter(|_| findings[at].status == Status::Unknown)
            .and_then(|cause| index.get(&(cause.check.as_str(), cause.subject.as_str())));
        match next {
            Some(next) if *next != at => at = *next,
            _ => return at,
        }
    }
    start
}

/// Findings with something in common, in the order of their first.
pub(super) fn grouped<'a, K: Ord>(
    findings: impl Iterator<Item = &'a Finding>,
    key: impl Fn(&'a Finding) -> K,
) -> Vec<Vec<&'a Finding>> {
    let mut places = BTreeMap::new();
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        let place = *places.entry(key(finding)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups
}
