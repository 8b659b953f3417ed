//! RFC 7208's own suite: 203 evaluations, and the same zones before the linter.

use super::zone::{Case, Zone, scenarios};
use crate::mail::spf::{Limits, Lint, Outcome, Request, Tree, check_host, lint};

fn request(case: &Case) -> Request {
    let ip = case.host.parse().expect("an address");
    Request::new(ip, &case.mailfrom, &case.helo)
}

/// How the outcome differs from what the suite allows.
fn deviation(case: &Case, outcome: &Outcome) -> Option<String> {
    let results = case.results();
    if !results.contains(&outcome.result.as_str()) {
        let because = outcome.cause.as_ref().map(ToString::to_string).unwrap_or_default();
        return Some(format!("{} instead of {results:?} {because}", outcome.result));
    }
    // The suite writes DEFAULT where the domain explains nothing.
    let wanted = case.explanation.as_deref()?;
    let given = outcome.explanation.as_deref().unwrap_or("DEFAULT");
    (given != wanted).then(|| format!("explains `{given}` instead of `{wanted}`"))
}

#[test]
fn every_case_comes_out_as_the_suite_says() {
    let Some(scenarios) = scenarios() else { return };
    let (mut count, mut deviations) = (0, Vec::new());
    for scenario in &scenarios {
        let zone = Zone::of(scenario);
        for (name, case) in &scenario.tests {
            count += 1;
            let outcome = check_host(&request(case), &zone).expect("everything is known");
            deviations.extend(deviation(case, &outcome).map(|deviation| format!("{name}: {deviation}")));
        }
    }
    assert_eq!(deviations, Vec::<String>::new());
    assert_eq!((scenarios.len(), count), (16, 203));
}

/// An evaluation that starts from nothing, and asks what it needs, comes to the same end; so it
/// does after a tree has asked.
#[test]
fn asking_bit_by_bit_changes_nothing() {
    let Some(scenarios) = scenarios() else { return };
    for scenario in &scenarios {
        let everything = Zone::of(scenario);
        for (name, case) in &scenario.tests {
            let request = request(case);
            let expected = check_host(&request, &everything).expect("everything is known");
            for tree_first in [false, true] {
                let zone = Zone::unasked(scenario);
                if tree_first {
                    ask_for_tree(&request.domain, &zone);
                }
                let mut rounds = 0;
                let outcome = loop {
                    match check_host(&request, &zone) {
                        Ok(outcome) => break outcome,
                        Err(needs) => {
                            needs.0.iter().for_each(|question| zone.ask(&question.name, question.kind));
                        }
                    }
                    rounds += 1;
                    assert!(rounds < 40, "{name}");
                };
                assert_eq!(outcome, expected, "{name}");
            }
        }
    }
}

fn ask_for_tree(domain: &str, zone: &Zone<'_>) -> Tree {
    loop {
        let tree = Tree::grow(domain, zone, Limits::default());
        if tree.needs.is_empty() {
            return tree;
        }
        tree.needs.iter().for_each(|question| zone.ask(&question.name, question.kind));
    }
}

/// What a linter, which knows no sender, should say: that something breaks, or not. `None` where
/// the case is about the sender, about DNS that fails, or where both are allowed.
fn should_break(case: &Case) -> Option<bool> {
    let results = case.results();
    let sound = |result: &&str| matches!(*result, "pass" | "fail" | "softfail" | "neutral");
    if results == ["permerror"] { Some(true) } else { results.iter().all(sound).then_some(false) }
}

#[test]
fn the_linter_agrees_with_the_suite() {
    let Some(scenarios) = scenarios() else { return };
    let (mut decidable, mut flagged, mut deviations) = (0, 0, Vec::new());
    for scenario in &scenarios {
        for (name, case) in &scenario.tests {
            let Some(expected) = should_break(case) else { continue };
            decidable += 1;
            flagged += usize::from(expected);
            let tree = Tree::grow(&request(case).domain, &Zone::of(scenario), Limits::default());
            let breaking: Vec<Lint> = lint(&tree).into_iter().filter(|lint| lint.kind.breaks()).collect();
            if breaking.is_empty() == expected {
                let texts = breaking.iter().map(|lint| format!("{}: {}", lint.domain, lint.kind));
                deviations.push(format!("{name} {:?}", texts.collect::<Vec<_>>()));
            }
        }
    }
    // In this zone eleven terms look up. The suite's sender is matched by the tenth; whoever is
    // not gets `permerror`, which is what a linter is for.
    let known = r#"include-at-limit ["e8.example.com: 11 of 10 look-ups: inc.example.com 9, a 1, mx 1"]"#;
    assert_eq!(deviations, [known]);
    assert_eq!((decidable, flagged), (186, 74));
}
