//! Whether a value has the form of its kind, told without it.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use url::Url;

use super::kind::{self, Chars, Form, Kind, Syntax};
use super::own;
use crate::observed::{KeyMode, VariableClass};
use crate::spec::shown::secret_kind;

/// What the form of a value says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// What is wrong, in clauses.
    pub faults: Vec<String>,
    /// Whose data it opens.
    pub mode: Option<KeyMode>,
    /// What tells that.
    pub sign: Option<String>,
}

impl Judged {
    fn wrong(fault: impl Into<String>) -> Self {
        Self { faults: vec![fault.into()], ..Self::default() }
    }
}

/// Reads a value as its kind. `min_length` is the spec's own.
pub fn judge(value: &str, kind: Option<&Kind>, min_length: Option<usize>) -> Judged {
    let mut judged = match edges(value) {
        Some(fault) => Judged::wrong(fault),
        None => kind.map_or_else(Judged::default, |kind| of_kind(value, kind, min_length)),
    };
    let length = value.chars().count();
    if let Some(least) = min_length.filter(|least| length < *least) {
        let told = judged.faults.iter().any(|fault| fault.contains("characters, and should"));
        if !told {
            judged.faults.push(format!("it has {length} characters, and should have at least {least}"));
        }
    }
    judged
}

/// What was pasted along.
fn edges(value: &str) -> Option<&'static str> {
    let pem = value.contains("-----BEGIN ");
    let quoted = |quote: char| value.len() > 1 && value.starts_with(quote) && value.ends_with(quote);
    if value.trim() != value && !pem {
        return Some("it begins or ends with white space or a line break");
    }
    if quoted('"') || quoted('\'') {
        return Some("it stands in quotes that are a part of the value");
    }
    let invisible = |c: char| crate::observed::is_harmful(c) && !c.is_ascii_control();
    if value.contains(invisible) {
        return Some("it holds an invisible character");
    }
    (value.chars().any(|c| c.is_control() && c != '\n' && c != '\r' && c != '\t'))
        .then_some("it holds a control character")
}

fn of_kind(value: &str, kind: &Kind, min_length: Option<usize>) -> Judged {
    if let Some(mistake) = kind.not.iter().find(|form| mistaken(value, form)) {
        return Judged::wrong(format!("it is {}, not {}", mistake.what, kind.what));
    }
    if kind.test.iter().any(|known| known == value) {
        let sign = Some("it is one that the provider publishes for tests".into());
        return Judged { mode: Some(KeyMode::Test), sign, faults: Vec::new() };
    }
    let fault = match kind.syntax {
        Syntax::Forms => return of_forms(value, kind),
        Syntax::Own => {
            let least = min_length.unwrap_or(kind.least);
            return Judged { faults: own::faults(value, least), ..Judged::default() };
        }
        Syntax::Url => url_fault(value, kind),
        // Some write a URL, and some programs take it.
        Syntax::Host => value.contains(char::is_whitespace).then(|| "it is no name of a host".into()),
        Syntax::Port => {
            let port = value.parse::<u16>().is_ok_and(|port| port > 0);
            (!port).then(|| "it is no port: a number from 1 to 65535".into())
        }
        Syntax::Uuid => (!is_uuid(value)).then(|| "it is no UUID (8-4-4-4-12 hexadecimal digits)".into()),
        Syntax::Email => {
            let parts = value.split_once('@');
            let good = parts.is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
            (!good || value.contains(char::is_whitespace)).then(|| "it is no e-mail address".into())
        }
        Syntax::File => value.contains('\n').then(|| "it is no path of a file".into()),
        Syntax::Pem => pem_fault(value).map(Into::into),
        Syntax::ServiceAccount => service_account_fault(value).map(Into::into),
    };
    fault.map_or_else(Judged::default, Judged::wrong)
}

