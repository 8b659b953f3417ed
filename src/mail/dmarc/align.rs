//! Whether two names belong together (RFC 9989 section 4.10.2).

/// How close an authenticated name must be to the visible sender's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// `r`: the same organisational domain.
    #[default]
    Relaxed,
    /// `s`: the same name.
    Strict,
}

impl Mode {
    /// `relaxed` or `strict`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Relaxed => "relaxed",
            Self::Strict => "strict",
        }
    }
}

/// True where a name that SPF or DKIM authenticated speaks for the domain in `From:`. `organisation`
/// gives the organisational domain of a name; it is asked only where the answer depends on it.
pub fn aligned<E>(
    identifier: &str,
    from: &str,
    mode: Mode,
    organisation: impl Fn(&str) -> Result<String, E>,
) -> Result<bool, E> {
    let form = |name: &str| name.trim_end_matches('.').to_ascii_lowercase();
    let (identifier, from) = (form(identifier), form(from));
    if identifier == from {
        return Ok(true);
    }
    match mode {
        Mode::Strict => Ok(false),
        Mode::Relaxed => Ok(organisation(&identifier)? == organisation(&from)?),
    }
}
