//! The input is a small DNS: each line a name, a type and a value, `shop.test TXT v=spf1 -all`. A type
//! with a `!`, `A!`, is a question that fails. A line `> 192.0.2.1 ada@shop.test mx.test` is a mail. The
//! first name is the domain whose record is evaluated.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use launch_ready::mail::spf::eval::Cause;
use launch_ready::mail::spf::macros::MacroString;
use launch_ready::mail::spf::tree::{Found, Node, Target};
use launch_ready::mail::spf::{
    Answers, Kind, Limits, Lint, Lookup, Outcome, Question, Record, Reply, Request, SpfResult, Tree,
    check_host, is_record, lint, resembles_record,
};

/// Most lines that are read.
const MOST_LINES: usize = 48;
/// Rounds of questions after which an evaluation must have ended: few for each look-up.
const MOST_ROUNDS: usize = 50;

pub(crate) fn spf(data: &[u8]) {
    let text = super::text(data);
    let (mut dns, mut domain, mut mails) = (Answers::new(), None, Vec::new());
    for line in text.lines().take(MOST_LINES) {
        let mut words = line.splitn(3, ' ');
        let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let value = words.next().unwrap_or_default();
        let kind = [Kind::A, Kind::Aaaa, Kind::Mx, Kind::Txt, Kind::Ptr]
            .into_iter()
            .find(|kind| second.trim_end_matches('!').eq_ignore_ascii_case(kind.as_str()));
        if first == ">" {
            mails.extend(second.parse().ok().map(|ip| (ip, value)));
        } else if let Some(kind) = kind {
            let failing = second.ends_with('!');
            domain.get_or_insert(first);
            dns = if failing { dns.failing(first, kind, value) } else { dns.with(first, kind, value) };
            grammar(value);
        }
    }
    let Some(domain) = domain else { return grammar(&text) };
    world(domain, &dns.close(), &mails);
}

fn world(domain: &str, dns: &Answers, mails: &[(IpAddr, &str)]) {
    let tree = Tree::grow(domain, dns, Limits::default());
    assert!(tree.needs.is_empty());
    let (asked, rounds) = asking(dns, |partial| {
        let tree = Tree::grow(domain, partial, Limits::default());
        if tree.needs.is_empty() { Ok(tree) } else { Err(tree.needs) }
    });
    assert_eq!(asked, tree, "{rounds} rounds");
    let lints = lint(&tree);
    let stranger = format!("ada@{domain} mx.stranger.test");
    let strangers = [IpAddr::V4(Ipv4Addr::new(203, 0, 113, 254)), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    let strangers = strangers.map(|ip| (ip, stranger.as_str()));
    for (ip, words) in mails.iter().copied().take(4).chain(strangers) {
        let (sender, helo) = words.split_once(' ').unwrap_or((words, ""));
        let request = Request { domain: domain.to_owned(), ..Request::new(ip, sender, helo) };
        let outcome = check_host(&request, dns).expect("everything is known");
        sane(&outcome, dns);
        agrees(&outcome, &tree, &lints, &request);
        let (asked, rounds) = asking(dns, |partial| check_host(&request, partial).map_err(|needs| needs.0));
        assert_eq!(asked, outcome);
        assert!(rounds <= MOST_ROUNDS, "{rounds} rounds");
    }
}

/// What becomes known question by question leads to the same as what is known before, and how many
/// rounds that took.
fn asking<T>(dns: &Answers, run: impl Fn(&Partial) -> Result<T, Vec<Question>>) -> (T, usize) {
    let mut partial = Partial { dns, asked: BTreeSet::new() };
    for round in 0.. {
        match run(&partial) {
            Ok(result) => return (result, round),
            Err(needs) => {
                assert!(!needs.is_empty() && needs.is_sorted());
                for question in needs {
                    assert!(partial.asked.insert(question.clone()), "{question} is asked twice");
                }
            }
        }
    }
    unreachable!("rounds have no end")
}

/// A DNS of which only some has been asked.
struct Partial<'a> {
    dns: &'a Answers,
    asked: BTreeSet<Question>,
}

impl Partial<'_> {
    fn known<T>(&self, name: &str, kind: Kind, reply: Reply<T>) -> Reply<T> {
        let question = Question { name: name.to_owned(), kind };
        if self.asked.contains(&question) { reply } else { Reply::NotAsked }
    }
}

