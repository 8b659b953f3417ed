//! What providers have registered of webhooks, asked on real sockets.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use serde_json::Value;

use crate::checks::apex;
use crate::lab::{Builder, Lab, Response};
use crate::run::{Outcome, check_in, finding, shop};

const KEY: &str = "rk_live_lab0123456789";
const TOKEN: &str = "lab-token-0123456789";
const URL: &str = "https://shop.test/hook";
const STRIPE: &str = "domain: shop.test\nwebhooks: [{name: pay, url: \"https://shop.test/hook\", provider: stripe, registration: {}, test: off, events: [checkout.session.completed]}]\n";
const GITHUB: &str = "domain: shop.test\nwebhooks: [{name: ci, url: \"https://shop.test/hook\", provider: github, registration: {repository: acme/shop}, test: off, events: [push]}]\n";
const CHECKS: [&str; 4] = ["not-registered", "events-differ", "registration-stale", "deliveries-failing"];

fn lab(change: impl FnOnce(&mut Builder)) -> Lab {
    let mut builder = Lab::builder();
    apex(&mut builder);
    change(&mut builder);
    builder.start()
}

fn run(lab: &Lab, variables: &[(&str, &str)], spec: &str) -> Outcome {
    let ids = CHECKS.map(|check| format!("webhooks/{check}")).join(",");
    let outcome = check_in(lab, variables, spec, &["--format", "json", "--only", &ids]);
    let all = format!("{}{}", outcome.out, outcome.err);
    assert!(
        variables.iter().all(|(_, value)| !value.contains("0123456789") || !all.contains(value)),
        "{all}"
    );
    outcome
}

/// The statuses of the four checks.
fn statuses(report: &Value, subject: &str) -> [String; 4] {
    CHECKS.map(|check| {
        let status = &finding(report, &format!("webhooks/{check}"), subject)["status"];
        status.as_str().expect("a status").to_owned()
    })
}

fn message<'r>(report: &'r Value, check: &str, subject: &str) -> &'r str {
    finding(report, &format!("webhooks/{check}"), subject)["message"].as_str().expect("a message")
}

fn stripe(change: impl FnOnce(&mut Builder)) -> Value {
    let lab = lab(change);
    run(&lab, &[("STRIPE_SECRET_KEY", KEY)], STRIPE).json()
}

#[test]
fn a_sound_registration_passes_everything() {
    let report = stripe(|world| {
        let api = world.stripe_api(KEY);
        api.endpoint(URL).events(&["checkout.session.completed", "invoice.paid"]);
        api.endpoint("https://another-product.test/stripe");
        api.events_ago(Duration::from_hours(30), 150, true);
    });
    assert_eq!(statuses(&report, "pay"), ["pass", "pass", "pass", "pass"], "{report:#}");
    assert_eq!(message(&report, "deliveries-failing", "pay"), "0 of 150 events of the last 7 days failed");
    assert!(!report.to_string().contains("another-product"), "{report:#}");
}

#[test]
fn each_fault_is_one_red_line() {
    let nothing = stripe(|world| {
        world.stripe_api(KEY).endpoint("https://shop.test/hook/");
    });
    assert_eq!(statuses(&nothing, "pay"), ["fail", "unknown", "unknown", "unknown"], "{nothing:#}");
    assert!(message(&nothing, "not-registered", "pay").contains("https://shop.test/hook/ (we_lab_1)"));

    let types = stripe(|world| {
        world.stripe_api(KEY).endpoint(URL).events(&["invoice.paid"]);
    });
    assert_eq!(statuses(&types, "pay"), ["pass", "fail", "pass", "pass"], "{types:#}");

    let disabled = stripe(|world| {
        world.stripe_api(KEY).endpoint(URL).status("disabled");
    });
    assert_eq!(statuses(&disabled, "pay"), ["unknown", "unknown", "fail", "unknown"], "{disabled:#}");

    let tunnel = stripe(|world| {
        let api = world.stripe_api(KEY);
        api.endpoint(URL);
        api.endpoint("https://a.trycloudflare.com/x");
    });
    assert_eq!(statuses(&tunnel, "pay"), ["pass", "pass", "fail", "pass"], "{tunnel:#}");

    let failing = stripe(|world| {
        let api = world.stripe_api(KEY);
        api.endpoint(URL);
        api.events(95, 5);
    });
    assert_eq!(statuses(&failing, "pay"), ["pass", "pass", "pass", "fail"], "{failing:#}");
    assert!(message(&failing, "deliveries-failing", "pay").contains("5 of 100 events"));
}

