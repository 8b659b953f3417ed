//! What can be wrong with a key record.

use super::KeyType;
use crate::mail::Placed;

/// One fault. Each makes receivers refuse the key, or some of them.
pub type SyntaxError = Placed<SyntaxErrorKind>;

/// The kinds of fault. Their texts quote at most a few dozen characters of the record, none of
/// them a control character, and never anything of a private key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxErrorKind {
    /// `;;`: between two semicolons stands a tag (section 3.2).
    #[error("there is nothing between two semicolons")]
    EmptyTag,
    /// A part without `=` (section 3.2).
    #[error("`{0}` has no `=`: tags are written `name=value`")]
    NoEquals(String),
    /// What stands before `=` is not a name: a letter, then letters, digits and `_` (section 3.2).
    #[error("`{0}` is not the name of a tag")]
    TagName(String),
    /// A tag a second time (section 3.2).
    #[error("the tag `{0}=` stands there twice")]
    Duplicate(String),
    /// A character that no value may hold: values are visible ASCII and white space (section 3.2).
    #[error("the character `{}` is not allowed in a record", .0.escape_default())]
    Character(char),
    /// `v=` with something else than `DKIM1`: receivers must discard the record (section 3.6.1).
    #[error("the version is `{0}`, not `DKIM1`")]
    Version(String),
    /// `v=` behind another tag (section 3.6.1).
    #[error("`v=` is not the first tag")]
    VersionNotFirst,
    /// `k=` with a type that receivers do not know, and so ignore (section 3.6.1, RFC 8463). The
    /// value is case-sensitive.
    #[error("`k={0}` is no type of key: receivers know `rsa` and `ed25519`, in lower case")]
    KeyType(String),
    /// `h=sha1`: nobody may verify with SHA-1 any more (RFC 8301 section 3.1).
    #[error("`h=` allows SHA-1 alone, with which receivers do not verify any more")]
    Sha1Only,
    /// `h=` without `sha256` (section 3.6.1).
    #[error("`h={0}` does not allow `sha256`, with which mail is signed")]
    NoSha256(String),
    /// `s=` without `email` and `*` (section 3.6.1).
    #[error("`s={0}` says that the key is not for mail: it needs `email` or `*`")]
    NotForMail(String),
    /// No `p=`; perhaps a tag that looks like it (section 3.6.1).
    #[error("there is no `p=`, which holds the key{}", .0.as_ref().map(|tag| format!(": `{tag}=` is not read")).unwrap_or_default())]
    NoKey(Option<String>),
    /// The key alone, without any tag.
    #[error("the key stands there alone, without `p=` before it")]
    BareKey,
    /// The lines of a PEM file around the key.
    #[error("`p=` holds the lines of a PEM file: only the base64 between them belongs there")]
    Pem,
    /// A private key, in whatever form: whoever reads DNS can sign in the domain's name.
    #[error("the record holds a PRIVATE key, which everybody can read there")]
    PrivateKey,
    /// A certificate.
    #[error("`p=` holds a certificate, not the public key in it")]
    Certificate,
    /// Something that base64 does not have (RFC 4648 section 4).
    #[error("the character `{}` is no base64{}", .0.escape_default(), url_safe(*.0))]
    Base64Character(char),
    /// Too few or too many `=` at the end (RFC 4648 section 3.2): strict readers refuse that.
    #[error("the base64 of the key does not end in the right number of `=`")]
    Base64Padding,
    /// One character is over: no byte has so few bits.
    #[error("the base64 of the key is cut off within a byte")]
    Base64Cut,
    /// Something behind the `=` that ends base64.
    #[error("behind the `=` at the end of the key something follows")]
    BehindPadding,
    /// The key announces more bytes than there are.
    #[error("the key is cut off: {got} of its {of} bytes are there{}", limit_hint(*.at_limit))]
    Truncated {
        /// Bytes that are there.
        got: usize,
        /// Bytes that it says it has.
        of: usize,
        /// True where the text ends where a string of a TXT record must (255 bytes, RFC 1035
        /// section 3.3.14): the other strings are missing.
        at_limit: bool,
    },
    /// With `+` in the place of the spaces the key would be whole.
    #[error("spaces stand in the key where `+` belongs")]
    PlusLost,
    /// Bytes behind the end of the key: a part was pasted twice, or two keys one behind the other.
    #[error("{0} bytes follow behind the end of the key")]
    Trailing(usize),
    /// The bytes are no public key.
    #[error("the {0} bytes in `p=` are no public key")]
    NotAKey(usize),
    /// A public key of another kind than DKIM has.
    #[error("the key in `p=` is one of {0}, which DKIM does not have")]
    Algorithm(&'static str),
    /// Parameters of the algorithm in an RSA key that are not NULL (RFC 3279 section 2.3.1).
    #[error(
        "the key's algorithm has parameters where RSA has NULL, so that OpenSSL and others cannot read it"
    )]
    Parameters,
    /// Another key than `k=` says.
    #[error("`k=` says {declared}, but the key is one of {found}")]
    Mismatch {
        /// What `k=` says, or its default.
        declared: KeyType,
        /// What `p=` holds.
        found: KeyType,
    },
    /// An Ed25519 key within a `SubjectPublicKeyInfo`: only its last 32 bytes belong there (RFC 8463
    /// section 4).
    #[error("the Ed25519 key is wrapped as OpenSSL writes it: `p=` takes its last 32 bytes alone")]
    WrappedEd25519,
    /// An Ed25519 key has 32 bytes (RFC 8032 section 5.1.5).
    #[error("the key has {0} bytes: one of Ed25519 has 32")]
    Ed25519Length(usize),
    /// An RSA exponent with which nobody signs: even, or less than 3.
    #[error("the exponent of the RSA key is even or less than 3")]
    Exponent,
    /// An RSA modulus that is no product of two large primes: even, or negative.
    #[error("the modulus of the RSA key is even or negative")]
    Modulus,
}

fn url_safe(c: char) -> &'static str {
    match c {
        '-' | '_' => " (it belongs to the form for URLs, which has `-` for `+` and `_` for `/`)",
        _ => "",
    }
}

fn limit_hint(at_limit: bool) -> &'static str {
    if at_limit { ", up to where one string of a TXT record ends" } else { "" }
}

/// Something that is not wrong, but worth knowing.
pub type Lint = Placed<LintKind>;

/// The kinds of note.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LintKind {
    /// `g=` was withdrawn with RFC 4871.
    #[error("`g=` is retired: receivers do not read it (RFC 6376 appendix E)")]
    Granularity,
    /// An unknown tag that looks like a known one. Names are case-sensitive (section 3.2).
    #[error("receivers do not read `{tag}=`: perhaps `{meant}=` is meant")]
    LookAlike {
        /// As written.
        tag: String,
        /// What it looks like.
        meant: &'static str,
    },
    /// Receivers must verify with up to 4096 bits, and need not with more (RFC 8301 section 3.2).
    #[error("RSA with {0} bits: receivers need not verify with more than 4096")]
    Large(usize),
}