impl Lookup for Partial<'_> {
    fn a(&self, name: &str) -> Reply<Ipv4Addr> {
        self.known(name, Kind::A, self.dns.a(name))
    }

    fn aaaa(&self, name: &str) -> Reply<Ipv6Addr> {
        self.known(name, Kind::Aaaa, self.dns.aaaa(name))
    }

    fn mx(&self, name: &str) -> Reply<String> {
        self.known(name, Kind::Mx, self.dns.mx(name))
    }

    fn txt(&self, name: &str) -> Reply<String> {
        self.known(name, Kind::Txt, self.dns.txt(name))
    }

    fn ptr(&self, name: &str) -> Reply<String> {
        self.known(name, Kind::Ptr, self.dns.ptr(name))
    }
}

/// A record is read past its errors, and what is well formed is written as it reads.
fn grammar(text: &str) {
    let reading = Record::read(text);
    super::places(text, reading.errors.iter().map(|error| &error.span));
    super::places(text, reading.record.terms().iter().map(|term| &term.span));
    assert_eq!(Record::parse(text).is_ok(), reading.errors.is_empty());
    assert!(is_record(text) || !reading.errors.is_empty());
    assert!(!(is_record(text) && resembles_record(text)));
    assert_eq!(reading.record.to_string(), text);
    for term in reading.record.terms() {
        let written = format!("v=spf1 {}", term.kind);
        let again = Record::parse(&written).expect(&written);
        assert_eq!(again.terms().iter().map(|term| &term.kind).collect::<Vec<_>>(), [&term.kind]);
    }
    if let Ok(explanation) = MacroString::explanation(text) {
        assert_eq!(MacroString::explanation(&explanation.to_string()), Ok(explanation));
    }
}

/// An evaluation keeps to its limits and can show what it did.
fn sane(outcome: &Outcome, dns: &Answers) {
    let Limits { lookups, voids, .. } = Limits::default();
    let over = |count, most, cause: Cause| count <= most || outcome.cause.as_ref() == Some(&cause);
    assert!(over(outcome.lookups, lookups, Cause::TooManyLookups(lookups)), "{outcome:?}");
    assert!(over(outcome.voids, voids, Cause::TooManyVoids(voids)), "{outcome:?}");
    assert!(outcome.lookups <= lookups + 1 && outcome.voids <= voids + 1);
    assert_eq!(outcome.lookups, outcome.steps.iter().filter(|step| step.counted).count());
    assert_eq!(outcome.voids, outcome.steps.iter().filter(|step| step.void).count());
    let decided = matches!(outcome.result, SpfResult::Pass | SpfResult::Fail | SpfResult::SoftFail);
    assert!(!decided || outcome.matched.is_some(), "{outcome:?}");
    assert!(outcome.explanation.is_none() || outcome.result == SpfResult::Fail);
    match &outcome.cause {
        Some(cause) => assert!(cause.result() == outcome.result && outcome.matched.is_none()),
        None => assert!(decided || outcome.result == SpfResult::Neutral),
    }
    for step in &outcome.steps {
        let Reply::Answer(texts) = dns.txt(&step.domain) else { panic!("{step:?} has no record") };
        assert!(texts.iter().any(|text| text.get(step.span.clone()) == Some(&step.term)), "{step:?}");
    }
}

/// The linter, which knows no sender, and the evaluation of one sender do not contradict each other,
/// where the records mean the same for everybody and every question is answered.
fn agrees(outcome: &Outcome, tree: &Tree, lints: &[Lint], request: &Request) {
    if !tree.failures.is_empty() || !is_plain(&tree.root) {
        return;
    }
    let breaks = lints.iter().any(|lint| lint.kind.breaks());
    let (_, voids) = tree.root.voids();
    if outcome.result == SpfResult::PermError {
        assert!(breaks || voids > tree.limits.voids, "{outcome:?} without a finding: {tree:?}");
    }
    assert!(breaks || outcome.lookups <= tree.root.lookups(), "{outcome:?}: {tree:?}");
    let passed =
        outcome.steps.iter().any(|step| step.matched && !step.term.to_ascii_lowercase().ends_with("all"));
    if breaks && !passed && request.ip.to_canonical().is_ipv4() {
        assert_eq!(outcome.result, SpfResult::PermError, "{lints:?} without effect");
    }
}

/// True where the tree is whole, and no term's name depends on the sender.
fn is_plain(node: &Node) -> bool {
    let whole = node.found != Found::TooLarge;
    let mut alive = node.terms.iter().filter(|branch| !branch.dead);
    whole
        && alive.all(|branch| {
            !(branch.counts && branch.target == Target::Varies) && branch.child.as_ref().is_none_or(is_plain)
        })
}
