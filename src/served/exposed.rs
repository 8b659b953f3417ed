//! Files that a server must not give away, known by what is in them: a site that answers every path with its
//! one page gives nothing away.

use serde::{Deserialize, Serialize};

use crate::secrets::{Class, findings};

/// Largest part of a file that is looked at.
const MOST: usize = 256 * 1024;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is told by `words`")]
pub enum Exposed {
    Environment,
    GitHead,
    GitConfig,
    Subversion,
    FolderStore,
    ServiceAccount,
    Dump,
    AwsCredentials,
    WordPress,
    Passwords,
    Npm,
    PrivateKey,
    Secrets,
}

/// Where such files are looked for, and what they must be to be told.
pub const PLACES: &[(&str, Exposed)] = &[
    ("/.env", Exposed::Environment),
    ("/.env.local", Exposed::Environment),
    ("/.env.production", Exposed::Environment),
    ("/assets/.env", Exposed::Environment),
    ("/assets/assets/.env", Exposed::Environment),
    ("/.git/HEAD", Exposed::GitHead),
    ("/.git/config", Exposed::GitConfig),
    ("/.svn/entries", Exposed::Subversion),
    ("/.DS_Store", Exposed::FolderStore),
    ("/serviceAccountKey.json", Exposed::ServiceAccount),
    ("/backup.sql", Exposed::Dump),
    ("/dump.sql", Exposed::Dump),
    ("/.aws/credentials", Exposed::AwsCredentials),
    ("/wp-config.php.bak", Exposed::WordPress),
    ("/.htpasswd", Exposed::Passwords),
    ("/.npmrc", Exposed::Npm),
    ("/id_rsa", Exposed::PrivateKey),
    ("/config.json", Exposed::Secrets),
];

impl Exposed {
    /// What it is, for messages.
    pub fn words(self) -> &'static str {
        match self {
            Self::Environment => "an environment file",
            Self::GitHead | Self::GitConfig => "a Git repository",
            Self::Subversion => "a Subversion working copy",
            Self::FolderStore => "a listing of a folder by macOS",
            Self::ServiceAccount => "the private key of a Google service account",
            Self::Dump => "a dump of a database",
            Self::AwsCredentials => "credentials of AWS",
            Self::WordPress => "a configuration of WordPress with its passwords",
            Self::Passwords => "a file of passwords",
            Self::Npm => "a configuration of npm with a token",
            Self::PrivateKey => "a private key",
            Self::Secrets => "a configuration with secrets",
        }
    }

    /// True where the body of an answer is such a file.
    pub fn is(self, body: &[u8]) -> bool {
        let body = &body[..body.len().min(MOST)];
        if self == Self::FolderStore {
            return body.starts_with(b"\0\0\0\x01Bud1");
        }
        let text = String::from_utf8_lossy(body);
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() || text.starts_with('<') && self != Self::WordPress && self != Self::Subversion {
            return false;
        }
        match self {
            Self::Environment => is_environment(text),
            Self::GitHead => text.starts_with("ref: refs/") && text.lines().count() == 1,
            Self::GitConfig => text.contains("[core]") && text.contains("repositoryformatversion"),
            Self::Subversion => {
                let version = text.lines().next().unwrap_or_default();
                let old = text.lines().nth(2).is_some_and(|line| line == "dir");
                let is_number = !version.is_empty()
                    && version.len() <= 2
                    && version.bytes().all(|byte| byte.is_ascii_digit());
                (is_number && (text == version || old)) || text.contains("<wc-entries")
            }
            Self::FolderStore => false,
            Self::ServiceAccount => text.contains("\"service_account\"") && text.contains("PRIVATE KEY"),
            Self::Dump => is_dump(text),
            Self::AwsCredentials => text.contains("aws_secret_access_key"),
            Self::WordPress => text.contains("<?php") && text.contains("DB_PASSWORD"),
            Self::Passwords => is_passwords(text),
            Self::Npm => text.lines().any(is_npm_token),
            Self::PrivateKey => {
                text.starts_with("-----BEGIN")
                    && text.lines().next().is_some_and(|line| line.contains("PRIVATE KEY"))
            }
            Self::Secrets => {
                text.starts_with('{')
                    && findings(text.as_bytes()).iter().any(|finding| finding.class == Class::Secret)
            }
        }
    }
}

