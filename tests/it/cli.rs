//! The command line: exit codes, formats, errors with a cure.
#![expect(clippy::disallowed_methods, reason = "a test reads and writes files of its own")]

use crate::run::{Outcome, check, findings, launch_ready, shop};

fn run(arguments: &[&str], input: &str) -> Outcome {
    let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    launch_ready(&arguments, input)
}

#[test]
fn ready_is_0_and_not_ready_is_1() {
    let lab = shop(|_| ());
    let ready = check(&lab, "domain: shop.test", &[]);
    assert_eq!(ready.code, 0, "{}{}", ready.out, ready.err);
    assert!(
        ready.out.trim_end().lines().any(|line| line.trim_start().starts_with("ready:")),
        "{}",
        ready.out
    );
    let not = check(&lab, "domain: shop.test\nhosts: {apex: {}, api: {}}", &[]);
    assert_eq!(not.code, 1, "{}{}", not.out, not.err);
    assert!(not.out.contains("<stdin>:2:"), "{}", not.out);
}

#[test]
fn a_partial_run_passes_but_is_never_ready() {
    let lab = shop(|_| ());
    let outcome = check(&lab, "domain: shop.test", &["--only", "dns,tls/unreachable", "--format", "json"]);
    assert_eq!(outcome.code, 0);
    let report = outcome.json();
    assert_eq!((&report["verdict"], &report["partial"]), (&"passed".into(), &true.into()));
    let areas =
        report["findings"].as_array().expect("findings").iter().map(|f| f["check"].as_str().expect("id"));
    assert!(areas.into_iter().all(|id| id.starts_with("dns/") || id == "tls/unreachable"));
}

#[test]
fn the_report_has_the_contracts_form_and_is_the_same_twice() {
    let lab = shop(|_| ());
    let spec = "product: Shop\ndomain: shop.test\n";
    // Days left are told as of the run: both runs judge as of the same time.
    let at = check(&lab, spec, &["--format", "json"]).json()["at"].as_str().expect("a time").to_owned();
    let mut reports = [0, 1].map(|_| check(&lab, spec, &["--format", "json", "--at", &at]).json());
    for report in &mut reports {
        let object = report.as_object_mut().expect("an object");
        assert!(object.remove("at").is_some() && object.remove("duration_ms").is_some());
    }
    assert!(reports[0] == reports[1], "{:#}\n{:#}", reports[0], reports[1]);
    let report = &reports[0];
    assert_eq!(report["schema"], "launch-ready/report/v1");
    assert_eq!(report["tool"]["name"], "launch-ready");
    assert_eq!(report["spec"]["domain"], "shop.test");
    assert_eq!(report["spec"]["product"], "Shop");
    assert_eq!(report["spec"]["sha256"].as_str().map(str::len), Some(64));
    let first = &report["findings"][0];
    for key in [
        "check", "subject", "status", "level", "title", "message", "expected", "observed", "spec", "help",
        "fix", "because", "evidence",
    ] {
        assert!(first.get(key).is_some(), "{key} is missing in {first:#}");
    }
}

#[test]
fn record_and_replay_judge_the_same_without_a_network() {
    let lab = shop(|world| {
        world.site("shop.test").page("/login", 404, "gone");
    });
    let spec = "domain: shop.test\nhosts: {apex: {pages: [/login]}}";
    let file = lab.folder().join("seen.json");
    let file = file.to_str().expect("a path");
    let live = check(&lab, spec, &["--format", "json", "--record", file]);
    let allow = "--allow-private=203.0.113.0/24";
    let replayed = run(&["check", "-", "--format", "json", "--replay", file, allow], spec);
    assert_eq!((live.code, replayed.code), (1, 1), "{}", replayed.err);
    assert_eq!(live.json()["findings"], replayed.json()["findings"]);
    // A certificate of 60 days is dead in a year.
    let later = run(
        &["check", "-", "--format", "json", "--replay", file, allow, "--at", "2090-01-01T00:00:00Z"],
        spec,
    );
    assert!(findings(&later.json(), "fail").contains(&"tls/certificate-expired shop.test".to_owned()));
}

#[test]
fn several_specs_give_several_reports_and_the_worst_exit() {
    let lab = shop(|_| ());
    let good = lab.folder().join("good.yaml");
    let bad = lab.folder().join("bad.yaml");
    std::fs::write(&good, "domain: shop.test\n").expect("written");
    std::fs::write(&bad, "domain: gone.test\n").expect("written");
    let mut arguments = vec!["check".to_owned(), good.display().to_string(), bad.display().to_string()];
    arguments.extend(lab.args());
    arguments.extend(["--format".into(), "json".into()]);
    let outcome = launch_ready(&arguments, "");
    assert_eq!(outcome.code, 1, "{}", outcome.err);
    let report = outcome.json();
    assert_eq!(report["schema"], "launch-ready/reports/v1");
    let verdicts: Vec<_> =
        report["reports"].as_array().expect("reports").iter().map(|r| r["verdict"].clone()).collect();
    assert_eq!(verdicts, ["ready", "not_ready"]);
}

#[test]
fn output_goes_to_files_too() {
    let lab = shop(|_| ());
    let (human, json) = (lab.folder().join("report.txt"), lab.folder().join("report.json"));
    let also = format!("json={}", json.display());
    let outcome =
        check(&lab, "domain: shop.test", &["--output", human.to_str().expect("a path"), "--also", &also]);
    assert_eq!((outcome.code, outcome.out.as_str()), (0, ""), "{}", outcome.err);
    assert!(std::fs::read_to_string(human).expect("written").contains("ready:"));
    assert!(std::fs::read_to_string(json).expect("written").starts_with('{'));
}

