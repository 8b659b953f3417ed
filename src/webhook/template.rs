//! The notation in which schemes say what is signed and what is sent: `t={timestamp},v1={signature}`.

use std::fmt;
use std::str::FromStr;

use crate::spec::did_you_mean;
use crate::spec::model::scalar::Template;

/// What a template is made of, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parts(Vec<Part>);

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Stands for itself.
    Text(String),
    /// Is filled in.
    Place(Placeholder),
}

/// Declares the placeholders: each says once how it is written.
macro_rules! placeholders {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// What is filled in when an event is sent.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Placeholder {
            $($(#[$doc])* $name,)*
        }

        impl Placeholder {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// As it is written between the braces.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }
        }
    };
}

placeholders! {
    /// When the event is signed, in the scheme's unit.
    Timestamp = "timestamp";
    /// The bytes of the body.
    Body = "body";
    /// The SHA-256 of the body, in hexadecimal.
    BodySha256 = "body_sha256";
    /// The CRC-32 of the body, as a decimal number.
    BodyCrc32 = "body_crc32";
    /// The event's id.
    Id = "id";
    /// The event's type.
    Kind = "kind";
    /// The endpoint's whole URL.
    Url = "url";
    /// The method, in capitals.
    Method = "method";
    /// The fields of a form in the order of their names, each name followed by its value.
    Form = "form";
    /// 50 random hexadecimal digits, the same ones within a request.
    Nonce = "nonce";
    /// The signature.
    Signature = "signature";
    /// A second signature, made with another secret: what is sent while a secret is being replaced.
    Other = "other";
    /// The secret itself.
    Secret = "secret";
    /// The secret in base64, as `Authorization: Basic` sends `user:password`.
    Basic = "basic";
    /// A random UUID.
    Uuid = "uuid";
    /// 27 random letters and digits.
    Random = "random";
    /// A random number of nine digits.
    Number = "number";
    /// Tells the events of a run from all others: `lr_`, the run and the event.
    Marker = "marker";
    /// What a handshake must give back.
    Challenge = "challenge";
    /// The word that a handshake proves itself with.
    VerifyToken = "verify_token";
    /// The time of sending, in seconds since 1970.
    Now = "now";
    /// The same in milliseconds.
    NowMs = "now_ms";
    /// The same as RFC 3339 writes it.
    NowIso = "now_iso";
}

impl Placeholder {
    /// True for what only the holder of the secret can know.
    pub fn proves(self) -> bool {
        matches!(self, Self::Signature | Self::Other | Self::Secret | Self::Basic)
    }
}

impl Template {
    /// Its parts, in order.
    pub fn parts(&self) -> &[Part] {
        &self.0.0
    }

    /// The placeholders in it.
    pub fn placeholders(&self) -> impl Iterator<Item = Placeholder> {
        self.parts().iter().filter_map(|part| match part {
            Part::Place(placeholder) => Some(*placeholder),
            Part::Text(_) => None,
        })
    }

    /// True where it holds that placeholder.
    pub fn holds(&self, placeholder: Placeholder) -> bool {
        self.placeholders().any(|held| held == placeholder)
    }

    /// True where it holds what only the holder of the secret can know.
    pub fn proves(&self) -> bool {
        self.placeholders().any(Placeholder::proves)
    }

    /// The whole with each placeholder filled in.
    pub fn fill(&self, mut value: impl FnMut(Placeholder) -> Vec<u8>) -> Vec<u8> {
        let mut filled = Vec::new();
        for part in self.parts() {
            match part {
                Part::Text(text) => filled.extend_from_slice(text.as_bytes()),
                Part::Place(placeholder) => filled.extend(value(*placeholder)),
            }
        }
        filled
    }
}

impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Place(placeholder) => write!(f, "{{{}}}", placeholder.word()),
        })
    }
}

impl FromStr for Parts {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, behind) = rest.split_at(at);
            let inner = behind.strip_prefix('{').ok_or("a `}` without a `{` before it")?;
            let end = inner.find(['{', '}']).filter(|end| inner[*end..].starts_with('}'));
            let word =
                &inner[..end.ok_or("a `{` without its `}`: braces only stand around a placeholder")?];
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(Part::Place(placeholder(word)?));
            rest = &inner[word.len() + 1..];
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self(parts))
    }
}

fn placeholder(word: &str) -> Result<Placeholder, String> {
    let words = || Placeholder::ALL.iter().map(|known| known.word());
    Placeholder::ALL.iter().find(|known| known.word() == word).copied().ok_or_else(|| {
        let help = did_you_mean(word, words());
        let known = || format!("there are {}", words().collect::<Vec<_>>().join(", "));
        format!("there is no placeholder `{{{word}}}`; {}", help.unwrap_or_else(known))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Parts, String> {
        text.parse()
    }

    #[test]
    fn a_template_is_text_and_placeholders() {
        let parts = read("t={timestamp},v1={signature}").unwrap();
        assert_eq!(
            parts.0,
            [
                Part::Text("t=".into()),
                Part::Place(Placeholder::Timestamp),
                Part::Text(",v1=".into()),
                Part::Place(Placeholder::Signature)
            ]
        );
        let template = Template(parts);
        assert!(template.proves() && template.holds(Placeholder::Timestamp));
        let filled = template.fill(|placeholder| placeholder.word().as_bytes().to_vec());
        assert_eq!(filled, b"t=timestamp,v1=signature");
    }

    #[test]
    fn what_is_wrong_with_a_template_is_said() {
        for (text, said) in [
            ("v1={signatur}", "there is no placeholder `{signatur}`; did you mean `signature`?"),
            ("{timestamp", "a `{` without its `}`"),
            ("{{body}}", "a `{` without its `}`"),
            ("timestamp}", "a `}` without a `{`"),
            ("{zzzzzzzzzzzz}", "there are timestamp, body,"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}|([a-z.,=:{}]|\\{body\\}|\\{id\\}){0,12}") {
            match read(&text) {
                Ok(parts) => proptest::prop_assert_eq!(parts.to_string(), text),
                Err(why) => proptest::prop_assert!(text.contains(['{', '}']), "{}", why),
            }
        }

        #[test]
        fn what_holds_no_brace_stands_for_itself(text in "[^{}]{0,40}") {
            let filled = Template(read(&text).unwrap()).fill(|_| b"x".to_vec());
            proptest::prop_assert_eq!(filled, text.into_bytes());
        }
    }
}
