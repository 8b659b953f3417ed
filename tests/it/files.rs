//! Secrets in files, packages and the Git history, found by the real binary. Nothing is asked over a network.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::run::{Outcome, finding, launch_ready_at, launch_ready_in};

/// A key of Stripe's form that nobody has; in two parts, so that no search takes it for one.
fn key(tail: &str) -> String {
    format!("sk_{}_51Nq8ZtKx2mVbW7c{tail}R4fGhJ9pLsD3aEyU", "live")
}

/// A folder with a spec in it.
struct Product {
    folder: tempfile::TempDir,
}

impl Product {
    fn new(secrets: &str) -> Self {
        let product = Self { folder: tempfile::tempdir().expect("a folder") };
        product.write("launch-ready.yaml", &format!("domain: shop.test\nsecrets:\n{secrets}"));
        product
    }

    #[allow(clippy::disallowed_methods, reason = "the files are the test's own")]
    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    /// False where there is no `git`: the test says so and ends.
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    fn git(&self, arguments: &[&str]) -> bool {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=Ada", "-c", "user.email=ada@shop.test", "-c", "commit.gpgsign=false"]);
        git.args(["-c", "init.defaultBranch=main"]).args(arguments).current_dir(self.folder.path());
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        let Ok(output) = git.output() else {
            eprintln!("skipped: there is no git");
            return false;
        };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        true
    }

    fn commit(&self) -> bool {
        self.git(&["add", "--all", "--force"]) && self.git(&["commit", "--quiet", "--message", "a step"])
    }

    fn check(&self, checks: &str, options: &[&str]) -> Outcome {
        let spec = self.folder.path().join("launch-ready.yaml");
        let spec = Path::new(&spec).to_str().expect("a path");
        let mut arguments: Vec<String> = ["check", spec, "--only", checks].map(str::to_owned).to_vec();
        arguments.extend(options.iter().map(|option| (*option).to_owned()));
        launch_ready_in(&[], &arguments, "")
    }

    /// The report, which must not hold any of the values.
    fn report(&self, checks: &str, values: &[&String]) -> (i32, Value) {
        for format in ["human", "json"] {
            let outcome = self.check(checks, &["--format", format]);
            let all = format!("{}{}", outcome.out, outcome.err);
            assert!(values.iter().all(|value| !all.contains(value.as_str())), "{all}");
        }
        let outcome = self.check(checks, &["--format", "json"]);
        (outcome.code, outcome.json())
    }
}

const FILE: &str = "secrets/leaked-in-file";
const HISTORY: &str = "secrets/leaked-in-history";
const ENV: &str = "secrets/env-file-committed";

#[test]
fn a_key_in_the_build_output_is_told_with_its_place() {
    let product = Product::new("  scan: {paths: [build/web, logs]}\n");
    let key = key("a");
    product.write("build/web/main.dart.js", &format!("var a=1;\nvar b=\"{key}\";\n"));
    let (code, report) = product.report(FILE, &[&key]);
    let found = finding(&report, FILE, "build/web/main.dart.js:2:8");
    assert_eq!((code, &found["status"], &found["level"]), (1, &"fail".into(), &"error".into()), "{report:#}");
    assert_eq!(found["leak"]["file"], "build/web/main.dart.js");
    assert_eq!((&found["leak"]["line"], &found["leak"]["column"]), (&2.into(), &8.into()));
    assert_eq!(found["leak"]["fingerprint"].as_str().map(str::len), Some(16));
    let logs = finding(&report, FILE, "logs");
    assert_eq!(logs["message"], "there is no logs beside the spec; what is built must be built first");
    assert_eq!(finding(&report, FILE, "working tree")["status"], "not_applicable");
}

#[test]
fn clean_files_pass_without_a_network() {
    let product = Product::new("  scan: {paths: [build]}\n");
    product.write("build/a.js", "fetch('/api');\n");
    let (code, report) = product.report(FILE, &[]);
    assert_eq!((code, &report["verdict"]), (0, &"passed".into()), "{report:#}");
    assert_eq!(finding(&report, FILE, "build")["message"], "1 file (15 bytes) hold no secret");
}

