//! Rules as data: how the key of a provider looks, what it is, and what to do about it.

use std::sync::LazyLock;

use serde::Deserialize;

use super::verify::Proof;
use crate::spec::load::embedded;

/// Embeds the files of rules.
macro_rules! files {
    ($($name:literal),* $(,)?) => {
        /// The files, each with its name.
        pub(super) const FILES: &[(&str, &str)] = &[
            $(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/providers/secrets/", $name, ".yaml")))),*
        ];
    };
}

files!["payments", "mail", "ai", "auth", "platforms", "cloud", "services", "general", "files"];

// A test reads every file, so no release holds one that cannot be read.
static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let sets = FILES.iter().flat_map(|(_, text)| embedded::<Vec<Set>>(text).unwrap_or_default());
    sets.flat_map(Set::rules).collect()
});

/// Every rule that is built in, in the order of the files.
pub fn rules() -> &'static [Rule] {
    &RULES
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Nobody but the servers may have it.
    #[default]
    Secret,
    /// A test or sandbox key that may be public, but has no place where production is declared.
    WrongEnvironment,
    /// Public by design: no finding.
    Public,
}

/// Which of a provider's worlds a key belongs to, where its form tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Real money, real mail.
    Live,
    /// Test mode or a sandbox.
    Test,
}

/// The rules of one provider, as a file holds them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Set {
    provider: String,
    source: String,
    #[serde(default)]
    rotate: String,
    rules: Vec<Rule>,
}

impl Set {
    fn rules(self) -> impl Iterator<Item = Rule> {
        let Self { provider, source, rotate, rules } = self;
        rules.into_iter().map(move |mut rule| {
            rule.provider.clone_from(&provider);
            rule.source.clone_from(&source);
            if rule.rotate.is_empty() {
                rule.rotate.clone_from(&rotate);
            }
            rule
        })
    }
}

/// How one kind of key looks, and what it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name for programs: `stripe-secret-key`.
    pub id: String,
    /// The provider, as people call it.
    #[serde(skip)]
    pub provider: String,
    /// The key in people's words, with an article: `a Stripe live secret key`.
    pub name: String,
    /// What a value of this form is.
    #[serde(default)]
    pub class: Class,
    /// The provider's world that the form tells.
    pub mode: Option<Mode>,
    /// What to do about a secret that got out.
    #[serde(default)]
    pub rotate: String,
    /// The provider's page that describes the key.
    #[serde(skip)]
    pub source: String,
    /// True for forms that more than one provider uses: gives way to another rule at the same place.
    #[serde(default)]
    pub general: bool,
    /// The names of the files that the rule is for, with `*` for anything and `!` before those it is not for;
    /// none for a rule that holds everywhere, in served code too.
    #[serde(default)]
    pub(super) files: Vec<String>,
    /// What stands at the start of the value or, with `named` or `back`, near it.
    pub(super) keywords: Vec<String>,
    /// The expression of the value; its first group where it has one.
    pub(super) value: String,
    /// The value has no form of its own: it counts behind a keyword and this expression of the rest of a
    /// name (may be empty), as in `TWILIO_AUTH_TOKEN=...`.
    pub(super) named: Option<String>,
    /// How many bytes before the keyword a value may begin.
    #[serde(default)]
    pub(super) back: usize,
    /// How many bytes from the keyword on are looked at.
    #[serde(default = "ahead")]
    pub(super) ahead: usize,
    /// What the value must be beyond its form.
    #[serde(default)]
    pub(super) verify: Proof,
    /// Texts in which the rule finds one value; tests run them.
    #[cfg_attr(not(test), expect(dead_code, reason = "the examples are run by tests"))]
    pub(super) positive: Vec<String>,
    /// Texts in which the rule finds nothing; tests run them.
    #[cfg_attr(not(test), expect(dead_code, reason = "the examples are run by tests"))]
    pub(super) negative: Vec<String>,
}

/// More than any token, less than a file.
const fn ahead() -> usize {
    1300
}

impl Rule {
    /// True where the form alone tells the provider.
    pub(super) fn is_issued(&self) -> bool {
        self.named.is_none() && (!self.general || self.mode.is_some())
    }

    /// The longest keyword that a value begins with: the part that the provider gave it, not chance.
    pub(super) fn prefix<'v>(&self, value: &'v [u8]) -> &'v [u8] {
        if self.named.is_some() || self.back > 0 {
            return &[];
        }
        let begins = self.keywords.iter().filter(|keyword| value.starts_with(keyword.as_bytes()));
        let length = begins.map(String::len).max().unwrap_or_default();
        &value[..length]
    }
}
