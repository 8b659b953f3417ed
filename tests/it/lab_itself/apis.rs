//! The APIs of a lab answer as the real ones do.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::client::get;
use crate::lab::{Builder, GitHubApi, Lab, Response, StripeApi};

const KEY: &str = "rk_live_lab";
const TOKEN: &str = "ghp_lab";
const REPOSITORY: &str = "acme/shop";

fn stripe(describe: impl Fn(&mut StripeApi)) -> Lab {
    let mut world = Lab::builder();
    describe(world.stripe_api(KEY));
    world.start()
}

fn github(describe: impl Fn(&mut GitHubApi)) -> Lab {
    let mut world = Lab::builder();
    describe(world.github_api(TOKEN));
    world.start()
}

fn bearer(lab: &Lab, path: &str, key: &str) -> (u16, Value) {
    let bearer = format!("Bearer {key}");
    let (status, _, body) = get(&lab.stripe_url().expect("an API"), path, &[("Authorization", &bearer)]);
    (status, serde_json::from_str(&body).expect("JSON"))
}

fn ask(lab: &Lab, path: &str) -> Value {
    let (status, answer) = bearer(lab, path, KEY);
    assert_eq!(status, 200, "{answer}");
    answer
}

fn all<'v>(list: &'v Value, field: &str) -> Vec<&'v Value> {
    list["data"].as_array().expect("a list").iter().map(|item| &item[field]).collect()
}

fn hub(lab: &Lab, path: &str, headers: &[(&str, &str)]) -> (u16, Option<String>, Value) {
    let (status, head, body) = get(&lab.github_url().expect("an API"), path, headers);
    let link = head.lines().find_map(|line| line.strip_prefix("Link: ")).map(str::to_owned);
    (status, link, serde_json::from_str(&body).expect("JSON"))
}

const KNOWN: [(&str, &str); 2] = [("Authorization", "Bearer ghp_lab"), ("User-Agent", "test")];

#[test]
fn a_world_has_no_api_until_it_is_asked_for() {
    let lab = Builder::default().start();
    assert_eq!((lab.stripe_url(), lab.github_url()), (None, None));
}

#[test]
fn stripe_shows_the_endpoints_of_the_mode_of_the_key() {
    let lab = stripe(|api| {
        api.endpoint("https://a.test/1").events(&["checkout.session.completed"]).status("disabled");
        api.endpoint("https://a.test/2").livemode(false);
        api.endpoint("https://a.test/3").api_version("2026-10-28");
    });
    let list = ask(&lab, "/v1/webhook_endpoints?limit=100");
    assert_eq!(all(&list, "url"), ["https://a.test/3", "https://a.test/1"]);
    assert_eq!(all(&list, "status"), ["enabled", "disabled"]);
    assert_eq!(list["data"][1]["enabled_events"][0], "checkout.session.completed");
    assert_eq!(ask(&lab, "/v1/account")["id"], "acct_lab");
}

#[test]
fn stripe_gives_lists_by_pages() {
    let lab = stripe(|api| {
        api.events(12, 3).events_ago(Duration::from_hours(48), 5, false);
    });
    let first = ask(&lab, "/v1/events?limit=9");
    assert_eq!((first["has_more"].as_bool(), all(&first, "id").len()), (Some(true), 9));
    let last = first["data"][8]["id"].as_str().expect("an id");
    let second = ask(&lab, &format!("/v1/events?limit=100&starting_after={last}"));
    assert_eq!((second["has_more"].as_bool(), all(&second, "id").len()), (Some(false), 11));
    assert_eq!(all(&ask(&lab, "/v1/events"), "id").len(), 10);
    for wrong in ["limit=101", "limit=0", "starting_after=evt_none", "delivered=true"] {
        assert_eq!(bearer(&lab, &format!("/v1/events?{wrong}"), KEY).0, 400, "{wrong}");
    }
}

#[test]
fn stripe_filters_events() {
    let lab = stripe(|api| {
        api.events(12, 3).events_ago(Duration::from_hours(48), 5, false);
    });
    let count = |query: &str| all(&ask(&lab, &format!("/v1/events?limit=100&{query}")), "id").len();
    assert_eq!([count("delivery_success=true"), count("delivery_success=false")], [12, 8]);
    #[allow(clippy::disallowed_methods, reason = "the lab's events are of today")]
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a time after 1970").as_secs();
    let day_ago = now - 86_400;
    assert_eq!(count(&format!("delivery_success=false&created%5Bgte%5D={day_ago}")), 3);
    assert_eq!(count(&format!("created[lt]={day_ago}&type=checkout.session.completed")), 5);
    assert_eq!(count("type=invoice.paid"), 0);
}

