//! How findings are now: what a change may promise to turn green.

use std::collections::BTreeMap;

use super::plan::Promise;
use crate::check::{Status, World, engine};

/// How the findings of some checks are.
#[derive(Debug, Default)]
pub(super) struct Judged(BTreeMap<(&'static str, String), Status>);

impl Judged {
    /// Judges these checks. None of them may ask for the plan, which is being made.
    pub(super) fn of(world: &World, checks: &[&str]) -> Self {
        let judged = engine::judge(world, &|check| checks.contains(&check.id));
        let entry = |judgement: engine::Judgement| {
            ((judgement.check.id, judgement.subject), judgement.verdict.status)
        };
        Self(judged.into_iter().map(entry).collect())
    }

    fn is(&self, check: &'static str, subject: &str, status: Status) -> bool {
        self.0.get(&(check, subject.to_owned())) == Some(&status)
    }

    /// True where it is right already.
    pub(super) fn passes(&self, check: &'static str, subject: &str) -> bool {
        self.is(check, subject, Status::Pass)
    }

    /// The promise to turn that finding green, where it fails.
    pub(super) fn promise(&self, check: &'static str, subject: &str) -> Option<Promise> {
        self.is(check, subject, Status::Fail).then(|| promise(check, subject))
    }

    /// The promises for each of these subjects.
    pub(super) fn promises<'s>(
        &self,
        checks: &[&'static str],
        subjects: &(impl Iterator<Item = &'s str> + Clone),
    ) -> Vec<Promise> {
        let all = checks.iter().flat_map(|check| subjects.clone().map(move |subject| (*check, subject)));
        all.filter_map(|(check, subject)| self.promise(check, subject)).collect()
    }
}

/// A promise, whether or not the finding fails: whoever shows it asks for that.
pub(super) fn promise(check: &str, subject: &str) -> Promise {
    Promise { check: check.to_owned(), subject: subject.to_owned() }
}
