//! Environment variables: the real program, with an environment and with files. No value is in any output.
#![expect(clippy::disallowed_methods, reason = "a test reads and writes files of its own")]

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::run::{Outcome, finding, findings, launch_ready_in};

/// So that no scanner of repositories takes it for one.
fn key(begin: &str, length: usize) -> String {
    let body = "Qx9LmP2vT8sYwKd4Zb7NcRf6JhGa".chars().cycle();
    begin.chars().chain(body).take(length).collect()
}

fn spec(variables: &str, more: &str) -> String {
    format!(
        "domain: shop.test\nhosts: {{apex: {{}}, next: {{environment: staging}}}}\nsecrets:\n  variables: [{variables}]\n{more}"
    )
}

/// Runs the checks of variables in a folder with these files; one of them is the spec.
fn run(
    files: &[(&str, &str)],
    environment: &[(&str, &str)],
    options: &[&str],
) -> (Outcome, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    let spec = folder.path().join("launch-ready.yaml").display().to_string();
    let mut arguments = vec!["check".to_owned(), spec, "--only".into(), VARIABLES.join(",")];
    arguments.extend(options.iter().map(|option| path_in(folder.path(), option)));
    (launch_ready_in(environment, &arguments, ""), folder)
}

/// `@name` is a file of the folder.
fn path_in(folder: &Path, option: &str) -> String {
    option.strip_prefix('@').map_or(option.to_owned(), |name| folder.join(name).display().to_string())
}

const VARIABLES: [&str; 8] = [
    "secrets/variable-missing",
    "secrets/variable-placeholder",
    "secrets/variable-malformed",
    "secrets/variable-test-mode",
    "secrets/variable-development-url",
    "secrets/variable-public",
    "secrets/variable-shared",
    "secrets/variable-stale",
];

fn report(files: &[(&str, &str)], environment: &[(&str, &str)], options: &[&str]) -> (i32, Value) {
    let options: Vec<&str> = ["--format", "json"].iter().chain(options).copied().collect();
    let (outcome, _folder) = run(files, environment, &options);
    (outcome.code, outcome.json())
}

/// What is declared, what is set, and what fails.
type Defect<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);

#[test]
fn each_defect_has_its_id() {
    let (live, test) = (key("sk_live_", 107), key("sk_test_", 107));
    let publishable = key("pk_live_", 107);
    let random = key("", 44);
    let cases: &[Defect] = &[
        (
            "STRIPE_SECRET_KEY, SESSION_KEY",
            &[("SESSION_KEY", &random)],
            "secrets/variable-missing STRIPE_SECRET_KEY",
        ),
        ("SESSION_KEY", &[], "secrets/variable-missing SESSION_KEY"),
        ("SESSION_KEY", &[("SESSION_KEY", "")], "secrets/variable-placeholder SESSION_KEY"),
        ("SESSION_KEY", &[("SESSION_KEY", "changeme")], "secrets/variable-placeholder SESSION_KEY"),
        (
            "STRIPE_SECRET_KEY",
            &[("STRIPE_SECRET_KEY", "sk_live_xxxxxxxxxxxx")],
            "secrets/variable-placeholder STRIPE_SECRET_KEY",
        ),
        (
            "STRIPE_SECRET_KEY",
            &[("STRIPE_SECRET_KEY", &publishable)],
            "secrets/variable-malformed STRIPE_SECRET_KEY",
        ),
        ("SESSION_KEY", &[("SESSION_KEY", "hunter2hunter2")], "secrets/variable-malformed SESSION_KEY"),
        (
            "{name: PUBLIC_URL, equals: \"https://shop.test\"}",
            &[("PUBLIC_URL", "https://shop.test/")],
            "secrets/variable-malformed PUBLIC_URL",
        ),
        (
            "STRIPE_SECRET_KEY",
            &[("STRIPE_SECRET_KEY", &test)],
            "secrets/variable-test-mode STRIPE_SECRET_KEY",
        ),
        ("APP_URL", &[("APP_URL", "http://localhost:3000")], "secrets/variable-development-url APP_URL"),
        ("API_URL", &[("API_URL", "https://next.shop.test/api")], "secrets/variable-development-url API_URL"),
        ("VITE_PAY", &[("VITE_PAY", &live)], "secrets/variable-public VITE_PAY"),
        (
            "{name: SESSION_KEY, rotate: 30d, rotated: 2020-10-01}",
            &[("SESSION_KEY", &random)],
            "secrets/variable-stale SESSION_KEY",
        ),
    ];
    for (variables, environment, wanted) in cases {
        let (code, report) = report(&[("launch-ready.yaml", &spec(variables, ""))], environment, &[]);
        assert_eq!(findings(&report, "fail"), [*wanted], "{report:#}");
        let is_warning = wanted.contains("stale");
        assert_eq!(code, i32::from(!is_warning), "{wanted}");
    }
}

