//! What sites serve, on real sockets: scripts and what they lead on to, source maps, files that no site should
//! serve. No value of a secret stands in any output.

use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checks::{Case, prove};
use crate::lab::{Builder, Lab, Response, Trouble};
use crate::run::{check, findings};

const HSTS: &str = "max-age=31536000";
const SPEC: &str = "domain: shop.test\nhosts: {apex: {}}";
const SCAN: &str = "domain: shop.test\nhosts: {apex: {}}\nsecrets: {scan: {sites: [apex]}}";
const SINGLE_PAGE: &str = "domain: shop.test\nhosts: {apex: {app: vite}}\nsecrets: {scan: {sites: [apex]}}";

/// A live key as its provider writes them; put together here so that nobody takes this file for a leak.
fn key(kind: &str) -> String {
    format!("{kind}_51HqLyjWDarjtT1zd{}", "Zr8mKc2Vx7Qe4Np9Tb6W")
}

fn home(world: &mut Builder, html: &str) {
    world.zone("shop.test").a("@", "203.0.113.10");
    let page = format!("<!doctype html><title>Shop</title>{html}<p>Hello");
    world.site("shop.test").header_everywhere("Strict-Transport-Security", HSTS).page("/", 200, page);
}

fn file(world: &mut Builder, path: &str, kind: &str, body: impl Into<Vec<u8>>) {
    let response = Response::new(200, body).header("Content-Type", kind).header("Cache-Control", "no-cache");
    world.site("shop.test").response(path, response);
}

fn script(world: &mut Builder, path: &str, body: &str) {
    file(world, path, "text/javascript", body);
}

fn gzipped(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).expect("memory");
    encoder.finish().expect("memory")
}

#[test]
fn each_fails_alone() {
    prove(&[
        Case {
            check: "secrets/leaked-in-bundle",
            spec: SPEC,
            broken: |world| {
                home(world, "<script src=/app.js></script>");
                script(world, "/app.js", &format!("const k=\"{}\";", key("sk_live")));
            },
            sound: |world| {
                home(world, "<script src=/app.js></script>");
                script(world, "/app.js", &format!("const k=\"{}\";", key("pk_live")));
            },
        },
        Case {
            check: "http/development-url",
            spec: "domain: shop.test\nhosts: {apex: {}, staging: {environment: staging}}",
            broken: |world| {
                home(world, "<script src=/app.js></script>");
                script(world, "/app.js", "fetch(\"https://staging.shop.test/v1/cart\")");
                staging(world);
            },
            sound: |world| {
                home(world, "<script src=/app.js></script>");
                script(
                    world,
                    "/app.js",
                    "fetch(\"https://api.shop.test/v1/cart\");new URL(p,\"http://localhost\")",
                );
                staging(world);
            },
        },
        Case {
            check: "http/source-map-exposed",
            spec: SPEC,
            broken: |world| {
                home(world, "<script src=/app.js></script>");
                script(world, "/app.js", "a()\n//# sourceMappingURL=app.js.map");
                let map =
                    r#"{"version":3,"sources":["../src/a.ts"],"sourcesContent":["a()"],"mappings":"AAAA"}"#;
                file(world, "/app.js.map", "application/json", map);
            },
            sound: |world| {
                home(world, "<script src=/app.js></script>");
                script(world, "/app.js", "a()\n//# sourceMappingURL=app.js.map");
                let map = r#"{"version":3,"sources":["../src/a.ts"],"mappings":"AAAA"}"#;
                file(world, "/app.js.map", "application/json", map);
            },
        },
        Case {
            check: "http/file-exposed",
            spec: SPEC,
            broken: |world| {
                home(world, "");
                file(world, "/.env", "application/octet-stream", "APP_KEY=abc\nDB_PASSWORD=hunter2\n");
                file(world, "/.git/HEAD", "application/octet-stream", "ref: refs/heads/main\n");
            },
            sound: |world| {
                home(world, "");
                file(world, "/config.json", "application/json", "{\"api\":\"https://api.shop.test\"}");
            },
        },
    ]);
}

/// A host that is not production, and points at itself.
fn staging(world: &mut Builder) {
    world.zone("shop.test").a("staging", "203.0.113.10");
    let page = "<meta name=robots content=noindex><script>fetch(\"http://localhost:3000/api\")</script>";
    world.site("staging.shop.test").header_everywhere("Strict-Transport-Security", HSTS).page("/", 200, page);
}

/// What a run says, and everything that it writes.
fn run(spec: &str, world: impl Fn(&mut Builder)) -> (serde_json::Value, String) {
    let mut builder = Lab::builder();
    builder.zone("shop.test");
    world(&mut builder);
    let lab = builder.start();
    let outcome = check(&lab, spec, &["--format", "json"]);
    let human = check(&lab, spec, &["-v"]);
    (outcome.json(), [outcome.out, outcome.err, human.out, human.err].concat())
}

