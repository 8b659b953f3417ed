//! From what was seen to a report: runs the checks, applies policy and waivers, counts, and says
//! the verdict. Pure: the same input gives the same report.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use jiff::Timestamp;

use crate::check::engine::{self, Judgement};
use crate::check::verdict::Cause;
use crate::check::{Check, Status, World, coverage};
use crate::cloudflare;
use crate::cloudflare::plan::{Plan, Promise, Wishes};
use crate::hex::hex;
use crate::item::{self, Accepted};
use crate::observed::{Observed, Seen};
use crate::policy::{Level, Policy};
use crate::private::PrivateRanges;
use crate::report::model::{Report, SCHEMA, SpecFacts, Tool, WaiverFacts};
use crate::report::{Counts, Finding, SpecPlace, VerdictWord};
use crate::spec::shown::without_secrets;
use crate::spec::{Document, Place};

/// Who can fix a finding.
const CLOUDFLARE: &str = "cloudflare";

/// How a run judges.
#[derive(Debug, Clone)]
pub struct Options {
    /// Check ids or areas to judge; all where empty.
    pub only: Vec<String>,
    /// Check ids or areas to leave out.
    pub skip: Vec<String>,
    /// From which level a failure makes the product not ready.
    pub fail_on: Level,
    /// False: waivers accept nothing.
    pub waivers: bool,
    /// The time to judge by; the observation's own where it is not given.
    pub at: Option<Timestamp>,
    /// How long looking took, in milliseconds.
    pub duration_ms: u64,
    /// Non-public addresses that are fine.
    pub private: PrivateRanges,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            only: Vec::new(),
            skip: Vec::new(),
            fail_on: Level::Error,
            waivers: true,
            at: None,
            duration_ms: 0,
            private: PrivateRanges::Forbidden,
        }
    }
}

impl Options {
    /// True where some checks are left out.
    pub fn is_partial(&self) -> bool {
        !self.only.is_empty() || !self.skip.is_empty()
    }

    fn selects(&self, check: &Check) -> bool {
        let names = |list: &[String]| list.iter().any(|name| name == check.id || name == check.area());
        (self.only.is_empty() || names(&self.only)) && !names(&self.skip)
    }
}

fn selected<'a>(policy: &'a Policy, options: &'a Options) -> impl Iterator<Item = &'static Check> + 'a {
    let is_selected = |check: &&Check| policy.level(check) != Level::Off && options.selects(check);
    crate::check::CATALOGUE.iter().filter(is_selected)
}

/// False where no check is left.
pub fn judges_anything(policy: &Policy, options: &Options) -> bool {
    selected(policy, options).next().is_some()
}

/// False where every check that is selected looks at the spec alone, so that nothing needs to be
/// asked.
pub fn looks_at_the_world(policy: &Policy, options: &Options) -> bool {
    selected(policy, options).any(|check| check.area() != "spec" && !is_of_variables(check))
}

fn is_of_variables(check: &Check) -> bool {
    check.id.starts_with("secrets/variable-")
}

/// True where selected checks look at environment variables.
pub fn reads_variables(policy: &Policy, options: &Options) -> bool {
    selected(policy, options).any(is_of_variables)
}

/// True where hosts and URLs are all that the selected checks look at.
pub fn looks_at_the_web_alone(policy: &Policy, options: &Options) -> bool {
    let areas = ["spec", "tls", "http", "webhooks", "secrets"];
    selected(policy, options).all(|check| areas.contains(&check.area()))
}

/// Checks that read the files of sites.
const SITES: [&str; 3] = ["secrets/leaked-in-bundle", "http/source-map-exposed", "http/development-url"];

/// True where selected checks look at the files that sites serve.
pub fn reads_sites(policy: &Policy, options: &Options) -> bool {
    selected(policy, options).any(|check| SITES.contains(&check.id))
}

/// True where the selected checks ask for files that no site should serve.
pub fn looks_for_exposed_files(policy: &Policy, options: &Options) -> bool {
    selected(policy, options).any(|check| check.id == "http/file-exposed")
}

/// Checks of webhooks that ask the provider, and send nothing to the endpoint.
const REGISTRATIONS: [&str; 4] = [
    "webhooks/not-registered",
    "webhooks/events-differ",
    "webhooks/registration-stale",
    "webhooks/deliveries-failing",
];

