//! Several faults of one thing, told in one verdict.

use std::ops::Range;

use crate::check::Verdict;
use crate::check::seen;

/// Most faults that a message names.
const MOST: usize = 4;

/// A fault.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    /// What is wrong, in a clause with names and numbers.
    pub(super) what: String,
    /// What would have been right.
    pub(super) expected: String,
    /// What was seen.
    pub(super) observed: String,
    /// What to do.
    pub(super) help: String,
    /// True where little depends on it.
    pub(super) mild: bool,
}

/// The verdict on faults; the worst come first. `None` where there are none.
pub(super) fn verdict(mut faults: Vec<Fault>, label: &str) -> Option<Verdict> {
    faults.sort_by_key(|fault| fault.mild);
    let first = faults.first()?;
    let mut clauses: Vec<String> = faults.iter().take(MOST).map(|fault| fault.what.clone()).collect();
    if faults.len() > MOST {
        clauses.push(format!("and {} more", faults.len() - MOST));
    }
    let helps = helps(&faults);
    let verdict = Verdict::fail(clauses.join("; "))
        .expected(first.expected.clone())
        .observed(first.observed.clone())
        .label(label)
        .help(helps.join("; "));
    Some(if first.mild { verdict.mild() } else { verdict })
}

/// What to do, once each: what another help says too is left out.
fn helps(faults: &[Fault]) -> Vec<&str> {
    let mut helps: Vec<&str> = Vec::new();
    for fault in faults {
        let help = fault.help.as_str();
        if !helps.iter().any(|known| known.contains(help)) {
            helps.retain(|known| !help.contains(*known));
            helps.push(help);
        }
    }
    helps
}

/// A part of a record and where it stands: `"id=1-2" at character 9`, characters counted from 1.
pub(super) fn part(record: &str, span: &Range<usize>) -> String {
    let position = seen::character(record, span.start);
    match record.get(span.clone()).filter(|part| !part.is_empty()) {
        Some(part) => format!("`{}` at character {position}", seen::cut(part)),
        None => format!("the end, character {position}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_counted_in_characters() {
        assert_eq!(part("v=é; id=x", &(6..10)), "`id=x` at character 6");
        assert_eq!(part("ab", &(2..2)), "the end, character 3");
        assert_eq!(part("é", &(1..9)), "the end, character 2");
    }

    #[test]
    fn the_worst_fault_comes_first_and_help_is_said_once() {
        let fault = |what: &str, mild| Fault {
            what: what.into(),
            expected: "good".into(),
            observed: what.into(),
            help: "mend it".into(),
            mild,
        };
        let all = vec![fault("a", true), fault("b", false), fault("c", false)];
        let verdict = verdict(all, "not good").expect("a verdict");
        assert_eq!((verdict.message.as_str(), verdict.help.as_deref()), ("b; c; a", Some("mend it")));
        assert_eq!(verdict.weight, crate::check::Weight::Usual);
        assert!(super::verdict(Vec::new(), "").is_none());
        let mut two = vec![fault("a", false), fault("b", false)];
        two[1].help = "first mend it, then try".into();
        assert_eq!(helps(&two), ["first mend it, then try"]);
        let many = vec![fault("a", true); 6];
        assert_eq!(super::verdict(many, "").map(|v| v.message), Some("a; a; a; a; and 2 more".into()));
    }
}
