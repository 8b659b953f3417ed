//! A long text in pieces, in little memory; findings with line and column.

mod wide;

use super::rule::{Class, Rule};
use super::scan::{Hit, Scanner};
use super::source::Source;
use wide::Wide;

/// How much is scanned at once.
const BLOCK: usize = 256 * 1024;
/// More than the longest window ahead of a keyword: what begins this far before the end is whole.
pub(super) const AHEAD: usize = 8 * 1024;
/// More than the longest name before a value.
pub(super) const BEHIND: usize = 1024;

/// So many bytes have one zero at most, unless they are a program's.
const ZERO_IN: usize = 1000;

/// A value that was found, without the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// What that means.
    pub class: Class,
    /// Where the value begins, in bytes from 0.
    pub offset: u64,
    /// Its line, from 1.
    pub line: u64,
    /// Its column in characters, from 1.
    pub column: u64,
    /// Tells the value from others: 16 hexadecimal digits.
    pub fingerprint: String,
    /// What of it may be shown.
    pub mask: String,
}

impl Finding {
    /// What is known of such values.
    pub fn rule(&self) -> Option<&'static Rule> {
        super::rules().iter().find(|rule| rule.id == self.rule)
    }
}

/// The findings of a text that is at hand.
pub fn findings(text: &[u8]) -> Vec<Finding> {
    let mut stream = Stream::default();
    stream.push(text);
    stream.finish()
}

/// Takes a text piece by piece. It keeps no more than 300 kB, however long the text is.
#[derive(Debug)]
pub struct Stream {
    scanner: &'static Scanner,
    source: Source,
    buffer: Vec<u8>,
    /// What of the buffer has been judged: no value that begins there is told again.
    done: usize,
    /// The buffer's place in the text.
    place: Place,
    found: Vec<Finding>,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    offset: u64,
    line: u64,
    column: u64,
}

impl Place {
    /// The place behind these bytes.
    fn behind(self, bytes: &[u8]) -> Self {
        // Bytes that go on a character begin with 10.
        let characters = |bytes: &[u8]| count(bytes, |byte| byte & 0xC0 != 0x80);
        let lines = count(bytes, |byte| byte == b'\n');
        let column = match bytes.iter().rposition(|byte| *byte == b'\n') {
            Some(at) => 1 + characters(&bytes[at + 1..]),
            None => self.column + characters(bytes),
        };
        Self { offset: self.offset + bytes.len() as u64, line: self.line + lines, column }
    }
}

fn count(bytes: &[u8], counts: impl Fn(u8) -> bool) -> u64 {
    bytes.iter().filter(|byte| counts(**byte)).count() as u64
}

impl Default for Stream {
    fn default() -> Self {
        Self {
            scanner: Scanner::builtin(),
            source: Source::default(),
            buffer: Vec::new(),
            done: 0,
            place: Place { offset: 0, line: 1, column: 1 },
            found: Vec::new(),
        }
    }
}

impl Stream {
    /// For a text of which something is known.
    pub fn of(source: Source) -> Self {
        Self { source, ..Self::default() }
    }

    /// The next piece.
    pub fn push(&mut self, piece: &[u8]) {
        let mut rest = piece;
        while !rest.is_empty() {
            let (part, behind) = rest.split_at(rest.len().min(BLOCK - self.buffer.len()));
            self.buffer.extend_from_slice(part);
            rest = behind;
            if self.buffer.len() == BLOCK {
                self.judge(BLOCK - AHEAD);
            }
        }
    }

    /// The findings so far, taken out.
    pub fn take(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.found)
    }

    /// The text has ended: what was not taken out yet.
    pub fn finish(mut self) -> Vec<Finding> {
        self.judge(self.buffer.len());
        self.found
    }

    /// What the buffer holds, in its order: where it begins and ends there. Its place in the text is not
    /// known yet.
    fn hits(&mut self) -> Vec<(usize, usize, Finding)> {
        self.source.is_binary |= count(&self.buffer, |byte| byte == 0) > (self.buffer.len() / ZERO_IN) as u64;
        let finding = |hit: &Hit, text: &[u8]| Finding {
            rule: &hit.rule.id,
            class: hit.class,
            offset: 0,
            line: 0,
            column: 0,
            fingerprint: hit.fingerprint(text),
            mask: hit.masked(text),
        };
        let hits = self.scanner.scan_in(&self.buffer, &self.source);
        let mut found: Vec<_> =
            hits.iter().map(|hit| (hit.start, hit.end, finding(hit, &self.buffer))).collect();
        if self.source.is_binary {
            let wide = Wide::of(&self.buffer);
            for hit in self.scanner.scan_in(&wide.text, &self.source) {
                let at = wide.place(&(hit.start..hit.end));
                found.push((at.start, at.end, finding(&hit, &wide.text)));
            }
            found.sort_by_key(|(start, ..)| *start);
            // A narrow value may hold a wide one: one place is one finding.
            found.dedup_by(|next, first| next.0 < first.1);
        }
        found
    }

    /// Tells what begins before `until`, and forgets what nobody needs any more.
    fn judge(&mut self, until: usize) {
        let mut place = self.place;
        let mut at = 0;
        let mut done = until;
        for (start, end, mut finding) in self.hits() {
            if start < self.done || start >= until {
                continue;
            }
            place = place.behind(&self.buffer[at..start]);
            at = start;
            // What begins inside a value that was told is part of it.
            done = done.max(end);
            (finding.offset, finding.line, finding.column) = (place.offset, place.line, place.column);
            self.found.push(finding);
        }
        let forgotten = until.saturating_sub(BEHIND);
        self.place = self.place.behind(&self.buffer[..forgotten]);
        self.buffer.drain(..forgotten);
        self.done = done - forgotten;
    }
}

#[cfg(test)]
mod tests;
