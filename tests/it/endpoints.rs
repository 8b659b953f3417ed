//! Acceptance of single URLs, on real sockets.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::checks::{Case, apex, prove, report, site};
use crate::lab::{Builder, Lab, Response, Trouble};
use crate::run::{check, finding, findings};

/// `shop.test` answers this at `/api`.
fn api(world: &mut Builder, response: Response) {
    world.zone("shop.test").a("@", "203.0.113.10");
    world.site("shop.test").response("/api", response);
    site(world, "shop.test");
}

fn json(body: &str) -> Response {
    Response::new(200, body).header("Content-Type", "application/json; charset=utf-8")
}

#[test]
fn content() {
    let sound = |world: &mut Builder| api(world, json(r#"{"status": "ok", "members": [1, 2]}"#));
    let ill = |world: &mut Builder| api(world, json(r#"{"status": "ill", "members": []}"#));
    let spec = |broken, spec| Case { check: "http/body-differs", spec, broken, sound };
    prove(&[
        spec(ill, "domain: shop.test\nendpoints: [{url: \"https://shop.test/api\", contains: '\"ok\"'}]"),
        spec(
            ill,
            "domain: shop.test\nendpoints: [{url: \"https://shop.test/api\", json: {path: $.status, equals: ok}}]",
        ),
        spec(
            ill,
            "domain: shop.test\nendpoints: [{url: \"https://shop.test/api\", json: {path: $.members, count: 2}}]",
        ),
        spec(apex, "domain: shop.test\nendpoints: [{url: \"https://shop.test/api\", json: {path: $}}]"),
        spec(
            apex,
            "domain: shop.test\nendpoints: [{url: \"https://shop.test/api\", headers: {content-type: application/json}}]",
        ),
    ]);
}

#[test]
fn what_came_instead_is_shown_without_secrets() {
    let spec = "domain: shop.test\nendpoints: [{url: \"https://shop.test/api\", contains: fine}]";
    let report =
        report(spec, |world| api(world, json(r#"{"api_token": "hunter2hunter2", "status": "ill"}"#)));
    let finding = finding(&report, "http/body-differs", "https://shop.test/api");
    let observed = finding["observed"].as_str().expect("what was seen");
    assert!(observed.contains(r#""status": "ill""#), "{observed}");
    assert!(!finding.to_string().contains("hunter2"), "{finding}");
    assert_eq!(finding["spec"]["path"], "endpoints[0].contains");
}

#[test]
fn a_recording_is_judged_again_and_knows_what_it_does_not_hold() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("seen.json").to_string_lossy().into_owned();
    let mut builder = Lab::builder();
    api(&mut builder, json(r#"{"status": "ok"}"#));
    let lab = builder.start();
    let spec = |text: &str| {
        format!(
            "domain: shop.test\nendpoints: [{{url: \"https://shop.test/api\", contains: {text}, samples: 1}}]"
        )
    };
    let options = ["--format", "json", "--only", "http/body-differs,http/flaky"];
    let with = |spec: &str, option: &str| check(&lab, spec, &[&options[..], &[option, &file]].concat());
    assert_eq!(with(&spec("status"), "--record").code, 0);
    assert_eq!(with(&spec("status"), "--replay").code, 0);
    let changed = with(&spec("other"), "--replay");
    assert_eq!(changed.code, 3, "{}", changed.out);
    let report = changed.json();
    assert_eq!(findings(&report, "unknown"), ["http/body-differs https://shop.test/api"]);
}

#[test]
fn a_path_that_is_none_is_an_error_of_the_spec() {
    let lab = Lab::builder().start();
    let spec =
        "domain: shop.test\nendpoints:\n  - url: \"https://shop.test/api\"\n    json: {path: status}\n";
    let outcome = check(&lab, spec, &[]);
    assert_eq!(outcome.code, 2, "{}", outcome.out);
    for part in ["4", "a JSONPath begins with `$`", "for example: $.status"] {
        assert!(outcome.err.contains(part), "{part}: {}", outcome.err);
    }
}

#[test]
fn latency() {
    let slow = |world: &mut Builder| api(world, json("{}").delay(Duration::from_millis(1_100)));
    prove(&[Case {
        check: "http/latency",
        spec: "domain: shop.test\nendpoints: [{url: \"https://shop.test/api\", p95: 1s, samples: 1}]",
        broken: slow,
        sound: apex,
    }]);
}

/// Every third request from the fourth on is answered so.
fn every_third(world: &mut Builder, other: fn() -> Response) {
    world.zone("shop.test").a("@", "203.0.113.10");
    let count = Arc::new(AtomicUsize::new(0));
    world.site("shop.test").only_h1().handler("/api", move |_| {
        let number = count.fetch_add(1, Ordering::SeqCst);
        if number >= 3 && number.is_multiple_of(3) { other() } else { Response::new(200, "fine") }
    });
    site(world, "shop.test");
}

#[test]
fn flaky() {
    let spec = "domain: shop.test\nendpoints: [{url: \"https://shop.test/api\", samples: 9}]";
    let case = |broken| Case { check: "http/flaky", spec, broken, sound: apex };
    prove(&[
        case(|world| every_third(world, || Response::new(502, "no"))),
        case(|world| {
            every_third(world, || {
                let mut cut = Response::new(200, "");
                cut.trouble = Some(Trouble::GarbageStatusLine);
                cut
            });
        }),
    ]);
}

#[test]
fn a_server_that_wants_fewer_requests_is_not_flaky() {
    let spec = "domain: shop.test\nendpoints: [{url: \"https://shop.test/api\", p95: 5s, samples: 9}]";
    let report = report(spec, |world| every_third(world, || Response::new(429, "slow down")));
    assert_eq!(findings(&report, "fail"), Vec::<String>::new());
    for check in ["http/flaky", "http/latency"] {
        assert_eq!(finding(&report, check, "https://shop.test/api")["status"], "unknown");
    }
}

#[test]
fn refused() {
    let spec = "domain: shop.test\nendpoints: [{url: \"https://shop.test/api\", refuse_anonymous: true}]";
    let open = |world: &mut Builder| api(world, json(r#"{"orders": []}"#));
    let case = |sound| Case { check: "http/not-refused", spec, broken: open, sound };
    prove(&[
        case(|world| api(world, Response::new(401, "no"))),
        case(|world| api(world, Response::redirect(302, "https://shop.test/login?next=/api"))),
        case(|world| {
            api(world, Response::new(200, "<title>Sign in</title><form><input type=password></form>"));
        }),
        Case {
            check: "http/not-refused",
            spec,
            broken: |world| {
                world.site("shop.test").page("/api/", 200, "all orders");
                api(world, Response::redirect(301, "https://shop.test/api/"));
            },
            sound: |world| api(world, Response::new(404, "no")),
        },
    ]);
}

#[test]
fn nothing_but_gets_reach_what_must_refuse() {
    let mut builder = Lab::builder();
    api(&mut builder, Response::new(403, "no"));
    let lab = builder.start();
    let spec = "domain: shop.test\nhosts: {apex: {kind: api}}\nendpoints: [{url: \"https://shop.test/api\", refuse_anonymous: true}]";
    check(&lab, spec, &[]);
    let requests = lab.log().requests();
    let asked: Vec<_> = requests.iter().filter(|request| request.path_and_query == "/api").collect();
    assert!(!asked.is_empty() && asked.iter().all(|request| request.method == "GET"), "{asked:?}");
}

#[test]
fn an_endpoint_is_asked_once_however_much_is_declared_of_it() {
    let mut world = Lab::builder();
    world.zone("shop.test").a("@", "203.0.113.10");
    world.site("shop.test").response("/health", json(r#"{"status": "ok"}"#)).page("/", 200, "hi");
    let lab = world.start();
    let spec = "domain: shop.test\nendpoints: [{url: \"https://shop.test/health\", status: 200, contains: ok, json: {path: $.status, equals: ok}}]";
    let report = check(&lab, spec, &["--only", "http", "--format", "json"]).json();
    assert!(findings(&report, "pass").contains(&"http/body-differs https://shop.test/health".to_owned()));
    assert_eq!(lab.count_requests("https://shop.test/health"), 1);
}
