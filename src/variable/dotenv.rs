//! `.env` files: `NAME=value` lines as dotenv, Docker Compose and shells read them. Nothing of a value is in an
//! error, and nothing is put into the process environment.
//!
//! - `export` before a name is allowed, and `#` begins a comment at the start of a line or behind white space;
//! - `'...'` and `` `...` `` are literal, `"..."` knows `\n`, `\r`, `\t`, `\"`, `\\` and `\$`; all three may have
//!   several lines;
//! - `${NAME}` outside of `'...'` is what the file said of that name before; other references stay as they are.

use crate::secret::Secret;

/// A variable of a file.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Its value, without quotes.
    pub value: Secret,
    /// Its line, from 1.
    pub line: usize,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, in a clause.
    pub why: &'static str,
}

/// Reads a file whole.
///
/// # Errors
///
/// Every line that is none of a `.env` file.
pub fn parse(text: &str) -> Result<Vec<Entry>, Vec<Fault>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { rest: text, line: 1 };
    let (mut entries, mut faults) = (Vec::new(), Vec::new());
    while !reader.rest.is_empty() {
        let line = reader.line;
        match reader.entry(&entries) {
            Ok(Some((name, value))) => {
                entries.push(Entry { name: name.to_owned(), value: Secret::new(value), line });
            }
            Ok(None) => {}
            Err(why) => faults.push(Fault { line, why }),
        }
        reader.skip_line();
    }
    if faults.is_empty() { Ok(entries) } else { Err(faults) }
}

/// True for the name of a variable.
pub fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
}

struct Reader<'t> {
    rest: &'t str,
    line: usize,
}

impl<'t> Reader<'t> {
    /// The entry of this line; `None` where it has none.
    fn entry(&mut self, earlier: &[Entry]) -> Result<Option<(&'t str, String)>, &'static str> {
        let line = self.rest.lines().next().unwrap_or_default();
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with('#') {
            return Ok(None);
        }
        let Some(equals) = line.find('=') else {
            return Err("there is no `=`: a value of several lines must stand in quotes");
        };
        let name = line[..equals].trim();
        let exported = name.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t']));
        let name = exported.unwrap_or(name).trim_start();
        if !is_name(name) {
            return Err("what stands before the `=` is no name of a variable");
        }
        self.rest = &self.rest[equals + 1..];
        self.rest = self.rest.trim_start_matches([' ', '\t']);
        Ok(Some((name, self.value(earlier)?)))
    }

    fn value(&mut self, earlier: &[Entry]) -> Result<String, &'static str> {
        let quote = self.rest.chars().next().filter(|first| ['\'', '"', '`'].contains(first));
        let Some(quote) = quote else {
            let line = self.rest.lines().next().unwrap_or_default();
            return Ok(filled(without_comment(line).trim(), earlier));
        };
        let inner = &self.rest[1..];
        let Some(end) = closing(inner, quote) else {
            // What follows was meant to be inside; reading on would tell of lines that are fine.
            self.take(self.rest.len());
            return Err("the value begins with a quote that is not closed");
        };
        let raw = &inner[..end];
        self.take(end + 2);
        let behind = self.rest.lines().next().unwrap_or_default().trim();
        if !behind.is_empty() && !behind.starts_with('#') {
            return Err("something stands behind the closing quote");
        }
        let raw = raw.replace("\r\n", "\n");
        Ok(match quote {
            '"' => unescaped(&filled(&raw, earlier)),
            _ => raw,
        })
    }

    fn skip_line(&mut self) {
        let end = self.rest.find('\n').map_or(self.rest.len(), |at| at + 1);
        self.take(end);
    }

    fn take(&mut self, bytes: usize) {
        let (taken, rest) = self.rest.split_at(bytes);
        self.line += taken.matches('\n').count();
        self.rest = rest;
    }
}

/// Where the quote is closed.
fn closing(inner: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            c if c == quote => return Some(at),
            _ => {}
        }
    }
    None
}

/// A line to its comment.
fn without_comment(line: &str) -> &str {
    if line.starts_with('#') {
        return "";
    }
    let comment = line.match_indices('#').find(|(at, _)| line[..*at].ends_with([' ', '\t']));
    comment.map_or(line, |(at, _)| &line[..at])
}

