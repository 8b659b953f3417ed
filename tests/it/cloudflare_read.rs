//! What a run reads of the zone at Cloudflare, and what it says where it cannot.
#![expect(clippy::disallowed_methods, reason = "a test reads and writes files of its own")]

use std::time::Duration;

use serde_json::{Value, json};

use crate::lab::{CloudZone, Cloudflare, Lab, Permission, Token, Upset, When};
use crate::run::{Outcome, check_in};

const SPEC: &str = "domain: shop.test\ncloudflare: {}\n";
const TOKEN: &str = "CLOUDFLARE_API_TOKEN";

/// A product whose zone is at Cloudflare.
struct Shop {
    lab: Lab,
    cloudflare: Cloudflare,
    zone: CloudZone,
}

/// What a run saw, and what it wrote.
struct Seen {
    /// The member `cloudflare` of the recording.
    zone: Value,
    outcome: Outcome,
    /// The recording, word by word.
    recorded: String,
}

impl Shop {
    fn new() -> Self {
        let mut world = Lab::builder();
        let cloudflare = world.cloudflare();
        let zone = cloudflare.zone("shop.test");
        world.zone("shop.test").a("@", "203.0.113.10");
        world.site("shop.test").page("/", 200, "hi");
        Self { lab: world.start(), cloudflare, zone }
    }

    /// A run with that token.
    fn look(&self, token: Token) -> Seen {
        self.run(SPEC, &[(TOKEN, &self.cloudflare.token(token))], &[])
    }

    fn run(&self, spec: &str, variables: &[(&str, &str)], options: &[&str]) -> Seen {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("seen.json");
        let recording = ["--record", file.to_str().expect("UTF-8")];
        let url = self.lab.cloudflare_url().expect("an API");
        let variables = [&[("LAUNCH_READY_CLOUDFLARE_URL", url.as_str())], variables].concat();
        let outcome = check_in(&self.lab, &variables, spec, &[&recording, options].concat());
        let recorded = std::fs::read_to_string(&file).unwrap_or_default();
        let seen: Value = serde_json::from_str(&recorded).unwrap_or_else(|_| panic!("{}", outcome.err));
        self.cloudflare.assert_no_violation();
        assert_eq!(self.cloudflare.writes(), 0);
        Seen { zone: seen["cloudflare"].clone(), outcome, recorded }
    }
}

impl Seen {
    /// The zone, where there is one.
    fn answer(&self) -> &Value {
        assert!(self.zone["answer"].is_object(), "{:#} {}", self.zone, self.outcome.err);
        &self.zone["answer"]
    }

    /// Why there is none.
    fn why(&self) -> &str {
        self.zone["unobserved"].as_str().unwrap_or_else(|| panic!("{:#}", self.zone))
    }

    /// True where nothing of what was written holds the text.
    fn hides(&self, text: &str) -> bool {
        [&self.outcome.out, &self.outcome.err, &self.recorded].iter().all(|written| !written.contains(text))
    }
}

#[test]
fn a_zone_is_read_whole_and_the_token_is_written_nowhere() {
    let shop = Shop::new();
    shop.zone.pending();
    shop.zone.record_of("A", "@", "203.0.113.10", true);
    let data = json!({"flags": 0, "tag": "issue", "value": "letsencrypt.org"});
    shop.zone.record(&json!({"type": "CAA", "name": "@", "data": data, "ttl": 1}));
    shop.zone
        .raw_record(&json!({"type": "WALLET", "name": "shop.test", "content": "x\u{1b}[31m", "odd": [1]}));
    let rule = json!({"ref": "theirs", "expression": "true", "action": "redirect", "action_parameters": {
        "from_value": {"target_url": {"value": "https://shop.test"}, "status_code": 301}
    }});
    shop.zone.rules("http_request_dynamic_redirect", &[rule]);
    let secret = shop.cloudflare.token(Token::reader("reader"));
    for options in [&[][..], &["--format", "json"]] {
        let seen = shop.run(SPEC, &[(TOKEN, &secret)], options);
        let zone = seen.answer();
        assert_eq!((&zone["name"], &zone["status"]), (&json!("shop.test"), &json!("pending")));
        assert_eq!((&zone["plan"], &zone["token"]["zones"]), (&json!("free"), &json!(1)));
        assert_eq!(zone["records"]["answer"], json!(shop.zone.records()));
        assert_eq!(zone["settings"]["answer"]["ssl"]["value"], shop.zone.setting_of("ssl"));
        let phases = zone["phases"].as_object().expect("phases");
        assert_eq!(phases.len(), 5);
        let redirects = &phases["http_request_dynamic_redirect"]["answer"];
        assert_eq!(redirects["rules"][0]["ref"], "theirs");
        assert_eq!(phases["http_ratelimit"], json!({"answer": null}));
        for part in ["dnssec", "bots", "certificates"] {
            assert!(zone[part].get("answer").is_some(), "{part}: {:#}", zone[part]);
        }
        assert!(seen.hides(&secret) && seen.hides("\u{1b}[31m"));
        assert!(!seen.outcome.out.contains('\u{1b}'));
    }
}

