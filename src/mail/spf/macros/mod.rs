//! Macros (RFC 7208 section 7): texts that depend on who sends.

use std::fmt::{self, Write};

use super::record::{SyntaxError, SyntaxErrorKind};

/// What may split a macro's value into parts.
const DELIMITERS: &str = ".-+,/_=";

/// Where a text with macros stands: three letters are allowed only in an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setting {
    /// In a term of a record.
    Term,
    /// In the text that explains a `fail`.
    Explanation,
}

/// What a macro stands for (section 7.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letter {
    /// `s`: the sender, `ada@example.com`.
    Sender,
    /// `l`: its local part.
    LocalPart,
    /// `o`: its domain.
    SenderDomain,
    /// `d`: the domain whose record is evaluated.
    Domain,
    /// `i`: the address, an IPv6 address in dotted nibbles.
    Address,
    /// `p`: the validated reverse name; not to be used.
    ReverseName,
    /// `v`: `in-addr` or `ip6`.
    Family,
    /// `h`: what the client called itself.
    Helo,
    /// `c`: the address, readable; only in explanations.
    ReadableAddress,
    /// `r`: the host that checks; only in explanations.
    Receiver,
    /// `t`: now, in seconds since 1970; only in explanations.
    Time,
}

impl Letter {
    const ALL: [(char, Self); 11] = [
        ('s', Self::Sender),
        ('l', Self::LocalPart),
        ('o', Self::SenderDomain),
        ('d', Self::Domain),
        ('i', Self::Address),
        ('p', Self::ReverseName),
        ('v', Self::Family),
        ('h', Self::Helo),
        ('c', Self::ReadableAddress),
        ('r', Self::Receiver),
        ('t', Self::Time),
    ];

    fn of(c: char) -> Option<Self> {
        Self::ALL.iter().find(|(letter, _)| *letter == c).map(|(_, meaning)| *meaning)
    }

    fn as_char(self) -> char {
        Self::ALL.iter().find(|(_, meaning)| *meaning == self).map_or('s', |(letter, _)| *letter)
    }

    fn is_for_explanations(self) -> bool {
        matches!(self, Self::ReadableAddress | Self::Receiver | Self::Time)
    }
}

/// A piece of a text with macros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text that stands for itself.
    Literal(String),
    /// `%%`: a percent sign.
    Percent,
    /// `%_`: a space.
    Space,
    /// `%-`: a space as URLs write it, `%20`.
    UrlSpace,
    /// `%{...}`
    Macro(Macro),
}

/// `%{d2r.}`: a value, and what is made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Macro {
    /// The value.
    pub letter: Letter,
    /// True for an upper-case letter: the result is written as in URLs.
    pub url: bool,
    /// How many parts are kept, counted from the right.
    pub keep: Option<usize>,
    /// True for `r`: the parts are put in reverse order first.
    pub reverse: bool,
    /// What splits the value into parts; a dot where this is empty. They are joined with dots.
    pub delimiters: String,
}

/// A text with macros.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MacroString(Vec<Part>);

impl MacroString {
    /// Reads the text of an explanation (section 6.2).
    pub fn explanation(text: &str) -> Result<Self, Vec<SyntaxError>> {
        let mut errors = Vec::new();
        let foreign = |(_, c): &(usize, char)| !(*c == ' ' || c.is_ascii_graphic());
        if let Some((at, c)) = text.char_indices().find(foreign) {
            let span = at..at + c.len_utf8();
            return Err(vec![SyntaxError { kind: SyntaxErrorKind::Character(c), span }]);
        }
        Self::read(text, 0, Setting::Explanation, &mut errors).ok_or(errors)
    }

    /// Reads a text that stands at byte `at` of its record. `None` where something is wrong; each
    /// error goes to `errors`.
    pub(super) fn read(
        text: &str,
        at: usize,
        setting: Setting,
        errors: &mut Vec<SyntaxError>,
    ) -> Option<Self> {
        let before = errors.len();
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once('%') {
            parts.extend((!literal.is_empty()).then(|| Part::Literal(literal.to_owned())));
            let start = at + text.len() - after.len() - 1;
            let (part, length) = part(after, setting);
            match part {
                Ok(part) => parts.push(part),
                Err(kind) => errors.push(SyntaxError { kind, span: start..start + 1 + length }),
            }
            rest = &after[length..];
        }
        parts.extend((!rest.is_empty()).then(|| Part::Literal(rest.to_owned())));
        (errors.len() == before).then_some(Self(parts))
    }

