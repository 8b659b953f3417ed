//! Reads a record (RFC 9989 sections 4.7 and 4.8; `pct`, `rf` and `ri` of RFC 7489 section 6.3).

use std::ops::Range;

use super::{
    DmarcPolicy, Lint, LintKind, Mode, Psd, Record, ReportUri, SyntaxError, SyntaxErrorKind, Tag, UriFault,
    uri,
};
use crate::mail::tags;

/// Tags of RFC 9989.
const KNOWN: [&str; 11] = ["v", "p", "sp", "np", "adkim", "aspf", "fo", "rua", "ruf", "psd", "t"];
/// Tags of RFC 7489 that RFC 9989 dropped.
const RETIRED: [&str; 3] = ["pct", "rf", "ri"];
const POLICIES: &str = "none, quarantine or reject";

/// Reads a text that is known to be a record.
pub(super) fn read(text: &str) -> Record {
    let mut reader =
        Reader { record: Record { text: text.to_owned(), ..Record::default() }, seen: Vec::new() };
    let parts = tags::tags(text);
    for part in &parts {
        reader.part(part);
    }
    reader.whole(&parts);
    let mut record = reader.record;
    record.errors.sort_by_key(|error| error.span.start);
    record.lints.sort_by_key(|lint| lint.span.start);
    record
}

struct Reader {
    record: Record,
    /// Names of tags so far, in lower case.
    seen: Vec<String>,
}

impl Reader {
    fn error(&mut self, kind: SyntaxErrorKind, span: Range<usize>) {
        self.record.errors.push(SyntaxError { kind, span });
    }

    fn lint(&mut self, kind: LintKind, span: Range<usize>) {
        self.record.lints.push(Lint { kind, span });
    }

    fn part(&mut self, part: &tags::Tag) {
        let name = part.name.to_ascii_lowercase();
        let (Some(value), false) = (part.value, name.is_empty()) else {
            return self.error(SyntaxErrorKind::NotATag(part_text(part)), part.span.clone());
        };
        let Some(known) = KNOWN.into_iter().chain(RETIRED).find(|known| *known == name) else {
            let meant = meant(&name);
            self.record.tags.push(Tag { name, value: value.to_owned() });
            return self.lint(LintKind::Unknown { name: part.name.to_owned(), meant }, part.span.clone());
        };
        if self.seen.contains(&name) {
            return self.error(SyntaxErrorKind::Repeated(name), part.span.clone());
        }
        if part.name != known {
            self.lint(LintKind::UpperCase(part.name.to_owned()), part.span.clone());
        }
        self.seen.push(name);
        let before = self.record.errors.len();
        match known {
            "v" => return,
            _ if value.is_empty() => self.error(SyntaxErrorKind::Empty(known), part.span.clone()),
            _ => match glued(known, value) {
                Some(next) => self.error(SyntaxErrorKind::Glued { tag: known, next }, part.span.clone()),
                None => self.value(known, value, &part.value_span),
            },
        }
        let kept = match known {
            "rua" => !self.record.rua.is_empty(),
            "ruf" => !self.record.ruf.is_empty(),
            _ => self.record.errors.len() == before,
        };
        if kept {
            self.record.tags.push(Tag { name: known.to_owned(), value: value.to_owned() });
        }
    }

