//! Webhooks on real sockets: receivers that verify by themselves, sound and with one defect each.

use std::time::Duration;

use serde_json::Value;

use crate::lab::{Cert, Effects, Lab, Receiver};
use crate::run::{Outcome, finding, findings, launch_ready_in};

const SECRET: &str = "whsec_5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH";
const TOKEN: &str = "adm1n-t0ken-of-the-lab";
const VERIFY: &str = "v3rify-t0ken-of-the-lab";
const ENVIRONMENT: [(&str, &str); 3] =
    [("HOOK_SECRET", SECRET), ("ADMIN_TOKEN", TOKEN), ("VERIFY_TOKEN", VERIFY)];

/// A webhook of a provider with more keys.
fn spec(provider: &str, more: &str) -> String {
    format!(
        "domain: shop.test\nhosts: {{apex: {{}}}}\nemail: none\nwebhooks:\n  - {{name: pay, url: \"https://shop.test/hook\", provider: {provider}, secret: HOOK_SECRET, {more}}}\n"
    )
}

/// With deliveries, and an effect that is counted.
fn delivered(provider: &str, kind: &str) -> String {
    let effect = "effect: {url: \"https://shop.test/members?event={{ event.id }}\", headers: {Authorization: \"Bearer ${ADMIN_TOKEN}\"}, json: {path: $.members, count: 1}, within: 2s}";
    spec(provider, &format!("events: [{kind}], test: deliveries, max_latency: 1s, {effect}"))
}

fn world(receiver: Receiver) -> (Lab, Effects) {
    let mut world = Lab::builder();
    world.zone("shop.test").a("@", "203.0.113.10");
    world.site("shop.test").page("/", 200, "hi");
    let effects = receiver.token(TOKEN).verify_token(VERIFY).serve(world.site("shop.test"), "/hook");
    (world.start(), effects)
}

fn run(lab: &Lab, spec: &str, environment: &[(&str, &str)], options: &[&str]) -> Outcome {
    let mut arguments = vec!["check".to_owned(), "-".into(), "--timeout".into(), "5s".into()];
    arguments.extend(lab.args());
    arguments.extend(options.iter().map(|option| (*option).to_owned()));
    launch_ready_in(environment, &arguments, spec)
}

fn report(lab: &Lab, spec: &str) -> Value {
    run(lab, spec, &ENVIRONMENT, &["--only", "webhooks", "--format", "json"]).json()
}

/// Nothing fails and nothing is left untold.
fn all_green(report: &Value) {
    for status in ["fail", "unknown"] {
        assert_eq!(findings(report, status), Vec::<String>::new(), "{report:#}");
    }
}