fn leaks(report: &serde_json::Value) -> Vec<String> {
    let failed = findings(report, "fail").into_iter();
    failed.filter(|found| found.starts_with("secrets/leaked-in-bundle")).collect()
}

#[test]
fn secrets_are_found_wherever_a_site_leads() {
    let secret = |n: usize| format!("{}{n}Zr8mKc2Vx7Qe4Np9Tb6W{n}", "sk_live_51HqLyjWDarjtT1zd");
    let (report, output) = run(SCAN, |world| {
        let data =
            format!("<script id=__NEXT_DATA__ type=application/json>{{\"k\":\"{}\"}}</script>", secret(0));
        let map = "<script type=importmap>{\"imports\":{\"lib\":\"/lib-D_a4-9Qz.js\"}}</script>";
        home(
            world,
            &format!(
                "{data}{map}<link rel=modulepreload href=/assets/pre.js><script type=module src=/assets/main.js></script><script>navigator.serviceWorker.register('/sw.js')</script>"
            ),
        );
        script(world, "/lib-D_a4-9Qz.js", &format!("k=\"{}\"", secret(1)));
        script(world, "/assets/pre.js", &format!("k=\"{}\"", secret(2)));
        // Far behind what other probes read of a body, and the list of chunks too.
        let chunks = r#"n.u=e=>"assets/"+e+"."+{27:"7e9a3bfc"}[e]+".chunk.js";import("./late-B1c2D3e4.js")"#;
        let main = format!("{}k=\"{}\";{chunks}\n", "x();\n".repeat(200_000), secret(3));
        let packed = Response::new(200, gzipped(main.as_bytes())).header("Content-Type", "text/javascript");
        world.site("shop.test").response(
            "/assets/main.js",
            packed.header("Content-Encoding", "gzip").header("Cache-Control", "no-cache"),
        );
        script(world, "/assets/27.7e9a3bfc.chunk.js", &format!("k=\"{}\"", secret(4)));
        script(world, "/assets/late-B1c2D3e4.js", &format!("k=\"{}\"", secret(5)));
        script(world, "/sw.js", "const FILES = {\"assets/app.env\": \"1f\", \"assets/icon.png\": \"2a\"};");
        file(world, "/assets/app.env", "application/octet-stream", format!("STRIPE={}", secret(6)));
        // Nobody names this one: it stands beside the chunk.
        let map = format!(
            "{{\"version\":3,\"sources\":[\"../src/late.ts\"],\"sourcesContent\":[\"k=\\\"{}\\\"\"],\"mappings\":\"AAAA\"}}",
            secret(7)
        );
        file(world, "/assets/late-B1c2D3e4.js.map", "application/json", map);
    });
    assert_eq!(leaks(&report).len(), 8, "{:#?}", leaks(&report));
    assert!(leaks(&report).iter().any(|found| found.contains("https://shop.test/assets/main.js:200001:4")));
    for n in 0..8 {
        assert!(!output.contains(&secret(n)) && !output.contains(&secret(n)[10..30]), "secret {n} is shown");
    }
}

#[test]
fn a_flutter_application_is_read_by_its_entries() {
    let spec = "domain: shop.test\nhosts: {apex: {app: flutter-web}}\nsecrets: {scan: {sites: [apex]}}";
    let (report, output) = run(spec, |world| {
        home(world, "<script src=flutter_bootstrap.js async></script>");
        script(
            world,
            "/flutter_bootstrap.js",
            "_flutter.buildConfig={builds:[{mainJsPath:\"main.dart.js\"}]}",
        );
        script(
            world,
            "/main.dart.js",
            &format!("{}b.url=\"http://10.0.2.2:8080/v1\"", "x();".repeat(300_000)),
        );
        file(world, "/assets/AssetManifest.json", "application/json", "{\"assets/.env\":[\"assets/.env\"]}");
        file(
            world,
            "/assets/assets/.env",
            "application/octet-stream",
            format!("STRIPE_KEY={}\n", key("sk_live")),
        );
    });
    let failed = findings(&report, "fail");
    let has = |start: &str| failed.iter().any(|found| found.starts_with(start));
    assert!(
        has("secrets/leaked-in-bundle") && has("http/file-exposed") && has("http/development-url"),
        "{failed:#?}"
    );
    assert!(output.contains("http://10.0.2.2:8080/v1") && !output.contains(&key("sk_live")));
}