/// Checks that find secrets where they must not be.
const LEAKS: [&str; 3] = ["secrets/leaked-in-bundle", "secrets/leaked-in-file", "secrets/leaked-in-history"];

/// Checks that read files or the Git history.
const READING: [&str; 3] =
    ["secrets/leaked-in-file", "secrets/leaked-in-history", "secrets/env-file-committed"];

/// True where selected checks look at files or at the Git history.
pub fn reads_files(policy: &Policy, options: &Options) -> bool {
    selected(policy, options).any(|check| READING.contains(&check.id))
}

/// True where files are all that the selected checks look at, so that nothing is asked over a network.
pub fn reads_files_alone(policy: &Policy, options: &Options) -> bool {
    selected(policy, options)
        .all(|check| check.area() == "spec" || is_of_variables(check) || READING.contains(&check.id))
}

/// True where selected checks look at what webhooks answer, so that something must be sent to them.
pub fn sends_to_webhooks(policy: &Policy, options: &Options) -> bool {
    selected(policy, options).any(|check| check.area() == "webhooks" && !REGISTRATIONS.contains(&check.id))
}

/// True where selected checks look at what the providers of webhooks have registered.
pub fn asks_providers(policy: &Policy, options: &Options) -> bool {
    selected(policy, options).any(|check| REGISTRATIONS.contains(&check.id))
}

/// True where selected checks look at the zone at Cloudflare, or at what a plan would change there.
pub fn reads_cloudflare(policy: &Policy, options: &Options) -> bool {
    let is_fixed = |check: &Check| check.page().fix.as_deref() == Some("cloudflare");
    selected(policy, options).any(|check| check.area() == "cloudflare" || is_fixed(check))
}

/// Judges what was seen.
pub fn judge(document: &Document, observed: &Observed, policy: &Policy, options: &Options) -> Report {
    let at = options.at.unwrap_or(observed.at);
    let world = World::new(document, observed, at, &policy.thresholds, &options.private);
    let selected = |check: &Check| policy.level(check) != Level::Off && options.selects(check);
    let mut findings: Vec<Finding> = engine::judge(&world, &selected)
        .into_iter()
        .map(|judgement| finding(judgement, policy, &world))
        .collect();
    if !options.only.is_empty() {
        let causes = causes_outside(&findings, &world, policy, options);
        findings.extend(causes.into_iter().map(|judgement| finding(judgement, policy, &world)));
    }
    let waivers = waive(&mut findings, &world, options, &selected);
    let judged_waivers = engine::judge_waivers(&world, &waivers, &selected);
    findings.extend(judged_waivers.into_iter().map(|judgement| finding(judgement, policy, &world)));
    sort(&mut findings);
    Report {
        schema: SCHEMA.into(),
        tool: Tool { name: env!("CARGO_PKG_NAME").into(), version: env!("CARGO_PKG_VERSION").into() },
        spec: spec_facts(document),
        policy: policy.name.clone(),
        at,
        duration_ms: options.duration_ms,
        partial: options.is_partial(),
        verdict: verdict(&findings, options),
        counts: counts(&findings),
        not_judged: coverage::not_judged(document),
        applied: None,
        not_checked: policy.not_checked.iter().map(|line| without_secrets(line)).collect(),
        findings,
    }
}

/// What checks say that were not asked for, where one that was could not be judged because of that:
/// `--only email` must not hide what is wrong with mail behind a finding on DNS. A cause may have one of its own.
fn causes_outside(findings: &[Finding], world: &World, policy: &Policy, options: &Options) -> Vec<Judgement> {
    let is_skipped = |check: &Check| options.skip.iter().any(|name| name == check.id || name == check.area());
    let is_hidden =
        |check: &Check| !options.selects(check) && !is_skipped(check) && policy.level(check) != Level::Off;
    let mut known = BTreeSet::new();
    let mut causes: Vec<Cause> = findings.iter().filter_map(|finding| finding.because.clone()).collect();
    let mut listed = Vec::new();
    while let Some(cause) = causes.pop() {
        if !known.insert(cause.clone()) || !Check::find(&cause.check).is_some_and(is_hidden) {
            continue;
        }
        let judged = engine::judge(world, &|check| check.id == cause.check).into_iter();
        for judgement in judged.filter(|judgement| judgement.subject == cause.subject) {
            causes.extend(judgement.verdict.because.clone());
            listed.push(judgement);
        }
    }
    listed
}