/// With what the file said before in the place of `${NAME}`.
fn filled(text: &str, earlier: &[Entry]) -> String {
    let mut done = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, reference) = rest.split_at(at);
        done.push_str(before);
        let end = reference.find('}').map(|end| end + 1);
        let name = end.map(|end| &reference[2..end - 1]).filter(|_| !before.ends_with('\\'));
        let known = name.and_then(|name| earlier.iter().rev().find(|entry| entry.name == name));
        if let Some(entry) = known {
            done.push_str(entry.value.expose());
            rest = &reference[end.unwrap_or(2)..];
        } else {
            done.push_str("${");
            rest = &reference[2..];
        }
    }
    done + rest
}

fn unescaped(text: &str) -> String {
    let mut done = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            done.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => done.push('\n'),
            Some('r') => done.push('\r'),
            Some('t') => done.push('\t'),
            Some(c @ ('"' | '\\' | '$')) => done.push(c),
            Some(other) => done.extend(['\\', other]),
            None => done.push('\\'),
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String, usize)> {
        let entries = parse(text).unwrap_or_else(|faults| panic!("{faults:?}"));
        entries.into_iter().map(|e| (e.name, e.value.expose().to_owned(), e.line)).collect()
    }

    fn one(text: &str) -> String {
        let mut all = read(text);
        assert_eq!(all.len(), 1, "{text}");
        all.remove(0).1
    }

    #[test]
    fn lines_are_names_and_values() {
        let text = "\u{feff}# head\r\n\r\nA=1\r\nexport B = two words # comment\nC=\n  D=a#b\nexport=x\n";
        let wanted =
            [("A", "1", 3), ("B", "two words", 4), ("C", "", 5), ("D", "a#b", 6), ("export", "x", 7)];
        assert_eq!(read(text), wanted.map(|(n, v, l)| (n.to_owned(), v.to_owned(), l)));
    }

    #[test]
    fn quotes_hold_what_lines_cannot() {
        assert_eq!(one(r#"A="a \"b\" \\ \n#c" # comment"#), "a \"b\" \\ \n#c");
        assert_eq!(one(r"A='a \n ${B} # c'"), r"a \n ${B} # c");
        assert_eq!(one("A=`it's \"so\"`"), "it's \"so\"");
        assert_eq!(one("A=it's"), "it's");
        assert_eq!(one("A=# nothing"), "");
        assert_eq!(one(r#"A="\d \$x""#), r"\d $x");
    }

    #[test]
    fn quoted_values_have_several_lines() {
        let all = read("A=\"one\r\ntwo\n\"\nB='x\ny'\nC=3");
        assert_eq!(all[0].1, "one\ntwo\n");
        assert_eq!((all[1].1.as_str(), all[1].2), ("x\ny", 4));
        assert_eq!(all[2].2, 6);
    }

    #[test]
    fn references_are_filled_from_what_stood_before() {
        assert_eq!(read("A=1\nB=x${A}y${C}")[1].1, "x1y${C}");
        assert_eq!(read("A=1\nB=\"${A}${A}$A\"")[1].1, "11$A");
        assert_eq!(read("A=1\nB=\"\\${A}\"")[1].1, "${A}");
        assert_eq!(one("A=${"), "${");
    }

    #[test]
    fn what_is_no_line_is_told_by_its_number_without_its_text() {
        let text = "A=1\nhunter2\nB=\"x\" y\n9=z\nC='open\nD=4\n";
        let faults = parse(text).expect_err("faults");
        assert_eq!(faults.iter().map(|fault| fault.line).collect::<Vec<_>>(), [2, 3, 4, 5]);
        assert!(!format!("{faults:?}").contains("hunter2"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_told(text in "(?s)[A-C=\"'`#\\\\$\\{\\}\n\r a]{0,60}|.{0,60}") {
            match parse(&text) {
                Ok(entries) => proptest::prop_assert!(entries.iter().all(|entry| is_name(&entry.name))),
                Err(faults) => {
                    let lines = text.matches('\n').count() + 1;
                    proptest::prop_assert!(faults.iter().all(|fault| (1..=lines).contains(&fault.line)));
                }
            }
        }

        #[test]
        fn a_literal_value_comes_back(value in "[^'\r]{0,40}") {
            let text = format!("A='{value}'");
            proptest::prop_assert_eq!(one(&text), value);
        }
    }
}