#[test]
fn a_test_key_in_production_is_told() {
    let key = "sk_test_lab0123456789";
    let lab = lab(|world| {
        world.stripe_api(key).endpoint(URL).livemode(false);
    });
    let report = run(&lab, &[("STRIPE_SECRET_KEY", key)], STRIPE).json();
    assert_eq!(statuses(&report, "pay")[0], "fail", "{report:#}");
    assert!(message(&report, "not-registered", "pay").contains("STRIPE_SECRET_KEY holds a test key"));
    let staging = format!("{STRIPE}hosts: {{apex: {{environment: staging}}}}\n");
    let report = run(&lab, &[("STRIPE_SECRET_KEY", key)], &staging).json();
    assert_eq!(statuses(&report, "pay")[0], "pass", "{report:#}");
}

#[test]
fn all_pages_of_endpoints_are_read_and_once_for_all_webhooks() {
    let lab = lab(|world| {
        let api = world.stripe_api(KEY);
        api.endpoint(URL);
        api.endpoint("https://shop.test/second");
        for number in 0..230 {
            api.endpoint(&format!("https://product-{number}.test/hook-of-another"));
        }
    });
    let spec = STRIPE.replace(
        "]}]",
        "]}, {name: second, url: \"https://shop.test/second\", provider: stripe, test: off}]",
    );
    let report = run(&lab, &[("STRIPE_SECRET_KEY", KEY)], &spec).json();
    assert_eq!(statuses(&report, "pay")[0], "pass", "{report:#}");
    assert_eq!(statuses(&report, "second")[0], "pass", "{report:#}");
    let requests = lab.log().requests();
    let lists = requests.iter().filter(|seen| seen.path_and_query.starts_with("/v1/webhook_endpoints"));
    assert_eq!(lists.count(), 3);
    assert!(
        requests
            .iter()
            .filter(|seen| seen.path_and_query.starts_with("/v1/"))
            .all(|seen| seen.method == "GET")
    );
}

#[test]
fn what_was_not_read_to_the_end_is_said() {
    let report = stripe(|world| {
        let api = world.stripe_api(KEY);
        api.endpoint(URL);
        api.events_ago(Duration::from_hours(2), 700, true);
        api.events_ago(Duration::from_hours(1), 20, false);
    });
    let told = message(&report, "deliveries-failing", "pay");
    assert_eq!(told, "Stripe could not deliver 20 of the last 520 events (2 hours): 3.8 %");
    let endless = stripe(|world| {
        world.stripe_api(KEY).endless();
    });
    assert_eq!(statuses(&endless, "pay"), ["unknown"; 4], "{endless:#}");
    assert_eq!(message(&endless, "not-registered", "pay"), "Stripe lists more than 20 pages of endpoints");
}

#[test]
fn failures_of_another_endpoint_are_not_laid_to_this_one() {
    let report = stripe(|world| {
        let api = world.stripe_api(KEY);
        api.endpoint(URL);
        api.endpoint("https://another-product.test/stripe");
        api.events(50, 50);
    });
    assert_eq!(statuses(&report, "pay")[3], "unknown", "{report:#}");
    assert!(message(&report, "deliveries-failing", "pay").contains("another endpoint of the account"));
}

#[test]
fn what_goes_wrong_with_the_provider_is_no_verdict() {
    let told = |change: fn(&mut Builder)| {
        let report = stripe(change);
        assert_eq!(statuses(&report, "pay"), ["unknown"; 4], "{report:#}");
        message(&report, "not-registered", "pay").to_owned()
    };
    let refused = told(|world| {
        world.stripe_api("another-key").endpoint(URL);
    });
    assert!(
        refused.starts_with("Stripe does not know the key in STRIPE_SECRET_KEY (401); it takes "),
        "{refused}"
    );
    let denied = told(|world| {
        world.stripe_api(KEY).may_not_read("webhook_endpoints").endpoint(URL);
    });
    assert!(
        denied.contains("may not read this at Stripe (403)") && denied.contains("Webhook Endpoints"),
        "{denied}"
    );
    let garbage = told(|world| {
        world.stripe_api(KEY).garbage();
    });
    assert!(garbage.contains("is no JSON"), "{garbage}");
    let other = told(|world| {
        world.stripe_api(KEY).answers(Response::json(200, &serde_json::json!({"hello": 1})));
    });
    assert!(other.contains("no list at"), "{other}");
    let broken = told(|world| {
        world.stripe_api(KEY).answers(Response::new(500, "oops"));
    });
    assert!(broken.contains("answered 500"), "{broken}");
}

