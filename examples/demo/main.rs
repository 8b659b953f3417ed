//! The main job, on a machine without a network: `cargo run --example demo`.
//!
//! A local internet (real DNS, TLS and HTTP on loopback) serves a product with a dozen launch-day
//! mistakes. `launch-ready check` looks at it, and then at the repaired product. A second product has
//! its zone at Cloudflare (the lab's): it is checked, planned, applied, proved and checked again. Nothing is
//! left behind.

#[path = "../../tests/lab/mod.rs"]
mod lab;

mod cloudflare;

use std::io::{IsTerminal, Write, stderr, stdout};
use std::process::{Command, ExitCode};

use lab::{Builder, Cert, Lab, Port80, Receiver, Response};
use launch_ready::cli::{Streams, run};
use launch_ready::exit::Exit;

/// What the receiver in the lab signs with; the product is not told.
const WEBHOOK_SECRET: &str = "whsec_ofTheLabThatNobodyElseKnows00";
const HSTS: &str = "max-age=31536000; includeSubDomains";
/// The first argument by which this program knows that it is to be `launch-ready`.
const ITSELF: &str = "launch-ready";

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(ITSELF) {
        return launch_ready();
    }
    let spec = spec("demo.yaml");
    say("Launch day, first look: the product as it was deployed");
    let first = command(&["check", &spec], &broken(), &[]);
    say("Launch day, second look: the same product, repaired");
    let second = command(&["check", &spec], &repaired(), &[]);
    let looked = (first, second) == (Some(Exit::NotReady), Some(Exit::Ready));
    if looked && cloudflare::demo() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A spec of this folder, by a short name where the demo runs in the project's.
fn spec(name: &str) -> String {
    let short = format!("examples/{name}");
    if std::path::Path::new(&short).is_file() {
        return short;
    }
    format!("{}/{short}", env!("CARGO_MANIFEST_DIR"))
}

fn say(title: &str) {
    let _ = writeln!(stdout(), "\n== {title}");
}

/// Runs `launch-ready WORDS` in a process of its own, with the options that lead into the lab.
fn command(words: &[&str], lab: &Lab, environment: &[(&str, &str)]) -> Option<Exit> {
    let _ = writeln!(stdout(), "\n$ launch-ready {}\n", words.join(" "));
    let itself = std::env::current_exe().ok()?;
    let mut command = Command::new(itself);
    command.arg(ITSELF).args(words).args(lab.args()).envs(environment.iter().copied());
    let code = command.status().ok()?.code()?;
    let exit = Exit::ALL.into_iter().find(|exit| i32::from(exit.code()) == code)?;
    let _ = writeln!(stdout(), "  exit code {code}: {}", exit.meaning());
    Some(exit)
}

/// What the binary does.
fn launch_ready() -> ExitCode {
    let (mut out, mut err) = (stdout(), stderr());
    let mut streams = Streams {
        out_is_terminal: stdout().is_terminal(),
        err_is_terminal: stderr().is_terminal(),
        out: &mut out,
        err: &mut err,
    };
    let exit = run(std::env::args_os().skip(1), &mut streams).unwrap_or_else(|error| {
        let _ = writeln!(stderr(), "{error:?}");
        Exit::Usage
    });
    ExitCode::from(exit.code())
}

/// What both products have in common.
fn common() -> Builder {
    let mut world = Lab::builder();
    world.http_redirects_to_https();
    world
        .zone("circlegarden.test")
        .cname("www", "circlegarden.test.")
        .a("app", "203.0.113.11")
        .a("api", "203.0.113.12")
        .a("staging", "203.0.113.14")
        .a("mail", "203.0.113.15")
        .cname("shop", "shops.example.test.")
        .txt("@", "google-site-verification=abc123");
    world.zone("example.test").a("docs", "203.0.113.20");
    world
        .site("docs.example.test")
        .page("/*", 200, "the manual")
        .header_everywhere("Strict-Transport-Security", HSTS);
    world.site("staging.circlegarden.test").page("/", 200, "a rehearsal");
    world.site("admin.circlegarden.test").page("/", 200, "staff only");
    // What those who send for the product publish.
    world.zone("google.com").txt("_spf", "v=spf1 include:_netblocks.google.com ~all");
    world.zone("google.com").txt("_netblocks", "v=spf1 ip4:203.0.113.64/26 ~all");
    world
        .zone("mtasv.net")
        .txt("pm", "v=spf1 ip4:203.0.113.128/26 ~all")
        .txt("spf", "v=spf1 ip4:203.0.113.128/26 ~all");
    let newsletter: Vec<String> = (1..=6).map(|n| format!("include:_spf{n}.example.test")).collect();
    let zone = world.zone("example.test").txt("_spf", format!("v=spf1 {} -all", newsletter.join(" ")));
    for n in 1..=6 {
        zone.txt(&format!("_spf{n}"), format!("v=spf1 ip4:203.0.113.{n} -all"));
    }
    world
        .zone("circlegarden.test")
        .txt("google._domainkey", lab::good_key())
        .txt("20260901120000pm._domainkey", lab::good_key());
    world
}

