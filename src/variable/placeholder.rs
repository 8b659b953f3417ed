//! Values that stand in for the real one.

/// Words that a value is made of which nobody meant to stay: alone, or one after another.
const COMMON: &[&str] = &[
    "a",
    "abc",
    "abcd",
    "access",
    "add",
    "admin",
    "an",
    "anon",
    "api",
    "apikey",
    "app",
    "auth",
    "bar",
    "baz",
    "change",
    "changed",
    "changeit",
    "changeme",
    "client",
    "cookie",
    "db",
    "default",
    "demo",
    "dev",
    "development",
    "dummy",
    "encryption",
    "enter",
    "example",
    "fake",
    "fill",
    "fixme",
    "foo",
    "for",
    "from",
    "generate",
    "generated",
    "goes",
    "here",
    "in",
    "insert",
    "is",
    "it",
    "jwt",
    "key",
    "later",
    "live",
    "local",
    "long",
    "me",
    "mock",
    "my",
    "needed",
    "new",
    "not",
    "of",
    "only",
    "our",
    "pass",
    "password",
    "paste",
    "placeholder",
    "please",
    "prod",
    "production",
    "project",
    "public",
    "put",
    "qwerty",
    "random",
    "real",
    "replace",
    "sample",
    "secret",
    "secure",
    "service",
    "session",
    "set",
    "sk",
    "some",
    "something",
    "string",
    "super",
    "supersecret",
    "tbd",
    "temp",
    "test",
    "testing",
    "text",
    "the",
    "this",
    "to",
    "todo",
    "token",
    "url",
    "use",
    "user",
    "value",
    "very",
    "webhook",
    "with",
    "your",
    "yours",
];
/// Parts that no real value has, each in lower case.
const PARTS: &[&str] = &[
    "changeme",
    "change_me",
    "change-me",
    "change this",
    "change-this",
    "change_this",
    "replaceme",
    "replace_me",
    "replace-me",
    "replace this",
    "replace-this",
    "replace_this",
    "placeholder",
    "your_",
    "your-",
    "yourkey",
    "yourtoken",
    "yoursecret",
    "insert_",
    "insert-",
    "_here",
    "-here",
    "to_be_filled",
    "[object object]",
];
/// How references begin that a tool was to put a secret into, and whose they are.
const REFERENCES: &[(&str, &str)] = &[
    ("op://", "1Password"),
    ("vault:", "Vault"),
    ("doppler://", "Doppler"),
    ("encrypted:", "dotenvx"),
    ("ENC[", "SOPS"),
    ("ref+", "vals"),
    ("keyvault://", "Azure Key Vault"),
    ("@Microsoft.KeyVault(", "Azure Key Vault"),
    ("sm://", "a secret manager"),
    ("ssm:/", "AWS Parameter Store"),
];

/// Why a value is none, in a clause. `is_key` is true for what should be a key, a password or a token.
pub(super) fn reason(value: &str, is_key: bool) -> Option<String> {
    let value = value.trim();
    let lower = value.to_ascii_lowercase();
    if value.is_empty() {
        return Some("it is empty: that is what CI systems make of a secret that they do not have".into());
    }
    if lower == "undefined" || lower == "[object object]" || lower == "nan" {
        return Some("it is what a script writes where it has no value".into());
    }
    if let Some((_, whose)) = REFERENCES.iter().find(|(begin, _)| value.starts_with(begin)) {
        return Some(format!("it is still a reference for {whose}, which nothing replaced"));
    }
    if is_template(value) {
        return Some("it is still a template, which nothing replaced".into());
    }
    if let Some(part) = PARTS.iter().find(|part| lower.contains(*part)) {
        return Some(format!("it holds `{}`", part.trim_matches(['_', '-'])));
    }
    if ["todo", "tbd", "fixme", "xxx"].contains(&lower.as_str()) {
        return Some(format!("it is `{lower}`"));
    }
    if has_run(value) {
        return Some("it holds a row of the same character".into());
    }
    if lower.ends_with("example") || lower.ends_with("examplekey") {
        return Some("it is an example of somebody's manual".into());
    }
    if is_key { reason_of_key(value, &lower) } else { None }
}

fn reason_of_key(value: &str, lower: &str) -> Option<String> {
    if ["none", "null", "nil", "false", "true", "no", "yes", "n/a", "na"].contains(&lower) {
        return Some("it is a word, not a key".into());
    }
    if value.starts_with("django-insecure-") {
        return Some("it is the key that Django writes for development".into());
    }
    // Behind the provider's own prefix.
    let body = value.rsplit_once('_').map_or(value, |(_, body)| body);
    let body = if body.len() >= 6 { body } else { value };
    if is_one_character(body) {
        return Some("it is the same character again and again".into());
    }
    if is_sequence(&body.to_ascii_lowercase()) {
        return Some("it counts up: `abc...` or `123...`".into());
    }
    is_common(lower).then(|| "it is made of common words".into())
}

