//! Reads a policy line by line.

use std::collections::BTreeSet;

use super::{MOST_MAX_AGE, Mode, MxPattern, PolicyError, PolicyErrorKind as Kind, Reading};

/// Longest key, in characters.
const LONGEST_KEY: usize = 32;
/// What the standard calls white space.
const SPACE: [char; 2] = [' ', '\t'];

/// A piece of a line, and where it stands.
#[derive(Clone, Copy)]
struct Piece<'t> {
    text: &'t str,
    line: usize,
    column: usize,
}

impl<'t> Piece<'t> {
    /// What follows so many bytes of it.
    fn from(self, byte: usize) -> Self {
        let skipped = self.text[..byte].chars().count();
        Self { text: &self.text[byte..], column: self.column + skipped, ..self }
    }

    fn error(self, kind: Kind) -> PolicyError {
        PolicyError { kind, line: self.line, column: self.column }
    }

    fn without_leading(self, chars: &[char]) -> Self {
        self.from(self.text.len() - self.text.trim_start_matches(chars).len())
    }

    /// Its parts between carriage returns.
    fn at_returns(self) -> Vec<Piece<'t>> {
        let parts = self.text.split('\r');
        let starts = parts.scan(0, |at, part| {
            let start = *at;
            *at += part.len() + 1;
            Some(Piece { text: part, ..self.from(start) })
        });
        starts.collect()
    }
}

/// Which of the known keys have been seen, and what is known so far.
#[derive(Default)]
struct Reader {
    reading: Reading,
    keys: BTreeSet<&'static str>,
}

/// Reads a policy past each error.
pub(super) fn read(text: &str) -> Reading {
    let mut reader = Reader::default();
    let bare = text.strip_prefix('\u{feff}');
    if bare.is_some() {
        reader.reading.errors.push(PolicyError { kind: Kind::ByteOrderMark, line: 1, column: 1 });
    }
    let text = bare.unwrap_or(text);
    let mut lines: Vec<&str> = text.split('\n').collect();
    // Behind the last line end there is no line.
    lines.pop_if(|last| last.is_empty());
    let filled = lines.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |last| last + 1);
    for (index, line) in lines.iter().enumerate() {
        let line = Piece { text: line.strip_suffix('\r').unwrap_or(line), line: index + 1, column: 1 };
        if index < filled {
            reader.line(line);
        } else {
            reader.say(line, Kind::EmptyEnd);
        }
    }
    reader.missing(lines.len() + 1);
    reader.reading.errors.sort_by_key(|error| (error.line, error.column));
    reader.reading
}

impl Reader {
    fn say(&mut self, piece: Piece, kind: Kind) {
        self.reading.errors.push(piece.error(kind));
    }

    fn line(&mut self, line: Piece) {
        let parts = line.at_returns();
        if let [first, _, ..] = parts.as_slice() {
            self.say(line.from(first.text.len()), Kind::StrayCr);
        }
        for part in parts {
            self.field(part);
        }
    }

    fn field(&mut self, field: Piece) {
        if field.text.trim_matches(SPACE).is_empty() {
            return self.say(field, Kind::EmptyLine);
        }
        let bare = field.without_leading(&SPACE);
        if bare.column != field.column {
            self.say(field, Kind::LeadingSpace);
        }
        let Some(colon) = bare.text.find(':') else { return self.say(bare, Kind::NoColon) };
        let written = &bare.text[..colon];
        let key = written.trim_end_matches(SPACE);
        if !is_key(key) {
            return self.say(bare, Kind::Key);
        }
        if key != written {
            self.say(bare.from(key.len()), Kind::SpaceBeforeColon);
        }
        let value = bare.from(colon + 1).without_leading(&SPACE);
        self.value(key, Piece { text: value.text.trim_end_matches(SPACE), ..value });
    }

    fn value(&mut self, key: &str, value: Piece) {
        if let Some(known) = ["version", "mode", "max_age", "mx"].into_iter().find(|known| *known == key)
            && !self.keys.insert(known)
            && known != "mx"
        {
            return self.say(value, Kind::Duplicate(known));
        }
        if value.text.is_empty() {
            return self.say(value, Kind::NoValue(key.to_owned()));
        }
        if let Some((at, c)) = value.text.char_indices().find(|(_, c)| c.is_control()) {
            return self.say(value.from(at), Kind::Control(c));
        }
        let text = value.text;
        match key {
            "version" if text != "STSv1" => self.say(value, Kind::Version(text.to_owned())),
            "version" => {}
            "mode" => match Mode::of(text) {
                Some(mode) => self.reading.mode = Some(mode),
                None => self.say(value, Kind::Mode(text.to_owned())),
            },
            "max_age" => self.max_age(value),
            "mx" => match MxPattern::parse(text) {
                Ok(pattern) => self.reading.mx.push(pattern),
                Err(fault) => self.say(value, Kind::Mx(text.to_owned(), fault)),
            },
            _ => self.reading.extensions.push((key.to_owned(), text.to_owned())),
        }
    }

    fn max_age(&mut self, value: Piece) {
        let digits = value.text.bytes().all(|b| b.is_ascii_digit());
        match value.text.parse::<u32>() {
            Ok(age) if digits && age <= MOST_MAX_AGE && value.text.len() <= 10 => {
                self.reading.max_age = Some(age);
            }
            _ if digits => self.say(value, Kind::LongMaxAge(value.text.to_owned())),
            _ => self.say(value, Kind::MaxAge(value.text.to_owned())),
        }
    }

    /// What a policy must have and this one has not.
    fn missing(&mut self, line: usize) {
        let end = Piece { text: "", line, column: 1 };
        let needs_mx = self.reading.mode != Some(Mode::None);
        let lacks = |key| !self.keys.contains(key);
        let all = [
            (lacks("version"), Kind::NoVersion),
            (lacks("mode"), Kind::NoMode),
            (lacks("mx") && needs_mx, Kind::NoMx),
            (lacks("max_age"), Kind::NoMaxAge),
        ];
        for (_, kind) in all.into_iter().filter(|(lacks, _)| *lacks) {
            self.say(end, kind);
        }
    }
}

fn is_key(text: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    (1..=LONGEST_KEY).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(known)
}