#[test]
fn stripe_knows_its_keys_and_has_bad_days() {
    let lab = stripe(|api| {
        api.may_not_read("events");
    });
    assert_eq!(bearer(&lab, "/v1/account", "sk_live_other").0, 401);
    assert_eq!(get(&lab.stripe_url().expect("an API"), "/v1/account", &[]).0, 401);
    assert_eq!(bearer(&lab, "/v1/events", KEY).0, 403);
    assert_eq!(bearer(&lab, "/v1/charges", KEY).0, 404);
    let lab = stripe(|api| {
        api.first(Response::new(429, "{}"));
    });
    assert_eq!([bearer(&lab, "/v1/account", KEY).0, bearer(&lab, "/v1/account", KEY).0], [429, 200]);
    let lab = stripe(|api| {
        api.garbage();
    });
    let answer = get(&lab.stripe_url().expect("an API"), "/v1/account", &[]).2;
    assert!(serde_json::from_str::<Value>(&answer).is_err());
    let lab = stripe(|api| {
        api.endless();
    });
    let page = ask(&lab, "/v1/webhook_endpoints?limit=2&starting_after=we_lab_40");
    assert_eq!((page["has_more"].as_bool(), &page["data"][1]["id"]), (Some(true), &"we_lab_42".into()));
}

#[test]
fn github_shows_hooks_by_pages() {
    let lab = github(|api| {
        for number in 1..=3 {
            api.hook(REPOSITORY, &format!("https://a.test/{number}"));
        }
        api.hook("acme/other", "https://b.test/").inactive();
    });
    let (status, link, hooks) = hub(&lab, "/repos/acme/shop/hooks?per_page=2", &KNOWN);
    assert_eq!((status, hooks.as_array().map(Vec::len)), (200, Some(2)));
    let link = link.expect("a next page");
    let next = link.split(['<', '>']).nth(1).expect("an address");
    let path = next.strip_prefix(&lab.github_url().expect("an API")).expect("of this API");
    assert!(link.contains("rel=\"next\"") && path.contains("page=2"), "{link}");
    let (_, link, hooks) = hub(&lab, path, &KNOWN);
    assert_eq!((link, &hooks[0]["config"]["url"]), (None, &"https://a.test/3".into()));
    let (_, _, other) = hub(&lab, "/repos/acme/other/hooks", &KNOWN);
    assert_eq!(other[0]["active"], false);
    assert_eq!(hub(&lab, "/repos/acme/none/hooks", &KNOWN).0, 404);
    assert_eq!(hub(&lab, "/repos/acme/shop/hooks", &KNOWN[1..]).0, 401);
    assert_eq!(hub(&lab, "/repos/acme/shop/hooks", &KNOWN[..1]).0, 403);
}

#[test]
fn github_shows_deliveries_by_cursor() {
    let lab = github(|api| {
        api.hook(REPOSITORY, "https://a.test/1").deliveries(130, 4).last_response(200).without_secret();
    });
    let (mut path, mut codes) = ("/repos/acme/shop/hooks/1/deliveries?per_page=100".to_owned(), Vec::new());
    loop {
        let (_, link, page) = hub(&lab, &path, &KNOWN);
        codes.extend(page.as_array().expect("a list").iter().map(|item| item["status_code"].as_u64()));
        let Some(link) = link else { break };
        let next = link.split(['<', '>']).nth(1).expect("an address");
        path = next.strip_prefix(&lab.github_url().expect("an API")).expect("of this API").to_owned();
    }
    assert_eq!((codes.len(), codes.iter().filter(|code| **code == Some(500)).count()), (134, 4));
    assert_eq!(hub(&lab, "/repos/acme/shop/hooks/1/deliveries?cursor=x", &KNOWN).0, 422);
    let (_, _, hooks) = hub(&lab, "/repos/acme/shop/hooks", &KNOWN);
    assert_eq!(
        (&hooks[0]["config"]["secret"], &hooks[0]["last_response"]["code"]),
        (&Value::Null, &200.into())
    );
}