#[test]
fn each_question_is_asked_once() {
    let shop = Shop::new();
    shop.look(Token::reader("reader"));
    let calls = shop.cloudflare.calls();
    let mut asked: Vec<String> = calls.iter().map(|call| format!("{}?{}", call.path, call.query)).collect();
    asked.sort();
    let count = asked.len();
    asked.dedup();
    assert_eq!((asked.len(), count), (13, 13), "{asked:#?}");
}

#[test]
fn a_part_that_the_token_may_not_read_names_the_permission() {
    let cases = [
        (Permission::DnsRead, "/records", "Zone > DNS > Read"),
        (Permission::DnsRead, "/dnssec", "Zone > DNS > Read"),
        (Permission::SettingsRead, "/settings", "Zone > Zone Settings > Read"),
        (Permission::RedirectsRead, "/phases/http_request_dynamic_redirect", "Zone > Single Redirect > Read"),
        (Permission::CacheRead, "/phases/http_request_cache_settings", "Zone > Cache Rules > Read"),
        (Permission::WafRead, "/phases/http_ratelimit", "Zone > Zone WAF > Read"),
        (Permission::BotsRead, "/bots", "Zone > Bot Management > Read"),
        (Permission::SslRead, "/certificates", "Zone > SSL and Certificates > Read"),
    ];
    let shop = Shop::new();
    for (number, (missing, part, name)) in cases.into_iter().enumerate() {
        let seen = shop.look(Token::reader(&format!("reader{number}")).without(missing));
        let why = seen.answer().pointer(part).and_then(|part| part["unobserved"].as_str());
        let expected = format!("the token lacks the permission {name} (403; 10000: Authentication error)");
        assert_eq!(why, Some(expected.as_str()), "{part}");
    }
    let seen = shop.look(Token::reader("zone").without(Permission::ZoneRead));
    assert!(seen.why().contains("Zone > Zone > Read"), "{}", seen.why());
}

#[test]
fn bad_weather_passes() {
    let shop = Shop::new();
    for upset in [
        Upset::TooMany(1),
        Upset::Fails(500, "oops".into()),
        Upset::Page(502, "<h1>Bad gateway</h1>".into()),
        Upset::DropsBefore,
        Upset::DropsWithin,
    ] {
        for path in ["/tokens/verify", "/zones", "/dns_records", "/settings", "/rulesets"] {
            shop.cloudflare.calm().upset(When::request(1).path(path), upset.clone());
        }
        let seen = shop.look(Token::reader("reader"));
        assert!(seen.answer()["records"].get("answer").is_some(), "{upset:?}");
        assert!(seen.answer()["settings"].get("answer").is_some(), "{upset:?}");
    }
}

#[test]
fn a_part_whose_answer_is_no_use_could_not_be_observed() {
    let shop = Shop::new();
    let cases = [
        (Upset::Garbage, "is no JSON"),
        (Upset::Huge(65 * 1024 * 1024), "sends more than 67108864 bytes"),
        (Upset::Fails(400, "\u{1b}[31m::error::<b>".into()), "\\u{1b}[31m::error::<b>"),
        (Upset::TooMany(600), "only in 10 min"),
    ];
    for (upset, words) in cases {
        shop.cloudflare.calm().upset(When::always().path("/bot_management"), upset);
        let seen = shop.look(Token::reader("reader"));
        let why = seen.answer()["bots"]["unobserved"].as_str().unwrap_or_default();
        assert!(why.contains(words), "{words}: {why}");
        assert!(seen.hides("\u{1b}[31m"));
    }
}

#[test]
fn silence_ends_with_the_time_limit() {
    let shop = Shop::new();
    shop.cloudflare.upset(When::always().path("/bot_management"), Upset::Slow(Duration::from_secs(30)));
    let token = shop.cloudflare.token(Token::reader("reader"));
    let seen = shop.run(SPEC, &[(TOKEN, &token)], &["--timeout", "1s", "--retries", "0"]);
    assert_eq!(seen.answer()["bots"]["unobserved"], "no answer from 127.0.0.1 within 1 s");
}

#[test]
fn nobody_is_asked_who_need_not_be() {
    let shop = Shop::new();
    let token = shop.cloudflare.token(Token::reader("reader"));
    let seen = shop.run("domain: shop.test\n", &[(TOKEN, &token)], &[]);
    assert_eq!(seen.zone, Value::Null, "neither the spec nor DNS leads to Cloudflare");
    let declared = "domain: shop.test\ndns: {nameservers: cloudflare}\n";
    assert_eq!(shop.run(declared, &[], &[]).zone, Value::Null, "nobody gave a token, and none is needed");
    let seen = shop.run(SPEC, &[], &[]);
    assert!(seen.why().starts_with("there is no token for Cloudflare's API; make one"), "{}", seen.why());
    assert!(
        seen.why().contains("Zone > DNS > Read") && seen.why().contains("--token-file"),
        "{}",
        seen.why()
    );
    assert!(shop.cloudflare.calls().is_empty());
    assert!(shop.run(declared, &[(TOKEN, &token)], &[]).answer().is_object());
}

