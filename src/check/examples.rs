//! The catalogue's pages as tests: every example on a page comes out as it is written there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::verdict::Cause;
use super::{CATALOGUE, Check, Status, World};
use crate::judge::{Options, judge};
use crate::observed::Observed;
use crate::policy::{Level, Policy, Thresholds};
use crate::private::PrivateRanges;
use crate::report;
use crate::spec::{Document, load};

mod lost;

/// A spec and what was observed, read from an example's blocks.
pub(crate) struct Fixture {
    document: Document,
    observed: Observed,
    /// The numbers to judge by.
    pub(crate) thresholds: Thresholds,
    private: PrivateRanges,
}

impl Fixture {
    /// Reads both. `# allow-private` on top of what was observed is `--allow-private`.
    pub(crate) fn new(spec: &str, observed: &str) -> Result<Self, String> {
        let document = load::parse("launch-ready.yaml", spec).map_err(|errors| {
            let all: Vec<String> =
                errors.errors.iter().map(|error| format!("{}: {error}", error.code)).collect();
            format!("spec: {}", all.join("; "))
        })?;
        let allowed = observed.starts_with("# allow-private");
        Ok(Self {
            document,
            observed: load::embedded(observed).map_err(|error| format!("observed: {error}"))?,
            thresholds: Thresholds::default(),
            private: if allowed { PrivateRanges::Allowed } else { PrivateRanges::Forbidden },
        })
    }

    /// What judges see.
    pub(crate) fn world(&self) -> World<'_> {
        World::new(&self.document, &self.observed, self.observed.at, &self.thresholds, &self.private)
    }
}

/// The block `finding`: only what it names is compared.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Finding {
    subject: Option<String>,
    status: Status,
    level: Option<Level>,
    message: Option<String>,
    expected: Option<String>,
    observed: Option<String>,
    help: Option<String>,
    /// The path in the spec that the finding points at.
    spec: Option<String>,
    because: Option<Cause>,
}

struct Example {
    title: String,
    spec: String,
    observed: String,
    finding: String,
}

/// The examples of a page: a heading each, then three blocks.
fn examples(text: &str) -> Result<Vec<Example>, String> {
    let mut found = Vec::new();
    for part in text.split("\n### ").skip(1) {
        let (title, body) = part.split_once('\n').ok_or("an example without blocks")?;
        let block = |kind: &str| {
            let start = format!("```yaml {kind}\n");
            let (_, rest) = body.split_once(&start).ok_or(format!("`{title}` has no block `{kind}`"))?;
            let (block, _) = rest.split_once("```").ok_or(format!("`{title}`: block `{kind}` has no end"))?;
            Ok::<_, String>(block.to_owned())
        };
        let (spec, observed, finding) = (block("spec")?, block("observed")?, block("finding")?);
        found.push(Example { title: title.to_owned(), spec, observed, finding });
    }
    Ok(found)
}

/// What the examples section holds, with the heading level that `split` needs.
fn of(check: &Check) -> Result<Vec<Example>, String> {
    examples(&format!("\n{}", check.page().examples))
}

/// What all checks say, in a report as every run makes it.
fn findings(fixture: &Fixture) -> Vec<report::Finding> {
    let policy = Policy {
        name: "examples".into(),
        levels: BTreeMap::new(),
        thresholds: Thresholds::default(),
        not_checked: Vec::new(),
    };
    let options = Options { private: fixture.private.clone(), ..Options::default() };
    judge(&fixture.document, &fixture.observed, &policy, &options).findings
}

/// What one check says.
fn outcome(fixture: &Fixture, check: &Check) -> Vec<report::Finding> {
    findings(fixture).into_iter().filter(|finding| finding.check == check.id).collect()
}

