//! The second product: its zone is at Cloudflare, and nobody has set it up yet.

use serde_json::json;

use super::lab::{Lab, Token};
use super::{HSTS, command, say, spec};
use launch_ready::exit::Exit;

const DOMAIN: &str = "nightmarket.test";

/// Check, plan, apply with proof, check: true where it ends ready.
pub(super) fn demo() -> bool {
    let mut world = Lab::builder();
    let api = world.cloudflare();
    let zone = api.zone(DOMAIN);
    // What was there before: two records, and settings that nobody looked at.
    zone.record_of("A", "@", "203.0.113.10", true);
    zone.record_of("CNAME", "www", DOMAIN, true);
    zone.record_of("TXT", "@", "\"site-verification=of-somebody-else\"", false);
    zone.setting("ssl", json!("flexible")).setting("min_tls_version", json!("1.0"));
    zone.setting("always_use_https", json!("off"));
    world.serves(&zone);
    world.http_redirects_to_https();
    world
        .site(DOMAIN)
        .page("/", 200, "<h1>Night Market</h1>")
        .header_everywhere("Strict-Transport-Security", HSTS);
    world
        .site("www.nightmarket.test")
        .redirect_all("https://nightmarket.test")
        .header_everywhere("Strict-Transport-Security", HSTS);
    world
        .site("api.nightmarket.test")
        .page("/healthz", 200, "ok")
        .header_everywhere("Strict-Transport-Security", HSTS);
    let lab = world.start();
    let (Ok(journal), Some(url)) = (tempfile::tempdir(), lab.cloudflare_url()) else { return false };
    let token = api.token(Token::writer("demo"));
    let environment = [("CLOUDFLARE_API_TOKEN", token.as_str()), ("LAUNCH_READY_CLOUDFLARE_URL", &url)];
    let (spec, journal) = (spec("cloudflare.yaml"), journal.path().display().to_string());
    let run = |words: &[&str]| command(words, &lab, &environment);
    say("A second product: its zone is at Cloudflare, and nobody has set it up yet");
    let first = run(&["check", &spec]);
    say("What would change");
    let plan = run(&["plan", &spec]);
    say("Make it so, and prove it");
    let applied = run(&["apply", &spec, "--yes", "--journal", &journal]);
    say("Nothing is left to change");
    let done = [run(&["plan", &spec, "--exit-code"]), run(&["check", &spec])];
    first == Some(Exit::NotReady)
        && [plan, applied].iter().chain(&done).all(|exit| *exit == Some(Exit::Ready))
}
