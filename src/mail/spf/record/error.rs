//! What can be wrong with a record's text.

use crate::mail::Placed;

/// One breach of the grammar (RFC 7208 section 12). Each makes receivers answer `permerror`.
pub type SyntaxError = Placed<SyntaxErrorKind>;

/// The kinds of breach. Their texts hold nothing but visible ASCII of the record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxErrorKind {
    /// The text is no SPF record (section 4.5).
    #[error("the record does not begin with `v=spf1`")]
    Version,
    /// Terms are visible ASCII, separated by spaces only (sections 3.1 and 4.6.1).
    #[error("the character `{}` is not allowed in a record", .0.escape_default())]
    Character(char),
    /// Neither one of the eight mechanisms nor a modifier (section 4.6.1).
    #[error("`{0}` is not a mechanism")]
    UnknownMechanism(String),
    /// A modifier written as a mechanism, `redirect:example.com`.
    #[error("`{0}` is a modifier: it is written with `=` before its value")]
    WrittenWithColon(String),
    /// What stands before `=` is not a name: a letter, then letters, digits, `-`, `_`, `.`.
    #[error("`{0}` is not the name of a modifier")]
    ModifierName(String),
    /// `-redirect=...`: only mechanisms have qualifiers.
    #[error("the modifier `{0}` takes no qualifier")]
    Qualified(String),
    /// `include` without a domain, `ip4` without an address, `redirect=`.
    #[error("`{0}` needs a value")]
    NeedsValue(String),
    /// `all:example.com`.
    #[error("`{0}` takes no value")]
    TakesNoValue(String),
    /// `include:example.com/24`.
    #[error("`{0}` takes no prefix length")]
    TakesNoPrefix(String),
    /// A prefix length that is no number, has leading zeros, or is too large for its family.
    #[error("`{0}` is not a prefix length: at most /32 for IPv4 and //128 for IPv6, no leading zeros")]
    Prefix(String),
    /// What follows `ip4:` (section 5.6).
    #[error("`{0}` is not an IPv4 address")]
    Ip4(String),
    /// What follows `ip6:` (section 5.6).
    #[error("`{0}` is not an IPv6 address")]
    Ip6(String),
    /// An address where a name is asked for, `a:192.0.2.1`: a common mistake for `ip4:`.
    #[error("`{0}` is an address, not a domain name: addresses are listed with `ip4:` and `ip6:`")]
    AddressAsName(String),
    /// A name of one label (section 7.1: a domain-spec ends in a dot and a top label).
    #[error("`{0}` is not a full domain name: it has no dot")]
    OneLabel(String),
    /// The last label begins or ends with a hyphen, is all digits, or holds other characters.
    #[error("`{0}` cannot be the last label of a domain name")]
    TopLabel(String),
    /// A `%` that begins none of `%{`, `%%`, `%_`, `%-` (section 7.1).
    #[error("`%` begins a macro: it is followed by `{{`, or doubled for itself")]
    Percent,
    /// `%{d` without its `}`.
    #[error("the macro has no closing `}}`")]
    MacroUnclosed,
    /// A letter that stands for nothing (section 7.2).
    #[error("there is no macro `{}`", .0.escape_default())]
    MacroLetter(char),
    /// `%{c}`, `%{r}`, `%{t}` outside an explanation's text (section 7.2).
    #[error("the macro `{0}` is only allowed in the text of an explanation")]
    MacroOnlyInText(char),
    /// `%{d0}` (section 7.1).
    #[error("a macro cannot keep zero parts")]
    MacroKeepsNothing,
    /// Something between letter and `}` that is neither number, `r` nor delimiter.
    #[error("`{}` is not allowed inside a macro", .0.escape_default())]
    MacroContent(char),
    /// `redirect` or `exp` a second time (section 6).
    #[error("`{0}` may stand only once in a record")]
    Repeated(String),
}