#[test]
fn sound_variables_are_green() {
    let environment: &[(&str, &str)] = &[
        ("STRIPE_SECRET_KEY", &key("sk_live_", 107)),
        ("NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY", &key("pk_live_", 107)),
        ("DATABASE_URL", "postgres://shop:9f86d081884c7d65@10.0.0.5:5432/main"),
        ("SESSION_KEY", &key("", 44)),
        ("PUBLIC_URL", "https://shop.test"),
        ("PORT", "8080"),
        ("NODE_ENV", "production"),
        ("REGION", "europe-west1"),
    ];
    let names: Vec<&str> = environment.iter().map(|(name, _)| *name).collect();
    let spec = spec(&names.join(", "), "");
    let (code, report) = report(&[("launch-ready.yaml", &spec)], environment, &[]);
    for status in ["fail", "unknown"] {
        assert_eq!(findings(&report, status), Vec::<String>::new(), "{report:#}");
    }
    assert_eq!((code, report["verdict"].as_str()), (0, Some("passed")));
}

/// A laptop is not production: one reason, not twenty red lines.
#[test]
fn where_nothing_is_set_it_is_could_not_tell() {
    let spec = spec("STRIPE_SECRET_KEY, DATABASE_URL, SESSION_KEY", "");
    let files = [("launch-ready.yaml", spec.as_str()), (".env", "REGION=europe-west1\n")];
    let (code, told) = report(&files, &[], &[]);
    assert_eq!((code, findings(&told, "fail").len()), (3, 0), "{told:#}");
    let message = &finding(&told, "secrets/variable-missing", "DATABASE_URL")["message"];
    assert!(
        message.as_str().is_some_and(|text| text.contains("not the environment of production")),
        "{message}"
    );
    // Who names a file says that this is the place.
    let (code, told) = report(&files, &[], &["--env-file", "@.env"]);
    assert_eq!((code, findings(&told, "fail").len()), (1, 3), "{told:#}");
}

#[test]
fn files_go_before_the_environment_and_later_ones_before_earlier_ones() {
    let (live, test) = (key("sk_live_", 107), key("sk_test_", 107));
    let (first, second) =
        (format!("export STRIPE_SECRET_KEY='{test}' # old\n"), format!("STRIPE_SECRET_KEY=\"{live}\"\n"));
    let spec = spec("STRIPE_SECRET_KEY", "");
    let files = [("launch-ready.yaml", spec.as_str()), ("a.env", &first), ("b.env", &second)];
    let fails = |environment: &[(&str, &str)], options: &[&str]| {
        findings(&report(&files, environment, options).1, "fail").len()
    };
    let shell: &[(&str, &str)] = &[("STRIPE_SECRET_KEY", &test)];
    assert_eq!(fails(shell, &[]), 1);
    assert_eq!(fails(shell, &["--env-file", "@b.env"]), 0);
    assert_eq!(fails(shell, &["--env-file", "@a.env", "--env-file", "@b.env"]), 0);
    assert_eq!(fails(&[], &["--env-file", "@b.env", "--env-file", "@a.env"]), 1);
}

#[test]
fn a_file_that_is_none_is_a_usage_error_without_its_text() {
    let spec = spec("SESSION_KEY", "");
    let files = [("launch-ready.yaml", spec.as_str()), (".env", "A=1\nhunter2\nB='hunter2\n")];
    let (outcome, _folder) = run(&files, &[], &["--env-file", "@.env"]);
    assert_eq!(outcome.code, 2, "{}{}", outcome.out, outcome.err);
    assert!(outcome.err.contains("line 2") && outcome.err.contains("line 3"), "{}", outcome.err);
    assert!(!outcome.err.contains("hunter2"), "{}", outcome.err);
    let (outcome, _folder) = run(&files, &[], &["--env-file", "@nowhere.env"]);
    assert_eq!(outcome.code, 2, "{}{}", outcome.out, outcome.err);
}

#[test]
fn other_environments_and_the_example_are_read_beside_the_spec() {
    let random = key("", 44);
    let spec = spec("SESSION_KEY, CRM_TOKEN", "  compare: [.env.staging, .env.preview]\n");
    let staging = format!("APP_KEY={random}\n");
    let files = [
        ("launch-ready.yaml", spec.as_str()),
        (".env.staging", &staging),
        (".env.example", "SESSION_KEY=\n"),
    ];
    let other = key("a1", 30);
    let (code, report) = report(&files, &[("SESSION_KEY", &random), ("CRM_TOKEN", &other)], &[]);
    assert_eq!(
        findings(&report, "fail"),
        ["secrets/variable-missing CRM_TOKEN", "secrets/variable-shared SESSION_KEY"],
        "{report:#}"
    );
    let shared = finding(&report, "secrets/variable-shared", "SESSION_KEY");
    assert_eq!(shared["message"], "SESSION_KEY has the same value in .env.staging (as APP_KEY)");
    let unread = finding(&report, "secrets/variable-shared", "CRM_TOKEN");
    assert!(
        unread["message"].as_str().is_some_and(|text| text.contains(".env.preview could not be read")),
        "{unread}"
    );
    let missing = finding(&report, "secrets/variable-missing", "CRM_TOKEN");
    assert_eq!((missing["level"].as_str(), code), (Some("warning"), 0), "{missing}");
}

