//! Plans are applied to the lab's Cloudflare by the real binary: what goes wrong on the way loses nothing.
#![expect(clippy::disallowed_methods, reason = "tests look into the files that the program wrote")]

mod crash;
mod records;
mod refused;
mod rollback;
mod trouble;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::checks::apex;
use crate::lab::{Builder, CloudZone, Cloudflare, Lab, Snapshot, Token};
use crate::run::{Outcome, launch_ready_in};

/// Two records, two settings, one rule: four requests.
const SPEC: &str = "domain: shop.test
hosts: {apex: {}}
dns:
  records:
    - {name: apex, type: TXT, value: \"verify=new\"}
    - {name: old, type: A, value: 203.0.113.77, proxied: true}
redirects:
  - {from: \"https://old.shop.test/*\", to: \"https://shop.test/$1\", status: 301}
cloudflare:
  settings: {ssl: strict, min_tls_version: \"1.2\", always_use_https: \"off\"}
";

/// The requests that [`SPEC`] needs in [`foreign`].
const REQUESTS: usize = 4;

/// A lab with one zone, a token that may write it, and a folder with a spec.
pub(crate) struct Desk {
    pub(crate) lab: Lab,
    pub(crate) cloudflare: Cloudflare,
    pub(crate) zone: CloudZone,
    pub(crate) token: String,
    pub(crate) folder: tempfile::TempDir,
}

/// What belongs to somebody else, in every form that an apply meets.
fn foreign(zone: &CloudZone) {
    zone.record_of("A", "@", "203.0.113.10", true);
    zone.record_of("TXT", "@", "\"somebody=else\"", false);
    zone.record_of("CNAME", "shop", "shops.example.net", false);
    zone.record(&json!({"name": "@", "type": "CAA", "ttl": 1, "data": {"flags": 0, "tag": "issue", "value": "letsencrypt.org"}}));
    zone.setting("ssl", json!("flexible")).setting("min_tls_version", json!("1.0"));
    zone.setting("always_use_https", json!("off"));
    zone.rules(
        "http_request_dynamic_redirect",
        &[json!({"action": "redirect", "expression": "http.host eq \"promo.shop.test\"", "description": "spring",
            "action_parameters": {"from_value": {"status_code": 302, "target_url": {"value": "https://shop.test/spring"}}}})],
    );
}

impl Desk {
    fn new(describe: impl FnOnce(&CloudZone)) -> Self {
        Self::with(SPEC, describe)
    }

    fn with(spec: &str, describe: impl FnOnce(&CloudZone)) -> Self {
        Self::made(spec, describe, false)
    }

    /// The lab's DNS answers with what is in the zone, where it is `served`.
    fn made(spec: &str, describe: impl FnOnce(&CloudZone), served: bool) -> Self {
        let mut world = Lab::builder();
        apex(&mut world);
        let (cloudflare, zone) = cloud(&mut world);
        describe(&zone);
        if served {
            world.serves(&zone);
        }
        let token = cloudflare.token(Token::writer("writer"));
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("launch-ready.yaml"), spec).expect("a spec");
        Self { lab: world.start(), cloudflare, zone, token, folder }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn arguments(&self, command: &str, more: &[&str]) -> Vec<String> {
        let mut arguments = vec![command.to_owned()];
        let is_file = |argument: &&str| std::path::Path::new(argument).extension().is_some();
        if !more.iter().any(is_file) {
            arguments.push(self.path("launch-ready.yaml"));
        }
        if command != "rollback" {
            arguments.extend(self.lab.args());
            arguments.extend(["--timeout", "5s"].map(str::to_owned));
        }
        if command == "apply" {
            arguments.extend(["--wait", "1s", "--format", "json"].map(str::to_owned));
        }
        arguments.extend(more.iter().map(|argument| (*argument).to_owned()));
        arguments
    }

    fn run(&self, command: &str, more: &[&str]) -> Outcome {
        self.run_as(&self.token, command, more)
    }

    fn run_as(&self, token: &str, command: &str, more: &[&str]) -> Outcome {
        let url = self.lab.cloudflare_url().expect("an API");
        let environment = [("CLOUDFLARE_API_TOKEN", token), ("LAUNCH_READY_CLOUDFLARE_URL", url.as_str())];
        let outcome = launch_ready_in(&environment, &self.arguments(command, more), "");
        assert!(!format!("{}{}", outcome.out, outcome.err).contains(token), "the token shows");
        outcome
    }

    /// Applies, and expects that everything was written.
    fn apply(&self, more: &[&str]) -> Value {
        let outcome = self.run("apply", &[&["--yes"], more].concat());
        assert!([0, 1, 3].contains(&outcome.code), "{}\n{}\n{}", outcome.code, outcome.out, outcome.err);
        let report = outcome.json();
        assert_eq!(report["applied"]["remaining"], 0, "{report:#}\n{}", outcome.err);
        self.cloudflare.assert_no_violation();
        report
    }

    /// A plan of what is still to be changed.
    fn plan(&self) -> Value {
        let outcome = self.run("plan", &["--format", "json"]);
        assert_eq!(outcome.code, 0, "{}\n{}", outcome.out, outcome.err);
        outcome.json()["plan"].clone()
    }

    fn assert_nothing_is_left(&self) {
        let plan = self.plan();
        assert_eq!(plan["changes"], json!([]), "{plan:#}");
        self.cloudflare.assert_no_violation();
    }

    /// Starts an apply that somebody else ends.
    fn start(&self, more: &[&str]) -> std::process::Child {
        let url = self.lab.cloudflare_url().expect("an API");
        Command::new(env!("CARGO_BIN_EXE_launch-ready"))
            .args(self.arguments("apply", more))
            .env_clear()
            .envs([
                ("CLOUDFLARE_API_TOKEN", self.token.as_str()),
                ("LAUNCH_READY_CLOUDFLARE_URL", url.as_str()),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts")
    }

    /// The folders of applies, oldest first.
    fn applies(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.folder.path().join(".launch-ready"));
        let entries = entries.into_iter().flatten().map(|entry| entry.expect("an entry").path());
        let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
        folders.sort();
        folders
    }

    /// Everything that is not ours, to the byte.
    fn theirs(&self) -> Vec<u8> {
        theirs(&self.cloudflare.state())
    }
}

fn cloud(world: &mut Builder) -> (Cloudflare, CloudZone) {
    let cloudflare = world.cloudflare();
    let zone = cloudflare.zone("shop.test");
    (cloudflare, zone)
}

fn theirs(state: &Snapshot) -> Vec<u8> {
    state.bytes_of(|item| {
        let marked = |name: &str| item[name].as_str().is_some_and(|text| text.starts_with("launch-ready:"));
        !marked("comment") && !marked("ref")
    })
}

#[test]
fn after_an_apply_nothing_is_left_to_plan_and_what_is_not_ours_is_untouched() {
    let desk = Desk::new(foreign);
    let before = desk.theirs();
    let report = desk.apply(&[]);
    assert_eq!(report["applied"]["steps"], REQUESTS, "{report:#}");
    assert_eq!(desk.cloudflare.writes(), REQUESTS);
    assert_eq!(report["applied"]["zone"], "shop.test");
    assert_eq!(report["applied"]["changes"].as_array().map(Vec::len), Some(5), "{report:#}");
    assert_eq!(desk.theirs(), before);
    assert_eq!(desk.zone.setting_of("ssl"), "strict");
    desk.assert_nothing_is_left();
    // Once more: nothing is sent.
    let again = desk.apply(&[]);
    assert_eq!(again["applied"]["steps"], 0);
    assert_eq!(desk.cloudflare.writes(), REQUESTS);
}

#[test]
fn the_books_are_kept_private_and_without_the_token() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new(foreign);
    let report = desk.apply(&[]);
    let [folder] = desk.applies().try_into().expect("one folder");
    assert_eq!(report["applied"]["rollback"], folder.join("rollback.json").display().to_string());
    for name in ["plan.json", "journal.jsonl", "rollback.json", "zone.txt"] {
        let path = folder.join(name);
        let text = std::fs::read_to_string(&path).expect("a file");
        assert!(!text.contains(&desk.token), "{name}");
        let mode = path.metadata().expect("metadata").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let journal = std::fs::read_to_string(folder.join("journal.jsonl")).expect("a journal");
    assert_eq!(journal.matches("\"sending\"").count(), REQUESTS, "{journal}");
    assert_eq!(journal.matches("\"sent\"").count(), REQUESTS, "{journal}");
    assert!(journal.trim_end().ends_with("\"end\"}"), "{journal}");
    let export = std::fs::read_to_string(folder.join("zone.txt")).expect("an export");
    assert!(export.contains("somebody=else") && !export.contains("verify=new"), "{export}");
}

#[test]
fn what_was_promised_is_looked_for_in_dns_and_proved() {
    let desk = Desk::made(SPEC, foreign, true);
    let report = desk.apply(&["--wait", "5s"]);
    let proof = report["applied"]["proof"].as_array().expect("proofs");
    let record = |name: &str| {
        let is_it = |one: &&Value| one["check"] == "dns/record-missing" && one["subject"] == name;
        proof.iter().find(is_it).unwrap_or_else(|| panic!("{name}: {report:#}"))
    };
    for name in ["shop.test TXT", "old.shop.test A"] {
        assert_eq!(record(name)["state"], "proved", "{report:#}");
    }
}

#[test]
fn what_dns_does_not_show_yet_is_pending_and_no_success() {
    let desk = Desk::new(foreign);
    let outcome = desk.run("apply", &["--yes"]);
    assert_ne!(outcome.code, 0);
    let report = outcome.json();
    let proof = report["applied"]["proof"].as_array().expect("proofs");
    let text = proof.iter().find(|one| one["subject"] == "shop.test TXT").expect("a proof");
    assert_eq!((&text["state"], &text["proved"]), (&json!("pending"), &json!(false)), "{text:#}");
    assert!(text["seconds"].as_u64().is_some_and(|seconds| (1700..=1800).contains(&seconds)), "{text:#}");
}