fn of_forms(value: &str, kind: &Kind) -> Judged {
    if let Some(form) = kind.forms.iter().find(|form| has(value, form)) {
        let sign = form.mode.map(|_| sign(form));
        return Judged { mode: form.mode, sign, faults: Vec::new() };
    }
    if kind.open || kind.forms.is_empty() {
        return Judged::default();
    }
    // It begins as one does, and goes on as none does.
    let near = kind.forms.iter().find(|form| !form.begins.is_empty() && value.starts_with(&form.begins));
    let Some(form) = near else { return Judged::wrong(unlike(kind)) };
    let length = value.chars().count();
    let fault = match form.most {
        _ if length < form.least => format!("it has {length} characters: a part of it is missing"),
        Some(most) if length > most => format!("it has {length} characters, {} too many", length - most),
        _ => {
            format!("behind `{}` it does not go on with {} alone", form.begins, form.chars.words())
        }
    };
    Judged { faults: vec![fault], mode: form.mode, sign: form.mode.map(|_| sign(form)) }
}

fn sign(form: &Form) -> String {
    if form.whole { format!("it is `{}`", form.begins) } else { format!("it begins with `{}`", form.begins) }
}

/// What a value should look like and does not.
fn unlike(kind: &Kind) -> String {
    let begins: Vec<String> = kind
        .forms
        .iter()
        .filter(|form| !form.begins.is_empty())
        .map(|form| format!("`{}`", form.begins))
        .collect();
    let exact = || {
        let form = kind.forms.iter().find(|form| form.begins.is_empty() && form.jwt_role.is_none())?;
        let length = match form.most {
            Some(most) if most == form.least => format!("{most}"),
            Some(most) => format!("{} to {most}", form.least),
            None => format!("{} or more", form.least),
        };
        let ends = if form.ends.is_empty() { String::new() } else { format!(" that end in `{}`", form.ends) };
        Some(format!("{length} characters ({}){ends}", form.chars.words()))
    };
    let role = || {
        let role = kind.forms.iter().find_map(|form| form.jwt_role.as_ref())?;
        Some(format!("a JSON Web Token with the role `{role}`"))
    };
    let begins = (!begins.is_empty()).then(|| format!("it would begin with {}", begins.join(", ")));
    let others: Vec<String> = [
        exact().map(|text| format!("it would have {text}")),
        role().map(|text| format!("it would be {text}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    let all: Vec<String> = begins.into_iter().chain(others).collect();
    format!("it is not {}: {}", kind.what, all.join(", or "))
}

/// True for values of that form.
pub(super) fn has(value: &str, form: &Form) -> bool {
    if let Some(role) = &form.jwt_role {
        return jwt_role(value).as_deref() == Some(role);
    }
    if form.whole {
        return value == form.begins;
    }
    let length = value.chars().count();
    let rest = value.strip_prefix(&form.begins).and_then(|rest| rest.strip_suffix(&form.ends));
    rest.is_some_and(|rest| form.chars.fit(rest))
        && length >= form.least
        && form.most.is_none_or(|most| length <= most)
}

/// For mistakes the beginning is enough.
fn mistaken(value: &str, form: &Form) -> bool {
    match &form.jwt_role {
        Some(_) => has(value, form),
        None => value.trim_start().starts_with(&form.begins),
    }
}

fn url_fault(value: &str, kind: &Kind) -> Option<String> {
    if value.contains(char::is_whitespace) {
        return Some("there is white space in the URL".into());
    }
    // Several servers stand in one URL of MongoDB or Kafka.
    let first = value.split(',').next().unwrap_or(value);
    let parsed = Url::parse(value).or_else(|_| Url::parse(first));
    let scheme = value.split_once(':').map_or("", |(scheme, _)| scheme).to_ascii_lowercase();
    let has_scheme = value.contains("://") || (!scheme.is_empty() && kind.schemes.contains(&scheme));
    let schemes = || kind.schemes.iter().take(4).map(|s| format!("`{s}:`")).collect::<Vec<_>>().join(", ");
    if !has_scheme {
        let wanted = if kind.schemes.is_empty() { "`https:`".into() } else { schemes() };
        return Some(format!("it is no URL: it has no scheme such as {wanted}"));
    }
    if !kind.schemes.is_empty() && !kind.schemes.contains(&scheme) {
        return Some(format!("it is not {}: its scheme is none of {}", kind.what, schemes()));
    }
    match parsed {
        Err(_) => {
            Some("it is no URL: characters of a password, or of the host, need to be written as %XX".into())
        }
        Ok(url) if url.has_host() || !value.contains("://") => None,
        // A file, or a socket.
        Ok(url) if !url.path().trim_matches('/').is_empty() => None,
        Ok(_) => Some("it names no host".into()),
    }
}

fn is_uuid(value: &str) -> bool {
    let sizes = value.split('-').map(str::len);
    sizes.eq([8, 4, 4, 4, 12]) && value.split('-').all(|part| Chars::Hex.fit(part))
}

fn pem_fault(value: &str) -> Option<&'static str> {
    let text = value.replace("\\n", "\n");
    if !text.contains("-----BEGIN ") {
        // Some keep it in base64.
        let decoded = STANDARD.decode(text.split_whitespace().collect::<String>()).unwrap_or_default();
        let inner = String::from_utf8(decoded).unwrap_or_default();
        return if inner.contains("PRIVATE KEY-----") {
            None
        } else {
            Some("it is no private key in PEM: it has no line `-----BEGIN PRIVATE KEY-----`")
        };
    }
    let begin = text.lines().find(|line| line.contains("-----BEGIN ")).unwrap_or_default();
    if !begin.contains("PRIVATE KEY-----") {
        return Some("it is PEM, but no private key");
    }
    if !text.contains("-----END ") {
        return Some("it is cut: the line `-----END PRIVATE KEY-----` is missing");
    }
    (text.trim().lines().count() < 3).then_some("its line breaks are lost: write them as `\\n`")
}

fn service_account_fault(value: &str) -> Option<&'static str> {
    match service_account(value) {
        None => Some("it is not the JSON of a service account, nor that in base64"),
        Some(account) => {
            let whole =
                ["private_key", "client_email", "project_id"].iter().all(|key| account[key].is_string());
            (!whole).then_some("it lacks `private_key`, `client_email` or `project_id`")
        }
    }
}

fn service_account(value: &str) -> Option<serde_json::Value> {
    let is_account = |json: &serde_json::Value| json["type"] == "service_account";
    let plain = serde_json::from_str(value).ok();
    let decoded = || {
        let bytes = STANDARD.decode(value.split_whitespace().collect::<String>()).ok()?;
        serde_json::from_slice(&bytes).ok()
    };
    plain.or_else(decoded).filter(is_account)
}

/// The role that a JSON Web Token claims. Its signature is not looked at.
fn jwt_role(value: &str) -> Option<String> {
    let mut parts = value.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !value.starts_with("eyJ") {
        return None;
    }
    let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&payload).ok()?;
    claims["role"].as_str().map(str::to_owned)
}

