//! Files whose name says that they hold a secret, and whose content confirms it.

use std::ops::Range;

use super::{base, env, is_placeholder};

/// How much of such a file is read, in bytes.
pub(crate) const MOST: usize = 64 * 1024;

/// A secret that only the file's kind tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// A name for programs.
    pub(crate) rule: &'static str,
    /// What it is, with an article.
    pub(crate) what: String,
    /// The value, as a range of the text.
    pub(crate) value: Range<usize>,
}

/// A kind of file, and how its content is read.
pub(crate) type Reader = fn(&[u8]) -> Vec<Told>;

/// Reads what the kind of a file tells; `None` where the name says nothing.
pub(crate) fn reader(path: &str) -> Option<Reader> {
    let name = base(path).to_ascii_lowercase();
    match name.as_str() {
        ".netrc" | "_netrc" => return Some(netrc),
        ".npmrc" => return Some(npmrc),
        ".pypirc" => return Some(pypirc),
        ".htpasswd" => return Some(htpasswd),
        "debug.keystore" => return None,
        _ if name.starts_with("wp-config") && name.contains(".php") => return Some(wordpress),
        _ if env::is_env_file(path) => return Some(environment),
        _ => {}
    }
    match name.rsplit_once('.')?.1 {
        "p12" | "pfx" => Some(pkcs12),
        "jks" | "keystore" => Some(java),
        _ => None,
    }
}

fn text(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
    }
}