#[test]
fn a_page_for_every_path_gives_nothing_away() {
    let (report, _) = run(SINGLE_PAGE, |world| {
        home(world, "<script src=/app.js></script>");
        world.site("shop.test").page(
            "/*",
            200,
            "<!doctype html><title>Shop</title><script src=/app.js></script><p>Hello",
        );
        script(world, "/app.js", "import('./gone-B1c2D3e4.js')");
    });
    let passed = findings(&report, "pass");
    for check in
        ["http/file-exposed", "http/source-map-exposed", "http/development-url", "secrets/leaked-in-bundle"]
    {
        assert!(passed.iter().any(|found| found.starts_with(check)), "{check}: {passed:#?}");
    }
}

#[test]
fn an_answer_for_every_path_is_no_file() {
    let (report, _) = run(SPEC, |world| {
        home(world, "");
        world.site("shop.test").unadorned().page("/*", 200, "OK=1");
    });
    let failed = findings(&report, "fail");
    assert!(!failed.iter().any(|found| found.starts_with("http/file-exposed")), "{failed:#?}");
}

#[test]
fn each_file_is_asked_once_and_strangers_are_not() {
    let mut builder = Lab::builder();
    home(&mut builder, "<script src=/a.js></script><script src=https://cdn.lab.test/b.js></script>");
    script(&mut builder, "/a.js", "import('./c-B1c2D3e4.js');import('./c-B1c2D3e4.js')");
    script(&mut builder, "/c-B1c2D3e4.js", "import('./a.js')");
    builder.zone("lab.test").a("cdn", "203.0.113.11");
    builder.site("cdn.lab.test").page("/b.js", 200, "k()");
    let lab = builder.start();
    check(&lab, SCAN, &["--format", "json"]);
    let requests = lab.log().requests();
    let asked = |host: &str, path: &str| {
        requests
            .iter()
            .filter(|seen| {
                seen.host == host
                    && seen.path_and_query == path
                    && seen.method == "GET"
                    && seen.scheme == "https"
            })
            .count()
    };
    assert_eq!((asked("shop.test", "/a.js"), asked("shop.test", "/c-B1c2D3e4.js")), (1, 1), "{requests:#?}");
    assert_eq!(asked("cdn.lab.test", "/b.js"), 0);
}

#[test]
fn a_file_that_two_sites_share_is_asked_once() {
    let spec = "domain: shop.test\nhosts: {apex: {}, app: {}}\nsecrets: {scan: {sites: [apex, app], cdn: [\"https://cdn.lab.test\"]}}";
    let mut builder = Lab::builder();
    let script = "<script src=https://cdn.lab.test/b.js></script>";
    home(&mut builder, script);
    builder.zone("shop.test").a("app", "203.0.113.10");
    let page = format!("<!doctype html><title>App</title>{script}<p>Hello");
    builder.site("app.shop.test").header_everywhere("Strict-Transport-Security", HSTS).page("/", 200, page);
    builder.zone("lab.test").a("cdn", "203.0.113.11");
    let body = format!("k(\"{}\")", key("sk_live"));
    let shared = Response::new(200, body).header("Content-Type", "text/javascript");
    builder.site("cdn.lab.test").response("/b.js", shared);
    let lab = builder.start();
    let report = check(&lab, spec, &["--format", "json"]).json();
    // Whoever is told of it is told of the file: one red line.
    assert!(!leaks(&report).is_empty(), "{report:#}");
    let requests = lab.log().requests();
    let of_cdn: Vec<_> = requests.iter().filter(|seen| seen.host == "cdn.lab.test").collect();
    assert_eq!(of_cdn.iter().filter(|seen| seen.path_and_query == "/b.js").count(), 1, "{of_cdn:#?}");
}

/// What a run says of `http/file-exposed` where some of the paths misbehave.
fn exposed(world: impl Fn(&mut Builder)) -> (String, String) {
    let mut builder = Lab::builder();
    home(&mut builder, "");
    world(&mut builder);
    let lab = builder.start();
    let outcome = check(&lab, SPEC, &["--only", "http/file-exposed", "--timeout", "2s", "--format", "json"]);
    let report = outcome.json();
    let all = report["findings"].as_array().expect("findings");
    let found = all.iter().find(|found| found["check"] == "http/file-exposed").expect("a finding");
    let text = |key: &str| found[key].as_str().unwrap_or_default().to_owned();
    (text("status"), text("message"))
}

