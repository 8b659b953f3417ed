//! Stack traces by the form in which each runtime writes them, and paths of files.

/// How source files end.
const SOURCES: &[&str] = &[
    ".py", ".js", ".mjs", ".cjs", ".ts", ".jsx", ".tsx", ".rb", ".php", ".java", ".kt", ".go", ".rs", ".cs",
    ".ex",
];
/// Where servers keep them.
const ROOTS: &[&str] = &[
    "/home/",
    "/root/",
    "/app/",
    "/srv/",
    "/opt/",
    "/var/www/",
    "/var/task/",
    "/var/lib/",
    "/usr/src/",
    "/usr/lib/",
    "/usr/local/",
    "/workspace/",
    "/workspaces/",
    "/vercel/",
    "/layers/",
    "/Users/",
    "/code/",
    "/tmp/",
];

/// The runtime that a stack trace is of, as messages say it, and a line of it.
pub(super) fn trace(text: &str) -> Option<(&'static str, &str)> {
    type Form = (&'static str, fn(&str) -> bool);
    const FORMS: &[Form] = &[
        ("a stack trace of Python", is_python),
        ("a stack trace of .NET", is_dotnet),
        ("a stack trace of Java", is_java),
        ("a stack trace of Node", is_node),
        ("a stack trace of Go", is_go),
        ("a stack trace of Ruby", is_ruby),
        ("an error message of PHP, with the path of the file", is_php),
        ("a panic of Rust", is_rust),
    ];
    FORMS
        .iter()
        .find_map(|(what, is_one)| text.lines().find(|line| is_one(line)).map(|line| (*what, line.trim())))
}

/// Where a number stands right behind a text, what stands behind the number.
fn behind_number<'t>(line: &'t str, text: &str) -> Option<&'t str> {
    let starts = line.match_indices(text).map(|(at, _)| &line[at + text.len()..]);
    starts
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        .map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()))
        .next()
}

fn is_python(line: &str) -> bool {
    line.contains("Traceback (most recent call last):")
        || line.contains("File \"")
            && behind_number(line, "\", line ").is_some_and(|rest| rest.starts_with(", in "))
}

/// `at Shop.Hooks.Verify(String body) in /src/Hooks.cs:line 12`
fn is_dotnet(line: &str) -> bool {
    behind_number(line, ":line ").is_some() && line.trim_start().starts_with("at ") && line.contains(" in ")
}

/// `at test.shop.Hooks.verify(Hooks.java:12)`
fn is_java(line: &str) -> bool {
    let call = line.trim_start().starts_with("at ");
    call && [".java:", ".kt:", ".scala:", ".groovy:"]
        .iter()
        .any(|ending| behind_number(line, ending).is_some_and(|rest| rest.starts_with(')')))
}

/// `at verify (/srv/hooks.js:12:5)`
fn is_node(line: &str) -> bool {
    let Some(call) = line.trim_start().strip_prefix("at ") else { return false };
    let place = call.rsplit_once('(').map_or(call, |(_, place)| place);
    let names_file = ["/", "\\", "node:", "file:", "webpack"].iter().any(|part| place.contains(part));
    let Some((_, row)) = place.split_once(':') else { return false };
    names_file
        && row.match_indices(':').any(|(at, _)| {
            let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let before = row[..at].rsplit([':', '.']).next().unwrap_or_default();
            let behind = row[at + 1..].trim_end_matches([')', ' ', '"', ',', '}', '<']);
            digits(before) && digits(behind.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default())
        })
}

fn is_go(line: &str) -> bool {
    line.contains("goroutine ") && line.contains(" [running]:")
        || line.contains("panic: runtime error:")
        || line.starts_with(['\t', ' '])
            && line.contains('/')
            && behind_number(line, ".go:").is_some_and(|rest| rest.starts_with(" +0x"))
}

/// `app/hooks.rb:12:in 'verify'`
fn is_ruby(line: &str) -> bool {
    behind_number(line, ".rb:").is_some_and(|rest| rest.starts_with(":in "))
}

/// `in /var/www/hooks.php on line 12`, `#0 /var/www/hooks.php(12): verify()`
fn is_php(line: &str) -> bool {
    line.contains(".php on line ")
        || line.contains(".php</b> on line ")
        || line.contains('#') && behind_number(line, ".php(").is_some_and(|rest| rest.starts_with("):"))
        || line.contains("PHP Fatal error:")
}

/// `thread 'main' panicked at src/main.rs:12:5:`
fn is_rust(line: &str) -> bool {
    line.contains("panicked at ") && behind_number(line, ".rs:").is_some()
}

/// The path of a source file on a server. In a page such a path is often one of the site's own URLs: there,
/// a line number has to follow.
pub(super) fn path(text: &str, is_page: bool) -> Option<&str> {
    let is_edge = |c: char| c.is_whitespace() || "\"'`,;<>()[]{}|=".contains(c);
    let words = text.split(is_edge);
    let is_path = |word: &&str| {
        let rooted = ROOTS.iter().any(|root| word.starts_with(root)) || is_windows(word);
        let ends = |ending: &str| {
            let end = word.find(ending).map(|at| &word[at + ending.len()..]);
            end.is_some_and(|rest| {
                if is_page { is_row(rest) } else { rest.is_empty() || rest == "." || is_row(rest) }
            })
        };
        rooted && SOURCES.iter().any(|ending| ends(ending))
    };
    words.into_iter().find(is_path)
}

fn is_row(text: &str) -> bool {
    text.strip_prefix(':').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

fn is_windows(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(|drive| drive.is_ascii_alphabetic()) && chars.as_str().starts_with(":\\")
}
