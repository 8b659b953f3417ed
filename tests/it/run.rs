//! Runs the real binary, with an environment that holds nothing of the machine's.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::lab::{Builder, Lab};

/// The variable that names the RDAP service.
pub(crate) const RDAP_URL: &str = "LAUNCH_READY_RDAP_URL";

/// What a run gave.
pub(crate) struct Outcome {
    /// Exit code.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

impl Outcome {
    /// Standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.out, self.err))
    }
}

/// Runs `launch-ready ARGUMENTS` with `input` on standard input.
pub(crate) fn launch_ready(arguments: &[String], input: &str) -> Outcome {
    launch_ready_in(&[], arguments, input)
}

/// The same with an environment.
pub(crate) fn launch_ready_in(environment: &[(&str, &str)], arguments: &[String], input: &str) -> Outcome {
    run(Command::new(env!("CARGO_BIN_EXE_launch-ready")), environment, arguments, input)
}

/// The same, in another folder.
pub(crate) fn launch_ready_at(folder: &Path, arguments: &[String], input: &str) -> Outcome {
    let mut command = Command::new(env!("CARGO_BIN_EXE_launch-ready"));
    command.current_dir(folder);
    run(command, &[], arguments, input)
}

fn run(mut command: Command, environment: &[(&str, &str)], arguments: &[String], input: &str) -> Outcome {
    command
        .args(arguments)
        .env_clear()
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary starts");
    // A run that ends before it reads its input closes the pipe.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("the binary ends");
    Outcome {
        code: output.status.code().expect("an exit code"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// Checks a spec against a lab, with more options.
pub(crate) fn check(lab: &Lab, spec: &str, options: &[&str]) -> Outcome {
    check_in(lab, &[], spec, options)
}

/// The same with an environment.
pub(crate) fn check_in(lab: &Lab, variables: &[(&str, &str)], spec: &str, options: &[&str]) -> Outcome {
    let mut arguments = vec!["check".to_owned(), "-".into(), "--timeout".into(), "5s".into()];
    arguments.extend(lab.args());
    arguments.extend(options.iter().map(|option| (*option).to_owned()));
    // Without a registry nothing is asked about names under .test.
    let apis = [
        (RDAP_URL, lab.rdap_url()),
        ("LAUNCH_READY_STRIPE_URL", lab.stripe_url()),
        ("LAUNCH_READY_GITHUB_URL", lab.github_url()),
    ];
    let apis = apis.iter().filter_map(|(name, url)| Some((*name, url.as_deref()?)));
    let environment: Vec<(&str, &str)> = apis.chain(variables.iter().copied()).collect();
    launch_ready_in(&environment, &arguments, spec)
}

/// What is noted of nearly every world of the lab: most publish no CAA record, sign nothing, and say
/// nothing about TLS between mail servers. Where HTTP itself is in trouble, it is HTTP/1.1.
const NOTES: [&str; 5] = [
    "dns/caa-missing",
    "dns/dnssec-unsigned",
    "tls/no-modern-version",
    "email/mta-sts-missing",
    "email/tls-rpt-missing",
];

/// The findings of a status as `check subject`, without the [`NOTES`] where they are no more than that.
pub(crate) fn findings(report: &Value, status: &str) -> Vec<String> {
    let is_note = |finding: &&Value| {
        status == "fail" && finding["level"] == "info" && NOTES.iter().any(|note| finding["check"] == *note)
    };
    chosen(report, |finding| finding["status"] == status && !is_note(finding))
}

/// The findings of a check that fail, notes too.
pub(crate) fn failing(report: &Value, check: &str) -> Vec<String> {
    chosen(report, |finding| finding["status"] == "fail" && finding["check"] == check)
}

fn chosen(report: &Value, choose: impl Fn(&&Value) -> bool) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    let chosen = findings.iter().filter(choose);
    chosen
        .map(|f| format!("{} {}", f["check"].as_str().expect("id"), f["subject"].as_str().expect("subject")))
        .collect()
}

/// The one finding of a check about a subject.
pub(crate) fn finding<'r>(report: &'r Value, check: &str, subject: &str) -> &'r Value {
    let findings = report["findings"].as_array().expect("findings");
    let found = findings.iter().find(|f| f["check"] == check && f["subject"] == subject);
    found.unwrap_or_else(|| panic!("no finding {check} {subject} in {report:#}"))
}

/// A lab with a good `shop.test`, changed by `change`.
pub(crate) fn shop(change: impl Fn(&mut Builder)) -> Lab {
    let mut builder = Lab::builder();
    builder.zone("shop.test").a("@", "203.0.113.10");
    builder
        .site("shop.test")
        .page("/", 200, "hi")
        .header_everywhere("Strict-Transport-Security", "max-age=31536000");
    change(&mut builder);
    builder.start()
}