#[test]
fn a_cut_connection_hides_no_file_and_is_none() {
    let cut = |world: &mut Builder| {
        world.site("shop.test").trouble("/.env", Trouble::NoAnswer).trouble("/.git/HEAD", Trouble::CutBody);
    };
    assert_eq!(exposed(cut).0, "pass");
    let (status, message) = exposed(|world| {
        cut(world);
        file(world, "/.npmrc", "text/plain", "//registry.npmjs.org/:_authToken=npm_abcdef\n");
    });
    assert_eq!(status, "fail");
    assert!(message.contains("/.npmrc") && !message.contains("/.env"), "{message}");
}

#[test]
fn files_that_could_not_be_asked_for_are_not_absent() {
    let mut builder = Lab::builder();
    home(&mut builder, "");
    // The page answers at once; whoever asks for more waits longer than the run has.
    let slow = Response::new(404, "no").delay(std::time::Duration::from_secs(30));
    builder.site("shop.test").response("/.env", slow);
    let lab = builder.start();
    let options = ["--only", "http/file-exposed", "--timeout", "20s", "--deadline", "3s", "--format", "json"];
    let outcome = check(&lab, SPEC, &options);
    let report = outcome.json();
    let all = report["findings"].as_array().expect("findings");
    let found = all.iter().find(|found| found["check"] == "http/file-exposed").expect("a finding");
    assert_eq!(found["status"], "unknown", "{found:#}");
    assert!(found["message"].as_str().is_some_and(|message| message.contains("deadline")), "{found:#}");
    assert_eq!(outcome.code, 3);
}

#[test]
fn a_flutter_application_s_lists_and_programs_are_read() {
    let spec = "domain: shop.test\nhosts: {apex: {}}\nsecrets: {scan: {sites: [apex]}}";
    let secret = |n: usize| format!("{}{n}Zr8mKc2Vx7Qe4Np9Tb6W{n}", "sk_live_51HqLyjWDarjtT1zd");
    let (report, output) = run(spec, |world| {
        home(world, "<script src=flutter_bootstrap.js async></script>");
        let build = "_flutter.buildConfig={builds:[{mainWasmPath:\"main.dart.wasm\",jsSupportRuntimePath:\"main.dart.mjs\"}]}";
        script(world, "/flutter_bootstrap.js", build);
        let wasm = [b"\0asm\x01\0\0\0\x0b\0", secret(0).as_bytes(), b"\0"].concat();
        file(world, "/main.dart.wasm", "application/wasm", wasm);
        let module = Response::new(200, format!("export const k='{}'", secret(1)));
        let module = module.header("Content-Type", "text/javascript").header("Cache-Control", "no-cache");
        world.site("shop.test").response("/main.dart.mjs", module.header("SourceMap", "/maps/m.map"));
        let other = format!("{{\"version\":3,\"sourcesContent\":[\"k='{}'\"],\"mappings\":\"\"}}", secret(4));
        file(world, "/maps/m.map", "application/json", other);
        let name = "assets/settings.env";
        let length = u8::try_from(name.len()).expect("a short name");
        let list = [&[0x0d, 1, 7, length], name.as_bytes(), &[0x0c, 0]].concat();
        let list = format!("\"{}\"", STANDARD.encode(list));
        file(world, "/assets/AssetManifest.bin.json", "application/json", list);
        file(world, "/assets/assets/settings.env", "application/octet-stream", format!("K={}", secret(2)));
        let map = format!(
            "{{\"version\":3,\"sources\":[\"a.ts\"],\"sourcesContent\":[\"k='{}'\"],\"mappings\":\"\"}}",
            secret(3)
        );
        let data = STANDARD.encode(map);
        script(
            world,
            "/main.dart.js",
            &format!("main()\n//# sourceMappingURL=data:application/json;base64,{data}"),
        );
    });
    for n in 0..5 {
        assert!(!output.contains(&secret(n)), "secret {n} is shown");
    }
    assert_eq!(leaks(&report).len(), 5, "{:#?}", leaks(&report));
}

#[test]
fn a_secret_that_is_allowed_fails_no_more() {
    let world = |world: &mut Builder| {
        home(world, "<script src=/app.js></script>");
        script(world, "/app.js", &format!("const k=\"{}\";", key("sk_live")));
    };
    let (report, _) = run(SPEC, world);
    let all = report["findings"].as_array().expect("findings");
    let leak = all.iter().find(|found| found["check"] == "secrets/leaked-in-bundle").expect("a finding");
    assert_eq!(leak["leak"]["file"], "https://shop.test/app.js");
    let fingerprint = leak["leak"]["fingerprint"].as_str().expect("a fingerprint");
    let allow = format!("{{fingerprint: \"{fingerprint}\", reason: revoked, until: 2099-01-01}}");
    let (report, _) = run(&format!("{SPEC}\nsecrets: {{allow: [{allow}]}}"), world);
    assert_eq!(leaks(&report), Vec::<String>::new());
}