fn spec_facts(document: &Document) -> SpecFacts {
    let sha256 = Sha256::digest(document.text.as_bytes());
    SpecFacts {
        path: document.path.clone(),
        sha256: hex(&sha256),
        product: document.spec.product.as_ref().map(|product| product.value.clone()),
        domain: document.spec.domain.value.0.clone(),
    }
}

/// What would change in Cloudflare's zone to make the spec true; `None` where the zone was not read. It promises
/// what fails in the report.
pub fn plan(
    document: &Document,
    observed: &Observed,
    policy: &Policy,
    options: &Options,
    wishes: &Wishes,
    report: &Report,
) -> Option<Plan> {
    let Some(Seen::Answer(live)) = &observed.cloudflare else { return None };
    let at = options.at.unwrap_or(observed.at);
    let world = World::new(document, observed, at, &policy.thresholds, &options.private);
    let mut plan = cloudflare::plan::make(&world, live, wishes);
    let fails = |promise: &Promise| {
        report.findings.iter().any(|finding| {
            finding.status == Status::Fail
                && finding.check == promise.check
                && finding.subject == promise.subject
        })
    };
    for change in &mut plan.changes {
        change.turns_green.retain(fails);
    }
    Some(plan)
}

fn finding(judgement: Judgement, policy: &Policy, world: &World) -> Finding {
    let Judgement { check, subject, place, verdict } = judgement;
    let document = world.document;
    let fixed =
        verdict.status == Status::Fail && world.plan().is_some_and(|plan| plan.promises(check.id, &subject));
    let page = check.page();
    let title = match verdict.status {
        Status::Pass => page.pass.clone(),
        Status::Fail | Status::Waived => page.fail.clone(),
        Status::Unknown => format!("Could not tell: {}", page.pass),
        Status::NotApplicable => format!("Nothing to judge: {}", page.pass),
    };
    // The one place through which every text of every report goes.
    let safe = |text: String| without_secrets(&text);
    Finding {
        check: check.id.into(),
        subject: safe(subject),
        status: verdict.status,
        level: policy.level_of(check, verdict.weight),
        title,
        message: safe(verdict.message),
        expected: verdict.expected.map(safe),
        observed: verdict.observed.map(safe),
        spec: spec_place(&place, document),
        help: verdict.help.map(safe),
        fix: fixed.then(|| CLOUDFLARE.to_owned()),
        because: verdict.because.map(|cause| Cause { subject: safe(cause.subject), ..cause }),
        evidence: verdict.evidence.into_iter().map(safe).collect(),
        leak: verdict.leak,
        waiver: None,
        label: verdict.label,
    }
}

fn spec_place(place: &Place, document: &Document) -> SpecPlace {
    let (line, column) = document.position(place.span.start);
    let (end_line, end_column) = document.position(place.span.end);
    SpecPlace { path: place.path.clone(), line, column, end_line, end_column, span: place.span }
}

/// Marks the findings that a waiver or an allowed secret accepts, and says what each matched.
fn waive<'a>(
    findings: &mut [Finding],
    world: &World<'a>,
    options: &Options,
    selected: &dyn Fn(&Check) -> bool,
) -> Vec<item::Waiver<'a>> {
    let spec = &world.document.spec;
    let declared = spec.waivers.iter().enumerate().map(|(index, waiver)| {
        let place = Place::new(format!("waivers[{index}]"), waiver.value.check.span);
        (Accepted::Finding(&waiver.value), place)
    });
    let allowed = spec.secrets.iter().flat_map(|secrets| &secrets.value.allow).enumerate();
    let allowed = allowed.map(|(index, allowed)| {
        let place = Place::new(format!("secrets.allow[{index}]"), allowed.fingerprint.span);
        (Accepted::Secret(allowed), place)
    });
    let all = declared.chain(allowed).map(|(accepted, place)| {
        let holds = options.waivers && accepted.holds(world.at);
        let matches = accept(accepted, findings, holds);
        item::Waiver { accepted, place, matches, skipped: is_skipped(accepted, selected) }
    });
    all.collect()
}

