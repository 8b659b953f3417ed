//! Passwords in URLs and files: people choose them, so they may be short and no more random than words.

/// What stands in examples and in settings for one's own machine.
const DEFAULTS: &[&str] = &[
    "password",
    "passwd",
    "pass",
    "pwd",
    "pw",
    "secret",
    "user",
    "username",
    "root",
    "admin",
    "postgres",
    "mysql",
    "redis",
    "guest",
    "test",
    "testing",
    "example",
    "changeme",
    "dbpass",
    "dbpassword",
    "db_password",
    "mypassword",
    "token",
    "key",
    "none",
    "null",
    "undefined",
    "true",
    "false",
    "default",
    "rabbitmq",
    "mongo",
    "mongodb",
    "x-oauth-basic",
    "12345",
    "123456",
    "1234",
    "12345678",
    "123456789",
    "foobar",
    "foo",
    "bar",
    "baz",
    "abc",
    "abc123",
    "p@ssw0rd",
    "string",
    "somepassword",
    "x",
    "y",
    "xx",
    "a",
    "b",
    "p",
    "demo",
];

/// True for a password that somebody may use, and not a default, a variable or a blank to fill in.
pub(super) fn is_real(password: &[u8]) -> bool {
    let lower = String::from_utf8_lossy(password).to_ascii_lowercase();
    let is_variable = lower
        .starts_with(['$', '<', '{', '[', '%', '*', '.', ':', '_', '`', '(', '&', '#', '!'])
        && !lower.starts_with("%2")
        && !lower.starts_with("%4");
    let is_blank = [
        "${",
        "{{",
        "}",
        "...",
        "***",
        "<",
        ">",
        "your",
        "password",
        "example",
        "xxx",
        "placeholder",
        "process.env",
        "environ",
        "getenv",
        "env(",
        "env.",
        "var.",
        "vars.",
        "local.",
        "secrets.",
        "config.",
        "enc(",
        "arn:",
        "vault:",
        "op://",
        "ssm:",
        "secretsmanager",
        "/run/secrets",
        "change_me",
        "change-me",
        "replace",
    ];
    lower.len() >= 4
        && !is_variable
        && !DEFAULTS.contains(&lower.as_str())
        && !is_blank.iter().any(|part| lower.contains(part))
        && super::filler::entropy(password) > 1.5
        && !(lower.len() < 16
            && lower.bytes().all(|byte| byte.is_ascii_alphabetic() || b"_-".contains(&byte))
            && is_name(password))
}

/// True for a name as programs have them: `DB_PASS`, `dbPass`, `the-secret`.
fn is_name(password: &[u8]) -> bool {
    let capitals = password.iter().filter(|byte| byte.is_ascii_uppercase()).count();
    let all_capitals = password.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_');
    let lower = password.to_ascii_lowercase();
    all_capitals
        || capitals <= 1
            && [&b"pass"[..], b"secret", b"token", b"pwd"]
                .iter()
                .any(|word| lower.windows(word.len()).any(|part| part == *word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_told_from_blanks_and_defaults() {
        for real in ["tR7!kQ2m", "kq83hfa0", "S3cure-Winter-2025", "%40kq83hfa0"] {
            assert!(is_real(real.as_bytes()), "{real}");
        }
        for none in [
            "password",
            "${DB_PASSWORD}",
            "$PASS",
            "<password>",
            "****",
            "DB_PASS",
            "dbPass",
            "%s",
            "abc",
            "aaaaaaa",
            "your-pass1",
        ] {
            assert!(!is_real(none.as_bytes()), "{none}");
        }
    }
}