#[test]
fn slowness_ends_and_a_bad_moment_passes() {
    let lab_of = |change: fn(&mut Builder)| lab(change);
    let slow = lab_of(|world| {
        world.stripe_api(KEY).slow(Duration::from_secs(30));
    });
    let options =
        ["--format", "json", "--only", "webhooks/not-registered", "--timeout", "300ms", "--retries", "0"];
    let mut arguments = vec!["check".to_owned(), "-".into()];
    arguments.extend(slow.args());
    arguments.extend(options.map(str::to_owned));
    let url = slow.stripe_url().expect("an API");
    let variables = [("LAUNCH_READY_STRIPE_URL", url.as_str()), ("STRIPE_SECRET_KEY", KEY)];
    let report = crate::run::launch_ready_in(&variables, &arguments, STRIPE).json();
    assert_eq!(message(&report, "not-registered", "pay"), "no answer from 127.0.0.1 within 300 ms");
    let busy = stripe(|world| {
        let busy = Response::new(429, "").header("Retry-After", "0");
        world.stripe_api(KEY).first(busy).endpoint(URL);
    });
    assert_eq!(statuses(&busy, "pay")[0], "pass", "{busy:#}");
}

#[test]
fn events_that_may_not_be_read_spoil_nothing_else() {
    let report = stripe(|world| {
        world.stripe_api(KEY).may_not_read("events").endpoint(URL);
    });
    assert_eq!(statuses(&report, "pay"), ["pass", "pass", "pass", "unknown"], "{report:#}");
}

#[test]
fn without_a_key_nobody_is_asked() {
    let lab = lab(|world| {
        world.stripe_api(KEY).endpoint(URL);
    });
    let report = run(&lab, &[], STRIPE).json();
    assert_eq!(statuses(&report, "pay"), ["unknown"; 4], "{report:#}");
    assert_eq!(
        message(&report, "not-registered", "pay"),
        "STRIPE_SECRET_KEY or STRIPE_API_KEY is not set here"
    );
    let named = STRIPE.replace("registration: {}", "registration: {key: SHOP_KEY}");
    let report = run(&lab, &[("STRIPE_SECRET_KEY", KEY)], &named).json();
    assert_eq!(message(&report, "not-registered", "pay"), "SHOP_KEY is not set here");
    let silent = STRIPE.replace("registration: {}, ", "");
    let outcome = run(&lab, &[], &silent);
    assert_eq!(outcome.code, 0, "{}", outcome.out);
    assert_eq!(statuses(&outcome.json(), "pay"), ["not_applicable"; 4]);
    assert!(!lab.log().requests().iter().any(|seen| seen.path_and_query.starts_with("/v1/")));
    // A key that is there by chance is of use where it fits, and no trouble where it does not.
    assert_eq!(statuses(&run(&lab, &[("STRIPE_API_KEY", KEY)], &silent).json(), "pay")[0], "pass");
    let wrong = run(&lab, &[("STRIPE_API_KEY", "sk_live_other0123456789")], &silent);
    assert_eq!((statuses(&wrong.json(), "pay"), wrong.code), (["not_applicable"; 4].map(str::to_owned), 0));
}

#[test]
fn the_key_goes_to_the_provider_alone() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let stranger = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let (mut head, mut buffer) = (Vec::new(), [0; 1024]);
        while !head.windows(4).any(|end| end == b"\r\n\r\n") {
            let count = stream.read(&mut buffer).expect("a request");
            head.extend_from_slice(&buffer[..count]);
            if count == 0 {
                break;
            }
        }
        let body = "{\"data\": [], \"has_more\": false}";
        let _ = write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        String::from_utf8_lossy(&head).into_owned()
    });
    let lab = lab(|world| {
        world.stripe_api(KEY).answers(Response::redirect(302, &format!("http://{address}/steal")));
    });
    run(&lab, &[("STRIPE_SECRET_KEY", KEY)], STRIPE);
    let head = stranger.join().expect("a request");
    assert!(head.starts_with("GET /steal"), "{head}");
    assert!(!head.contains(KEY) && !head.to_lowercase().contains("authorization"), "{head}");

    let next = serde_json::json!([{"id": 1, "active": true, "events": [], "config": {"url": URL}}]);
    let lab = self::lab(|world| {
        let page = Response::json(200, &next).header("Link", "<https://elsewhere.test/steal>; rel=\"next\"");
        world.github_api(TOKEN).answers(page);
    });
    let report = run(&lab, &[("GITHUB_TOKEN", TOKEN)], GITHUB).json();
    assert!(
        message(&report, "not-registered", "ci")
            .contains("goes on at https://elsewhere.test, which must not have the key")
    );
}