/// The ids of what fails.
fn red(report: &Value) -> Vec<String> {
    findings(report, "fail").iter().filter_map(|found| found.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn a_sound_endpoint_is_green_in_both_modes_and_acts_once() {
    let (lab, effects) = world(Receiver::stripe(SECRET));
    let refusals = report(&lab, &spec("stripe", "test: refusals"));
    all_green(&refusals);
    assert!(findings(&refusals, "pass").contains(&"webhooks/tampered-accepted pay".to_owned()));
    assert_eq!(effects.count(), 0);
    let deliveries = report(&lab, &delivered("stripe", "checkout.session.completed"));
    all_green(&deliveries);
    for check in ["valid-refused", "slow", "not-idempotent", "effect-missing"] {
        let check = format!("webhooks/{check}");
        assert_eq!(finding(&deliveries, &check, "pay")["status"], "pass", "{check}");
    }
    // One event came once and again, another one five times at once.
    assert_eq!(effects.count(), 2);
}

/// A provider, its receiver, a secret in its form and a type of event.
type Kind = (&'static str, fn(&str) -> Receiver, &'static str, &'static str);

#[test]
fn sound_endpoints_of_every_kind_of_scheme_are_green() {
    let hex = "0123456789abcdef0123456789abcdef";
    let base64 = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    let paddle = "pdl_ntfset_01h0000000000000000000test_abcdefghijklmnopqrstuvwxyz012345";
    let kinds: [Kind; 12] = [
        ("github", Receiver::github, "a long secret of one's own", "push"),
        ("standard_webhooks", Receiver::standard_webhooks, base64, "order.created"),
        ("svix", Receiver::svix, base64, "user.created"),
        ("slack", Receiver::slack, hex, "message"),
        ("meta", Receiver::meta, hex, "messages"),
        ("zoom", Receiver::zoom, "a secret token of zoom", "meeting.started"),
        ("shopify", Receiver::shopify, hex, "orders/create"),
        ("twilio", Receiver::twilio, hex, "received"),
        ("mailgun", Receiver::mailgun, hex, "delivered"),
        ("paddle", Receiver::paddle, paddle, "transaction.completed"),
        ("revenuecat", Receiver::revenuecat, "Bearer of-the-dashboard", "INITIAL_PURCHASE"),
        ("postmark", Receiver::postmark, "hook:pa55word-of-the-url", "Bounce"),
    ];
    for (provider, receiver, secret, kind) in kinds {
        let (lab, _) = world(receiver(secret));
        let environment = [("HOOK_SECRET", secret), ("VERIFY_TOKEN", VERIFY)];
        let spec =
            spec(provider, &format!("verify_token: VERIFY_TOKEN, events: [\"{kind}\"], test: deliveries"));
        let outcome = run(&lab, &spec, &environment, &["--only", "webhooks", "--format", "json"]);
        let report = outcome.json();
        assert_eq!(findings(&report, "fail"), Vec::<String>::new(), "{provider}: {report:#}");
        assert_eq!(findings(&report, "unknown"), Vec::<String>::new(), "{provider}: {report:#}");
        assert_eq!(finding(&report, "webhooks/valid-refused", "pay")["status"], "pass", "{provider}");
        assert!(!outcome.out.contains(secret) && !outcome.err.contains(secret), "{provider}");
    }
}

/// A defect, in which mode it shows, and its id.
type Defect = (&'static str, fn(Receiver) -> Receiver, bool, &'static str);

const DEFECTS: &[Defect] = &[
    ("accepts unsigned", Receiver::accepts_unsigned, false, "webhooks/unsigned-accepted"),
    ("accepts anything", Receiver::accepts_anything, false, "webhooks/unsigned-accepted"),
    ("ignores the signature", Receiver::ignores_signature, false, "webhooks/forged-accepted"),
    ("ignores age", Receiver::ignores_age, false, "webhooks/stale-accepted"),
    ("accepts what was written anew", Receiver::accepts_reserialised, false, "webhooks/tampered-accepted"),
    ("redirects", Receiver::redirects, false, "webhooks/redirects"),
    ("leaks", |receiver| receiver.leaks_traceback(400), false, "webhooks/error-leaks-internals"),
    ("echoes its secret", Receiver::echoes_secret, false, "webhooks/error-leaks-internals"),
    ("breaks on garbage", Receiver::server_error_on_garbage, false, "webhooks/refusal-is-server-error"),
    ("is not there", Receiver::not_found, false, "webhooks/refusal-is-server-error"),
    ("answers a GET", Receiver::answers_get, false, "webhooks/method-accepted"),
    ("is challenged", Receiver::challenged, false, "webhooks/challenged"),
    ("slow", |receiver| receiver.slow(Duration::from_millis(1_100)), false, "webhooks/slow"),
    ("slow deliveries", |receiver| receiver.slow(Duration::from_millis(1_100)), true, "webhooks/slow"),
    ("verifies its own writing", Receiver::verifies_reserialised, true, "webhooks/valid-refused"),
    ("wrong secret", Receiver::wrong_secret, true, "webhooks/valid-refused"),
    ("books twice", Receiver::books_twice, true, "webhooks/not-idempotent"),
    ("books twice at once", Receiver::books_twice_concurrently, true, "webhooks/not-idempotent"),
    ("refuses duplicates", Receiver::refuses_duplicates, true, "webhooks/not-idempotent"),
    ("no effect", Receiver::no_effect, true, "webhooks/effect-missing"),
    ("late effect", |receiver| receiver.late_effect(Duration::from_secs(8)), true, "webhooks/effect-missing"),
];

#[test]
fn each_defect_has_its_id_and_nothing_else_is_red() {
    // Each world is apart from the others: they wait at the same time.
    std::thread::scope(|scope| {
        for (what, defect, delivers, id) in DEFECTS {
            scope.spawn(move || {
                let (lab, _) = world(defect(Receiver::stripe(SECRET)));
                let spec = if *delivers {
                    delivered("stripe", "checkout.session.completed")
                } else {
                    spec("stripe", "max_latency: 1s")
                };
                let report = report(&lab, &spec);
                assert_eq!(red(&report), [*id], "{what}: {report:#}");
            });
        }
    });
}

#[test]
fn a_challenge_is_answered_to_the_right_token_only() {
    let hex = "0123456789abcdef0123456789abcdef";
    for (provider, receiver) in [("slack", Receiver::slack as fn(&str) -> Receiver), ("meta", Receiver::meta)]
    {
        let (lab, _) = world(receiver(hex).answers_any_challenge());
        let spec = spec(provider, "verify_token: VERIFY_TOKEN");
        let environment = [("HOOK_SECRET", hex), ("VERIFY_TOKEN", VERIFY)];
        let report = run(&lab, &spec, &environment, &["--only", "webhooks", "--format", "json"]).json();
        assert_eq!(red(&report), ["webhooks/forged-accepted"], "{provider}: {report:#}");
    }
}

#[test]
fn what_must_be_refused_must_do_nothing() {
    let absent = "effects: [{url: \"https://shop.test/members?event={{ event.id }}\", headers: {Authorization: \"Bearer ${ADMIN_TOKEN}\"}, json: {path: $.members}, within: 1s, absent: true}]";
    let spec = spec("stripe", &format!("events: [checkout.session.completed], test: deliveries, {absent}"));
    let (lab, _) = world(Receiver::stripe(SECRET));
    all_green(&report(&lab, &spec));
    let (lab, effects) = world(Receiver::stripe(SECRET).books_the_refused());
    let report = report(&lab, &spec);
    assert_eq!(red(&report), ["webhooks/unsigned-accepted"], "{report:#}");
    assert!(effects.count() > 1);
}

#[test]
fn old_data_does_not_confuse_what_is_counted_before() {
    let before = "effects: [{url: \"https://shop.test/count\", json: {path: $.count, count: 1}, within: 2s, before: true}]";
    let spec = spec("stripe", &format!("events: [checkout.session.completed], test: deliveries, {before}"));
    let (lab, effects) = world(Receiver::stripe(SECRET));
    for runs in 1..=2 {
        all_green(&report(&lab, &spec));
        assert_eq!(effects.count(), 2 * runs);
    }
    let (lab, _) = world(Receiver::stripe(SECRET).books_twice());
    assert_eq!(red(&report(&lab, &spec)), ["webhooks/not-idempotent"]);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test reads what the product wrote")]
fn no_secret_is_shown_anywhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("seen.json").to_string_lossy().into_owned();
    let secrets = [SECRET, TOKEN, VERIFY, &SECRET["whsec_".len()..]];
    for receiver in [Receiver::stripe(SECRET), Receiver::stripe(SECRET).echoes_secret()] {
        let (lab, _) = world(receiver);
        let spec = delivered("stripe", "checkout.session.completed");
        for options in [&["--format", "json", "--record", &file][..], &["-v"], &["--format", "human"]] {
            let outcome = run(&lab, &spec, &ENVIRONMENT, options);
            let recorded = std::fs::read_to_string(&file).expect("a recording");
            for text in [&outcome.out, &outcome.err, &recorded] {
                assert!(secrets.iter().all(|secret| !text.contains(secret)), "{text}");
            }
        }
    }
}

#[test]
fn signed_events_are_announced_and_refusals_are_not() {
    let (lab, _) = world(Receiver::stripe(SECRET));
    let delivered = delivered("stripe", "checkout.session.completed");
    let told = run(&lab, &delivered, &ENVIRONMENT, &["--only", "webhooks"]).err;
    assert!(told.contains("sending signed test events to https://shop.test/hook (webhook pay)"), "{told}");
    let told = run(&lab, &spec("stripe", "test: refusals"), &ENVIRONMENT, &["--only", "webhooks"]).err;
    assert!(!told.contains("sending"), "{told}");
}

#[test]
fn nothing_is_sent_where_nobody_asked() {
    let (lab, effects) = world(Receiver::stripe(SECRET));
    run(&lab, &delivered("stripe", "checkout.session.completed"), &ENVIRONMENT, &["--only", "tls,http"]);
    report(&lab, &spec("stripe", "test: off"));
    assert!(effects.requests().is_empty());
}

#[test]
fn a_recording_is_judged_again_without_sending() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("seen.json").to_string_lossy().into_owned();
    let (lab, effects) = world(Receiver::stripe(SECRET).ignores_age());
    let spec = spec("stripe", "test: refusals");
    let only = ["--only", "webhooks", "--format", "json"];
    run(&lab, &spec, &ENVIRONMENT, &[&only[..], &["--record", &file]].concat());
    let sent = effects.requests().len();
    let report = run(&lab, &spec, &[], &[&only[..], &["--replay", &file]].concat()).json();
    assert_eq!(red(&report), ["webhooks/stale-accepted"]);
    assert_eq!(effects.requests().len(), sent);
}

#[test]
fn without_the_secret_what_needs_it_is_not_told() {
    let (lab, _) = world(Receiver::stripe(SECRET));
    let spec = delivered("stripe", "checkout.session.completed");
    let report = run(&lab, &spec, &[], &["--only", "webhooks", "--format", "json"]).json();
    assert_eq!(red(&report), Vec::<String>::new());
    assert_eq!(finding(&report, "webhooks/unsigned-accepted", "pay")["status"], "pass");
    for check in ["tampered-accepted", "stale-accepted", "valid-refused", "effect-missing"] {
        let finding = finding(&report, &format!("webhooks/{check}"), "pay");
        assert_eq!(finding["status"], "unknown", "{check}");
        assert!(
            finding["message"].as_str().is_some_and(|why| why.contains("HOOK_SECRET is not set here")),
            "{finding}"
        );
    }
}

#[test]
fn signed_events_go_only_where_the_certificate_holds() {
    let mut world = Lab::builder();
    world.zone("shop.test").a("@", "203.0.113.10");
    world.site("shop.test").page("/", 200, "hi").cert(Cert::good().self_signed());
    let effects = Receiver::stripe(SECRET).serve(world.site("shop.test"), "/hook");
    let lab = world.start();
    let report = report(&lab, &delivered("stripe", "checkout.session.completed"));
    assert!(findings(&report, "unknown").contains(&"webhooks/valid-refused pay".to_owned()), "{report:#}");
    assert_eq!(effects.count(), 0);
    let bodies =
        effects.requests().into_iter().map(|request| String::from_utf8_lossy(&request.body).into_owned());
    let signed = ["delivered", "stale", "tampered", "reserialised"];
    let proven: Vec<String> = bodies.filter(|body| signed.iter().any(|label| body.contains(label))).collect();
    assert_eq!(proven, Vec::<String>::new());
}

#[test]
fn an_endpoint_that_wants_fewer_requests_is_not_judged_further() {
    let (lab, effects) = world(Receiver::stripe(SECRET).rate_limited(2));
    let report = report(&lab, &spec("stripe", "test: refusals"));
    assert_eq!(red(&report), Vec::<String>::new(), "{report:#}");
    assert!(findings(&report, "unknown").contains(&"webhooks/forged-accepted pay".to_owned()), "{report:#}");
    assert_eq!(effects.requests().len(), 3);
}

#[test]
fn a_payload_that_is_none_is_an_error_at_its_place() {
    let lab = Lab::builder().start();
    let spec = spec("stripe", "test: deliveries, payload: nowhere.json");
    let outcome = run(&lab, &spec, &ENVIRONMENT, &[]);
    assert_eq!(outcome.code, 2, "{}", outcome.err);
    for part in
        ["the sample event `nowhere.json` cannot be used", "spec/payload", "name a file with one JSON event"]
    {
        assert!(outcome.err.contains(part), "{part}: {}", outcome.err);
    }
}
