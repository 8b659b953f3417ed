//! Reads the text of a record, past errors to its end.

use std::str::FromStr;

use super::{
    Directive, DomainSpec, DualPrefix, Mechanism, Modifier, Qualifier, Reading, Record, SyntaxError,
    SyntaxErrorKind as Kind, Term, TermKind, VERSION, is_record,
};
use crate::mail::spf::macros::{MacroString, Setting};

pub(super) fn read(text: &str) -> Reading {
    let mut reader = Reader { errors: Vec::new(), redirects: 0, explanations: 0 };
    let mut terms = Vec::new();
    if is_record(text) {
        let mut at = VERSION.len();
        for word in text[VERSION.len()..].split(' ') {
            let span = at..at + word.len();
            at = span.end + 1;
            if !word.is_empty() {
                let kind = reader.term(Piece { text: word, at: span.start });
                terms.extend(kind.map(|kind| Term { span, kind }));
            }
        }
    } else {
        let end = text.find(' ').filter(|end| *end > 0).unwrap_or(text.len());
        reader.errors.push(SyntaxError { kind: Kind::Version, span: 0..end });
    }
    Reading { record: Record { text: text.to_owned(), terms }, errors: reader.errors }
}

/// A part of the record, and where it stands.
#[derive(Clone, Copy)]
struct Piece<'r> {
    text: &'r str,
    at: usize,
}

impl Piece<'_> {
    fn split(self, at: usize) -> (Self, Self) {
        let (left, right) = self.text.split_at(at);
        (Self { text: left, ..self }, Self { text: right, at: self.at + at })
    }

    /// Without its first byte, where that is the given one.
    fn after(self, first: char) -> Option<Self> {
        let text = self.text.strip_prefix(first)?;
        Some(Self { text, at: self.at + first.len_utf8() })
    }

    fn owned(self) -> String {
        self.text.to_owned()
    }

    /// The prefix lengths at the end, `/24//64`, and what stands before them. The grammar lets
    /// names hold `/`, but no name ends in one and digits: a top label has a letter or hyphen.
    fn without_prefix(self) -> (Self, Self) {
        let digits = self.text.trim_end_matches(|c: char| c.is_ascii_digit() || c == '/').len();
        let start = self.text[digits..].find('/').map_or(self.text.len(), |slash| digits + slash);
        self.split(start)
    }
}

struct Reader {
    errors: Vec<SyntaxError>,
    redirects: usize,
    explanations: usize,
}

impl Reader {
    /// Notes an error over a whole piece.
    fn wrong<T>(&mut self, kind: Kind, piece: Piece<'_>) -> Option<T> {
        self.errors.push(SyntaxError { kind, span: piece.at..piece.at + piece.text.len() });
        None
    }

    fn term(&mut self, term: Piece<'_>) -> Option<TermKind> {
        if let Some((offset, c)) = term.text.char_indices().find(|(_, c)| !c.is_ascii_graphic()) {
            let place = Piece { text: &term.text[offset..offset + c.len_utf8()], at: term.at + offset };
            return self.wrong(Kind::Character(c), place);
        }
        let (qualifier, body) = qualifier(term);
        let length = body.text.bytes().take_while(|byte| is_name_byte(*byte)).count();
        let (name, rest) = body.split(length);
        if let Some(value) = rest.after('=') {
            return self.modifier(name, value, qualifier.is_some(), term).map(TermKind::Modifier);
        }
        if name.text.is_empty() || !(rest.text.is_empty() || rest.text.starts_with([':', '/'])) {
            return self.wrong(Kind::UnknownMechanism(term.owned()), term);
        }
        let mechanism = self.mechanism(name, rest)?;
        let qualifier = qualifier.unwrap_or(Qualifier::Pass);
        Some(TermKind::Directive(Directive { qualifier, mechanism }))
    }

