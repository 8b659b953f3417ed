use launch_ready::mail::mta_sts::{
    Mode, MxPattern, Policy, Record, is_record, policy_url, record_name, resembles_record,
};

/// The text as a policy, and each of its first lines as a record, a pattern and a host.
pub(crate) fn mta_sts(data: &[u8]) {
    let text = super::text(data);
    policy(&text);
    let lines: Vec<&str> = text.split('\n').take(12).collect();
    for line in &lines {
        record(line);
        let _ = (policy_url(line), record_name(line));
        // Patterns stand behind their key.
        let name = line.rsplit(' ').next().unwrap_or(line);
        if let Ok(pattern) = MxPattern::parse(name) {
            patterns(&pattern, &lines);
        }
    }
}

fn policy(text: &str) {
    let reading = Policy::read(text);
    let lines: Vec<&str> = text.strip_prefix('\u{feff}').unwrap_or(text).split('\n').collect();
    let mut last = (1, 1);
    for error in &reading.errors {
        // What is missing is missing behind the last line.
        let line = lines.get(error.line - 1).copied().unwrap_or_default();
        assert!(error.line <= lines.len() + 1, "{error} in {text:?}");
        assert!((1..=line.chars().count() + 1).contains(&error.column), "{error} in {text:?}");
        assert!(last <= (error.line, error.column), "{error} in {text:?}");
        last = (error.line, error.column);
    }
    let breaks = reading.errors.iter().any(|error| error.kind.breaks());
    match Policy::parse(text) {
        Ok(policy) => {
            assert!(!breaks);
            assert!(policy.mode == Mode::None || !policy.mx.is_empty(), "{text:?}");
            assert_eq!(Policy::parse(&policy.to_string()).as_ref(), Ok(&policy));
            let _ = lines.iter().take(12).any(|line| policy.covers(line));
        }
        Err(errors) => assert!(breaks && !errors.is_empty()),
    }
}

fn record(text: &str) {
    let reading = Record::read(text);
    super::places(text, reading.errors.iter().map(|error| &error.span));
    assert!(!(is_record(text) && resembles_record(text)));
    let record = Record::parse(text);
    assert_eq!(record.is_ok(), !reading.errors.iter().any(|error| error.kind.breaks()));
    let Ok(record) = record else { return };
    assert!((1..=32).contains(&record.id.len()) && record.id.bytes().all(|b| b.is_ascii_alphanumeric()));
    let fields = record.extensions.iter().map(|(name, value)| format!("; {name}={value}"));
    let written = fields.fold(format!("v=STSv1; id={}", record.id), |text, field| text + &field);
    assert_eq!(Record::parse(&written), Ok(record), "{written}");
}

/// A pattern reads as it is written, and a wildcard stands for one label.
fn patterns(pattern: &MxPattern, hosts: &[&str]) {
    let written = pattern.to_string();
    assert_eq!(MxPattern::parse(&written).as_ref(), Ok(pattern));
    let name = written.strip_prefix("*.").unwrap_or(&written);
    let wildcard = name.len() != written.len();
    assert_eq!(pattern.matches(name), !wildcard, "{written}");
    assert_eq!(pattern.matches(&format!("x.{name}.")), wildcard, "{written}");
    assert!(!pattern.matches(&format!("x.y.{name}")), "{written}");
    for host in hosts.iter().filter(|host| pattern.matches(host)) {
        let labels = host.strip_suffix('.').unwrap_or(host).split('.').count();
        assert_eq!(labels, written.split('.').count(), "{written} matches {host}");
    }
}