/// A wrong call: exit code 2, nothing on standard output, and words that help.
fn refused(arguments: &[&str], input: &str, words: &[&str]) {
    let outcome = run(arguments, input);
    assert_eq!((outcome.code, outcome.out.as_str()), (2, ""), "{arguments:?}: {}", outcome.err);
    let told: String = outcome.err.split_whitespace().collect::<Vec<_>>().join(" ");
    for word in words {
        assert!(told.contains(word), "{arguments:?}: no `{word}` in {}", outcome.err);
    }
}

#[test]
fn wrong_calls_say_what_to_do() {
    refused(&["check", "-", "--only", "dsn"], "domain: a.test", &["did you mean `dns`?"]);
    refused(&["check", "-", "--resolver", "one.one"], "domain: a.test", &["write an address"]);
    refused(&["check", "-", "--allow-private=10.0.0.0/99"], "domain: a.test", &["is not a network"]);
    refused(&["check", "-", "--timeout", "10"], "domain: a.test", &["needs a unit"]);
    refused(&["check", "-", "--connect", "a.test"], "domain: a.test", &["="]);
    refused(&["check", "-", "--ca-file", "Cargo.toml"], "domain: a.test", &["holds no certificate"]);
    refused(
        &["check", "-", "--policy", "strikt"],
        "domain: a.test",
        &["there is no policy `strikt`", "baseline, strict"],
    );
    refused(&["check", "-", "--replay", "Cargo.toml"], "domain: a.test", &["is not a recording"]);
    refused(&["check", "nowhere.yaml"], "", &["nowhere.yaml cannot be read"]);
    refused(&["check", "src"], "", &["this is a folder"]);
    refused(&["explain", "cname-danglin"], "", &["there is no check", "explain"]);
    refused(&["explain", "cname-dangling"], "", &["did you mean `dns/cname-dangling`?"]);
    refused(&["check", "-", "--only", "dns", "--skip", "dns"], "domain: a.test", &["no check is left"]);
    refused(
        &["check", "-", "--output", "/tmp/x", "--record", "/tmp/x"],
        "domain: a.test",
        &["/tmp/x is to be written twice"],
    );
    refused(&["chekc"], "", &["check"]);
}

#[test]
fn a_wrong_spec_is_shown_with_its_lines() {
    let outcome = run(&["check", "-"], "domain: shop.test\nhosts:\n  apxe: {helth: /}\nredirect: []\n");
    assert_eq!(outcome.code, 2);
    for words in ["the spec has 2 errors", "<stdin>:3", "did you mean `health`?", "did you mean `redirects`?"]
    {
        assert!(outcome.err.contains(words), "no `{words}` in {}", outcome.err);
    }
}

#[test]
fn unreadable_and_huge_specs_are_refused() {
    refused(&["check", "-"], "", &["a spec is a mapping"]);
    refused(&["check", "-"], &"#".repeat(2_000_000), &["larger than"]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("latin1.yaml");
    std::fs::write(&file, b"domain: \xe4.test").expect("written");
    refused(&["check", file.to_str().expect("a path")], "", &["not UTF-8 (byte 8)"]);
}

#[test]
fn explain_schema_and_generate_answer() {
    let list = run(&["explain"], "");
    assert!(list.out.contains("dns/cname-dangling"), "{}", list.out);
    let page = run(&["explain", "tls/chain-incomplete"], "");
    assert!(page.code == 0 && page.out.contains("intermediate"), "{}", page.out);
    let schema: serde_json::Value = serde_json::from_str(&run(&["schema"], "").out).expect("JSON");
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(schema["properties"]["webhooks"].is_object());
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(run(&["generate", "completions", shell], "").out.contains("launch-ready"), "{shell}");
    }
    assert!(run(&["generate", "man"], "").out.starts_with(".ie"), "a man page");
}

#[test]
fn the_version_and_help_are_data() {
    let version = run(&["--version"], "");
    assert_eq!((version.code, version.err.as_str()), (0, ""));
    assert_eq!(version.out, concat!("launch-ready ", env!("CARGO_PKG_VERSION"), "\n"));
    assert!(run(&["check", "--help"], "").out.contains("--allow-private"));
}

#[test]
fn each_question_is_asked_once() {
    let lab = shop(|world| {
        world.zone("shop.test").mx("@", 10, "mail").a("mail", "203.0.113.2").txt("@", "v=spf1 -all");
    });
    let spec = "domain: shop.test\nhosts: {apex: {pages: [/]}}\ndns: {records: [{name: apex, type: A, value: 203.0.113.10}, {name: apex, type: TXT, value: v=spf1 -all}]}\nendpoints: [{url: \"https://shop.test/\"}]";
    check(&lab, spec, &[]);
    for kind in ["A", "AAAA", "MX", "TXT"] {
        assert_eq!(lab.count_questions("shop.test", kind), 1, "{kind}");
    }
    assert_eq!(lab.count_requests("https://shop.test/"), 1);
    assert_eq!(lab.count_requests("http://shop.test/"), 1);
}

/// The full example holds no secret, names its hosts well, and is read without a network.
#[test]
fn the_full_example_passes_the_checks_of_the_spec() {
    let outcome = run(&["check", "examples/saas.yaml", "--only", "spec", "--format", "json"], "");
    assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.err);
    assert_eq!(findings(&outcome.json(), "fail"), Vec::<String>::new());
}
