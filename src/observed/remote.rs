//! Text that came from outside.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

/// Text that came from outside: made harmless when it enters, so that no output can carry a
/// terminal escape, a line break or a bidi trick. Renderers still escape for their own format.
///
/// Control characters (C0, C1, DEL) become `\u{1b}`-like escapes that people can see; so do the
/// format characters that reorder or hide text. At most [`Remote::MAX`] characters are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Remote(String);

impl Remote {
    /// Longest text kept, in characters; the rest is replaced by `…`.
    pub const MAX: usize = 8 * 1024;

    /// Makes a text harmless.
    pub fn new(text: &str) -> Self {
        let mut clean = String::with_capacity(text.len().min(Self::MAX));
        for (count, c) in text.chars().enumerate() {
            if count == Self::MAX {
                clean.push('…');
                break;
            }
            if is_harmful(c) { clean.extend(c.escape_unicode()) } else { clean.push(c) }
        }
        Self(clean)
    }

    /// Makes bytes harmless; what is not UTF-8 shows as U+FFFD.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self::new(&String::from_utf8_lossy(bytes))
    }

    /// The text with white space as it was before it was made visible, so that standards that allow
    /// it there read and count it as it stood. For parsers, never for output.
    pub fn as_sent(&self) -> String {
        let spaces = [("\\u{9}", "\t"), ("\\u{a}", "\n"), ("\\u{d}", "\r"), ("\\u{feff}", "\u{feff}")];
        spaces.iter().fold(self.0.clone(), |text, (escape, space)| text.replace(escape, space))
    }

    /// The harmless text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Characters that move, hide or reorder what a terminal shows.
pub(crate) fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

impl From<&str> for Remote {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Remote {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A recording may have been edited: what is read from it is made harmless again.
impl<'de> Deserialize<'de> for Remote {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::new(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::Remote;

    #[test]
    fn escapes_become_visible() {
        assert_eq!(Remote::new("a\u{1b}[31mb\r\n\u{202e}c").as_str(), "a\\u{1b}[31mb\\u{d}\\u{a}\\u{202e}c");
    }

    #[test]
    fn long_text_is_cut() {
        let cut = Remote::new(&"x".repeat(Remote::MAX + 10));
        assert_eq!(cut.as_str().chars().count(), Remote::MAX + 1);
        assert!(cut.as_str().ends_with('…'));
    }

    proptest::proptest! {
        #[test]
        fn nothing_harmful_survives_and_cleaning_twice_changes_nothing(text in "\\PC*|.*") {
            let once = Remote::new(&text);
            proptest::prop_assert!(!once.as_str().chars().any(super::is_harmful));
            proptest::prop_assert_eq!(&Remote::new(once.as_str()), &once);
        }
    }
}
