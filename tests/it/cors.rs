//! What an API lets scripts of other origins do, on real sockets.

use crate::checks::{Case, apex, prove, report, site};
use crate::lab::{Builder, Lab, Request, Response};
use crate::run::{check, findings};

const DECLARED: &str = "domain: shop.test\nhosts: {apex: {}, api: {kind: api}}\nendpoints: [{url: \"https://api.shop.test/me\", cors: {allow: [\"https://shop.test\"], deny: [\"https://evil.example\"]}}]";
const UNDECLARED: &str = "domain: shop.test\nhosts: {apex: {}, api: {kind: api, health: /me}}";
const OWN: &str = "https://shop.test";

/// `api.shop.test` answers `/me` so.
fn api(world: &mut Builder, handler: fn(&Request) -> Response) {
    apex(world);
    world.zone("shop.test").a("api", "203.0.113.10");
    world.site("api.shop.test").handler("/me", handler);
    site(world, "api.shop.test");
}

/// An answer that lets the asking origin in, with cookies, where `is_in` says so.
fn answer(request: &Request, is_in: fn(&str) -> bool) -> Response {
    let response = Response::new(if request.method == "OPTIONS" { 204 } else { 200 }, "{}");
    let response = response.header("Vary", "Origin");
    match request.header("origin") {
        Some(origin) if is_in(origin) => response
            .header("Access-Control-Allow-Origin", origin)
            .header("Access-Control-Allow-Credentials", "true")
            .header("Access-Control-Allow-Headers", "authorization, content-type"),
        _ => response,
    }
}

fn sound(world: &mut Builder) {
    api(world, |request| answer(request, |origin| origin == OWN));
}

#[test]
fn strangers() {
    let case = |broken| Case { check: "http/cors-open", spec: DECLARED, broken, sound };
    prove(&[
        case(|world| api(world, |request| answer(request, |_| true))),
        case(|world| api(world, |request| answer(request, |origin| origin == OWN || origin == "null"))),
        case(|world| api(world, |request| answer(request, |origin| origin.starts_with(OWN)))),
        case(|world| api(world, |request| answer(request, |origin| origin.ends_with("shop.test")))),
        case(|world| {
            api(world, |request| {
                answer(request, |origin| OWN.contains(origin.trim_start_matches("https://")))
            });
        }),
        case(|world| {
            api(world, |request| answer(request, |origin| origin == OWN || origin == "https://evil.example"));
        }),
    ]);
    let reflects = |world: &mut Builder| api(world, |request| answer(request, |_| true));
    prove(&[Case { check: "http/cors-open", spec: UNDECLARED, broken: reflects, sound }]);
}

#[test]
fn declared_origins() {
    let case = |broken| Case { check: "http/cors-origin-missing", spec: DECLARED, broken, sound };
    prove(&[
        case(|world| api(world, |request| answer(request, |_| false))),
        case(|world| api(world, |request| answer(request, |origin| origin == "https://www.shop.test"))),
        case(|world| {
            api(world, |request| match request.method.as_str() {
                "OPTIONS" => Response::new(403, "log in first"),
                _ => answer(request, |origin| origin == OWN),
            });
        }),
        case(|world| {
            api(world, |_| {
                Response::new(200, "{}").header("Access-Control-Allow-Origin", "https://shop.test/")
            });
        }),
    ]);
}

#[test]
fn developers() {
    let case = |broken| Case { check: "http/cors-origin-development", spec: DECLARED, broken, sound };
    prove(&[
        case(|world| {
            api(world, |request| {
                answer(request, |origin| origin == OWN || origin.starts_with("http://localhost:"))
            });
        }),
        case(|world| {
            api(world, |request| answer(request, |origin| origin == OWN || origin.ends_with(".vercel.app")));
        }),
    ]);
}

/// Where nobody says who calls, an API that lets in the old domain or the test system alone lets in the wrong ones.
#[test]
fn others_alone() {
    let staging = "domain: shop.test\nhosts: {apex: {}, staging: {environment: staging}, api: {kind: api, health: /me}}";
    let sound: fn(&mut Builder) = |world| {
        sound(world);
        world.zone("shop.test").a("staging", "203.0.113.10");
        world.site("staging.shop.test").page("/*", 401, "");
    };
    prove(&[
        Case {
            check: "http/cors-origin-missing",
            spec: UNDECLARED,
            broken: |world| {
                api(world, |_| {
                    Response::new(200, "{}").header("Access-Control-Allow-Origin", "https://old.example")
                });
            },
            sound,
        },
        Case {
            check: "http/cors-origin-missing",
            spec: staging,
            broken: |world| {
                api(world, |request| answer(request, |origin| origin == "https://staging.shop.test"));
                world.zone("shop.test").a("staging", "203.0.113.10");
                world.site("staging.shop.test").page("/*", 401, "");
            },
            sound,
        },
    ]);
}

/// An API that fails is one finding.
#[test]
fn an_error_says_nothing_of_origins() {
    let failing: fn(&mut Builder) = |world| api(world, |_| Response::new(500, "oops"));
    let report = report(UNDECLARED, failing);
    assert_eq!(findings(&report, "fail"), ["http/status-differs https://api.shop.test/me"]);
    let cors = report["findings"].as_array().expect("findings").iter();
    let cors: Vec<_> =
        cors.filter(|f| f["check"].as_str().is_some_and(|id| id.starts_with("http/cors-"))).collect();
    assert_eq!(cors.len(), 3);
    assert!(cors.iter().all(|finding| finding["because"]["check"] == "http/status-differs"), "{cors:#?}");
}

/// Nothing is red where an API serves public data to all, or is not called by browsers at all.
#[test]
fn apis_without_rules_are_fine() {
    for handler in [
        (|_| Response::new(200, "{}").header("Access-Control-Allow-Origin", "*")) as fn(&Request) -> Response,
        |_| Response::new(200, "{}"),
        |request| if request.method == "OPTIONS" { Response::new(405, "") } else { Response::new(200, "{}") },
    ] {
        let mut builder = Lab::builder();
        api(&mut builder, handler);
        let lab = builder.start();
        let outcome = check(
            &lab,
            UNDECLARED,
            &["--only", "http/cors-open,http/cors-origin-missing,http/cors-origin-development"],
        );
        assert_eq!(outcome.code, 0, "{}", outcome.out);
    }
}

/// One request for each origin and method, all of them on connections that stand.
#[test]
fn requests_are_bounded() {
    let mut builder = Lab::builder();
    sound(&mut builder);
    let lab = builder.start();
    check(&lab, DECLARED, &[]);
    let requests = lab.log().requests();
    let asked =
        |method: &str| requests.iter().filter(|r| r.path_and_query == "/me" && r.method == method).count();
    assert!((15..30).contains(&asked("GET")), "{}", asked("GET"));
    assert_eq!(asked("OPTIONS"), 4, "own, denied, foreign and null");
}