#[test]
fn an_allowed_secret_is_waived_and_one_that_is_not_there_is_told() {
    let product = Product::new("  scan: {paths: [build]}\n");
    let key = key("b");
    product.write("build/a.js", &key);
    let (_, report) = product.report(FILE, &[&key]);
    let fingerprint = finding(&report, FILE, "build/a.js:1:1")["leak"]["fingerprint"].clone();
    let allow = |fingerprint: &str, until: &str| {
        let spec = format!(
            "domain: shop.test\nsecrets:\n  scan: {{paths: [build]}}\n  allow: [{{fingerprint: \"{fingerprint}\", reason: revoked, until: {until}}}]\n"
        );
        product.write("launch-ready.yaml", &spec);
        product.report("secrets/leaked-in-file,secrets/leaked-in-history,spec", &[&key])
    };
    let fingerprint = fingerprint.as_str().expect("a fingerprint");
    let (code, waived) = allow(fingerprint, "2999-01-01");
    assert_eq!((code, &waived["counts"]["waived"]), (0, &1.into()), "{waived:#}");
    let (code, ended) = allow(fingerprint, "2020-01-01");
    let told = finding(&ended, "spec/waiver-expired", fingerprint);
    assert_eq!((code, &told["status"]), (1, &"fail".into()), "{ended:#}");
    assert_eq!(told["spec"]["path"], "secrets.allow[0].until");
    // What sites serve may hold it too: only a run that looks everywhere can tell.
    let _ = allow("0123456789abcdef", "2999-01-01");
    let lab = crate::run::shop(|_| {});
    let options: Vec<String> = ["--format".into(), "json".into()].into_iter().chain(lab.args()).collect();
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let everywhere = "secrets/leaked-in-bundle,secrets/leaked-in-file,secrets/leaked-in-history,spec";
    let other = product.check(everywhere, &options).json();
    assert_eq!(finding(&other, "spec/waiver-unmatched", "0123456789abcdef")["status"], "fail", "{other:#}");
}

#[test]
fn the_history_keeps_what_was_taken_out_of_the_file() {
    let product = Product::new("  scan: {history: true}\n");
    if !product.git(&["init", "--quiet"]) {
        return;
    }
    let (gone, still, tag) = (key("c"), key("d"), key("e"));
    product.write("lib/pay.js", &format!("a\n{gone}\n"));
    product.write("lib/mail.js", &still);
    product.commit();
    product.git(&["checkout", "--quiet", "-b", "try"]);
    product.write("try.js", &tag);
    product.commit();
    product.git(&["checkout", "--quiet", "main"]);
    product.write("lib/pay.js", "a\n");
    product.write("lib/mail.js", &format!("\n{still}"));
    product.commit();
    let (code, report) =
        product.report("secrets/leaked-in-file,secrets/leaked-in-history", &[&gone, &still, &tag]);
    assert_eq!(code, 1);
    let found = finding(&report, HISTORY, "lib/pay.js:2:1");
    assert_eq!(found["status"], "fail", "{report:#}");
    assert_eq!(found["leak"]["commit"].as_str().map(str::len), Some(40));
    assert_eq!(finding(&report, HISTORY, "try.js:1:1")["status"], "fail");
    let told = finding(&report, HISTORY, "lib/mail.js:1:1");
    assert_eq!(told["because"]["subject"], "lib/mail.js:2:1", "{report:#}");
    assert_eq!(finding(&report, FILE, "lib/mail.js:2:1")["status"], "fail");
}

#[test]
fn packed_and_shallow_histories_are_read_as_far_as_they_go() {
    let product = Product::new("  scan: {history: true}\n");
    if !product.git(&["init", "--quiet"]) {
        return;
    }
    let key = key("f");
    for (name, text) in [("a.js", key.as_str()), ("a.js", "clean"), ("b.js", "clean too")] {
        product.write(name, text);
        product.commit();
    }
    product.git(&["gc", "--quiet"]);
    let (_, packed) = product.report(HISTORY, &[&key]);
    assert_eq!(finding(&packed, HISTORY, "a.js:1:1")["status"], "fail", "{packed:#}");
    let clone = Product::new("");
    let from = format!("file://{}", product.folder.path().display());
    clone.git(&["clone", "--quiet", "--depth", "1", &from, "clone"]);
    let spec = clone.folder.path().join("clone/launch-ready.yaml").display().to_string();
    let arguments = ["check", &spec, "--only", HISTORY, "--format", "json"].map(str::to_owned);
    let shallow = launch_ready_in(&[], &arguments, "");
    assert_eq!(shallow.code, 3, "{}", shallow.out);
    let report = shallow.json();
    let message = finding(&report, HISTORY, "Git history")["message"].as_str().expect("a message");
    assert!(message.contains("the clone is shallow"), "{message}");
}

#[test]
fn a_tracked_env_file_is_one_red_line() {
    let product = Product::new("  scan: {history: true}\n");
    if !product.git(&["init", "--quiet"]) {
        return;
    }
    let (key, password) = (key("g"), "hunter2hunter2".to_owned());
    product.write(".gitignore", ".env*\nbuild\n");
    product.write(".env", &format!("STRIPE_SECRET_KEY={key}\nDB_PASSWORD={password}\nPORT=3000\n"));
    product.write(".env.example", "STRIPE_SECRET_KEY=\nDB_PASSWORD=changeme\n");
    product.commit();
    // Neither tracked nor shipped.
    product.write(".env.local", &format!("STRIPE_SECRET_KEY={}\n", self::key("h")));
    let (code, report) = product.report(&format!("{FILE},{HISTORY},{ENV}"), &[&key, &password]);
    assert_eq!(code, 1, "{report:#}");
    let found = finding(&report, ENV, ".env");
    assert_eq!(found["message"], "Git tracks .env with values of DB_PASSWORD and STRIPE_SECRET_KEY");
    let red =
        report["findings"].as_array().expect("a list").iter().filter(|finding| finding["status"] == "fail");
    assert_eq!(red.count(), 1, "{report:#}");
    product.git(&["rm", "--quiet", "--cached", ".env"]);
    let (_, after) = product.report(ENV, &[&key, &password]);
    assert_eq!(finding(&after, ENV, "working tree")["status"], "pass", "{after:#}");
}

