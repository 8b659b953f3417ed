//! What names of variables say of their values: `providers/variables.yaml`.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::observed::{KeyMode, VariableClass};
use crate::spec::load;

const TEXT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/providers/variables.yaml"));

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    // A test reads it, so that the default never stands in.
    load::embedded(TEXT).unwrap_or_default()
});

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    exposed: Vec<Exposed>,
    kinds: Vec<Kind>,
}

/// A prefix of names whose values a build writes into what everybody downloads.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exposed {
    /// `NEXT_PUBLIC_`
    pub prefix: String,
    /// Which builds do that.
    pub by: String,
    /// Where that stands.
    pub source: String,
}

/// What is known of the variables with certain names.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the data")]
pub struct Kind {
    /// What the value is: `a secret key of Stripe`.
    pub what: String,
    /// The names, with `*` for anything.
    pub names: Vec<String>,
    /// Whether it must be kept.
    #[serde(default = "secret")]
    pub class: VariableClass,
    /// False where the name alone does not tell its class.
    #[serde(default = "yes")]
    pub sure: bool,
    /// How it is read.
    #[serde(default)]
    pub syntax: Syntax,
    /// For [`Syntax::Own`]: the least number of characters.
    #[serde(default)]
    pub least: usize,
    /// For [`Syntax::Url`]: the schemes that it may have; any where there are none.
    #[serde(default)]
    pub schemes: Vec<String>,
    /// For [`Syntax::Url`]: whether a server that nobody outside reaches is usual.
    #[serde(default)]
    pub inner: bool,
    /// True for addresses by which others reach the product.
    #[serde(default)]
    pub own: bool,
    /// What right values look like.
    #[serde(default)]
    pub forms: Vec<Form>,
    /// True where a value of another form may be right too.
    #[serde(default)]
    pub open: bool,
    /// What stands there by mistake.
    #[serde(default)]
    pub not: Vec<Form>,
    /// Whole values that providers publish for tests.
    #[serde(default)]
    pub test: Vec<String>,
    /// Where people get one.
    pub from: Option<String>,
    /// Where the facts come from.
    pub source: Option<String>,
}

/// How a value is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Syntax {
    /// As one of [`Kind::forms`]; as anything where there are none.
    #[default]
    Forms,
    /// A URL.
    Url,
    /// The name of a host, with a port or without.
    Host,
    /// The number of a port.
    Port,
    /// A UUID.
    Uuid,
    /// An e-mail address.
    Email,
    /// The path of a file.
    File,
    /// A private key in PEM.
    Pem,
    /// The JSON of a service account, or that in base64.
    ServiceAccount,
    /// A secret that somebody made up.
    Own,
}

/// What a value looks like.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// How it begins.
    #[serde(default)]
    pub begins: String,
    /// How it ends.
    #[serde(default)]
    pub ends: String,
    /// What follows.
    #[serde(default)]
    pub chars: Chars,
    /// The least number of characters, of the whole.
    #[serde(default)]
    pub least: usize,
    /// The largest number.
    pub most: Option<usize>,
    /// True where `begins` is all of it.
    #[serde(default)]
    pub whole: bool,
    /// The role of a JSON Web Token.
    pub jwt_role: Option<String>,
    /// Whose data such a value opens.
    pub mode: Option<KeyMode>,
    /// What it is, for mistakes.
    #[serde(default)]
    pub what: String,
}

/// Which characters a value is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chars {
    /// Any.
    #[default]
    Any,
    /// Letters and digits.
    Alphanumeric,
    /// Capital letters and digits.
    Upper,
    /// Hexadecimal digits.
    Hex,
    /// Base64 in either alphabet.
    Base64,
    /// Letters, digits, `-`, `_`, `.`.
    Token,
    /// Digits, a colon, and a token.
    Telegram,
}

impl Chars {
    /// True for texts of these characters alone.
    pub fn fit(self, text: &str) -> bool {
        let token = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        let all = |fits: &dyn Fn(u8) -> bool| text.bytes().all(fits);
        match self {
            Self::Any => true,
            Self::Alphanumeric => all(&|b| b.is_ascii_alphanumeric()),
            Self::Upper => all(&|b| b.is_ascii_uppercase() || b.is_ascii_digit()),
            Self::Hex => all(&|b| b.is_ascii_hexdigit()),
            Self::Base64 => all(&|b| b.is_ascii_alphanumeric() || b"+/=-_".contains(&b)),
            Self::Token => all(&token),
            Self::Telegram => text.split_once(':').is_some_and(|(id, rest)| {
                !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()) && rest.bytes().all(token)
            }),
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Any => "any characters",
            Self::Alphanumeric => "letters and digits",
            Self::Upper => "capital letters and digits",
            Self::Hex => "hexadecimal digits",
            Self::Base64 => "base64",
            Self::Token => "letters, digits, `-`, `_` and `.`",
            Self::Telegram => "digits, a colon and a token",
        }
    }
}

