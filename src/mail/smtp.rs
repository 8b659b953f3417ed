//! Replies of mail servers (RFC 5321 section 4.2), put together line by line.
//!
//! Nothing in here does IO. [`Reader::take`] is given one line after another, without its line end,
//! and returns a [`Reply`] once it is whole.

/// Longest line that is read, in bytes; the standard's own limit is 512 (RFC 5321 section 4.5.3.1.5).
pub const LONGEST_LINE: usize = 2 * 1024;
/// Most lines of one reply that are read.
pub const MOST_LINES: usize = 100;
/// Most bytes of one reply that are read.
pub const LARGEST_REPLY: usize = 64 * 1024;
/// Characters of a foreign line that an error shows.
const SHOWN: usize = 40;

/// A whole reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The three digits, 200 to 599.
    pub code: u16,
    /// The text of each line, without the code; what is not UTF-8 shows as U+FFFD.
    pub lines: Vec<String>,
}

impl Reply {
    /// True for 4yz and 5yz: the server does not do what was asked (RFC 5321 section 4.2.1).
    pub fn refuses(&self) -> bool {
        self.code >= 400
    }

    /// The text of all lines.
    pub fn text(&self) -> String {
        self.lines.join(" ")
    }

    /// What the answer to EHLO offers, a line each: all but the first, which greets (RFC 5321
    /// section 4.1.1.1).
    pub fn extensions(&self) -> &[String] {
        self.lines.get(1..).unwrap_or_default()
    }
}

/// True where one of the lines of [`Reply::extensions`] offers that keyword; keywords are compared
/// without case (RFC 5321 section 2.4).
pub fn offers<'l>(extensions: impl IntoIterator<Item = &'l str>, keyword: &str) -> bool {
    let first = |line: &'l str| line.split([' ', '=']).next().unwrap_or_default();
    extensions.into_iter().any(|line| first(line).eq_ignore_ascii_case(keyword))
}

/// Why what a server sent is no reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAReply {
    /// A line does not begin with three digits and a space or hyphen.
    #[error("it begins with `{0}`, where three digits belong")]
    Code(String),
    /// Every line of a reply has the same code (RFC 5321 section 4.2.1).
    #[error("its lines have different codes, {0} and {1}")]
    Mixed(u16, u16),
    /// A line has no end.
    #[error("it has a line of more than {LONGEST_LINE} bytes")]
    LongLine,
    /// The reply has no end.
    #[error("it goes on after {MOST_LINES} lines or {LARGEST_REPLY} bytes")]
    Endless,
}

/// Puts lines together.
#[derive(Debug, Default)]
pub struct Reader {
    code: Option<u16>,
    lines: Vec<String>,
    bytes: usize,
}

impl Reader {
    /// The next line, without its line end; the reply where this was its last.
    pub fn take(&mut self, line: &[u8]) -> Result<Option<Reply>, NotAReply> {
        if line.len() > LONGEST_LINE {
            return Err(NotAReply::LongLine);
        }
        let (code, is_last, text) = split(line)?;
        let first = *self.code.get_or_insert(code);
        if first != code {
            return Err(NotAReply::Mixed(first, code));
        }
        self.lines.push(String::from_utf8_lossy(text).into_owned());
        self.bytes += line.len();
        if is_last {
            return Ok(Some(Reply { code, lines: std::mem::take(self).lines }));
        }
        let full = self.lines.len() >= MOST_LINES || self.bytes >= LARGEST_REPLY;
        if full { Err(NotAReply::Endless) } else { Ok(None) }
    }
}

/// Code, whether it is the last line, and text.
fn split(line: &[u8]) -> Result<(u16, bool, &[u8]), NotAReply> {
    let strange = || {
        let shown = String::from_utf8_lossy(line).chars().take(SHOWN).collect();
        NotAReply::Code(shown)
    };
    let (code, rest) = line.split_at_checked(3).ok_or_else(strange)?;
    let [b'2'..=b'5', b'0'..=b'9', b'0'..=b'9'] = code else { return Err(strange()) };
    let code = code.iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    match rest {
        [] => Ok((code, true, rest)),
        [b' ', text @ ..] => Ok((code, true, text)),
        [b'-', text @ ..] => Ok((code, false, text)),
        _ => Err(strange()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Result<Option<Reply>, NotAReply> {
        let mut reader = Reader::default();
        let mut last = Ok(None);
        for line in lines {
            last = reader.take(line.as_bytes());
        }
        last
    }

    #[test]
    fn replies_have_one_line_or_many() {
        let greeting = read(&["220 mail.shop.test ESMTP ready"]).expect("a reply").expect("whole");
        assert_eq!((greeting.code, greeting.text().as_str()), (220, "mail.shop.test ESMTP ready"));
        let ehlo = read(&["250-mail.shop.test", "250-SIZE 1000", "250-starttls", "250 HELP"]);
        let ehlo = ehlo.expect("a reply").expect("whole");
        assert_eq!(ehlo.extensions(), ["SIZE 1000", "starttls", "HELP"]);
        let lines = || ehlo.extensions().iter().map(String::as_str);
        assert!(offers(lines(), "STARTTLS") && offers(lines(), "size") && !offers(lines(), "AUTH"));
        assert!(offers(["AUTH=LOGIN"], "AUTH") && !offers(["STARTTLSX"], "STARTTLS"));
        assert_eq!(read(&["250-a"]), Ok(None));
        let bare = read(&["554"]).expect("a reply").expect("whole");
        assert!(bare.refuses() && bare.text().is_empty() && bare.extensions().is_empty());
    }

    #[test]
    fn what_is_no_reply_is_named() {
        let error = |lines: &[&str]| read(lines).expect_err("no reply").to_string();
        assert_eq!(
            error(&["SSH-2.0-OpenSSH_9"]),
            "it begins with `SSH-2.0-OpenSSH_9`, where three digits belong"
        );
        assert_eq!(error(&["250-a", "220 b"]), "its lines have different codes, 250 and 220");
        for line in ["", "22", "2200 x", "120 x", "600 x", "2x0 a", "220\tx"] {
            assert!(matches!(read(&[line]), Err(NotAReply::Code(_))), "{line}");
        }
        assert_eq!(read(&[&format!("220 {}", "x".repeat(LONGEST_LINE))]), Err(NotAReply::LongLine));
        assert_eq!(read(&["250-x"; MOST_LINES]), Err(NotAReply::Endless));
        let long = format!("250-{}", "x".repeat(LONGEST_LINE - 4));
        assert_eq!(read(&vec![long.as_str(); LARGEST_REPLY / LONGEST_LINE]), Err(NotAReply::Endless));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(lines in proptest::collection::vec(proptest::collection::vec(proptest::num::u8::ANY, 0..20), 0..8)) {
            let mut reader = Reader::default();
            for line in &lines {
                let _ = reader.take(line);
            }
        }

        #[test]
        fn every_reply_comes_back(code in 200_u16..600, texts in proptest::collection::vec("[ -~]{0,30}", 1..20)) {
            let mut reader = Reader::default();
            let (last, before) = texts.split_last().expect("one at least");
            for text in before {
                proptest::prop_assert_eq!(reader.take(format!("{code}-{text}").as_bytes()), Ok(None));
            }
            let reply = reader.take(format!("{code} {last}").as_bytes());
            proptest::prop_assert_eq!(reply, Ok(Some(Reply { code, lines: texts.clone() })));
        }
    }
}