#[test]
fn a_spec_without_a_repository_says_that_there_is_no_history() {
    let product = Product::new("  scan: {history: true}\n");
    let (code, report) = product.report(&format!("{FILE},{HISTORY},{ENV}"), &[]);
    assert_eq!(code, 3, "{report:#}");
    let message = &finding(&report, HISTORY, "Git history")["message"];
    assert_eq!(message, "the spec stands in no Git repository");
    assert_eq!(finding(&report, ENV, "working tree")["status"], "not_applicable");
}

#[test]
fn files_of_a_known_kind_are_told_without_a_known_form() {
    let product = Product::new("  scan: {paths: [build]}\n");
    let (password, token) = ("kj3h4k5jh3k4".to_owned(), "0f9e8d7c6b5a".to_owned());
    product.write("build/assets/.env", &format!("SMTP_PASSWORD={password}\nAPP_NAME=Shop\n"));
    product.write("build/.npmrc", &format!("//npm.shop.test/:_authToken={token}\n"));
    let (_, report) = product.report(FILE, &[&password, &token]);
    assert_eq!(
        finding(&report, FILE, "build/assets/.env:1:15")["leak"]["rule"],
        "environment-file",
        "{report:#}"
    );
    assert_eq!(finding(&report, FILE, "build/.npmrc:1:29")["leak"]["rule"], "npmrc-credential", "{report:#}");
}

#[test]
fn a_fingerprint_that_is_none_is_not_repeated() {
    let product = Product::new("  allow: [{fingerprint: hunter2hunter2, reason: r, until: 2999-01-01}]\n");
    let outcome = product.check("spec", &[]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.err.contains("a fingerprint has 16 hexadecimal digits"), "{}", outcome.err);
}

#[test]
fn a_secret_of_the_spec_is_told_once() {
    let (own, other) = (key("s"), key("t"));
    let product = Product::new(&format!("  variables: [{own}]\n  scan: {{paths: []}}\n  # {other}\n"));
    if !product.git(&["init", "--quiet"]) {
        return;
    }
    let (_, report) = product.report(FILE, &[&own, &other]);
    let place = format!("launch-ready.yaml:3:{}", "  variables: [".len() + 1);
    let found = finding(&report, FILE, &place);
    assert_eq!(
        (&found["status"], &found["because"]["check"]),
        (&"unknown".into(), &"spec/inline-secret".into())
    );
    assert_eq!(
        finding(&report, "spec/inline-secret", "secrets.variables[0]")["status"],
        "fail",
        "{report:#}"
    );
    // A comment is no part of what the spec says.
    assert_eq!(finding(&report, FILE, "launch-ready.yaml:5:5")["status"], "fail", "{report:#}");
}

#[test]
fn a_spec_on_standard_input_is_about_the_current_folder() {
    let product = Product::new("");
    let key = key("u");
    product.write("build/a.js", &key);
    let spec = "domain: shop.test\nsecrets: {scan: {paths: [build]}}\n";
    let arguments = ["check", "-", "--only", FILE, "--format", "json"];
    let outcome = launch_ready_at(product.folder.path(), &arguments.map(str::to_owned), spec);
    let report = outcome.json();
    assert_eq!(
        (outcome.code, &finding(&report, FILE, "build/a.js:1:1")["status"]),
        (1, &"fail".into()),
        "{report:#}"
    );
}

#[test]
fn a_word_tells_a_password_in_files_of_settings_alone() {
    let product = Product::new("  scan: {paths: [app]}\n");
    let (password, token) = (
        "kq83hfa0-Winter".to_owned(),
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyLTE3In0.q7Zp0Vx3Lk9Tn2Rb8Wd4YcAAb".to_owned(),
    );
    product.write("app/config/database.yml", &format!("production:\n  password: {password}\n"));
    product.write("app/config/database.sample.yml", &format!("password: other-{password}\n"));
    product.write("app/web/main.js", &format!("var a={{password:\"third-{password}\"}},b=\"{token}x\";\n"));
    product.write("app/import.log", &format!("GET /api\nauthorization: Bearer {token}\n"));
    let (_, report) = product.report(FILE, &[&password, &token]);
    let found = report["findings"].as_array().expect("findings").iter().filter(|f| f["status"] == "fail");
    let places: Vec<&str> = found.filter_map(|f| f["subject"].as_str()).collect();
    assert_eq!(places, ["app/config/database.yml:2:13", "app/import.log:2:23"], "{report:#}");
}
