//! What an answer tells strangers about the inside: stack traces, paths, errors of the database, the
//! environment, secrets. A sentence such as "Invalid signature" tells nothing.

mod trace;

use crate::excerpt;
use crate::observed::{Leak, Remote};
use crate::spec::shown::secret_kind;
use crate::web::signature::{self, Kind};

/// Most bytes that are looked at.
const MOST: usize = 64 * 1024;
/// How many names of variables make an environment.
const MANY: usize = 3;

/// What errors of databases say, as their drivers pass it on.
const DATABASE: &[&str] = &[
    "SQLSTATE[",
    "You have an error in your SQL syntax",
    "syntax error at or near \"",
    "violates unique constraint",
    "violates not-null constraint",
    "violates foreign key constraint",
    "\": syntax error",
    "UNIQUE constraint failed:",
    "NOT NULL constraint failed:",
    "SQLITE_ERROR",
    "SQLITE_CONSTRAINT",
    "ER_DUP_ENTRY",
    "ER_PARSE_ERROR",
    "ER_NO_SUCH_TABLE",
    "ER_ACCESS_DENIED",
    "psycopg2.",
    "sqlite3.OperationalError",
    "PrismaClient",
    "SequelizeDatabaseError",
    "MongoServerError",
    "E11000 duplicate key error",
    "Unclosed quotation mark after the character string",
    "java.sql.SQLException",
    "PDOException",
];

/// Variables that environments have, and hardly any other answer.
const VARIABLES: &[&str] = &[
    "PATH",
    "HOME",
    "PWD",
    "HOSTNAME",
    "LANG",
    "SHLVL",
    "USER",
    "NODE_ENV",
    "NODE_VERSION",
    "PYTHON_VERSION",
    "PYTHONPATH",
    "GOPATH",
    "JAVA_HOME",
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "AWS_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_LAMBDA_FUNCTION_NAME",
    "LAMBDA_TASK_ROOT",
    "K_SERVICE",
    "K_REVISION",
    "DYNO",
    "VERCEL",
    "APP_KEY",
    "APP_DEBUG",
    "DB_PASSWORD",
    "DB_HOST",
    "DOCUMENT_ROOT",
];

/// What a body tells about the inside, each kind once.
pub fn leaks(body: &[u8]) -> Vec<Leak> {
    let body = &body[..body.len().min(MOST)];
    let raw = String::from_utf8_lossy(body);
    let text = plain(&raw);
    let is_page = is_page(&raw);
    let mut found: Vec<Leak> = debug_page(&raw, is_page).into_iter().collect();
    if found.is_empty() {
        found.extend(trace::trace(&text).map(|(what, line)| leak(what, Some(line))));
    }
    if found.is_empty() {
        found.extend(
            trace::path(&text, is_page).map(|path| leak("the path of a file on the server", Some(path))),
        );
    }
    found.extend(database(&text).map(|line| leak("an error of the database", Some(line))));
    found.extend(environment(&text));
    found.extend(secret(&text).map(|kind| leak(&format!("what looks like {kind}"), None)));
    found
}

/// True where a body holds a secret word for word, also as JSON or a page writes it.
pub fn echoes(body: &[u8], secret: &str) -> bool {
    let text = String::from_utf8_lossy(body);
    let secret = secret.trim();
    // A short word stands in many texts.
    secret.len() >= 8 && (text.contains(secret) || plain(&text).contains(secret))
}

fn leak(what: &str, shown: Option<&str>) -> Leak {
    let shown = shown.map(|line| Remote::new(&excerpt::shown(line)));
    Leak { what: Remote::new(what), shown }
}

fn is_page(text: &str) -> bool {
    let start = text.trim_start().get(..512).unwrap_or(text.trim_start()).to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.contains("<html")
}

/// The page of a framework that was left in debug mode.
fn debug_page(text: &str, is_page: bool) -> Option<Leak> {
    let lower = text.to_ascii_lowercase();
    let title = lower.find("<title>").and_then(|at| {
        let start = at + "<title>".len();
        let end = lower[start..].find("</title>")? + start;
        text.get(start..end).map(str::trim)
    });
    let seen = signature::Seen { status: 500, is_page, title, body: text.as_bytes() };
    let marks = signature::marks(seen);
    let mut pages = marks.iter().filter_map(|id| signature::find(id));
    pages.find(|page| page.kind == Kind::Debug).map(|page| leak(&page.name, None))
}

/// The text without what JSON and HTML write for line breaks, quotes and spaces.
fn plain(text: &str) -> String {
    const WRITTEN: &[(&str, &str)] = &[
        ("\\r\\n", "\n"),
        ("\\n", "\n"),
        ("\\t", " "),
        ("\\\"", "\""),
        ("\\/", "/"),
        ("\\\\", "\\"),
        ("<br>", "\n"),
        ("<br/>", "\n"),
        ("<br />", "\n"),
        ("&nbsp;", " "),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ];
    WRITTEN.iter().fold(text.to_owned(), |text, (written, meant)| text.replace(written, meant))
}

fn database(text: &str) -> Option<&str> {
    let is_oracle = |line: &str| {
        line.split("ORA-")
            .skip(1)
            .any(|rest| rest.len() > 5 && rest.bytes().take(5).all(|b| b.is_ascii_digit()))
    };
    text.lines().find(|line| DATABASE.iter().any(|said| line.contains(said)) || is_oracle(line))
}

fn environment(text: &str) -> Option<Leak> {
    let is_set = |name: &&&str| {
        text.match_indices(**name).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let behind = text[at + name.len()..].trim_start_matches(['"', '\'', ' ']);
            let is_whole = !before.is_some_and(|c| c.is_alphanumeric() || "_-.$/".contains(c));
            is_whole && (behind.starts_with('=') || behind.starts_with(':'))
        })
    };
    let names: Vec<&str> = VARIABLES.iter().filter(is_set).copied().collect();
    (names.len() >= MANY).then(|| leak("the environment", Some(&names.join(", "))))
}

fn secret(text: &str) -> Option<&'static str> {
    if text.contains("-----BEGIN") && text.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    let is_edge = |c: char| c.is_whitespace() || "\"'`,;<>(){}[]".contains(c);
    let words =
        text.split(is_edge).flat_map(|word| [Some(word), word.split_once('=').map(|(_, value)| value)]);
    words.flatten().filter(|word| word.len() >= 16).find_map(secret_kind)
}

#[cfg(test)]
mod tests;