/// What a value is by its own form, whatever its name: `a secret key of Stripe`.
pub fn recognised(value: &str) -> Option<(VariableClass, String)> {
    let value = value.trim();
    let telling =
        |form: &Form| form.begins.len() >= 3 && !form.whole && form.least >= 20 || form.jwt_role.is_some();
    let known = kind::all()
        .iter()
        .find(|kind| kind.sure && kind.forms.iter().any(|form| telling(form) && has(value, form)));
    if let Some(kind) = known {
        return Some((kind.class, kind.what.clone()));
    }
    let secret = |what: &str| Some((VariableClass::Secret, what.to_owned()));
    if service_account(value).is_some_and(|account| account["private_key"].is_string()) {
        return secret("a service account of Google's");
    }
    // The user of a DSN of Sentry is public.
    secret_kind(value).and_then(secret)
}

#[cfg(test)]
mod tests {
    use super::super::kind_of;
    use super::*;

    fn token(begin: &str, length: usize) -> String {
        let body = "Qx9LmP2vT8sYwKd4Zb7NcRf6JhGa".chars().cycle().take(length - begin.len());
        begin.chars().chain(body).collect()
    }

    fn jwt(role: &str) -> String {
        let claims = format!(r#"{{"iss":"supabase","role":"{role}"}}"#);
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.{}", encode(r#"{"alg":"HS256"}"#), encode(&claims), token("", 43))
    }

    fn judged(name: &str, value: &str) -> Judged {
        judge(value, kind_of(name), None)
    }

    #[test]
    fn right_values_have_no_fault() {
        let hex = "0123456789abcdef0123456789abcdee";
        let pem = "-----BEGIN PRIVATE KEY-----\\nMIIEvQ\\n-----END PRIVATE KEY-----\\n";
        let account =
            r#"{"type":"service_account","project_id":"p","private_key":"x","client_email":"a@b.c"}"#;
        let cases: &[(&str, &str)] = &[
            ("STRIPE_SECRET_KEY", &token("sk_live_", 107)),
            ("STRIPE_SECRET_KEY", &token("rk_live_", 40)),
            ("STRIPE_WEBHOOK_SECRET", &token("whsec_", 38)),
            ("SUPABASE_SERVICE_ROLE_KEY", &jwt("service_role")),
            ("SUPABASE_ANON_KEY", &jwt("anon")),
            ("RESEND_API_KEY", &token("re_", 36)),
            ("SENDGRID_API_KEY", &token("SG.", 69)),
            ("POSTMARK_SERVER_TOKEN", "01234567-89ab-cdef-0123-456789abcdef"),
            ("TWILIO_AUTH_TOKEN", hex),
            ("TWILIO_ACCOUNT_SID", &format!("AC{hex}")),
            ("FIREBASE_PRIVATE_KEY", pem),
            ("FIREBASE_PRIVATE_KEY", &pem.replace("\\n", "\n")),
            ("GOOGLE_APPLICATION_CREDENTIALS", "/etc/keys/circle.json"),
            ("FIREBASE_SERVICE_ACCOUNT", account),
            ("FIREBASE_SERVICE_ACCOUNT", &STANDARD.encode(account)),
            ("OPENAI_API_KEY", &token("sk-proj-", 120)),
            ("ANTHROPIC_API_KEY", &token("sk-ant-api03-", 108)),
            ("GITHUB_TOKEN", &token("ghp_", 40)),
            ("AWS_ACCESS_KEY_ID", "AKIA2E0A8F3B244C9986"),
            ("AWS_SECRET_ACCESS_KEY", &token("", 40)),
            ("DATABASE_URL", "postgres://me:p%40ss@db.shop.test:5432/main?sslmode=require"),
            ("DATABASE_URL", "file:./prod.db"),
            ("MONGODB_URI", "mongodb://a:b@one.shop.test:27017,two.shop.test:27018/main"),
            ("REDIS_URL", "rediss://default:x@cache.shop.test:6379"),
            ("SMTP_PORT", "587"),
            ("PUBLIC_URL", "https://shop.test"),
            ("NEXTAUTH_SECRET", &token("", 44)),
            ("SENTRY_DSN", "https://0123456789abcdef@o1.ingest.sentry.io/2"),
            ("NODE_ENV", "production"),
            ("TELEGRAM_BOT_TOKEN", &format!("123456789:{}", token("", 35))),
        ];
        for (name, value) in cases {
            assert_eq!(judged(name, value).faults, Vec::<String>::new(), "{name}");
        }
    }

    #[test]
    fn wrong_values_are_told_without_them() {
        let cases: &[(&str, &str, &str)] = &[
            (
                "STRIPE_SECRET_KEY",
                &token("pk_live_", 107),
                "it is the publishable key, not a secret key of Stripe",
            ),
            ("STRIPE_SECRET_KEY", &token("whsec_", 38), "signing secret of a webhook"),
            ("STRIPE_SECRET_KEY", "hunter2hunter2", "it would begin with `sk_live_`"),
            ("STRIPE_SECRET_KEY", "sk_live_hunter2", "a part of it is missing"),
            ("STRIPE_PUBLISHABLE_KEY", &token("sk_live_", 107), "it is a secret key"),
            ("SUPABASE_SERVICE_ROLE_KEY", &jwt("anon"), "it is the anon key"),
            ("SUPABASE_ANON_KEY", &jwt("service_role"), "passes every row policy"),
            ("TWILIO_AUTH_TOKEN", &format!("AC{}", token("", 32)), "the account SID"),
            ("TWILIO_AUTH_TOKEN", "hunter2", "32 characters (hexadecimal digits)"),
            (
                "FIREBASE_PRIVATE_KEY",
                "-----BEGIN PRIVATE KEY----- MIIE -----END PRIVATE KEY-----",
                "line breaks",
            ),
            ("FIREBASE_PRIVATE_KEY", "-----BEGIN PRIVATE KEY-----\nMIIE", "it is cut"),
            ("GOOGLE_APPLICATION_CREDENTIALS", "{\"type\": \"hunter2\"}", "content instead of its path"),
            ("FIREBASE_SERVICE_ACCOUNT", "/etc/hunter2.json", "not the JSON of a service account"),
            ("DATABASE_URL", "db.shop.test/hunter2", "no scheme"),
            ("DATABASE_URL", "https://me:hunter2@db.shop.test", "its scheme is none of"),
            ("DATABASE_URL", "postgres://me:hunter2@:5432/main?", "%XX"),
            ("REDIS_URL", "redis:// me:hunter2@x", "white space"),
            ("SMTP_PORT", "smtp", "no port"),
            ("SMTP_PORT", "70000", "no port"),
            ("PUBLIC_URL", "shop.test", "no scheme"),
            ("SESSION_SECRET", "hunter2", "7 characters, and should have at least 24"),
            ("RESEND_API_KEY", "\"re_hunter2\"", "quotes"),
            ("RESEND_API_KEY", "re_hunter2hunter2hunter2\n", "line break"),
            ("RESEND_API_KEY", "re_hunter2hunter2 hunter2", "go on with"),
            ("RESEND_API_KEY", "re_hunter2\u{200b}hunter2hunter2", "invisible"),
        ];
        for (name, value, words) in cases {
            let faults = judged(name, value).faults.join("; ");
            assert!(faults.contains(words), "{name}: {faults}");
            assert!(!faults.contains("hunter2") && !faults.contains(&token("", 20)), "{name}: {faults}");
        }
    }

    #[test]
    fn the_mode_is_told_by_the_form() {
        for (name, value, mode) in [
            ("STRIPE_SECRET_KEY", token("sk_live_", 107), Some(KeyMode::Live)),
            ("STRIPE_SECRET_KEY", token("rk_test_", 107), Some(KeyMode::Test)),
            ("CLERK_SECRET_KEY", token("sk_test_", 50), Some(KeyMode::Test)),
            ("NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY", token("pk_test_", 50), Some(KeyMode::Test)),
            ("PADDLE_API_KEY", token("pdl_sdbx_apikey_", 69), Some(KeyMode::Test)),
            ("PAYPAL_MODE", "sandbox".into(), Some(KeyMode::Test)),
            ("NODE_ENV", "development".into(), Some(KeyMode::Test)),
            ("NODE_ENV", "production".into(), Some(KeyMode::Live)),
            ("POSTMARK_API_TOKEN", "POSTMARK_API_TEST".into(), Some(KeyMode::Test)),
            ("RESEND_API_KEY", token("re_", 36), None),
        ] {
            let judged = judged(name, &value);
            assert_eq!((judged.mode, judged.faults), (mode, Vec::new()), "{name}");
        }
    }

    #[test]
    fn the_specs_length_goes_before_ours() {
        let value = token("", 28);
        assert!(judge(&value, kind_of("SESSION_KEY"), None).faults.is_empty());
        let faults = judge(&value, kind_of("SESSION_KEY"), Some(32)).faults;
        assert_eq!(faults, ["it has 28 characters, and should have at least 32"]);
        assert_eq!(judge("short", None, Some(8)).faults.len(), 1);
    }

    #[test]
    fn values_are_recognised_whatever_their_name() {
        let class = |value: &str| recognised(value).map(|(class, _)| class);
        for value in [
            token("sk_live_", 40),
            token("sb_secret_", 40),
            jwt("service_role"),
            token("re_", 36),
            token("sk-ant-", 90),
        ] {
            assert_eq!(class(&value), Some(VariableClass::Secret));
        }
        for value in [
            token("pk_live_", 40),
            jwt("anon"),
            token("sb_publishable_", 40),
            token("AIza", 39),
            token("phc_", 47),
        ] {
            assert_eq!(class(&value), Some(VariableClass::Public));
        }
        for value in [
            "https://shop.test",
            "9f86d081884c7d659a2feaa0c55ad015",
            "true",
            "",
            "https://abc@o1.ingest.sentry.io/2",
        ] {
            assert_eq!(class(value), None, "{value}");
        }
        assert_eq!(class("postgres://me:hunter2@db.shop.test/x"), Some(VariableClass::Secret));
    }
}