fn secret() -> VariableClass {
    VariableClass::Secret
}

fn yes() -> bool {
    true
}

/// All that is known, special kinds first.
pub fn all() -> &'static [Kind] {
    &KNOWN.kinds
}

/// The build that writes a variable of that name into what everybody downloads, where one does.
pub fn exposed_by(name: &str) -> Option<&'static Exposed> {
    KNOWN
        .exposed
        .iter()
        .find(|exposed| name.len() > exposed.prefix.len() && name.starts_with(&exposed.prefix))
}

/// What the name of a variable promises. Without what makes a build show it: `VITE_STRIPE_SECRET_KEY` is to
/// be the same as `STRIPE_SECRET_KEY`.
pub fn kind_of(name: &str) -> Option<&'static Kind> {
    let of = |name: &str| KNOWN.kinds.iter().find(|kind| kind.names.iter().any(|known| fits(known, name)));
    let upper = name.to_ascii_uppercase();
    let bare = exposed_by(&upper).map(|exposed| &upper[exposed.prefix.len()..]);
    bare.and_then(of).or_else(|| of(&upper))
}

/// True for a name of that pattern, in which `*` is anything, be it nothing.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((begin, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(begin) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = name.find(part) else { return false };
        name = &name[at + part.len()..];
    }
    name.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(name: &str) -> &'static str {
        kind_of(name).map_or("", |kind| kind.what.as_str())
    }

    #[test]
    fn the_data_is_well_formed() {
        let known: Known = load::embedded(TEXT).unwrap_or_else(|error| panic!("{error}"));
        assert!(known.kinds.len() > 70 && known.exposed.len() >= 10);
        for kind in &known.kinds {
            let (what, has_forms) = (&kind.what, !kind.forms.is_empty());
            assert!(!kind.names.is_empty() && !what.is_empty() && !what.ends_with('.'), "{what}");
            assert!(!has_forms || kind.syntax == Syntax::Forms, "{what}: forms are not read");
            let is_known = has_forms || kind.syntax != Syntax::Forms || !kind.test.is_empty();
            assert!(!is_known || kind.source.as_ref().is_some_and(|s| s.starts_with("https://")), "{what}");
            assert!(kind.not.iter().all(|form| !form.what.is_empty()), "{what}");
            for form in kind.forms.iter().chain(&kind.not) {
                let says = !form.begins.is_empty() || form.jwt_role.is_some() || form.least > 0;
                assert!(says && form.most.is_none_or(|most| most >= form.least), "{what}");
            }
        }
        for exposed in &known.exposed {
            assert!(exposed.prefix.ends_with('_') && exposed.source.starts_with("https://"));
        }
    }

    #[test]
    fn known_names_have_a_kind() {
        for (name, kind) in [
            ("STRIPE_SECRET_KEY", "a secret key of Stripe"),
            ("PROD_STRIPE_SECRET_KEY", "a secret key of Stripe"),
            ("STRIPE_WEBHOOK_SECRET", "a signing secret of Stripe's webhooks"),
            ("NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY", "a publishable key of Stripe"),
            ("VITE_STRIPE_SECRET_KEY", "a secret key of Stripe"),
            ("SUPABASE_SERVICE_ROLE_KEY", "a secret key of Supabase that passes every row policy"),
            ("NEXT_PUBLIC_SUPABASE_ANON_KEY", "a public key of Supabase"),
            ("VITE_FIREBASE_API_KEY", "the web API key of a Firebase project"),
            ("UPSTASH_REDIS_REST_URL", "the REST URL of a Redis database"),
            ("SLACK_SIGNING_SECRET", "a signing secret of Slack"),
            ("CLERK_WEBHOOK_SECRET", "a signing secret of Clerk's webhooks"),
            ("NEXTAUTH_SECRET", "a secret of one's own"),
            ("NEXTAUTH_URL", "the product's own address"),
            ("PUBLIC_URL", "the product's own address"),
            ("SMTP_PASSWORD", "a password"),
            ("SMTP_PORT", "a port"),
            ("CRM_API_KEY", "a key or token"),
            ("FEATURES", ""),
        ] {
            assert_eq!(what(name), kind, "{name}");
        }
    }

    #[test]
    fn a_star_is_anything() {
        assert!(fits("*A*B", "xAxB") && fits("*A*B", "AB") && fits("A*", "A") && fits("A", "A"));
        assert!(!fits("*A*B", "BA") && !fits("A*", "BA") && !fits("A", "AB") && !fits("*_KEY", "KEYS"));
        // What is found for one star is not found again for the next.
        assert!(!fits("*AB*B", "AB"));
    }
}
