use std::convert::Infallible;

use launch_ready::mail::dmarc::{
    self, DmarcPolicy, Mode, Policies, Record, SyntaxErrorKind, Walk, aligned, resembles_record,
};

/// Most questions of a walk (RFC 9989 section 4.10).
const MOST_STEPS: usize = 8;

/// The first line is a record. Each line behind it is a domain and the text at its `_dmarc` name, `?`
/// where that is not known; the first of them is where walks begin.
pub(crate) fn dmarc(data: &[u8]) {
    let text = super::text(data);
    let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let meant = dmarc::meant(first);
    assert_eq!(meant.is_some(), Record::read(first).is_some() || resembles_record(first).is_some());
    if let Some(record) = Record::read(first) {
        assert!(resembles_record(first).is_none());
        read(first, &record);
    }
    let zone: Vec<(&str, &str)> = rest.lines().take(40).filter_map(|line| line.split_once(' ')).collect();
    if let Some((start, _)) = zone.first() {
        walk(start, &zone);
    }
}

fn read(text: &str, record: &Record) {
    super::places(text, record.errors.iter().map(|error| &error.span));
    super::places(text, record.lints.iter().map(|lint| &lint.span));
    super::places(text, record.rua.iter().map(|uri| &uri.span));
    assert_eq!(record.to_string(), text);
    for uri in record.rua.iter().chain(&record.ruf) {
        assert!(uri.is_same(&uri.uri), "{uri:?}");
        assert!(uri.scheme != "mailto" || uri.mailbox.is_some(), "{uri:?}");
    }
    policies(record);
    repaired(record);
    if record.errors.is_empty() {
        again(record);
    }
}

/// What is applied is never stricter than what is published.
fn policies(record: &Record) {
    let published = record.policies();
    let applies = record.p.is_some() || !record.rua.is_empty();
    assert!(published.is_none() || applies);
    assert!(published.is_some() || !applies || !record.errors.is_empty(), "{record}");
    assert_eq!(published.is_some(), record.applied().is_some());
    for weaker in [record.applied(), record.spared()].into_iter().flatten() {
        let published = published.expect("something is weaker");
        let both = ranks(weaker).into_iter().zip(ranks(published));
        assert!(both.into_iter().all(|(weaker, published)| weaker <= published.max(ranks_of_sub(record))));
    }
}

fn ranks(policies: Policies) -> [u8; 3] {
    [policies.domain, policies.subdomains, policies.nonexistent].map(rank)
}

/// Who does not read `np` applies `sp` to names that do not exist.
fn ranks_of_sub(record: &Record) -> u8 {
    record.policies().map_or(0, |policies| rank(policies.subdomains))
}

fn rank(policy: DmarcPolicy) -> u8 {
    match policy {
        DmarcPolicy::None => 0,
        DmarcPolicy::Quarantine => 1,
        DmarcPolicy::Reject => 2,
    }
}

/// How much is wrong; where a semicolon is missing, two tags hide their own faults.
fn weight(record: &Record) -> usize {
    let glued = |kind: &SyntaxErrorKind| matches!(kind, SyntaxErrorKind::Glued { .. });
    record.errors.iter().map(|error| if glued(&error.kind) { 3 } else { 1 }).sum()
}

/// Repairs leave no more wrong than before, and what they leave is what its text says.
fn repaired(record: &Record) {
    let repaired = record.repaired();
    assert!(weight(&repaired) <= weight(record), "{record} becomes {repaired}");
    assert_eq!(Record::read(repaired.text()).as_ref(), Some(&repaired));
}

/// The tags of a sound record say what it says.
fn again(record: &Record) {
    let tags = record.tags.iter().map(|tag| format!("; {}={}", tag.name, tag.value));
    let other = Record::read(&tags.fold("v=DMARC1".to_owned(), |text, tag| text + &tag)).expect("a record");
    assert!(other.errors.is_empty(), "{record} becomes {other}");
    assert_eq!(other.policies(), record.policies());
    assert_eq!((other.adkim, other.aspf, other.psd), (record.adkim, record.aspf, record.psd));
    assert_eq!((other.testing, other.percent), (record.testing, record.percent));
    let uris = |record: &Record| record.rua.iter().map(|uri| uri.uri.clone()).collect::<Vec<_>>();
    assert_eq!(uris(&other), uris(record));
}

fn walk(start: &str, zone: &[(&str, &str)]) {
    let mut texts = |domain: &str| {
        let own = zone.iter().filter(|(name, _)| name.eq_ignore_ascii_case(domain));
        let texts: Vec<String> = own.map(|(_, text)| (*text).to_owned()).collect();
        (!texts.iter().any(|text| text == "?")).then_some(texts)
    };
    let walk = Walk::take(start, &mut texts);
    assert!((1..=MOST_STEPS).contains(&walk.steps.len()));
    let within = |domain: &str| {
        let rest = walk.start().strip_suffix(domain);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    assert!(walk.steps.iter().all(|step| within(&step.domain)), "{walk:?}");
    if let Ok(Some(applies)) = walk.policy() {
        assert!(within(applies.domain));
        assert_eq!(applies.inherited, applies.domain != walk.start());
    }
    let Ok(organisation) = walk.organisational_domain() else { return };
    assert!(within(&organisation), "{organisation} of {start}");
    let same = Walk::take(&organisation, &mut texts).organisational_domain();
    assert!(same.is_err() || same.as_ref() == Ok(&organisation), "{same:?} of {organisation} of {start}");
    let own = |_: &str| Ok::<_, Infallible>(organisation.clone());
    assert_eq!(aligned(start, &organisation, Mode::Relaxed, own), Ok(true));
}
