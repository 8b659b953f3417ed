//! Environment files (`.env`), and which of their values nobody should know.

use url::Url;

use super::{base, is_placeholder};
use crate::secrets::{self, Class};

/// Parts of a name that say that a file holds no real values.
const SAMPLES: &[&str] = &[
    "example", "examples", "sample", "template", "tpl", "dist", "default", "defaults", "schema", "test",
    "testing", "vault",
];

/// Beginnings of names that build tools give to clients.
const CLIENT: &[&str] = &[
    "VITE_",
    "NEXT_PUBLIC_",
    "REACT_APP_",
    "EXPO_PUBLIC_",
    "PUBLIC_",
    "NUXT_PUBLIC_",
    "GATSBY_",
    "VUE_APP_",
    "NG_APP_",
];

/// Words of names whose values nobody should know.
const SECRET: &[&str] = &[
    "SECRET",
    "TOKEN",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "PASS",
    "PWD",
    "CREDENTIAL",
    "CREDENTIALS",
    "PRIVATE",
    "APIKEY",
];

/// Words before `KEY` that make a secret of it.
const KEYS: &[&str] =
    &["API", "ACCESS", "AUTH", "ENCRYPTION", "SIGNING", "MASTER", "APP", "SERVICE", "ADMIN", "SESSION"];

/// A variable of an environment file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Variable<'t> {
    /// Its name.
    pub(crate) name: &'t str,
    /// Its value, without quotes.
    pub(crate) value: &'t str,
}

/// How much a value matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nature {
    /// Nobody but the product should know it.
    Secret,
    /// A value of this product, no secret.
    Plain,
    /// None, a placeholder, a switch, or one for clients.
    Harmless,
}

/// True for the name of an environment file that is not an example.
pub(crate) fn is_env_file(path: &str) -> bool {
    let name = base(path).to_ascii_lowercase();
    let ends = name.rsplit_once('.').is_some_and(|(_, ending)| ending == "env");
    let is_env = name == ".env" || name == ".envrc" || name.starts_with(".env.") || ends;
    is_env && !name.split(['.', '-', '_']).any(|part| SAMPLES.contains(&part))
}

/// The variables of an environment file that have a value.
pub(crate) fn variables(text: &str) -> Vec<Variable<'_>> {
    text.lines().filter_map(variable).collect()
}

fn variable(line: &str) -> Option<Variable<'_>> {
    let line = line.trim().trim_start_matches('\u{feff}');
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=')?;
    let name = name.trim();
    let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if name.is_empty() || !is_name(name) {
        return None;
    }
    let value = value.trim();
    let quote = value.chars().next().filter(|first| matches!(first, '"' | '\'' | '`'));
    let value = match quote {
        Some(quote) => value[1..].split(quote).next().unwrap_or_default(),
        None => value.split(" #").next().unwrap_or(value).trim_end(),
    };
    Some(Variable { name, value }).filter(|variable| !variable.value.is_empty())
}

impl Variable<'_> {
    /// How much the value matters.
    pub(crate) fn nature(&self) -> Nature {
        let Self { name, value } = self;
        if is_placeholder(value) {
            return Nature::Harmless;
        }
        let found = secrets::findings(format!("{name}={value}\n").as_bytes());
        if found.iter().any(|found| found.class == Class::Secret) {
            return Nature::Secret;
        }
        let upper = name.to_ascii_uppercase();
        if CLIENT.iter().any(|prefix| upper.starts_with(prefix)) || is_switch(value) || is_local(value) {
            return Nature::Harmless;
        }
        let with_password = Url::parse(value).is_ok_and(|url| url.password().is_some());
        if with_password || (says_secret(&upper) && value.len() >= 4) {
            Nature::Secret
        } else {
            Nature::Plain
        }
    }
}

/// `SESSION_SECRET`, `APP_KEY`; not `TOKEN_LIFETIME`, not `PUBLIC_KEY`.
fn says_secret(name: &str) -> bool {
    let words: Vec<&str> = name.split('_').collect();
    if words
        .iter()
        .any(|word| matches!(*word, "PUBLIC" | "PUBLISHABLE" | "ID" | "URL" | "PATH" | "FILE" | "NAME"))
    {
        return false;
    }
    let ends = words.last().is_some_and(|last| SECRET.contains(last));
    let is_key = words.windows(2).any(|pair| pair[1] == "KEY" && KEYS.contains(&pair[0]));
    ends || is_key || (words.contains(&"SECRET") && words.last() == Some(&"KEY"))
}

/// Numbers, switches and the usual words of an environment.
fn is_switch(value: &str) -> bool {
    const WORDS: &[&str] = &[
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "null",
        "none",
        "production",
        "development",
        "staging",
        "test",
        "debug",
        "info",
        "warn",
        "warning",
        "error",
        "local",
    ];
    value.len() < 3 || value.parse::<f64>().is_ok() || WORDS.contains(&value.to_ascii_lowercase().as_str())
}

/// An address of the developer's own machine.
fn is_local(value: &str) -> bool {
    let host = Url::parse(value).ok().and_then(|url| url.host_str().map(str::to_owned));
    let host = host.unwrap_or_else(|| value.to_owned());
    ["localhost", "127.0.0.1", "0.0.0.0", "[::1]", "host.docker.internal"].contains(&host.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nature(line: &str) -> Nature {
        let found = variables(line);
        found.first().map_or(Nature::Harmless, Variable::nature)
    }

    #[test]
    fn examples_are_no_environment_files() {
        for name in [".env", "a/.env.production", "deploy/prod.env", ".envrc", ".env.local"] {
            assert!(is_env_file(name), "{name}");
        }
        for name in
            [".env.example", ".env.production.sample", "env.template", "a/.env.test", "environment.ts"]
        {
            assert!(!is_env_file(name), "{name}");
        }
    }

    #[test]
    fn values_are_read_as_shells_read_them() {
        let text = "# A=1\nexport B=two # said\nC=\"a # b\"\n D = 'x'\nE=\nno line\n";
        let found: Vec<(&str, &str)> = variables(text).into_iter().map(|v| (v.name, v.value)).collect();
        assert_eq!(found, [("B", "two"), ("C", "a # b"), ("D", "x")]);
    }

    #[test]
    fn names_and_forms_tell_secrets() {
        for line in [
            "SESSION_SECRET=kj3h4k5jh3k4j5h",
            "DB_PASSWORD=hunter2",
            "DATABASE_URL=postgres://shop:hunter2@db.shop.test/shop",
            "APP_KEY=base64:Zm9vYmFyYmF6cXV4",
            "DJANGO_SECRET_KEY=kj3h4k5jh3k4j5h",
        ] {
            assert_eq!(nature(line), Nature::Secret, "{line}");
        }
        assert_eq!(nature("APP_NAME=Circle Garden"), Nature::Plain);
        assert_eq!(nature("MAIL_HOST=smtp.shop.test"), Nature::Plain);
    }

    #[test]
    fn placeholders_switches_and_values_for_clients_are_harmless() {
        for line in [
            "SESSION_SECRET=changeme",
            "API_TOKEN=your-token-here",
            "API_TOKEN=<token>",
            "API_TOKEN=${OTHER}",
            "TOKEN_LIFETIME=3600",
            "NODE_ENV=production",
            "VITE_API_URL=https://api.shop.test",
            "NEXT_PUBLIC_FIREBASE_PROJECT=shop",
            "DATABASE_URL=postgres://postgres:postgres@localhost/shop",
        ] {
            assert_eq!(nature(line), Nature::Harmless, "{line}");
        }
    }
}
