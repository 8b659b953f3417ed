//! A plan for a pull request: one table, and what needs a word.

use super::{counted, facts, waits, words};
use crate::cloudflare::plan::{Change, Plan};
use crate::report::text::clean;

/// Characters that mean something in Markdown or HTML.
const SPECIAL: &[char] = &[
    '\\', '`', '*', '_', '{', '}', '[', ']', '<', '>', '(', ')', '#', '+', '-', '.', '!', '|', '~', '&', ':',
    '@',
];

/// The plan as Markdown. `spec` is the file that asks for it.
pub fn render(plan: &Plan, spec: &str) -> String {
    let mut text = format!("### Cloudflare: {}\n\n{}\n", plain(&counted(plan)), plain(&facts(plan)));
    if let Some(waits) = waits(plan) {
        text.extend(["\n**", &plain(&waits), "**\n"]);
    }
    if !plan.changes.is_empty() {
        text.push_str("\n| | what | before | after | spec | turns green |\n|---|---|---|---|---|---|\n");
        text.extend(plan.changes.iter().map(|change| row(change, spec)));
    }
    let blocked = plan.refusals.iter().map(|refusal| {
        let state = if refusal.lifted { "allowed" } else { "refused" };
        format!("- **{state}** ({}): {}\n", code(&words::rail(refusal.rail)), plain(&clean(&refusal.message)))
    });
    let left = plan.left.iter().map(|left| {
        format!("- left alone: {}: {}\n", code(&words::subject(&left.subject)), plain(&clean(&left.message)))
    });
    let notes: String = blocked.chain(left).collect();
    if !notes.is_empty() {
        text.push('\n');
        text.push_str(&notes);
    }
    text
}

fn row(change: &Change, spec: &str) -> String {
    let value = |object: &Option<_>| {
        object.as_ref().map(|object| code(&words::object(&change.subject, object))).unwrap_or_default()
    };
    let green = words::green(change);
    let green = if green.is_empty() { green } else { code(&green) };
    format!(
        "| **{}** | {} | {} | {} | {} | {green} |\n",
        words::verb(change),
        code(&words::subject(&change.subject)),
        value(&change.before),
        value(&change.after),
        code(&format!("{}:{}", clean(spec), change.spec.line)),
    )
}

/// Code that no text breaks out of, also within a table.
fn code(text: &str) -> String {
    let text = text.replace('`', "'").replace('|', "\\|");
    if text.is_empty() { String::new() } else { format!("`{text}`") }
}

/// Words without markup.
fn plain(text: &str) -> String {
    let escaped = text.chars().map(|c| if SPECIAL.contains(&c) { format!("\\{c}") } else { c.to_string() });
    escaped.collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn a_plan() {
        insta::assert_snapshot!(render(&fixture::plan(), "launch-ready.yaml"), @r#"
        ### Cloudflare: 6 changes, 1 deletion

        zone circlegarden\.test \(free plan, active\) of Circle Garden Ltd\: 14 records read, 3 not ours and left alone; 2 rules read, 2 not ours and left alone

        | | what | before | after | spec | turns green |
        |---|---|---|---|---|---|
        | **adopt** | `TXT circlegarden.test` | `"v=spf1 include:_spf.google.com include:mailgun.org ~all"` | `"v=spf1 include:_spf.google.com -all"` | `launch-ready.yaml:41` | `email/spf-permissive, email/spf-too-many-lookups` |
        | **add** | `CNAME pm-bounces.circlegarden.test` |  | `pm.mtasv.net, DNS only` | `launch-ready.yaml:41` |  |
        | **add** | `CAA circlegarden.test` |  | `0 issue "letsencrypt.org", TTL 300` | `launch-ready.yaml:22` |  |
        | **change** | `setting ssl` | `flexible` | `strict` | `launch-ready.yaml:70` |  |
        | **add** | `redirect rule` |  | `https://www.circlegarden.test/* -> https://circlegarden.test/$1 (301)` | `launch-ready.yaml:5` |  |
        | **delete** | `A old.circlegarden.test` | `192.0.2.1, DNS only` |  | `launch-ready.yaml:72` |  |
        "#);
    }

    #[test]
    fn hostile_texts_open_no_markup() {
        let text = render(&fixture::hostile(), "launch-ready.yaml");
        for line in text.lines().filter(|line| line.starts_with('|')) {
            let outside: String = line.split('`').step_by(2).collect();
            assert!(!outside.contains('<'), "{line}");
            assert_eq!(line.replace("\\|", "").matches('|').count(), 7, "{line}");
        }
    }
}