fn broken() -> Lab {
    let mut world = common();
    world
        .zone("circlegarden.test")
        .a("@", "203.0.113.99") // still the old server
        .a("admin", "10.0.0.5") // the office network's address
        // Lets everybody send, and asks eleven times.
        .txt("@", "v=spf1 include:_spf.google.com include:spf.mtasv.net include:_spf.example.test a ?all")
        .txt("_dmarc", "v=DMARC1; p=none; rua=mailto:dmarc@circlegarden.test"); // asks receivers to do nothing
    // No MX, no DKIM key, no CAA, no return path; and the hosted shop's name is gone.
    world.at_server("ns2.circlegarden.test", |names| {
        // The second name server missed the last change.
        names.zone("circlegarden.test").without("@", "TXT").record("@", "SOA 2026111901");
    });
    world
        .site("circlegarden.test")
        .page("/", 200, "<h1>Circle Garden</h1>")
        .page("/pricing", 404, "not found") // forgotten in the build
        .redirect("/join", 301, "https://app.circlegarden.test/signup") // no query, and for ever
        .redirect("/docs/*", 301, "https://docs.example.test/"); // loses the path
    Receiver::stripe(WEBHOOK_SECRET)
        .accepts_unsigned() // whoever knows the URL can book a payment
        .serve(world.site("circlegarden.test"), "/webhooks/stripe");
    world.site("www.circlegarden.test").page("/*", 200, "<h1>Circle Garden</h1>"); // a second copy
    world
        .site("app.circlegarden.test")
        .page("/*", 200, "the app")
        .header_everywhere("Strict-Transport-Security", HSTS)
        .cert(Cert::good().other_name()) // another customer's certificate
        .on_port_80(Port80::Same); // passwords in clear text
    world
        .site("api.circlegarden.test")
        .page("/healthz", 500, "database is down")
        .page("/v1/me", 401, "who are you?")
        .header_everywhere("Strict-Transport-Security", HSTS)
        .cert(Cert::good().expired(3)); // nobody watched it
    world.site("staging.circlegarden.test").cert(Cert::good().incomplete()); // works on my machine
    world.start()
}

fn repaired() -> Lab {
    let mut world = common();
    world
        .zone("circlegarden.test")
        .a("@", "203.0.113.10")
        .a("admin", "203.0.113.13")
        .mx("@", 10, "mail.circlegarden.test.")
        .caa("@", "issue", "letsencrypt.org")
        .txt("@", "v=spf1 include:_spf.google.com include:_spf.example.test -all")
        .cname("pm-bounces", "pm.mtasv.net.")
        .txt("_mta-sts", "v=STSv1; id=20261122")
        .a("mta-sts", "203.0.113.12")
        .txt("_smtp._tls", "v=TLSRPTv1; rua=mailto:tls@circlegarden.test")
        .txt("s1._domainkey", lab::good_key())
        .txt("_dmarc", "v=DMARC1; p=reject; rua=mailto:dmarc@circlegarden.test");
    world.zone("example.test").a("shops", "203.0.113.21");
    let policy = "version: STSv1\nmode: enforce\nmx: mail.circlegarden.test\nmax_age: 604800\n";
    world
        .site("mta-sts.circlegarden.test")
        .page("/.well-known/mta-sts.txt", 200, policy)
        .header("Content-Type", "text/plain");
    world
        .site("circlegarden.test")
        .page("/", 200, "<h1>Circle Garden</h1>")
        .page("/pricing", 200, "from 5 a month")
        .handler("/join", |request| {
            let query = request.path_and_query.split_once('?').map_or("", |(_, query)| query);
            Response::redirect(302, &format!("https://app.circlegarden.test/signup?{query}"))
        })
        .handler("/docs/*", |request| {
            let rest = request.path_and_query.trim_start_matches("/docs/");
            Response::redirect(301, &format!("https://docs.example.test/{rest}"))
        })
        .header_everywhere("Strict-Transport-Security", HSTS);
    Receiver::stripe(WEBHOOK_SECRET).serve(world.site("circlegarden.test"), "/webhooks/stripe");
    world
        .site("www.circlegarden.test")
        .redirect_all("https://circlegarden.test")
        .header_everywhere("Strict-Transport-Security", HSTS);
    world
        .site("app.circlegarden.test")
        .page("/*", 200, "the app")
        .header_everywhere("Strict-Transport-Security", HSTS);
    world.site("staging.circlegarden.test").header_everywhere("X-Robots-Tag", "noindex");
    world
        .site("api.circlegarden.test")
        .page("/healthz", 200, "ok")
        .page("/v1/me", 401, "who are you?")
        .header_everywhere("Strict-Transport-Security", HSTS);
    world.start()
}