#[test]
fn a_zone_is_matched_by_its_name_or_its_parents() {
    let shop = Shop::new();
    shop.cloudflare.zone("notshop.test");
    let secret = shop.cloudflare.token(Token::reader("reader"));
    let look = |spec: &str| shop.run(spec, &[(TOKEN, &secret)], &[]);
    let below = look("domain: app.shop.test\ncloudflare: {}\n");
    assert_eq!(below.answer()["name"], "shop.test");
    let other = look("domain: garden.test\ncloudflare: {}\n");
    assert_eq!(other.why(), "the token sees 2 zones, none is called garden.test");
    let wrong = look("domain: app.shop.test\ncloudflare: {zone: app.shop.test}\n");
    assert_eq!(wrong.why(), "the token sees 2 zones, none is called app.shop.test");
    shop.cloudflare.another_zone("shop.test");
    assert!(look(SPEC).why().starts_with("the token sees 2 zones called shop.test, in the accounts"));
}

#[test]
fn a_token_that_does_not_hold_is_told_in_words() {
    let shop = Shop::new();
    let cases = [
        (Token::reader("a").status("disabled"), "the token is disabled in the dashboard"),
        (Token::reader("b").status("expired"), "the token is expired"),
        (Token::reader("c").expires_on("2020-01-01T00:00:00Z"), "the token expired on 2020-01-01"),
        (Token::reader("d").not_before("2999-01-01T00:00:00Z"), "the token is not valid before 2999"),
    ];
    for (token, words) in cases {
        let seen = shop.look(token);
        assert!(seen.why().contains(words), "{words}: {}", seen.why());
    }
    let seen = shop.run(SPEC, &[(TOKEN, "nobody-knows-this-token-0123456789abcdef")], &[]);
    assert!(seen.why().starts_with("Cloudflare does not accept the token (401"), "{}", seen.why());
    assert!(seen.hides("nobody-knows-this-token"));
}

#[test]
fn a_token_of_an_account_is_verified_by_its_account() {
    let shop = Shop::new();
    let plain = shop.look(Token::reader("reader"));
    let account = plain.answer()["account"][0].as_str().expect("an id").to_owned();
    let seen = shop.look(Token::reader("cfat_account").of_account(&account));
    assert_eq!(seen.answer()["token"]["status"], "active");
    let seen = shop.look(Token::reader("old").of_account(&account));
    assert_eq!(seen.answer()["token"]["status"], "active");
}

#[test]
fn a_global_api_key_is_refused_and_not_sent() {
    let shop = Shop::new();
    let key = "0123456789abcdef0123456789abcdef01234";
    let seen = shop.run(SPEC, &[(TOKEN, key)], &[]);
    assert!(seen.why().contains("is a Global API Key"), "{}", seen.why());
    assert!(seen.hides(key) && shop.cloudflare.calls().is_empty());
}

#[test]
fn a_token_may_stand_in_a_file_of_its_own() {
    let shop = Shop::new();
    let secret = shop.cloudflare.token(Token::reader("reader"));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("token");
    let file = path.to_str().expect("UTF-8");
    std::fs::write(&path, format!("{secret}\n")).expect("a file");
    let seen = shop.run(SPEC, &[(TOKEN, "never-used")], &["--token-file", file]);
    assert!(seen.answer().is_object() && seen.hides(&secret));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let warned = |seen: &Seen| seen.outcome.err.contains("other users of this machine can read");
        assert!(warned(&seen), "{}", seen.outcome.err);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("a mode");
        assert!(!warned(&shop.run(SPEC, &[], &["--token-file", file])));
    }
    std::fs::write(&path, "two\nlines\n").expect("a file");
    let outcome = check_in(&shop.lab, &[], SPEC, &["--token-file", file]);
    assert_eq!(outcome.code, 2, "{}", outcome.err);
    assert!(outcome.err.contains("several lines"), "{}", outcome.err);
}

#[test]
fn an_address_that_is_none_is_a_usage_error() {
    let shop = Shop::new();
    for (address, words) in [("https://u:p@api.test/", "user name"), ("api.test", "not an absolute URL")] {
        let outcome = check_in(&shop.lab, &[("LAUNCH_READY_CLOUDFLARE_URL", address)], SPEC, &[]);
        assert_eq!(outcome.code, 2, "{}", outcome.err);
        assert!(outcome.err.contains(words), "{}", outcome.err);
    }
}