/// `<your key>`, `{{ KEY }}`, `${KEY}`, `$(KEY)`, `%KEY%`, `__KEY__`
fn is_template(value: &str) -> bool {
    let between = |begin: &str, end: &str| {
        value.len() > begin.len() + end.len() && value.starts_with(begin) && value.ends_with(end)
    };
    let name = |text: &str| text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    between("<", ">")
        || value.contains("{{")
        || value.split("${").skip(1).any(|rest| rest.contains('}'))
        || between("$(", ")")
        || (between("%", "%") && name(value.trim_matches('%')))
        || (between("__", "__") && name(value))
        || (between("[", "]") && !value.contains('"') && value.contains(' '))
}

/// Four of what people write in the place of what is to come.
fn has_run(value: &str) -> bool {
    ["xxxx", "XXXX", "****", "....", "????", "____"].iter().any(|run| value.contains(run))
}

fn is_one_character(text: &str) -> bool {
    let mut chars = text.chars();
    let first = chars.next();
    text.len() >= 6 && chars.all(|c| Some(c) == first)
}

/// `abcdefgh`, `12345678`, and `0123456789abcdef` too.
fn is_sequence(text: &str) -> bool {
    let bytes = text.as_bytes();
    let next =
        |a: u8, b: u8| b == a.wrapping_add(1) || matches!((a, b), (b'9' | b'z', b'0' | b'a') | (b'f', b'0'));
    bytes.len() >= 6 && bytes.windows(2).all(|pair| next(pair[0], pair[1]))
}

/// True for texts that are common words one after another, with a few digits at the end.
fn is_common(lower: &str) -> bool {
    let text = lower.trim_end_matches(['!', '.', '?']);
    let end = text.trim_end_matches(|c: char| c.is_ascii_digit());
    if text.len() - end.len() > 4 {
        return false;
    }
    let letters: Vec<u8> = end.bytes().filter(|b| !b"-_ ./:".contains(b)).collect();
    if letters.is_empty() || letters.len() > 80 || !letters.iter().all(u8::is_ascii_lowercase) {
        return false;
    }
    // How far words reach.
    let mut reached = vec![false; letters.len() + 1];
    reached[0] = true;
    for at in 0..letters.len() {
        if reached[at] {
            let fitting = COMMON.iter().filter(|word| letters[at..].starts_with(word.as_bytes()));
            fitting.for_each(|word| reached[at + word.len()] = true);
        }
    }
    reached[letters.len()]
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn what_stands_in_is_told() {
        for value in [
            "",
            "  ",
            "changeme",
            "CHANGE_ME",
            "your-api-key-here",
            "sk_live_xxxxxxxxxxxx",
            "<your key>",
            "${STRIPE_KEY}",
            "{{ secrets.KEY }}",
            "todo",
            "TODO",
            "sk_live_your_key",
            "undefined",
            "op://vault/stripe/key",
            "secret",
            "supersecretkey123",
            "my-secret-key",
            "sk_test_000000000000",
            "123456789",
            "0123456789abcdef",
            "django-insecure-8f7d6s5a4f3d2s1",
            "AKIAIOSFODNN7EXAMPLE",
            "password",
            "test1234",
            "null",
            "********",
            "REPLACE_WITH_REAL_KEY",
            "insert-key",
            "%API_KEY%",
            "__API_KEY__",
            "aaaaaaaaaaaa",
            "dev-secret",
        ] {
            assert!(reason(value, true).is_some(), "{value}");
        }
    }

    #[test]
    fn real_values_are_no_placeholders() {
        for value in [
            "9f86d081884c7d659a2feaa0c55ad015",
            "u8Jq2fXbW0cH1mQz7rTtYg==",
            "correct horse battery staple orbit",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "re_3Qx9LmP2_vT8sYwKd4Zb7NcRf6JhGa",
            "k3!x9Lq$2mPz8@vRt5#w",
            "postgres://me:hunter22@db.shop.test/main",
            "p-q_r.s0tuvwx1y2z",
            "AC0123456789abcdef0123456789abcdee",
        ] {
            assert_eq!(reason(value, true), None, "{value}");
        }
        for value in
            ["production", "test", "true", "none", "my app", "europe-west1", "8080", "https://shop.test", "0"]
        {
            assert_eq!(reason(value, false), None, "{value}");
        }
    }

    #[test]
    fn a_reason_holds_nothing_of_the_value() {
        let value = "your_hunter2_secret";
        assert_eq!(reason(value, true), Some("it holds `your`".into()));
    }

    proptest::proptest! {
        #[test]
        fn random_keys_are_no_placeholders(value in "[a-f0-9]{32}|[A-Za-z0-9]{24,40}") {
            proptest::prop_assume!(!value.to_lowercase().contains("xxxx"));
            proptest::prop_assert_eq!(reason(&value, true), None);
        }
    }
}
