//! Which registry is asked: IANA's list, as it is published, kept and embedded, and over https only.

use std::time::Duration;

use serde_json::Value;

use crate::lab::{Builder, Cert, Lab, Site, Weather};
use crate::run::{finding, findings, launch_ready_in};

/// A world in which IANA lists a registry for `.shopping-lab`, both over https.
fn listed(change: impl Fn(&mut Builder)) -> Lab {
    let mut builder = Lab::builder();
    let list =
        r#"{"version": "1.0", "services": [[["shopping-lab"], ["https://rdap.nic.shopping-lab/v1"]]]}"#;
    builder.site("data.iana.org").page("/rdap/dns.json", 200, list);
    let answer = r#"{"objectClassName": "domain", "ldhName": "a.shopping-lab", "status": ["locked"],
        "events": [{"eventAction": "expiration", "eventDate": "2999-01-01T00:00:00Z"}]}"#;
    builder.site("rdap.nic.shopping-lab").page("/v1/domain/a.shopping-lab", 200, answer);
    change(&mut builder);
    builder.start()
}

fn ask_listed(lab: &Lab) -> Value {
    let mut arguments: Vec<String> =
        ["check", "-", "--only", "domain", "--format", "json", "--timeout", "5s", "--concurrency", "1"]
            .map(str::to_owned)
            .to_vec();
    arguments.extend(lab.args());
    let cache = lab.folder().join("cache").display().to_string();
    launch_ready_in(&[("XDG_CACHE_HOME", &cache)], &arguments, "domain: a.shopping-lab").json()
}

const LIST: &str = "https://data.iana.org/rdap/dns.json";

#[test]
#[allow(clippy::disallowed_methods, reason = "the kept list is a file, and a week is real time")]
fn iana_s_list_is_kept_for_a_week() {
    let lab = listed(|_| {});
    for _ in 0..2 {
        let report = ask_listed(&lab);
        assert_eq!(findings(&report, "pass").len(), 4, "{report:#}");
    }
    assert_eq!(lab.count_requests(LIST), 1);
    assert_eq!(lab.count_requests("https://rdap.nic.shopping-lab/v1/domain/a.shopping-lab"), 2);
    let kept = lab.folder().join("cache/launch-ready/rdap-dns.json");
    let file = std::fs::File::options().write(true).open(&kept).expect("the list was kept");
    let old = std::time::SystemTime::now() - Duration::from_hours(8 * 24);
    file.set_modified(old).expect("its time can be set");
    assert_eq!(findings(&ask_listed(&lab), "pass").len(), 4);
    assert_eq!(lab.count_requests(LIST), 2);
    // What is no list is not believed.
    std::fs::write(&kept, "<html>").expect("it can be written");
    assert_eq!(findings(&ask_listed(&lab), "pass").len(), 4);
    assert_eq!(lab.count_requests(LIST), 3);
}

#[test]
fn without_iana_s_list_the_embedded_one_counts() {
    let lab = listed(|world| {
        world.weather("data.iana.org", 443, Weather::Silent);
    });
    let report = ask_listed(&lab);
    let why = &finding(&report, "domain/expiring", "a.shopping-lab")["message"];
    assert!(why.to_string().contains(".shopping-lab offers no RDAP service"), "{report:#}");
}

/// On the way of an answer that nobody vouches for, anybody could sign a domain off.
#[test]
fn a_registry_that_nobody_vouches_for_is_not_believed() {
    let untrusted = listed(|world| {
        world.site("rdap.nic.shopping-lab").cert(Cert::good().untrusted());
    });
    let plain = listed(|world| {
        *world.site("rdap.nic.shopping-lab") = Site::default();
        world.site("rdap.nic.shopping-lab").redirect_all("http://rdap.nic.shopping-lab");
    });
    for (lab, word) in [(untrusted, "certificate"), (plain, "which is not https")] {
        let report = ask_listed(&lab);
        let finding = finding(&report, "domain/unregistered", "a.shopping-lab");
        assert_eq!(finding["status"], "unknown");
        assert!(finding["message"].to_string().contains(word), "{finding:#}");
    }
}

/// A page of a web server that knows no RDAP does not make a name free.
#[test]
fn a_404_that_is_no_rdap_says_nothing() {
    let lab = listed(|world| {
        *world.site("rdap.nic.shopping-lab") = Site::default();
    });
    let report = ask_listed(&lab);
    let finding = finding(&report, "domain/unregistered", "a.shopping-lab");
    assert_eq!(finding["status"], "unknown", "{finding:#}");
    assert!(finding["message"].to_string().contains("is no RDAP answer"), "{finding:#}");
}
