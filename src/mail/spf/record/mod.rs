//! SPF records: their grammar (RFC 7208 section 12), with positions.

mod domain;
mod error;
mod parse;
mod term;

use std::fmt;
use std::ops::Range;

pub use domain::DomainSpec;
pub use error::{SyntaxError, SyntaxErrorKind};
pub use term::{Directive, DualPrefix, Mechanism, Modifier, Qualifier, Term, TermKind};

/// True for a text that is an SPF record: `v=spf1`, in any case, and then nothing or a space
/// (section 4.5). Its terms may still be wrong.
pub fn is_record(text: &str) -> bool {
    let Some((version, rest)) = text.split_at_checked(VERSION.len()) else { return false };
    version.eq_ignore_ascii_case(VERSION) && (rest.is_empty() || rest.starts_with(' '))
}

/// True for a text that is no record, but was probably meant as one: with another version
/// (`v=spf10`, `v=spf1;`, Sender ID's `spf2.0/`), a space or a quote before it, spaces inside.
pub fn resembles_record(text: &str) -> bool {
    let bare: String =
        text.chars().filter(|c| !c.is_whitespace() && !"\"'\\\u{feff}".contains(*c)).take(8).collect();
    let bare = bare.to_ascii_lowercase();
    !is_record(text)
        && ["v=spf", "v:spf", "spf1", "spf2.0", "spf=v"].iter().any(|start| bare.starts_with(start))
}

const VERSION: &str = "v=spf1";

/// A record: its text, and the terms that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    text: String,
    terms: Vec<Term>,
}

/// What came of reading a text: every term that is well formed, and every error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The record, without the terms that are wrong.
    pub record: Record,
    /// What is wrong, in the order of the text; receivers answer `permerror` unless it is empty.
    pub errors: Vec<SyntaxError>,
}

impl Record {
    /// Reads a record as receivers must: one error condemns it all (section 4.6).
    pub fn parse(text: &str) -> Result<Self, Vec<SyntaxError>> {
        let reading = Self::read(text);
        if reading.errors.is_empty() { Ok(reading.record) } else { Err(reading.errors) }
    }

    /// Reads a record as a linter does: past each error, to the end.
    pub fn read(text: &str) -> Reading {
        parse::read(text)
    }

    /// The terms in order.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The mechanisms with their qualifiers, in order, each with its place.
    pub fn directives(&self) -> impl Iterator<Item = (&Directive, &Range<usize>)> {
        self.terms.iter().filter_map(|term| match &term.kind {
            TermKind::Directive(directive) => Some((directive, &term.span)),
            TermKind::Modifier(_) => None,
        })
    }

    /// The modifiers in order, each with its place.
    pub fn modifiers(&self) -> impl Iterator<Item = (&Modifier, &Range<usize>)> {
        self.terms.iter().filter_map(|term| match &term.kind {
            TermKind::Modifier(modifier) => Some((modifier, &term.span)),
            TermKind::Directive(_) => None,
        })
    }

    /// The first `all`, where evaluation ends (section 5.1).
    pub fn all(&self) -> Option<(Qualifier, &Range<usize>)> {
        let mut directives = self.directives();
        directives
            .find(|(directive, _)| directive.mechanism == Mechanism::All)
            .map(|(directive, span)| (directive.qualifier, span))
    }

    /// The domain whose record takes over where nothing matches (section 6.1). Without effect where
    /// the record has an `all`.
    pub fn redirect(&self) -> Option<(&DomainSpec, &Range<usize>)> {
        self.modifiers().find_map(|(modifier, span)| match modifier {
            Modifier::Redirect(domain) => Some((domain, span)),
            _ => None,
        })
    }

    /// The domain whose TXT record explains a `fail` (section 6.2).
    pub fn explanation(&self) -> Option<(&DomainSpec, &Range<usize>)> {
        self.modifiers().find_map(|(modifier, span)| match modifier {
            Modifier::Explanation(domain) => Some((domain, span)),
            _ => None,
        })
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a place in the record; empty where there is no such place.
    pub fn text_at(&self, span: &Range<usize>) -> &str {
        self.text.get(span.clone()).unwrap_or_default()
    }
}

/// The text that was read, as it was.
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