    /// The value of a tag that is known and has one.
    fn value(&mut self, tag: &'static str, value: &str, span: &Range<usize>) {
        match tag {
            "p" => self.record.p = self.one_of(tag, value, span, POLICIES, DmarcPolicy::from_word),
            "sp" => self.record.sp = self.one_of(tag, value, span, POLICIES, DmarcPolicy::from_word),
            "np" => self.record.np = self.one_of(tag, value, span, POLICIES, DmarcPolicy::from_word),
            "adkim" => self.record.adkim = self.one_of(tag, value, span, "r or s", mode).unwrap_or_default(),
            "aspf" => self.record.aspf = self.one_of(tag, value, span, "r or s", mode).unwrap_or_default(),
            "psd" => self.record.psd = self.one_of(tag, value, span, "y, n or u", psd).unwrap_or_default(),
            "t" => self.record.testing = self.one_of(tag, value, span, "y or n", flag).unwrap_or_default(),
            "fo" if !is_failure_options(value) => {
                self.error(SyntaxErrorKind::FailureOptions(value.to_owned()), span.clone());
            }
            "rua" => self.record.rua = self.uris(tag, value, span.start),
            "ruf" => self.record.ruf = self.uris(tag, value, span.start),
            "pct" | "rf" | "ri" => self.retired(tag, value, span),
            _ => {}
        }
    }

    fn one_of<T>(
        &mut self,
        tag: &'static str,
        value: &str,
        span: &Range<usize>,
        allowed: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let read = read(value);
        if read.is_none() {
            let value = value.to_owned();
            self.error(SyntaxErrorKind::OneOf { tag, value, allowed }, span.clone());
        }
        read
    }

    fn retired(&mut self, tag: &'static str, value: &str, span: &Range<usize>) {
        self.lint(LintKind::Retired(tag), span.clone());
        let number = Some(value).filter(|value| value.bytes().all(|byte| byte.is_ascii_digit()));
        let number = number.and_then(|value| value.parse::<u32>().ok());
        let percent = number.and_then(|number| u8::try_from(number).ok()).filter(|percent| *percent <= 100);
        match tag {
            "pct" if percent.is_some() => self.record.percent = percent,
            "pct" => self.error(SyntaxErrorKind::Percentage(value.to_owned()), span.clone()),
            "ri" if number.is_none() => self.error(SyntaxErrorKind::Interval(value.to_owned()), span.clone()),
            "rf" if !is_formats(value) => self.error(SyntaxErrorKind::Format(value.to_owned()), span.clone()),
            _ => {}
        }
    }

    fn uris(&mut self, tag: &'static str, value: &str, start: usize) -> Vec<ReportUri> {
        let mut found = Vec::new();
        let mut at = start;
        for entry in value.split(',') {
            let text = entry.trim();
            let place = at + entry.len() - entry.trim_start().len();
            at += entry.len() + 1;
            match uri::read(text, place) {
                Ok(uri) => {
                    self.odd_uri(&uri);
                    found.push(uri);
                }
                Err((fault, span)) => self.broken_uri(tag, text, fault, place + span.start..place + span.end),
            }
        }
        found
    }

    fn broken_uri(&mut self, tag: &'static str, text: &str, fault: UriFault, span: Range<usize>) {
        self.error(SyntaxErrorKind::Uri { tag, text: text.to_owned(), fault }, span);
    }

    fn odd_uri(&mut self, uri: &ReportUri) {
        if let Some(size) = &uri.size {
            self.lint(LintKind::Size(size.clone()), uri.span.end - size.len()..uri.span.end);
        }
        if uri.scheme != "mailto" {
            self.lint(LintKind::Scheme(uri.scheme.clone()), uri.span.clone());
        }
    }

    /// What only the whole record tells.
    fn whole(&mut self, parts: &[tags::Tag]) {
        if let Some(at) = empty_part(&self.record.text) {
            self.lint(LintKind::EmptyPart, at..at + 1);
        }
        let version = parts.first().map_or(0..0, |part| part.span.clone());
        let place = |name: &str| parts.iter().position(|part| part.name.eq_ignore_ascii_case(name));
        if let Some(at) = place("fo").filter(|_| place("ruf").is_none()) {
            self.lint(LintKind::NoFailureReports, parts[at].span.clone());
        }
        match place("p") {
            Some(at) if at > 1 => self.lint(LintKind::PolicyLate, parts[at].span.clone()),
            None if self.record.rua.is_empty() => self.error(SyntaxErrorKind::NoPolicy, version),
            None => self.lint(LintKind::NoPolicy, version),
            _ => {}
        }
    }
}