#[test]
#[allow(clippy::disallowed_methods, reason = "the recording is a file")]
fn a_recording_holds_no_key_and_is_judged_again() {
    let lab = lab(|world| {
        let api = world.stripe_api(KEY);
        api.endpoint(URL);
        api.endpoint("https://user:hunter2@old.shop.test/hook?token=hunter3");
        api.endpoint("https://another-product.test/hunter4");
    });
    let file = lab.folder().join("seen.json");
    let file = file.to_str().expect("UTF-8");
    let options = ["--format", "json", "--only", "webhooks/registration-stale"];
    let with = |option| {
        check_in(&lab, &[("STRIPE_SECRET_KEY", KEY)], STRIPE, &[&options[..], &[option, file]].concat())
    };
    let first = with("--record");
    let text = std::fs::read_to_string(file).expect("a recording");
    for secret in [KEY, "hunter"] {
        assert!(!text.contains(secret) && !first.out.contains(secret), "{secret} in {text}");
    }
    assert_eq!(first.code, 1, "{}", first.out);
    let again = with("--replay");
    assert_eq!(first.json()["findings"], again.json()["findings"]);
}

#[test]
fn hooks_of_a_repository() {
    let github = |change: &dyn Fn(&mut Builder)| {
        let lab = lab(|world| change(world));
        run(&lab, &[("GH_TOKEN", TOKEN)], GITHUB).json()
    };
    let sound = github(&|world| {
        let api = world.github_api(TOKEN);
        for number in 0..120 {
            api.hook("acme/shop", &format!("https://other-{number}.example/ci"));
        }
        api.hook("acme/shop", URL).deliveries(300, 2);
    });
    assert_eq!(statuses(&sound, "ci"), ["pass", "pass", "pass", "pass"], "{sound:#}");
    assert_eq!(
        message(&sound, "deliveries-failing", "ci"),
        "2 of 302 events of the last 3 days failed (0.7 %)"
    );
    let failing = github(&|world| {
        world.github_api(TOKEN).hook("acme/shop", URL).events(&["*"]).deliveries(10, 10);
    });
    assert_eq!(statuses(&failing, "ci"), ["pass", "pass", "pass", "fail"], "{failing:#}");
    let switched_off = github(&|world| {
        world.github_api(TOKEN).hook("acme/shop", URL).inactive();
    });
    assert_eq!(statuses(&switched_off, "ci"), ["unknown", "unknown", "fail", "unknown"]);
    let unknown = github(&|world| {
        world.github_api(TOKEN).hook("acme/other", URL);
    });
    let told = message(&unknown, "not-registered", "ci");
    assert!(
        told.contains("no hooks of acme/shop to the key in GH_TOKEN (404)") && told.contains("repo_hook"),
        "{told}"
    );
}

#[test]
fn the_repository_may_come_from_the_environment() {
    let lab = lab(|world| {
        world.github_api(TOKEN).hook("acme/shop", URL);
    });
    let spec = GITHUB.replace("registration: {repository: acme/shop}", "registration: {}");
    let with = |repository: Option<&str>| {
        let mut variables = vec![("GITHUB_TOKEN", TOKEN)];
        variables.extend(repository.map(|repository| ("GITHUB_REPOSITORY", repository)));
        run(&lab, &variables, &spec).json()
    };
    assert_eq!(statuses(&with(Some("acme/shop")), "ci")[0], "pass");
    for repository in [None, Some("../../user"), Some("acme/shop/x?y")] {
        let report = with(repository);
        assert!(
            message(&report, "not-registered", "ci").contains("write `repository: owner/name`"),
            "{report:#}"
        );
    }
}

#[test]
fn an_address_of_an_api_that_is_none_is_told() {
    let lab = shop(|_| {});
    for (address, why) in [
        ("ftp://x", "LAUNCH_READY_STRIPE_URL is no address"),
        ("https://me:pw@x.test", "a user name or a password"),
    ] {
        let report =
            run(&lab, &[("STRIPE_SECRET_KEY", KEY), ("LAUNCH_READY_STRIPE_URL", address)], STRIPE).json();
        let told = message(&report, "not-registered", "pay");
        assert!(told.contains(why) && !told.contains("pw"), "{told}");
    }
}
