//! Secrets in files and in the Git history. One value is one red line, however often it stands somewhere.

use super::env_file;
use crate::check::spec::inline_secret_at;
use crate::check::verdict::Leak;
use crate::check::{Verdict, World, seen};
use crate::item::{Found, Scanned};
use crate::observed::{FoundSecret, Scan, Seen};

pub(in crate::check) fn leaked_in_file(scanned: &Scanned, world: &World) -> Verdict {
    let (found, others) = match &scanned.what {
        Found::Secret(found, others) => (*found, others),
        Found::NoRepository => return Verdict::not_applicable("the spec stands in no Git repository"),
        Found::Place(seen) => return whole(*seen, files),
    };
    let file = found.at.file.as_str();
    if env_file::is_committed(file, world) {
        let reason = format!("Git tracks {file} as a whole");
        return Verdict::not_judged("secrets/env-file-committed", file, &reason).leak(leak(found));
    }
    if let Some(path) = others.is_empty().then(|| in_spec(found, world)).flatten() {
        let reason = format!("the spec holds it at `{path}`");
        return Verdict::not_judged("spec/inline-secret", path, &reason).leak(leak(found));
    }
    let at = format!("{file}:{}:{}", found.at.line, found.at.column);
    let verdict = Verdict::fail(format!("{at} holds {}: {}", found.what, found.masked))
        .expected("no secret in what is shipped or shared")
        .help(format!(
            "{}; take it out of the file and read it from the environment; {}",
            revoke(found),
            accept()
        ));
    told(verdict, found, others)
}

pub(in crate::check) fn leaked_in_history(scanned: &Scanned, world: &World) -> Verdict {
    let (found, others) = match &scanned.what {
        Found::Secret(found, others) => (*found, others),
        Found::NoRepository => return Verdict::not_applicable("the spec stands in no Git repository"),
        Found::Place(seen) => return whole(*seen, versions),
    };
    let files = &world.items.scanned_files;
    if let Some(still) = files.iter().find(|file| file.fingerprint() == Some(found.fingerprint.as_str())) {
        let reason = format!("{} still holds it", still.subject);
        return Verdict::not_judged("secrets/leaked-in-file", &still.subject, &reason).leak(leak(found));
    }
    let file = found.at.file.as_str();
    if env_file::is_committed(file, world) {
        let reason = format!("Git still tracks {file} as a whole");
        return Verdict::not_judged("secrets/env-file-committed", file, &reason).leak(leak(found));
    }
    let commit = found.at.commit.as_deref().unwrap_or("?");
    let day = found.at.committed.map_or(String::new(), |time| format!(" of {}", seen::day(time)));
    let verdict = Verdict::fail(format!(
        "commit {}{day} brought {} in {}: {}",
        commit.get(..10).unwrap_or(commit),
        found.what,
        found.at.file,
        found.masked
    ))
    .expected("no secret in any commit")
    .help(format!(
        "{}: whoever has a clone has it, also after the history is rewritten; {}",
        revoke(found),
        accept()
    ));
    told(verdict, found, others)
}

/// Where in the spec a secret of the file of the spec stands: `spec/inline-secret` tells that.
fn in_spec(found: &FoundSecret, world: &World) -> Option<String> {
    let spec = world.document.path.rsplit(['/', '\\']).next()?;
    let is_spec = found.at.file.as_str().trim_start_matches("./") == spec;
    is_spec.then(|| inline_secret_at(world.document, found.at.line, found.at.column)).flatten()
}

fn revoke(found: &FoundSecret) -> String {
    found.rotate.as_ref().map_or_else(|| "revoke it at its provider".to_owned(), ToString::to_string)
}

fn accept() -> &'static str {
    "where it opens nothing, accept its fingerprint under `secrets.allow`"
}

fn leak(found: &FoundSecret) -> Leak {
    Leak {
        rule: found.rule.to_string(),
        fingerprint: found.fingerprint.to_string(),
        file: found.at.file.to_string(),
        line: found.at.line,
        column: found.at.column,
        commit: found.at.commit.clone(),
    }
}

/// What both say of a secret.
fn told(verdict: Verdict, found: &FoundSecret, others: &[&FoundSecret]) -> Verdict {
    let verdict = verdict
        .observed(format!("{}, fingerprint {}", found.masked, found.fingerprint))
        .label("holds a secret")
        .leak(leak(found));
    let more = found.times.saturating_sub(1);
    let again = (more > 0).then(|| format!("{more} more of the same value behind the first"));
    let elsewhere =
        others.iter().map(|other| format!("also at {}:{}:{}", other.at.file, other.at.line, other.at.column));
    let verdict = elsewhere.chain(again).fold(verdict, Verdict::evidence);
    if found.test { verdict.mild() } else { verdict }
}

/// The verdict on a place as a whole.
fn whole(seen: Option<&Seen<Scan>>, counted: fn(&Scan) -> String) -> Verdict {
    let scan = match seen {
        None => return Verdict::unknown(seen::NOT_OBSERVED),
        Some(Seen::Failed(failure)) => return Verdict::unknown(failure.detail.as_str()),
        Some(Seen::Unobserved(reason)) => return Verdict::unknown(reason.as_str()),
        Some(Seen::Answer(scan)) => scan,
    };
    let mut gaps: Vec<String> = scan.left_out.iter().map(ToString::to_string).collect();
    if scan.more > 0 {
        gaps.push(format!("{} more values were found than are listed", scan.more));
    }
    if gaps.is_empty() {
        return Verdict::pass(format!("{} hold no secret", counted(scan)));
    }
    let beside = if scan.found.is_empty() { "no secret in" } else { "looked at" };
    Verdict::unknown(format!("not everything was read: {} ({beside} {})", seen::listed(&gaps), counted(scan)))
}

fn files(scan: &Scan) -> String {
    format!("{} ({})", plural(scan.files, "file"), size(scan.bytes))
}

fn versions(scan: &Scan) -> String {
    let commits = scan.commits.map_or(String::new(), |commits| format!(" of {}", plural(commits, "commit")));
    format!("{}{commits} ({})", plural(scan.files, "version"), size(scan.bytes))
}

fn plural(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// A number of bytes in a unit that people read.
fn size(bytes: u64) -> String {
    match bytes {
        0..=9_999 => plural(bytes, "byte"),
        10_000..=9_999_999 => format!("{} kB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}