/// The first semicolon that ends nothing.
fn empty_part(text: &str) -> Option<usize> {
    let semicolons = text.match_indices(';').map(|(at, _)| at);
    let mut start = 0;
    semicolons.into_iter().find(|at| text[std::mem::replace(&mut start, at + 1)..*at].trim().is_empty())
}

fn part_text(part: &tags::Tag) -> String {
    match part.value {
        Some(value) => format!("{}={value}", part.name),
        None => part.name.to_owned(),
    }
}

fn mode(value: &str) -> Option<Mode> {
    match value {
        "r" | "R" => Some(Mode::Relaxed),
        "s" | "S" => Some(Mode::Strict),
        _ => None,
    }
}

fn psd(value: &str) -> Option<Psd> {
    match value {
        "y" | "Y" => Some(Psd::Yes),
        "n" | "N" => Some(Psd::No),
        "u" | "U" => Some(Psd::Unknown),
        _ => None,
    }
}

fn flag(value: &str) -> Option<bool> {
    match value {
        "y" | "Y" => Some(true),
        "n" | "N" => Some(false),
        _ => None,
    }
}

/// At most one of `0` and `1`, and `d` and `s`, each at most once.
fn is_failure_options(value: &str) -> bool {
    let mut options: Vec<String> =
        value.split(':').map(|option| option.trim().to_ascii_lowercase()).collect();
    let count = options.len();
    options.sort();
    options.dedup();
    let has = |option: &str| options.iter().any(|own| own == option);
    count == options.len()
        && !(has("0") && has("1"))
        && options.iter().all(|option| ["0", "1", "d", "s"].contains(&option.as_str()))
}

/// True for the name of a tag of either standard.
pub(super) fn is_known(name: &str) -> bool {
    KNOWN.into_iter().chain(RETIRED).any(|known| name.eq_ignore_ascii_case(known))
}

/// Keywords with colons between them (RFC 7489 section 6.4, RFC 5321 section 4.1.2).
fn is_formats(value: &str) -> bool {
    value.split(':').map(str::trim).all(|format| {
        format.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && format.ends_with(|c: char| c.is_ascii_alphanumeric())
    })
}

/// The known tag that a value runs on into, because the semicolon before it is missing. Commas, colons
/// and spaces are what people write instead.
fn glued(tag: &str, value: &str) -> Option<&'static str> {
    // A query in an address may hold anything; other values hold neither names nor marks.
    let apart: fn(char) -> bool = match tag {
        "rua" | "ruf" => |c| matches!(c, ' ' | '\t' | ','),
        _ => |c| !c.is_alphanumeric() && !matches!(c, '=' | '_'),
    };
    value.split(apart).find_map(|word| {
        let (name, _) = word.split_once('=')?;
        KNOWN.into_iter().chain(RETIRED).find(|known| name.eq_ignore_ascii_case(known))
    })
}

/// The tag that an unknown one is close to.
fn meant(name: &str) -> Option<&'static str> {
    let bare = name.trim_matches(|c: char| !c.is_alphanumeric());
    if let Some(known) = KNOWN.into_iter().chain(RETIRED).find(|known| *known == bare) {
        return Some(known);
    }
    let words = [("policy", "p"), ("subdomain_policy", "sp"), ("test", "t"), ("percent", "pct")];
    let tags = KNOWN.into_iter().chain(["pct"]).filter(|tag| tag.len() > 1).map(|tag| (tag, tag));
    let length = name.chars().count();
    let near = |known: &str| {
        let most = if known.len() > 3 { 2 } else { 1 };
        // Counting is quick, and a hostile text holds thousands of names.
        known.len().abs_diff(length) <= most && strsim::damerau_levenshtein(known, name) <= most
    };
    tags.chain(words).find(|(known, _)| near(known) && known.len() > 1).map(|(_, tag)| tag)
}
