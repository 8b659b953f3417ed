//! Domain names in terms (RFC 7208 section 7.1, `domain-spec`).

use std::fmt;
use std::net::Ipv4Addr;

use super::SyntaxErrorKind;
use crate::mail::spf::macros::{Letter, MacroString, Part, Setting};
use crate::mail::spf::record::SyntaxError;

/// Longest name that DNS can be asked for, in characters (RFC 7208 section 7.3).
const LONGEST_NAME: usize = 253;

/// A domain name that may hold macros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainSpec(MacroString);

impl DomainSpec {
    /// Reads one that stands at byte `at` of its record. Errors go to `errors`.
    pub(super) fn read(text: &str, at: usize, errors: &mut Vec<SyntaxError>) -> Option<Self> {
        let name = MacroString::read(text, at, Setting::Term, errors)?;
        match end_fault(text, &name) {
            None => Some(Self(name)),
            Some(kind) => {
                errors.push(SyntaxError { kind, span: at..at + text.len() });
                None
            }
        }
    }

    /// The name, with `value` telling what each macro letter stands for; `None` where it does not
    /// know one. Too long a name loses labels on the left (section 7.3), and every name its
    /// trailing dot.
    pub fn expand(&self, value: &dyn Fn(Letter) -> Option<String>) -> Option<String> {
        let full = self.0.expand(value)?;
        let mut name = full.strip_suffix('.').unwrap_or(&full);
        while name.len() > LONGEST_NAME {
            name = name.split_once('.')?.1;
        }
        Some(name.to_owned())
    }

    /// The name as written, where it holds no macro.
    pub fn plain(&self) -> Option<String> {
        self.expand(&|_| None)
    }

    /// True where it depends on the sender's reverse name, `%{p}`.
    pub fn uses_reverse_name(&self) -> bool {
        self.uses(Letter::ReverseName)
    }

    /// True where it holds the macro.
    pub fn uses(&self, letter: Letter) -> bool {
        self.0.uses(letter)
    }
}

impl fmt::Display for DomainSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is wrong with the end of a name: it must be a macro, or a dot and a top label.
fn end_fault(text: &str, name: &MacroString) -> Option<SyntaxErrorKind> {
    let Some(Part::Literal(end)) = name.parts().last() else { return None };
    if text.parse::<Ipv4Addr>().is_ok() {
        return Some(SyntaxErrorKind::AddressAsName(text.to_owned()));
    }
    let end = end.strip_suffix('.').unwrap_or(end);
    match end.rsplit_once('.') {
        Some((_, label)) if is_top_label(label) => None,
        Some((_, label)) => Some(SyntaxErrorKind::TopLabel(label.to_owned())),
        None if name.parts().len() > 1 => Some(SyntaxErrorKind::TopLabel(end.to_owned())),
        None => Some(SyntaxErrorKind::OneLabel(text.to_owned())),
    }
}

/// Letters, digits and hyphens; no hyphen at the ends, and not digits alone.
fn is_top_label(label: &str) -> bool {
    let bytes = label.as_bytes();
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    edge(bytes.first())
        && edge(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
        && !bytes.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<DomainSpec, SyntaxErrorKind> {
        let mut errors = Vec::new();
        let spec = DomainSpec::read(text, 0, &mut errors);
        spec.ok_or_else(|| errors.remove(0).kind)
    }

    /// RFC 7208 section 12: domain-end and toplabel.
    #[test]
    fn names_end_in_a_top_label_or_a_macro() {
        for good in [
            "a.test",
            "a.test.",
            "A.B.C.xn--p1ai",
            "x.4a4",
            "x.1-1",
            "foo:bar/baz.test",
            "..test",
            ".test",
            "%{d}",
            "a.%{d2}",
            "%{i}.a.test",
            "a%%",
            "a.b%_",
            "!#$&.test",
        ] {
            assert!(read(good).is_ok(), "{good}: {:?}", read(good));
        }
        let label = |text: &str| Err(SyntaxErrorKind::TopLabel(text.into()));
        let one = |text: &str| Err(SyntaxErrorKind::OneLabel(text.into()));
        assert_eq!(read("museum"), one("museum"));
        assert_eq!(read("museum."), one("museum."));
        assert_eq!(read("a.123"), label("123"));
        assert_eq!(read("a.-b"), label("-b"));
        assert_eq!(read("a.b-"), label("b-"));
        assert_eq!(read("a.test:25"), label("test:25"));
        assert_eq!(read("a.test~all"), label("test~all"));
        assert_eq!(read("a.."), label(""));
        assert_eq!(read("%{d}test"), label("test"));
        assert_eq!(read("%{d}."), label(""));
        assert_eq!(read("192.0.2.1"), Err(SyntaxErrorKind::AddressAsName("192.0.2.1".into())));
    }

    #[test]
    fn long_names_lose_labels_on_the_left() {
        let spec = read("left.%{d}.%{d}.%{d}.%{d}.%{d}.test").expect("a name");
        let label = "x".repeat(60);
        let name = spec.expand(&|_| Some(label.clone())).expect("a value");
        assert_eq!(name, format!("{label}.{label}.{label}.{label}.test"));
        assert_eq!(name.len(), 248);
        assert_eq!(spec.plain(), None);
        assert_eq!(read("A.test.").expect("a name").plain().as_deref(), Some("A.test"));
    }
}