    /// The pieces in order.
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// True where it holds the macro.
    pub fn uses(&self, letter: Letter) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Macro(used) if used.letter == letter))
    }

    /// The text, with `value` telling what each letter stands for; `None` where it does not know.
    pub fn expand(&self, value: &dyn Fn(Letter) -> Option<String>) -> Option<String> {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Percent => text.push('%'),
                Part::Space => text.push(' '),
                Part::UrlSpace => text.push_str("%20"),
                Part::Macro(part) => text.push_str(&part.apply(&value(part.letter)?)),
            }
        }
        Some(text)
    }
}

/// Reads what follows a `%`, and tells how many bytes that is.
fn part(after: &str, setting: Setting) -> (Result<Part, SyntaxErrorKind>, usize) {
    match after.chars().next() {
        Some('%') => (Ok(Part::Percent), 1),
        Some('_') => (Ok(Part::Space), 1),
        Some('-') => (Ok(Part::UrlSpace), 1),
        Some('{') => match after.find('}') {
            Some(end) => (content(&after[1..end], setting).map(Part::Macro), end + 1),
            None => (Err(SyntaxErrorKind::MacroUnclosed), after.len()),
        },
        _ => (Err(SyntaxErrorKind::Percent), 0),
    }
}

/// Reads what stands between the braces.
fn content(text: &str, setting: Setting) -> Result<Macro, SyntaxErrorKind> {
    let Some(c) = text.chars().next() else { return Err(SyntaxErrorKind::MacroLetter('}')) };
    let letter = Letter::of(c.to_ascii_lowercase()).ok_or(SyntaxErrorKind::MacroLetter(c))?;
    if setting == Setting::Term && letter.is_for_explanations() {
        return Err(SyntaxErrorKind::MacroOnlyInText(c));
    }
    let rest = &text[c.len_utf8()..];
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, rest) = rest.split_at(digits);
    // A number too large to read keeps everything, as it should.
    let keep = (!number.is_empty()).then(|| number.parse().unwrap_or(usize::MAX));
    if keep == Some(0) {
        return Err(SyntaxErrorKind::MacroKeepsNothing);
    }
    let reverse = rest.starts_with(['r', 'R']);
    let delimiters = &rest[usize::from(reverse)..];
    match delimiters.chars().find(|c| !DELIMITERS.contains(*c)) {
        Some(c) => Err(SyntaxErrorKind::MacroContent(c)),
        None => {
            Ok(Macro { letter, url: c.is_ascii_uppercase(), keep, reverse, delimiters: delimiters.into() })
        }
    }
}

impl Macro {
    /// What is made of the value (section 7.3).
    fn apply(&self, value: &str) -> String {
        let delimiters = if self.delimiters.is_empty() { "." } else { &self.delimiters };
        let mut parts: Vec<&str> = value.split(|c| delimiters.contains(c)).collect();
        if self.reverse {
            parts.reverse();
        }
        let dropped = self.keep.map_or(0, |keep| parts.len().saturating_sub(keep));
        let text = parts[dropped..].join(".");
        if self.url { escaped(&text) } else { text }
    }
}

/// All but RFC 3986's unreserved characters as `%` and two digits.
fn escaped(text: &str) -> String {
    let mut url = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            let _ = write!(url, "%{byte:02X}");
        }
    }
    url
}

impl fmt::Display for MacroString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Literal(text) => f.write_str(text),
            Part::Percent => f.write_str("%%"),
            Part::Space => f.write_str("%_"),
            Part::UrlSpace => f.write_str("%-"),
            Part::Macro(part) => part.fmt(f),
        })
    }
}

impl fmt::Display for Macro {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = self.letter.as_char();
        let letter = if self.url { letter.to_ascii_uppercase() } else { letter };
        write!(f, "%{{{letter}")?;
        self.keep.map_or(Ok(()), |keep| write!(f, "{keep}"))?;
        write!(f, "{}{}}}", if self.reverse { "r" } else { "" }, self.delimiters)
    }
}