/// `NAME=value` in every line that is neither empty nor a comment.
fn is_environment(text: &str) -> bool {
    let mut named = 0;
    let mut within = None;
    for line in text.lines().map(str::trim) {
        // A value in quotes may have several lines.
        if let Some(quote) = within {
            within = (!line.ends_with(quote)).then_some(quote);
            continue;
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let Some((name, value)) = line.split_once('=') else { return false };
        let name = name.trim();
        let first = name.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
        if !first || !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')) {
            return false;
        }
        named += 1;
        let value = value.trim();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        within = quote.filter(|quote| value.len() == 1 || !value[1..].contains(*quote));
    }
    named > 0
}

fn is_dump(text: &str) -> bool {
    const BEGINNINGS: &[&str] = &[
        "-- MySQL dump",
        "-- MariaDB dump",
        "-- PostgreSQL database dump",
        "-- phpMyAdmin",
        "--\n-- PostgreSQL",
        "PGDMP",
        "SQLite format 3",
    ];
    BEGINNINGS.iter().any(|beginning| text.starts_with(beginning))
        || ["CREATE TABLE", "INSERT INTO"]
            .iter()
            .any(|statement| text.lines().any(|line| line.starts_with(statement)))
}

/// `user:hash` in every line, the hash as `htpasswd` writes it.
fn is_passwords(text: &str) -> bool {
    let is_hash = |hash: &str| {
        ["$apr1$", "$2y$", "$2a$", "$2b$", "$5$", "$6$", "{SHA}"].iter().any(|kind| hash.starts_with(kind))
            || hash.len() == 13
                && hash.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"./".contains(&byte))
    };
    text.lines().all(|line| {
        line.split_once(':').is_some_and(|(user, hash)| !user.contains(' ') && is_hash(hash.trim()))
    })
}

/// A line of `.npmrc` with a token of its own, and not with the name of a variable.
fn is_npm_token(line: &str) -> bool {
    let Some((key, value)) = line.split_once('=') else { return false };
    let is_secret = ["_authToken", "_auth", "_password"].iter().any(|end| key.trim().ends_with(end));
    is_secret && !value.contains("${") && !value.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<!doctype html><html><title>Shop</title><script>A=1</script>";

    #[test]
    fn files_are_known_by_what_is_in_them() {
        let key = format!("-----BEGIN RSA {} KEY-----\nMIIE", "PRIVATE");
        for (kind, body) in [
            (Exposed::Environment, "# shop\nAPP_KEY=x\n\nexport DB_URL='postgres://db'\nKEY=\"a\nb\"\n"),
            (Exposed::GitHead, "ref: refs/heads/main\n"),
            (Exposed::GitConfig, "[core]\n\trepositoryformatversion = 0\n"),
            (Exposed::Subversion, "12\n"),
            (Exposed::FolderStore, "\0\0\0\u{1}Bud1\0"),
            (Exposed::ServiceAccount, &format!("{{\"type\":\"service_account\",\"private_key\":\"{key}\"}}")),
            (Exposed::Dump, "-- MySQL dump 10.13\n"),
            (Exposed::Dump, "SET x;\nCREATE TABLE users (id int);\n"),
            (Exposed::AwsCredentials, "[default]\naws_access_key_id = A\naws_secret_access_key = b\n"),
            (Exposed::WordPress, "<?php\ndefine('DB_PASSWORD', 'x');"),
            (Exposed::Passwords, "ada:$apr1$abc$def\nbob:{SHA}x=\n"),
            (Exposed::Npm, "//registry.npmjs.org/:_authToken=npm_x\n"),
            (Exposed::PrivateKey, &key),
        ] {
            assert!(kind.is(body.as_bytes()), "{kind:?}");
        }
    }

    #[test]
    fn pages_and_harmless_files_are_none() {
        for (_, kind) in PLACES {
            for body in [
                PAGE,
                "",
                "Not found",
                "{\"error\":\"not found\"}",
                "{\"version\":\"1.0\"}",
                "\n\n<html>",
                "404\n",
            ] {
                assert!(!kind.is(body.as_bytes()), "{kind:?} {body}");
            }
        }
        for (kind, body) in [
            (
                Exposed::Npm,
                "registry=https://registry.npmjs.org/\n//registry.npmjs.org/:_authToken=${NPM_TOKEN}",
            ),
            (
                Exposed::Secrets,
                "{\"api\":\"https://api.shop.test\",\"sentry\":\"https://abc@o1.ingest.sentry.io/1\"}",
            ),
            (Exposed::Environment, "not found: A=1"),
        ] {
            assert!(!kind.is(body.as_bytes()), "{kind:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_can_be_looked_at(body in proptest::collection::vec(proptest::num::u8::ANY, 0..200), text in "[A-Z=\"'\\n #é]{0,40}") {
            for (_, kind) in PLACES {
                let _ = (kind.is(&body), kind.is(text.as_bytes()));
            }
        }
    }
}
