//! Follows `redirect=` from one SPF record to the next (RFC 7208 section 6.1).

use crate::check::seen::{self, Judged};
use crate::check::{Verdict, World};
use crate::mail::{self, Ending, MOST_SPF_REDIRECTS as MOST, spf_name as name};
use crate::observed::Remote;

/// The record that decides in the end.
pub(super) struct Decisive<'w> {
    /// Where it stands; the first record's own name where that does not redirect.
    pub(super) name: String,
    /// Its text.
    pub(super) record: &'w str,
    /// How it ends; never with a redirect.
    pub(super) ending: Ending<'w>,
    /// Every record that was passed, as name and text.
    pub(super) passed: Vec<(String, &'w str)>,
}

/// How a redirect leads nowhere: receivers give up with an error then.
pub(super) struct Broken {
    /// What is wrong, as the end of a sentence about the domain's record.
    pub(super) what: String,
    /// What was seen.
    pub(super) observed: String,
}

/// Follows the domain's record to the one that decides.
pub(super) fn follow<'w>(first: &'w str, world: &'w World) -> Judged<Result<Decisive<'w>, Broken>> {
    let broken = |what: String, observed: String| Ok(Err(Broken { what, observed }));
    let (mut here, mut record) = (world.domain().to_owned(), first);
    let mut passed = vec![(here.clone(), record)];
    loop {
        let target = match mail::spf_ending(record) {
            Ending::Redirect(target) => target,
            ending => return Ok(Ok(Decisive { name: here, record, ending, passed })),
        };
        let shown = seen::cut(target);
        if target.contains('%') {
            return Err(Box::new(Verdict::unknown(format!(
                "the SPF record of {here} redirects to `{shown}`, a name that each mail fills in anew"
            ))));
        }
        let target = name(target);
        if target.is_empty() {
            return broken("redirects to no name".into(), "`redirect=` without a name".into());
        }
        if passed.iter().any(|(name, _)| *name == target) {
            return broken(format!("redirects in a circle, back to {shown}"), format!("a circle at {shown}"));
        }
        if passed.len() > MOST {
            return broken(
                format!("redirects more than {MOST} times"),
                format!("more than {MOST} redirects"),
            );
        }
        let answer = seen::dns(&target, "TXT", world)?;
        let records: Vec<&Remote> = answer.values("TXT").filter(|text| mail::is_spf(text.as_str())).collect();
        match records.as_slice() {
            [one] => {
                (here, record) = (target, one.as_str());
                passed.push((here.clone(), record));
            }
            [] => {
                let what = format!("redirects to {shown}, but the record it redirects to does not exist");
                let observed = if answer.nxdomain { "NXDOMAIN" } else { "no SPF record" };
                return broken(what, format!("{observed} at {shown}"));
            }
            several => {
                let count = several.len();
                let what = format!("redirects to {shown}, which has {count} SPF records");
                return broken(what, format!("{count} records at {shown}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::examples::Fixture;
    use std::fmt::Write as _;

    /// A chain of so many redirects, then `-all`.
    fn chain(length: usize) -> Fixture {
        let mut observed = "at: 2026-11-21T12:00:00Z\ndns:\n".to_owned();
        for n in 1..=length {
            let end = if n == length { "-all".to_owned() } else { format!("redirect=n{}.test", n + 1) };
            let _ = writeln!(
                observed,
                "  n{n}.test TXT: {{answer: {{records: [{{name: n{n}.test, type: TXT, value: 'v=spf1 {end}'}}]}}}}"
            );
        }
        Fixture::new("domain: a.test\n", &observed).expect("a fixture")
    }

    #[test]
    fn ten_redirects_are_followed() {
        for (length, good) in [(1, true), (MOST, true), (MOST + 1, false)] {
            let fixture = chain(length);
            let world = fixture.world();
            let end = follow("v=spf1 redirect=n1.test", &world).expect("judged");
            assert_eq!(end.is_ok(), good, "{length}");
            if let Ok(end) = end {
                assert_eq!((end.name, end.passed.len()), (format!("n{length}.test"), length + 1));
            }
        }
    }
}
