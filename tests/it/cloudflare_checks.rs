//! Each check of `cloudflare/*` on real sockets: a failing and a passing case, and what may be fixed.
#![expect(clippy::disallowed_methods, reason = "a test writes files of its own")]

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::lab::{CloudZone, Cloudflare, Lab, Permission, Plan, Token};
use crate::run::{check_in, finding, launch_ready_in};

const TOKEN: &str = "CLOUDFLARE_API_TOKEN";
const URL: &str = "LAUNCH_READY_CLOUDFLARE_URL";
/// Where the origin of `api.shop.test` is.
const ORIGIN: &str = "203.0.113.11";

/// A product that asks for all that can be asked of a zone.
const SPEC: &str = r#"
domain: shop.test
canonical: apex
hosts: {apex: {}, www: redirect, api: {kind: api}}
dns:
  records:
    - {name: apex, type: A, value: 203.0.113.10, proxied: true}
    - {name: api, type: A, value: 203.0.113.11, proxied: true}
redirects: [{from: "https://shop.test/join", to: "https://shop.test/signup", status: 302}]
cloudflare:
  settings: {min_tls_version: "1.2"}
  waf: managed
  rate_limits: [{path: /login, requests: 10, period: 60s}]
  machine_paths: [/webhooks/*]
"#;

struct Shop {
    lab: Lab,
    cloudflare: Cloudflare,
    zone: CloudZone,
}

impl Shop {
    /// The product's world; its zone is on the plan Pro, and as Cloudflare makes it.
    fn new() -> Self {
        let mut world = Lab::builder();
        let cloudflare = world.cloudflare();
        let zone = cloudflare.zone("shop.test");
        zone.plan(Plan::Pro);
        world.zone("shop.test").a("@", "203.0.113.10").a("www", "203.0.113.10").a("api", ORIGIN);
        for host in ["shop.test", "www.shop.test", "api.shop.test"] {
            world.site(host).page("/", 200, "hi");
        }
        Self { lab: world.start(), cloudflare, zone }
    }

    /// Its zone as the spec wants it, made by hand.
    fn as_wanted() -> Self {
        let shop = Self::new();
        shop.zone.record_of("A", "@", "203.0.113.10", true);
        shop.zone.record_of("A", "api", ORIGIN, true);
        shop.zone.record_of("CNAME", "www", "shop.test", true);
        for (id, value) in [("min_tls_version", "1.2"), ("ssl", "strict"), ("always_use_https", "on")] {
            shop.zone.setting(id, json!(value));
        }
        let written = shop.command("apply", &["--yes", "--wait", "1s"], Token::writer("writer"));
        assert!(written.1.contains("redirect rule"), "{} {}", written.1, written.2);
        shop
    }

    fn check(&self, token: Token) -> Value {
        let (url, token) = (self.lab.cloudflare_url().expect("an API"), self.cloudflare.token(token));
        let variables = [(URL, url.as_str()), (TOKEN, token.as_str())];
        let outcome = check_in(&self.lab, &variables, SPEC, &["--format", "json"]);
        self.cloudflare.assert_no_violation();
        outcome.json()
    }

    /// Runs another command over the spec: its exit code, standard output and standard error.
    fn command(&self, command: &str, options: &[&str], token: Token) -> (i32, String, String) {
        self.command_over(SPEC, command, options, token)
    }

    /// The same over another spec.
    fn command_over(
        &self,
        text: &str,
        command: &str,
        options: &[&str],
        token: Token,
    ) -> (i32, String, String) {
        let folder = tempfile::tempdir().expect("a folder");
        let spec = folder.path().join("launch-ready.yaml");
        std::fs::write(&spec, text).expect("a spec");
        let (url, token) = (self.lab.cloudflare_url().expect("an API"), self.cloudflare.token(token));
        let mut arguments = vec![command.to_owned(), spec.display().to_string()];
        arguments.extend(["--timeout".into(), "5s".into()]);
        arguments.extend(self.lab.args());
        arguments.extend(options.iter().map(|option| (*option).to_owned()));
        let outcome = launch_ready_in(&[(URL, &url), (TOKEN, &token)], &arguments, "");
        self.cloudflare.assert_no_violation();
        (outcome.code, outcome.out, outcome.err)
    }
}

fn status<'r>(report: &'r Value, check: &str, subject: &str) -> &'r str {
    finding(report, check, subject)["status"].as_str().expect("a status")
}

/// What is judged of the zone by its rules, settings and records.
const PLANNED: [(&str, &str); 8] = [
    ("cloudflare/ssl-mode", "shop.test"),
    ("cloudflare/setting-differs", "min_tls_version"),
    ("cloudflare/proxy-differs", "shop.test A"),
    ("cloudflare/redirect-rule-missing", "https://shop.test/join"),
    ("cloudflare/waf-off", "shop.test"),
    ("cloudflare/rate-limit-missing", "/login"),
    ("cloudflare/machine-blocked", "/webhooks/*"),
    ("cloudflare/mode-left-on", "security_level"),
];

#[test]
fn what_a_plan_would_change_fails() {
    let shop = Shop::new();
    shop.zone.record_of("A", "@", "203.0.113.10", false);
    shop.zone.record_of("A", "api", ORIGIN, true);
    shop.zone.setting("ssl", json!("flexible"));
    shop.zone.setting("min_tls_version", json!("1.0"));
    shop.zone.setting("security_level", json!("under_attack"));
    let report = shop.check(Token::reader("reader"));
    for (check, subject) in PLANNED {
        assert_eq!(
            status(&report, check, subject),
            "fail",
            "{check}: {:#}",
            finding(&report, check, subject)
        );
    }
}

#[test]
fn what_is_as_wanted_passes() {
    let shop = Shop::as_wanted();
    let report = shop.check(Token::reader("reader"));
    for (check, subject) in PLANNED {
        assert_eq!(
            status(&report, check, subject),
            "pass",
            "{check}: {:#}",
            finding(&report, check, subject)
        );
    }
}

#[test]
fn a_zone_that_waits_for_its_name_servers_is_told() {
    let shop = Shop::new();
    shop.zone.pending();
    assert_eq!(status(&shop.check(Token::reader("a")), "cloudflare/zone-inactive", "shop.test"), "fail");
    shop.zone.status("active");
    assert_eq!(status(&shop.check(Token::reader("b")), "cloudflare/zone-inactive", "shop.test"), "pass");
}

#[test]
fn a_certificate_that_is_not_issued_yet_is_told() {
    let shop = Shop::new();
    shop.zone.record_of("A", "@", "203.0.113.10", true);
    let after = |pack_status: &str, token: &str| {
        shop.zone.certificate(true, pack_status);
        shop.check(Token::reader(token))
    };
    let check = "cloudflare/certificate-pending";
    assert_eq!(status(&after("pending_validation", "a"), check, "shop.test"), "fail");
    assert_eq!(status(&after("active", "b"), check, "shop.test"), "pass");
}

#[test]
fn an_origin_that_answers_anybody_is_told() {
    let shop = Shop::new();
    shop.zone.record_of("A", "api", ORIGIN, true);
    let report = shop.check(Token::reader("reader"));
    assert_eq!(status(&report, "cloudflare/origin-exposed", "api.shop.test"), "fail");
    assert_eq!(status(&report, "cloudflare/origin-exposed", "www.shop.test"), "not_applicable");
}

#[test]
fn an_origin_that_refuses_passes() {
    let mut world = Lab::builder();
    let cloudflare = world.cloudflare();
    let zone = cloudflare.zone("shop.test");
    zone.record_of("A", "api", ORIGIN, true);
    world.zone("shop.test").a("@", "203.0.113.10").a("www", "203.0.113.10").a("api", ORIGIN);
    for host in ["shop.test", "www.shop.test"] {
        world.site(host).page("/", 200, "hi");
    }
    world.site("api.shop.test").page("/", 403, "no");
    let shop = Shop { lab: world.start(), cloudflare, zone };
    let report = shop.check(Token::reader("reader"));
    assert_eq!(status(&report, "cloudflare/origin-exposed", "api.shop.test"), "pass");
}

#[test]
fn a_token_for_several_zones_is_told() {
    let shop = Shop::new();
    let check = "cloudflare/token-too-broad";
    assert_eq!(status(&shop.check(Token::reader("one")), check, "shop.test"), "pass");
    shop.cloudflare.zone("other.test");
    assert_eq!(status(&shop.check(Token::reader("all")), check, "shop.test"), "fail");
    let only = Token::reader("only").only(&["shop.test"]);
    assert_eq!(status(&shop.check(only), check, "shop.test"), "pass");
}

#[test]
fn what_the_token_may_not_read_is_neither_pass_nor_fail() {
    let shop = Shop::new();
    shop.zone.record_of("A", "@", "203.0.113.10", true);
    let token = Token::reader("reader").without(Permission::SettingsRead).without(Permission::WafRead);
    let report = shop.check(token);
    for (check, subject) in PLANNED
        .iter()
        .filter(|(check, _)| !check.ends_with("proxy-differs") && !check.ends_with("redirect-rule-missing"))
    {
        assert_eq!(status(&report, check, subject), "unknown", "{check}");
    }
}

#[test]
fn what_is_called_fixable_is_what_the_plan_promises() {
    let shop = Shop::new();
    shop.zone.record_of("A", "@", "203.0.113.99", true);
    shop.zone.setting("ssl", json!("flexible"));
    let report = shop.check(Token::reader("reader"));
    let findings = report["findings"].as_array().expect("findings");
    let pair = |value: &Value| (value["check"].to_string(), value["subject"].to_string());
    let fixable: BTreeSet<_> = findings.iter().filter(|f| f["fix"] == "cloudflare").map(pair).collect();
    let (code, out, err) = shop.command("plan", &["--format", "json"], Token::reader("planner"));
    assert_eq!(code, 0, "{err}");
    let plan: Value = serde_json::from_str(&out).expect("a plan");
    let changes = plan["plan"]["changes"].as_array().expect("changes");
    let promised = changes.iter().flat_map(|change| change["turns_green"].as_array().into_iter().flatten());
    let promised: BTreeSet<_> = promised.map(pair).collect();
    assert!(!promised.is_empty());
    assert_eq!(fixable, promised);
    assert!(findings.iter().all(|f| f["status"] == "fail" || f["fix"].is_null()));
}

#[test]
fn a_plan_asks_for_the_zone_wherever_its_name_servers_are() {
    let shop = Shop::new();
    shop.zone.pending();
    let spec = "domain: shop.test\ndns: {records: [{name: apex, type: TXT, value: \"a=b\"}]}\n";
    let (code, out, err) = shop.command_over(spec, "plan", &[], Token::reader("reader"));
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("+ add    TXT shop.test") && out.contains("the zone is pending"), "{out}");
}