/// Where a part of a text stands in it.
fn range(whole: &str, part: &str) -> Range<usize> {
    let start = (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
    start..start + part.len()
}

/// Values behind a key, line by line.
fn lines(bytes: &[u8], told: impl Fn(&str) -> Option<(&str, &'static str, String)>) -> Vec<Told> {
    let whole = text(bytes);
    let found =
        whole.lines().filter_map(told).filter(|(value, ..)| !value.is_empty() && !is_placeholder(value));
    found.map(|(value, rule, what)| Told { rule, what, value: range(whole, value) }).collect()
}

/// `machine HOST login NAME password VALUE`, over several lines or on one.
fn netrc(bytes: &[u8]) -> Vec<Told> {
    lines(bytes, |line| {
        let (_, behind) = line.split_once("password")?;
        let value = behind.split_whitespace().next()?;
        Some((value, "netrc-password", "a password of .netrc".to_owned()))
    })
}

fn npmrc(bytes: &[u8]) -> Vec<Told> {
    lines(bytes, |line| {
        let (key, value) = line.split_once('=')?;
        let key = key.trim().rsplit(':').next().unwrap_or_default();
        let is_secret = ["_authToken", "_auth", "_password"].contains(&key);
        let value = value.trim().trim_matches('"');
        is_secret.then(|| (value, "npmrc-credential", format!("a credential of .npmrc (`{key}`)")))
    })
}

fn pypirc(bytes: &[u8]) -> Vec<Told> {
    lines(bytes, |line| {
        let (key, value) = line.split_once(['=', ':'])?;
        let is_secret = key.trim() == "password";
        is_secret.then(|| (value.trim(), "pypirc-password", "a password of .pypirc".to_owned()))
    })
}

/// `name:$apr1$...`, `name:$2y$...`, `name:{SHA}...`
fn htpasswd(bytes: &[u8]) -> Vec<Told> {
    lines(bytes, |line| {
        let (_, hash) = line.trim().split_once(':')?;
        let is_hash = ["$apr1$", "$2y$", "$2a$", "$2b$", "$5$", "$6$", "{SHA}"]
            .iter()
            .any(|form| hash.starts_with(form));
        is_hash.then(|| (hash, "htpasswd-hash", "a password's hash of .htpasswd".to_owned()))
    })
}

/// `define('DB_PASSWORD', '...');`
fn wordpress(bytes: &[u8]) -> Vec<Told> {
    const NAMES: &[&str] = &[
        "DB_PASSWORD",
        "AUTH_KEY",
        "SECURE_AUTH_KEY",
        "LOGGED_IN_KEY",
        "NONCE_KEY",
        "AUTH_SALT",
        "SECURE_AUTH_SALT",
        "LOGGED_IN_SALT",
        "NONCE_SALT",
    ];
    lines(bytes, |line| {
        let (_, behind) = line.trim_start().strip_prefix("define")?.split_once(['\'', '"'])?;
        let (name, behind) = behind.split_once(['\'', '"'])?;
        let behind = behind.trim_start().strip_prefix(',')?.trim_start();
        let quote = behind.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
        let value = behind[1..].split(quote).next()?;
        let is_secret = NAMES.contains(&name);
        is_secret.then(|| (value, "wordpress-configuration", format!("WordPress's `{name}`")))
    })
}

/// The values of an environment file that was shipped.
fn environment(bytes: &[u8]) -> Vec<Told> {
    let whole = text(bytes);
    let secret =
        env::variables(whole).into_iter().filter(|variable| variable.nature() == env::Nature::Secret);
    let told = |variable: env::Variable| Told {
        rule: "environment-file",
        what: format!("the value of `{}`", variable.name),
        value: range(whole, variable.value),
    };
    secret.map(told).collect()
}

/// RFC 7292 section 4: a sequence that begins with version 3.
fn pkcs12(bytes: &[u8]) -> Vec<Told> {
    let ([0x30, 0x80, version @ ..] | [0x30, 0x82, _, _, version @ ..] | [0x30, 0x83, _, _, _, version @ ..]) =
        bytes
    else {
        return Vec::new();
    };
    store(version.starts_with(&[2, 1, 3]), bytes, "pkcs12-store", "a PKCS#12 store with private keys")
}

/// The magic of `sun.security.provider.JavaKeyStore`, and PKCS#12, which newer tools write.
fn java(bytes: &[u8]) -> Vec<Told> {
    let own =
        store(bytes.starts_with(&[0xFE, 0xED, 0xFE, 0xED]), bytes, "java-key-store", "a Java key store");
    if own.is_empty() { pkcs12(bytes) } else { own }
}

fn store(is_one: bool, bytes: &[u8], rule: &'static str, what: &str) -> Vec<Told> {
    let told = Told { rule, what: what.to_owned(), value: 0..bytes.len() };
    if is_one { vec![told] } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values<'t>(path: &str, text: &'t str) -> Vec<&'t str> {
        let reader = reader(path).expect("a kind of file");
        reader(text.as_bytes()).into_iter().map(|told| &text[told.value]).collect()
    }

    #[test]
    fn credentials_are_found_where_the_file_s_kind_has_them() {
        assert_eq!(values(".netrc", "machine a.test login me password hunter2\n"), ["hunter2"]);
        assert_eq!(
            values("web/.npmrc", "//npm.shop.test/:_authToken=0123abcd\nregistry=https://a\n"),
            ["0123abcd"]
        );
        assert_eq!(values(".npmrc", "//npm.shop.test/:_authToken=${NPM_TOKEN}\n"), [""; 0]);
        assert_eq!(values(".pypirc", "[pypi]\nusername: me\npassword: hunter2\n"), ["hunter2"]);
        assert_eq!(values(".htpasswd", "me:$apr1$abc$def\n# no\n"), ["$apr1$abc$def"]);
        let wordpress = "define( 'DB_NAME', 'shop' );\ndefine( 'DB_PASSWORD', 'hunter2' );\ndefine('AUTH_KEY', 'put your unique phrase here');\n";
        assert_eq!(values("wp-config.php.bak", wordpress), ["hunter2"]);
        assert_eq!(values("assets/.env", "APP_NAME=Shop\nSESSION_SECRET=kj3h4k5j\n"), ["kj3h4k5j"]);
    }

    #[test]
    fn key_stores_are_told_by_their_first_bytes() {
        let reader = |name| reader(name).expect("a kind of file");
        assert_eq!(reader("release.jks")(&[0xFE, 0xED, 0xFE, 0xED, 0, 0]).len(), 1);
        assert_eq!(reader("a.p12")(&[0x30, 0x82, 9, 9, 2, 1, 3, 0x30]).len(), 1);
        assert_eq!(reader("a.p12")(b"version https://git-lfs.github.com/spec/v1").len(), 0);
        assert!(super::reader("android/debug.keystore").is_none() && super::reader("main.dart").is_none());
    }
}