/// Marks what is accepted, where that still holds, and counts it.
fn accept(accepted: Accepted, findings: &mut [Finding], holds: bool) -> usize {
    let mut matches = 0;
    let about = |finding: &Finding| match accepted {
        Accepted::Finding(waiver) => {
            finding.check == waiver.check.value
                && accepted.subject().is_none_or(|subject| subject == finding.subject)
        }
        Accepted::Secret(allowed) => {
            finding.leak.as_ref().is_some_and(|leak| leak.fingerprint == allowed.fingerprint.value)
        }
    };
    let failing = |finding: &&mut Finding| matches!(finding.status, Status::Fail | Status::Waived);
    for finding in findings.iter_mut().filter(failing).filter(|finding| about(finding)) {
        matches += 1;
        if holds {
            finding.status = Status::Waived;
            finding.fix = None;
            finding.waiver = Some(WaiverFacts {
                reason: accepted.reason().to_owned(),
                owner: accepted.owner().to_owned(),
                until: accepted.until().value.0.to_string(),
            });
        }
    }
    matches
}

/// True where nothing was judged that it could accept.
fn is_skipped(accepted: Accepted, selected: &dyn Fn(&Check) -> bool) -> bool {
    match accepted {
        Accepted::Finding(waiver) => Check::find(&waiver.check).is_none_or(|check| !selected(check)),
        // A secret may stand anywhere: without one of the checks, nobody knows.
        Accepted::Secret(_) => LEAKS.iter().any(|id| Check::find(id).is_some_and(|check| !selected(check))),
    }
}

/// Worst first; among equals in the catalogue's order, then by subject.
fn sort(findings: &mut [Finding]) {
    let order = |id: &str| crate::check::CATALOGUE.iter().position(|check| check.id == id);
    findings.sort_by_cached_key(|finding| {
        (finding.status, std::cmp::Reverse(finding.level), order(&finding.check), finding.subject.clone())
    });
}

fn counts(findings: &[Finding]) -> Counts {
    let mut counts = Counts::default();
    for finding in findings {
        match finding.status {
            Status::Pass => counts.pass += 1,
            Status::Fail => counts.fail += 1,
            Status::Unknown => counts.unknown += 1,
            Status::Waived => counts.waived += 1,
            Status::NotApplicable => counts.not_applicable += 1,
        }
    }
    counts
}