#[test]
fn secrets_that_a_build_shows_are_found_in_files_though_nobody_declared_them() {
    let text = format!(
        "EXPO_PUBLIC_AI={}\nEXPO_PUBLIC_NAME=shop\nSESSION_KEY={}\n",
        key("sk-ant-api03-", 108),
        key("", 44)
    );
    let spec = spec("SESSION_KEY", "");
    let files = [("launch-ready.yaml", spec.as_str()), (".env", text.as_str())];
    let (_, report) = report(&files, &[], &["--env-file", "@.env"]);
    assert_eq!(findings(&report, "fail"), ["secrets/variable-public EXPO_PUBLIC_AI"], "{report:#}");
}

/// Values of every kind of defect, in every output.
#[test]
fn no_value_is_in_any_output() {
    let values: [(&str, String); 8] = [
        ("STRIPE_SECRET_KEY", key("sk_test_", 107)),
        ("SESSION_KEY", "hunter2-of-circle".into()),
        ("DATABASE_URL", "postgres://shop:pa55word-of-db@localhost/customers-db".into()),
        ("APP_URL", "https://tunnel-of-ada.ngrok.io/private-path".into()),
        ("VITE_PAY", key("rk_live_", 60)),
        ("CRM_TOKEN", "your_crm-of-acme_token".into()),
        ("TWILIO_AUTH_TOKEN", "AC-of-somebody-else".into()),
        ("PUBLIC_URL", "https://other-shop.test".into()),
    ];
    let environment: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let parts = [
        "Qx9Lm",
        "hunter2",
        "pa55word",
        "customers",
        "ada",
        "private-path",
        "acme",
        "somebody",
        "other-shop",
    ];
    let declared: Vec<String> = values
        .iter()
        .map(|(name, _)| match *name {
            "PUBLIC_URL" => "{name: PUBLIC_URL, equals: \"https://shop.test\"}".to_owned(),
            name => name.to_owned(),
        })
        .collect();
    let spec = spec(&declared.join(", "), "  compare: [.env.staging]\n");
    let lines: Vec<String> = values.iter().map(|(name, value)| format!("{name}='{value}'")).collect();
    let staging = lines.join("\n");
    let files = [("launch-ready.yaml", spec.as_str()), (".env.staging", &staging)];
    for options in [&["--format", "json"][..], &["-vv"], &["--format", "human", "--record", "@seen.json"]] {
        for more in [&[][..], &["--env-file", "@.env.staging"]] {
            let options: Vec<&str> = options.iter().chain(more).copied().collect();
            let (outcome, folder) = run(&files, &environment, &options);
            assert_eq!(outcome.code, 1, "{}{}", outcome.out, outcome.err);
            let seen = fs::read_to_string(folder.path().join("seen.json")).unwrap_or_default();
            let all = outcome.out + &outcome.err + &seen;
            assert!(all.contains("STRIPE_SECRET_KEY"));
            let path = folder.path().display().to_string();
            let all = all.replace(&path, "");
            for part in parts {
                assert!(!all.contains(part), "`{part}` with {options:?} in {all}");
            }
        }
    }
}

#[test]
fn a_recording_is_judged_again_without_the_environment() {
    let spec = spec("STRIPE_SECRET_KEY, SESSION_KEY", "");
    let files = [("launch-ready.yaml", spec.as_str())];
    let (first, folder) = run(
        &files,
        &[("STRIPE_SECRET_KEY", &key("sk_test_", 107))],
        &["--format", "json", "--record", "@seen.json"],
    );
    let seen = fs::read_to_string(folder.path().join("seen.json")).expect("a recording");
    let files = [("launch-ready.yaml", spec.as_str()), ("seen.json", &seen)];
    let (again, _folder) = run(&files, &[], &["--format", "json", "--replay", "@seen.json"]);
    assert_eq!(first.json()["findings"], again.json()["findings"]);
    assert_eq!((first.code, findings(&again.json(), "fail").len()), (1, 2));
}

/// Somebody wrote the value in the place of the name.
#[test]
fn a_value_in_the_place_of_a_name_is_an_inline_secret() {
    let spec = spec("SESSION_KEY, 9f86d081884c7d659a2feaa0c55ad015", "");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("launch-ready.yaml");
    fs::write(&path, spec).expect("a file");
    let arguments = [
        "check".to_owned(),
        path.display().to_string(),
        "--only".into(),
        "spec,secrets/variable-missing".into(),
    ];
    let outcome = launch_ready_in(&[("SESSION_KEY", "x")], &arguments, "");
    assert_eq!(outcome.code, 1, "{}", outcome.out);
    assert!(
        outcome.out.contains("spec/inline-secret") && !outcome.out.contains("9f86d081"),
        "{}",
        outcome.out
    );
}
