//! Whether anything that a site serves holds what only servers may have.

use crate::check::http::site::served::{self, shown_place};
use crate::check::{Leak, Verdict, World, seen};
use crate::item::ServedItem;
use crate::observed::{Remote, ServedSecret};

pub(in crate::check) fn leaked_in_bundle(item: &ServedItem, world: &World) -> Verdict {
    if let Some((url, secret)) = &item.found {
        return leaked(url, secret);
    }
    let files = match served::files(&item.host, world) {
        Ok(files) => files,
        Err(verdict) => return *verdict,
    };
    files.or_gap(|read| format!("no secret in {read}"))
}

fn leaked(url: &str, secret: &ServedSecret) -> Verdict {
    let ServedSecret { what, masked, fingerprint, rule, line, column, .. } = secret;
    let place = shown_place(url, *line, *column);
    let rotate = secret.rotate.as_ref().map_or("revoke it where it was issued", Remote::as_str);
    let leak = Leak {
        rule: rule.to_string(),
        fingerprint: fingerprint.to_string(),
        file: url.to_owned(),
        line: *line,
        column: *column,
        commit: None,
    };
    let verdict = Verdict::fail(format!("{place} holds {what}: {masked}"))
        .observed(masked.as_str())
        .leak(leak)
        .evidence(format!("{place} rule {rule} fingerprint {fingerprint}"));
    if secret.test {
        return verdict
            .expected("keys of production, or none")
            .label("test key is served")
            .help("build with the variables of production: visitors would pay, sign in or be counted in test mode")
            .mild();
    }
    verdict
        .expected("nothing that only servers may have")
        .label("secret is served")
        .help(format!(
            "everybody who opened the site may have it: {}; then keep it on the server, and let the browser ask that (names such as NEXT_PUBLIC_ and VITE_ put a variable into the bundle)",
            seen::cut(rotate)
        ))
}