/// What comes out otherwise than the example says.
fn differences(check: &Check, example: &Example) -> Result<(), String> {
    let fixture = Fixture::new(&example.spec, &example.observed)?;
    let wanted: Finding = load::embedded(&example.finding).map_err(|error| format!("finding: {error}"))?;
    let outcome = outcome(&fixture, check);
    let about = |finding: &&report::Finding| {
        wanted.subject.as_ref().is_none_or(|subject| *subject == finding.subject)
    };
    let found: Vec<&report::Finding> = outcome.iter().filter(about).collect();
    let [finding] = found.as_slice() else {
        let subjects: Vec<&str> = outcome.iter().map(|finding| finding.subject.as_str()).collect();
        return Err(format!("{} findings about {:?}, of {subjects:?}", found.len(), wanted.subject));
    };
    let report::Finding { status, message, expected, observed, help, because, .. } = finding;
    let mut wrong = String::new();
    if *status != wanted.status {
        let _ = write!(wrong, "\n  status: {:?}, not {status:?} ({message})", wanted.status);
    }
    if wanted.level.is_some_and(|level| level != finding.level) {
        let _ = write!(wrong, "\n  level: {:?}, not {:?}", wanted.level, finding.level);
    }
    let texts = [
        ("message", &wanted.message, Some(message)),
        ("expected", &wanted.expected, expected.as_ref()),
        ("observed", &wanted.observed, observed.as_ref()),
        ("help", &wanted.help, help.as_ref()),
        ("spec", &wanted.spec, Some(&finding.spec.path)),
    ];
    for (key, wanted, came) in texts {
        if wanted.is_some() && wanted.as_ref() != came {
            let _ = write!(wrong, "\n  {key}: written {wanted:?}\n  {key}: came    {came:?}");
        }
    }
    if wanted.because.is_some() && wanted.because != *because {
        let _ = write!(wrong, "\n  because: written {:?}\n  because: came    {because:?}", wanted.because);
    }
    if wanted.status == Status::Fail {
        let lacks = [("help", help), ("label", &finding.label)].into_iter().find(|(_, v)| v.is_none());
        if let Some((key, _)) = lacks {
            let _ = write!(wrong, "\n  a failure needs a {key}");
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_example_comes_out_as_written() {
    let mut faults = Vec::new();
    for check in &CATALOGUE {
        match of(check) {
            Err(why) => faults.push(format!("checks/{}.md: {why}", check.id)),
            Ok(examples) => faults.extend(examples.iter().filter_map(|example| {
                let why = differences(check, example).err()?;
                Some(format!("checks/{}.md, `{}`: {why}", check.id, example.title))
            })),
        }
    }
    assert_none(&faults);
}

/// Where a finding's causes lead: a finding that is wrong, or one of which nobody knows.
fn unfounded(finding: &report::Finding, all: &[report::Finding]) -> Option<String> {
    let mut at = finding;
    for _ in 0..all.len() {
        let Some(cause) = &at.because else {
            let sound = matches!(at.status, Status::Fail | Status::Waived | Status::Unknown);
            return (!sound).then(|| format!("leads to {} {}: {:?}", at.check, at.subject, at.status));
        };
        let same = |other: &&report::Finding| other.check == cause.check && other.subject == cause.subject;
        match all.iter().find(same) {
            Some(next) => at = next,
            None => return Some(format!("names {} {}, which is no finding", cause.check, cause.subject)),
        }
    }
    Some("goes round in a circle".to_owned())
}

#[test]
fn every_cause_is_a_finding_that_is_wrong() {
    let mut faults = Vec::new();
    for check in &CATALOGUE {
        for example in of(check).unwrap_or_default() {
            let Ok(fixture) = Fixture::new(&example.spec, &example.observed) else { continue };
            let all = findings(&fixture);
            let caused = all.iter().filter(|finding| finding.because.is_some());
            faults.extend(caused.filter_map(|finding| {
                let why = unfounded(finding, &all)?;
                let (id, title) = (check.id, &example.title);
                Some(format!("checks/{id}.md, `{title}`: {} {} {why}", finding.check, finding.subject))
            }));
        }
    }
    assert_none(&faults);
}

#[test]
fn every_page_shows_a_failure_and_a_pass() {
    let mut faults = Vec::new();
    for check in &CATALOGUE {
        let statuses: Vec<Status> = of(check)
            .unwrap_or_default()
            .iter()
            .filter_map(|example| load::embedded::<Finding>(&example.finding).ok())
            .map(|wanted| wanted.status)
            .collect();
        for status in [Status::Fail, Status::Pass] {
            if !statuses.contains(&status) {
                faults.push(format!("checks/{}.md has no example with {status:?}", check.id));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn every_page_is_complete() {
    let mut faults = Vec::new();
    for check in &CATALOGUE {
        let page = check.page();
        let mut say = |what: &str| faults.push(format!("checks/{}.md {what}", check.id));
        for title in [&page.pass, &page.fail] {
            if title.ends_with('.') || !title.starts_with(char::is_uppercase) {
                say("has a title that is no sentence without full stop");
            }
        }
        for section in ["\n## Why it matters\n", "\n## How to fix it\n"] {
            if !page.text.contains(section) {
                say("lacks a section");
            }
        }
        if page.references.iter().any(|reference| !reference.starts_with("https://")) {
            say("has a reference that is no https URL");
        }
        if page.since.is_empty() || page.fix.as_ref().is_some_and(|fix| fix != "cloudflare") {
            say("has a wrong `since` or `fix`");
        }
    }
    assert_none(&faults);
}

fn manifest(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
#[allow(clippy::disallowed_methods, reason = "the pages are files")]
fn every_page_belongs_to_a_check() {
    let known: BTreeSet<String> = CATALOGUE.iter().map(|check| format!("{}.md", check.id)).collect();
    let mut faults = Vec::new();
    let names = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).expect("a folder");
        entries.map(|entry| entry.expect("an entry").path()).collect()
    };
    let root = manifest("checks");
    for area in names(&root) {
        for page in names(&area) {
            let id = page.strip_prefix(&root).expect("below checks").to_string_lossy().replace('\\', "/");
            if !known.contains(&id) {
                faults
                    .push(format!("checks/{id} belongs to no check: add it to the catalogue, or delete it"));
            }
        }
    }
    assert_none(&faults);
}

/// The product's list of checks stands beside the repository where the product is developed.
#[test]
#[allow(clippy::disallowed_methods, reason = "the list is a file")]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn pages_agree_with_the_product_s_list() {
    let Ok(list) = std::fs::read_to_string(manifest("../shared/checks.csv")) else {
        eprintln!("skipped: ../shared/checks.csv is not there");
        return;
    };
    let mut faults = Vec::new();
    for check in &CATALOGUE {
        let prefix = format!("{},", check.id);
        let Some(line) = list.lines().find_map(|line| line.strip_prefix(&prefix)) else {
            faults.push(format!("{} is not in checks.csv", check.id));
            continue;
        };
        let page = check.page();
        let fix = if page.fix.is_some() { "yes" } else { "no" };
        let wanted = format!("{},{fix},", page.level.name());
        if !line.starts_with(&wanted) {
            faults.push(format!("checks/{}.md says `{wanted}`, checks.csv `{line}`", check.id));
        }
    }
    assert_none(&faults);
}