    fn modifier(
        &mut self,
        name: Piece<'_>,
        value: Piece<'_>,
        qualified: bool,
        term: Piece<'_>,
    ) -> Option<Modifier> {
        if !name.text.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return self.wrong(Kind::ModifierName(name.owned()), term);
        }
        if qualified {
            return self.wrong(Kind::Qualified(name.owned()), term);
        }
        let known = name.text.to_ascii_lowercase();
        let count = match known.as_str() {
            "redirect" => &mut self.redirects,
            "exp" => &mut self.explanations,
            _ => {
                let value = MacroString::read(value.text, value.at, Setting::Term, &mut self.errors)?;
                return Some(Modifier::Unknown(name.owned(), value));
            }
        };
        *count += 1;
        if *count > 1 {
            self.wrong::<()>(Kind::Repeated(known.clone()), term);
        }
        if value.text.is_empty() {
            return self.wrong(Kind::NeedsValue(known), term);
        }
        let domain = self.domain(value)?;
        Some(if known == "exp" { Modifier::Explanation(domain) } else { Modifier::Redirect(domain) })
    }

    fn mechanism(&mut self, name: Piece<'_>, rest: Piece<'_>) -> Option<Mechanism> {
        let known = name.text.to_ascii_lowercase();
        match known.as_str() {
            "all" if rest.text.is_empty() => Some(Mechanism::All),
            "all" => self.wrong(Kind::TakesNoValue(known), rest),
            "include" => self.needed_domain(name, rest).map(Mechanism::Include),
            "exists" => self.needed_domain(name, rest).map(Mechanism::Exists),
            "ptr" if rest.text.is_empty() => Some(Mechanism::Ptr(None)),
            "ptr" => self.needed_domain(name, rest).map(|domain| Mechanism::Ptr(Some(domain))),
            "a" => self.host(name, rest).map(|(domain, prefix)| Mechanism::A(domain, prefix)),
            "mx" => self.host(name, rest).map(|(domain, prefix)| Mechanism::Mx(domain, prefix)),
            "ip4" => self.network(name, rest, 32, Kind::Ip4).map(|(ip, bits)| Mechanism::Ip4(ip, bits)),
            "ip6" => self.network(name, rest, 128, Kind::Ip6).map(|(ip, bits)| Mechanism::Ip6(ip, bits)),
            "redirect" | "exp" => self.wrong(Kind::WrittenWithColon(known), name),
            _ => self.wrong(Kind::UnknownMechanism(name.owned()), name),
        }
    }

    fn domain(&mut self, value: Piece<'_>) -> Option<DomainSpec> {
        DomainSpec::read(value.text, value.at, &mut self.errors)
    }

    /// `:domain`, without prefix length.
    fn needed_domain(&mut self, name: Piece<'_>, rest: Piece<'_>) -> Option<DomainSpec> {
        let known = || name.text.to_ascii_lowercase();
        let (before, prefix) = rest.without_prefix();
        match before.after(':') {
            None if before.text.is_empty() && !prefix.text.is_empty() => {
                self.wrong(Kind::TakesNoPrefix(known()), prefix)
            }
            Some(value) if !value.text.is_empty() && !prefix.text.is_empty() => {
                self.wrong(Kind::TakesNoPrefix(known()), prefix)
            }
            Some(value) if !value.text.is_empty() => self.domain(value),
            _ => self.wrong(Kind::NeedsValue(known()), name),
        }
    }

    /// `[:domain][/24][//64]`
    fn host(&mut self, name: Piece<'_>, rest: Piece<'_>) -> Option<(Option<DomainSpec>, DualPrefix)> {
        let (before, prefix) = rest.without_prefix();
        let domain = match before.after(':') {
            Some(value) if value.text.is_empty() => {
                self.wrong(Kind::NeedsValue(name.text.to_ascii_lowercase()), name)
            }
            Some(value) => self.domain(value).map(Some),
            None if before.text.is_empty() => Some(None),
            None => self.wrong(Kind::Prefix(rest.owned()), rest),
        };
        let prefix = self.dual_prefix(prefix);
        Some((domain?, prefix?))
    }

    fn dual_prefix(&mut self, piece: Piece<'_>) -> Option<DualPrefix> {
        let at = piece.text.find("//").unwrap_or(piece.text.len());
        let (v4, v6) = piece.split(at);
        let v4 = if v4.text.is_empty() { Some(None) } else { self.prefix(v4, "/", 32).map(Some) };
        let v6 = if v6.text.is_empty() { Some(None) } else { self.prefix(v6, "//", 128).map(Some) };
        Some(DualPrefix { v4: v4?, v6: v6? })
    }

    fn prefix(&mut self, piece: Piece<'_>, slashes: &str, most: u8) -> Option<u8> {
        let digits = piece.text.strip_prefix(slashes).filter(|digits| is_plain_number(digits));
        match digits.and_then(|digits| digits.parse().ok()) {
            Some(bits) if bits <= most => Some(bits),
            _ => self.wrong(Kind::Prefix(piece.owned()), piece),
        }
    }

    /// `:address[/bits]`
    fn network<A: FromStr>(
        &mut self,
        name: Piece<'_>,
        rest: Piece<'_>,
        most: u8,
        fault: fn(String) -> Kind,
    ) -> Option<(A, Option<u8>)> {
        let (address, prefix) = rest.split(rest.text.find('/').unwrap_or(rest.text.len()));
        let Some(address) = address.after(':').filter(|address| !address.text.is_empty()) else {
            return self.wrong(Kind::NeedsValue(name.text.to_ascii_lowercase()), name);
        };
        let parsed = match address.text.parse() {
            Ok(parsed) => Some(parsed),
            Err(_) => self.wrong(fault(address.owned()), address),
        };
        let bits = if prefix.text.is_empty() { Some(None) } else { self.prefix(prefix, "/", most).map(Some) };
        Some((parsed?, bits?))
    }
}

fn qualifier(term: Piece<'_>) -> (Option<Qualifier>, Piece<'_>) {
    let qualifier = match term.text.bytes().next() {
        Some(b'+') => Qualifier::Pass,
        Some(b'-') => Qualifier::Fail,
        Some(b'~') => Qualifier::SoftFail,
        Some(b'?') => Qualifier::Neutral,
        _ => return (None, term),
    };
    (Some(qualifier), term.split(1).1)
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// Digits without leading zeros.
fn is_plain_number(text: &str) -> bool {
    text == "0" || (!text.is_empty() && !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit()))
}