/// A failure beats "could not tell". What could not be judged because of something that failed
/// or was waived is told by that.
fn verdict(findings: &[Finding], options: &Options) -> VerdictWord {
    let matters = |finding: &Finding| finding.level >= options.fail_on;
    if findings.iter().any(|finding| finding.status == Status::Fail && matters(finding)) {
        return VerdictWord::NotReady;
    }
    // Follows `because` as far as it goes; a ring of causes would end where it began.
    let told_by_cause = |finding: &Finding| {
        let mut at = finding;
        for _ in 0..findings.len() {
            let Some(cause) = &at.because else { break };
            let next =
                findings.iter().find(|other| other.check == cause.check && other.subject == cause.subject);
            match next {
                Some(next) if next.status == Status::Waived => return true,
                // A failure that does not count is accepted, and so is what follows from it.
                Some(next) if next.status == Status::Fail && !matters(next) => return true,
                Some(next) => at = next,
                None => break,
            }
        }
        false
    };
    let open =
        |finding: &&Finding| finding.status == Status::Unknown && matters(finding) && !told_by_cause(finding);
    match findings.iter().find(open) {
        Some(_) => VerdictWord::Undetermined,
        None if options.is_partial() => VerdictWord::Passed,
        None => VerdictWord::Ready,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(spec: &str, options: &Options) -> Report {
        let document = crate::spec::load::parse("launch-ready.yaml", spec).expect("a good spec");
        let observed = Observed::new("2026-11-21T12:00:00Z".parse().expect("a time"));
        let policy = Policy::named("baseline", |_| Err("no files here".into())).expect("the policy");
        judge(&document, &observed, &policy, options)
    }

    fn only(area: &str) -> Options {
        Options { only: vec![area.into()], ..Options::default() }
    }

    const UNKNOWN_HOST: &str =
        "domain: shop.test\nhosts: {apex: {}}\nendpoints: [{url: \"https://api.shop.test/\"}]\n";

    #[test]
    fn nothing_seen_is_neither_ready_nor_not_ready() {
        let report = judged("domain: shop.test", &Options::default());
        assert_eq!(report.verdict, VerdictWord::Undetermined);
        assert_eq!(report.counts.fail, 0);
    }

    #[test]
    fn a_partial_run_never_says_ready() {
        let report = judged("domain: shop.test", &only("spec"));
        assert_eq!(report.verdict, VerdictWord::Passed);
        assert!(report.partial);
    }

    #[test]
    fn fail_on_decides_which_level_counts() {
        assert_eq!(judged(UNKNOWN_HOST, &only("spec")).verdict, VerdictWord::Passed);
        let strict = Options { fail_on: Level::Warning, ..only("spec") };
        assert_eq!(judged(UNKNOWN_HOST, &strict).verdict, VerdictWord::NotReady);
    }

    #[test]
    fn a_waiver_accepts_until_its_last_day_and_only_its_subject() {
        let waived = |until: &str, subject: &str| {
            let spec = format!(
                "{UNKNOWN_HOST}waivers: [{{check: spec/unknown-host, subject: {subject}, reason: r, owner: o, until: {until}}}]\n"
            );
            judged(&spec, &only("spec/unknown-host"))
        };
        assert_eq!(waived("2026-11-21", "api.shop.test").counts.waived, 1);
        assert_eq!(waived("2026-11-20", "api.shop.test").counts.waived, 0);
        assert_eq!(waived("2026-11-21", "www.shop.test").counts.waived, 0);
    }

    #[test]
    fn a_www_that_could_not_be_looked_up_is_not_absent() {
        use crate::observed::{Remote, Seen};
        let document = crate::spec::load::parse("-", "domain: shop.test").expect("a good spec");
        let mut observed = Observed::new("2026-11-21T12:00:00Z".parse().expect("a time"));
        for kind in ["A", "AAAA"] {
            observed.dns.insert(format!("www.shop.test {kind}"), Seen::Unobserved(Remote::new("SERVFAIL")));
        }
        let policy = Policy::named("baseline", |_| Err("no files here".into())).expect("the policy");
        let report = judge(&document, &observed, &policy, &only("dns/host-unresolved"));
        let www = report.findings.iter().find(|finding| finding.subject == "www.shop.test");
        assert_eq!(www.map(|finding| finding.status), Some(Status::Unknown));
    }

    #[test]
    fn no_text_of_a_report_holds_a_secret() {
        let key = format!("sk_live_{}", "a".repeat(24));
        let spec = format!("domain: shop.test\nendpoints: [{{url: \"https://shop.test/?key={key}\"}}]\n");
        let report = judged(&spec, &Options::default());
        let text = format!("{report:?}");
        assert!(!text.contains(&key), "{text}");
        assert!(report.findings.iter().any(|f| f.check == "spec/inline-secret" && f.status == Status::Fail));
    }

    #[test]
    fn every_cause_of_a_listed_finding_is_listed() {
        use crate::observed::Variables;
        let spec = "domain: shop.test\nsecrets: {variables: [STRIPE_SECRET_KEY, RESEND_API_KEY]}\n";
        let document = crate::spec::load::parse("-", spec).expect("a good spec");
        let mut observed = Observed::new("2026-11-21T12:00:00Z".parse().expect("a time"));
        // Nothing is set here: the cause itself cannot be told, since production may be elsewhere.
        observed.variables = Some(Variables::default());
        let policy = Policy::named("baseline", |_| Err("no files here".into())).expect("the policy");
        let report = judge(&document, &observed, &policy, &only("secrets/variable-malformed"));
        let malformed = report.findings.iter().find(|f| f.check == "secrets/variable-malformed");
        let cause = malformed.and_then(|finding| finding.because.as_ref()).expect("a cause");
        assert_eq!(cause.check, "secrets/variable-missing");
        let is_cause = |f: &Finding| f.check == cause.check && f.subject == cause.subject;
        assert!(report.findings.iter().any(|f| is_cause(f) && f.status == Status::Unknown), "{report:?}");
    }

    #[test]
    fn only_checks_of_the_world_need_the_world() {
        let policy = Policy::named("baseline", |_| Err("no files here".into())).expect("the policy");
        assert!(!looks_at_the_world(&policy, &only("spec")));
        assert!(looks_at_the_world(&policy, &only("dns/cname-loop")));
        assert!(looks_at_the_web_alone(&policy, &only("http")));
        assert!(!looks_at_the_web_alone(&policy, &only("domain/on-hold")));
    }

    #[test]
    fn places_count_from_one_in_characters() {
        let report = judged("product: Gärtchen\ndomain: shop.test\n", &only("dns/host-unresolved"));
        let place = &report.findings[0].spec;
        assert_eq!((place.path.as_str(), place.line, place.column, place.end_column), ("domain", 2, 9, 18));
    }
}
