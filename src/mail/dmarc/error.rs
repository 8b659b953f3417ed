//! What can be wrong or odd in a record's text.

use crate::mail::Placed;

/// A breach of the grammar (RFC 9989 section 4.8) that changes what receivers do.
pub type SyntaxError = Placed<SyntaxErrorKind>;

/// Something that changes nothing for receivers of today, and that its owner should know.
pub type Lint = Placed<LintKind>;

/// The kinds of breach.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxErrorKind {
    /// A part between semicolons that has no `=`, or nothing before it.
    #[error("`{0}` is no tag: a tag is a name, `=` and a value")]
    NotATag(String),
    /// A tag that stands a second time (RFC 6376 section 3.2).
    #[error("the tag `{0}` stands twice: receivers may ignore the whole record")]
    Repeated(String),
    /// A tag without a value.
    #[error("`{0}=` has no value")]
    Empty(&'static str),
    /// A semicolon is missing, so that the next tag became part of this one's value.
    #[error("there is no semicolon before `{next}=`, so it is part of `{tag}`")]
    Glued {
        /// The tag whose value runs on.
        tag: &'static str,
        /// The tag that was swallowed.
        next: &'static str,
    },
    /// A value that is none of the allowed ones.
    #[error("`{tag}={value}` is not valid: `{tag}` takes {allowed}")]
    OneOf {
        /// The tag.
        tag: &'static str,
        /// What it says.
        value: String,
        /// What it may say.
        allowed: &'static str,
    },
    /// A list for `fo` that is none (section 4.8: `0` or `1`, `d`, `s`, each once, with colons).
    #[error("`fo={0}` is not valid: `fo` takes 0 or 1, d and s, joined by colons")]
    FailureOptions(String),
    /// `pct` that is no number from 0 to 100 (RFC 7489 section 6.3): old receivers may ignore the record.
    #[error("`pct={0}` is no percentage from 0 to 100")]
    Percentage(String),
    /// `ri` that is no number of seconds in 32 bits (RFC 7489 section 6.3), likewise.
    #[error("`ri={0}` is no number of seconds")]
    Interval(String),
    /// `rf` that is no list of names of formats (RFC 7489 section 6.4), likewise.
    #[error("`rf={0}` names no format of reports: `rf` takes afrf")]
    Format(String),
    /// Neither `p` nor a report address: receivers ignore the record (section 4.10.1).
    #[error("there is neither a policy in `p` nor an address in `rua`: receivers ignore the record")]
    NoPolicy,
    /// An address for reports that is none.
    #[error("{}", uri_words(.tag, .text, *.fault))]
    Uri {
        /// `rua` or `ruf`.
        tag: &'static str,
        /// The entry of the list.
        text: String,
        /// What is wrong with it.
        fault: UriFault,
    },
}

/// What can be wrong with an entry of `rua` or `ruf`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UriFault {
    /// Nothing stands between two commas.
    Empty,
    /// It does not begin with a scheme, `mailto:`.
    NoScheme,
    /// A character that no URI holds (RFC 3986 section 2).
    Character(char),
    /// A `%` without two hexadecimal digits (RFC 3986 section 2.1).
    Escape,
    /// A `!` that begins no size: in an address it is written `%21`.
    Exclamation,
    /// A `mailto:` without one mail address (RFC 6068).
    Address,
    /// An address of the web without `//` and the name of a host (RFC 9110 section 4.2).
    Host,
}

fn uri_words(tag: &str, text: &str, fault: UriFault) -> String {
    match fault {
        UriFault::Empty => format!("`{tag}` has an empty entry between its commas"),
        UriFault::NoScheme if text.contains('@') => {
            format!("`{text}` in `{tag}` is no URI: write `mailto:{text}`")
        }
        UriFault::NoScheme => format!("`{text}` in `{tag}` is no URI: write `mailto:` and an address"),
        UriFault::Character(' ') => format!("`{text}` in `{tag}` holds a space, which no URI may hold"),
        UriFault::Character(c @ ('#' | '[' | ']')) => {
            format!("`{text}` in `{tag}` holds a `{c}` where no URI may hold one")
        }
        UriFault::Character(c) => {
            format!("`{text}` in `{tag}` holds `{}`, which no URI may hold", c.escape_default())
        }
        UriFault::Escape => format!("`{text}` in `{tag}` holds a `%` without two digits: write `%25`"),
        UriFault::Exclamation => {
            format!("`{text}` in `{tag}` holds a `!` that begins no size: write `%21`")
        }
        UriFault::Address => format!("`{text}` in `{tag}` names no mail address"),
        UriFault::Host => format!("`{text}` in `{tag}` names no host: write `https://host.example/path`"),
    }
}

impl SyntaxErrorKind {
    /// True where receivers cannot tell the policy, or may ignore the record: nothing is sure then.
    pub fn voids_policy(&self) -> bool {
        match self {
            Self::Repeated(_) | Self::NoPolicy => true,
            Self::Empty(tag) | Self::Glued { tag, .. } | Self::OneOf { tag, .. } => {
                ["p", "sp", "np"].contains(tag)
            }
            _ => false,
        }
    }
}

/// The kinds of oddity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LintKind {
    /// A tag that no standard knows: receivers ignore it (section 4.7).
    #[error("receivers ignore the unknown tag `{name}`{}", .meant.map_or(String::new(), |meant| format!(": was `{meant}` meant?")))]
    Unknown {
        /// Its name.
        name: String,
        /// The known tag that it is close to.
        meant: Option<&'static str>,
    },
    /// `pct`, `rf` or `ri` (RFC 9989 appendix C): receivers of RFC 7489 still read them.
    #[error("`{0}` is retired: only receivers that follow RFC 7489 read it")]
    Retired(&'static str),
    /// A size behind an address, `!10m`: reporters ignore it (section 4.8).
    #[error("the size `{0}` is retired: reporters ignore it")]
    Size(String),
    /// A scheme that no receiver has to support.
    #[error("receivers need to send reports to `mailto:` only, not to `{0}:`")]
    Scheme(String),
    /// The name of a tag in upper case, which not every reader takes.
    #[error("the tag `{0}` is in upper case, which old readers may not take")]
    UpperCase(String),
    /// Nothing between two semicolons, or two at the end, which the grammar does not have (section 4.8).
    #[error("nothing stands before this semicolon: some receivers refuse the whole record for that")]
    EmptyPart,
    /// Reports are asked for, but no policy (section 4.7, `p`).
    #[error("there is no `p`, which counts as `p=none`")]
    NoPolicy,
    /// `fo` without `ruf` (section 4.7).
    #[error("`fo` has no effect without `ruf`")]
    NoFailureReports,
    /// `p` is not the second tag, where RFC 7489 wants it.
    #[error("`p` stands further back than RFC 7489 wants it, which is right behind `v`")]
    PolicyLate,
}
