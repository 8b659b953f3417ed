use serde_json::json;

use super::read::{Listed, Outcome};
use super::*;
use crate::webhook;

fn of(provider: &str) -> &'static Registration {
    let provider = webhook::find(provider).expect("a provider");
    provider.registration.as_ref().expect("a registration")
}

fn url(base: &Url, path: &str, filling: Filling) -> String {
    filling.url(base, path).expect("a URL").into()
}

#[test]
fn every_section_can_be_asked_by() {
    let at = |second| Timestamp::from_second(second).expect("a time");
    let filling = Filling { repository: Some("acme/shop"), id: Some("a/b 1"), window: Some((at(5), at(9))) };
    let mut count = 0;
    for provider in webhook::all() {
        let Some(registration) = &provider.registration else { continue };
        count += 1;
        let calls = registration.deliveries.iter().flat_map(|deliveries| &deliveries.calls);
        for path in calls.map(|call| &call.path).chain([&registration.endpoints.path]) {
            let url = url(&registration.base.0, path, filling);
            assert!(!url.contains('{') && !url.contains("%7B"), "{}: {url}", provider.id);
            assert_eq!(Url::parse(&url).expect("a URL").origin(), registration.base.0.origin());
        }
        assert_eq!(registration.base.0.scheme(), "https", "{}", provider.id);
        assert!(registration.console.starts_with("https://"), "{}", provider.id);
        assert!(!registration.keys.variables.is_empty(), "{}", provider.id);
        assert_eq!(registration.needs_repository(), registration.repository.is_some(), "{}", provider.id);
    }
    assert_eq!(count, 4);
}

#[test]
fn a_path_is_filled_in() {
    let at = |text: &str| text.parse().expect("a time");
    let window = Some((at("2026-11-14T12:00:00.5Z"), at("2026-11-21T11:00:00Z")));
    let base = Url::parse("http://127.0.0.1:9/stripe/").expect("a URL");
    let filled =
        url(&base, "/x/{id}?a={since}&b={until_iso}", Filling { repository: None, id: Some("h/1"), window });
    assert_eq!(filled, "http://127.0.0.1:9/stripe/x/h%2F1?a=1794657600&b=2026-11-21T11:00:00Z");
}

#[test]
fn the_beginning_of_a_key_tells_its_mode_and_its_api() {
    let mode = |provider, key| of(provider).form(key).map(|form| form.mode);
    assert_eq!(mode("stripe", "rk_live_x"), Some(KeyMode::Live));
    assert_eq!(mode("stripe", "sk_test_x"), Some(KeyMode::Test));
    assert_eq!(mode("stripe", "something"), None);
    assert_eq!(mode("github", "ghp_x"), None);
    assert_eq!(of("paddle").base("pdl_sdbx_apikey_x").as_str(), "https://sandbox-api.paddle.com/");
    assert_eq!(of("paddle").base("pdl_live_apikey_x").as_str(), "https://api.paddle.com/");
}

fn only(provider: &str, page: &serde_json::Value) -> Listed {
    let mut found = of(provider).endpoints.read(page).expect("endpoints");
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn the_endpoints_of_each_provider_are_read() {
    let stripe = only(
        "stripe",
        &json!({"object": "list", "has_more": false, "data": [{"id": "we_1", "object": "webhook_endpoint",
            "application": null, "enabled_events": ["charge.failed"], "livemode": false, "status": "disabled",
            "url": "https://shop.test/hook"}]}),
    );
    assert_eq!((stripe.id.as_str(), stripe.enabled, stripe.live), ("we_1", false, Some(false)));
    assert!(stripe.takes("charge.failed") && !stripe.takes("charge.succeeded") && stripe.apart.is_none());
    let github = only(
        "github",
        &json!([{"type": "Repository", "id": 12, "name": "web", "active": true, "events": ["*"],
            "config": {"content_type": "json", "insecure_ssl": "0", "url": "https://shop.test/hook"}}]),
    );
    assert_eq!((github.id.as_str(), github.enabled, github.live), ("12", true, None));
    assert!(github.takes("push"));
    let paddle = only(
        "paddle",
        &json!({"data": [
            {"id": "ntfset_0", "type": "email", "destination": "ada@shop.test", "active": true, "traffic_source": "all", "subscribed_events": []},
            {"id": "ntfset_1", "type": "url", "destination": "https://shop.test/hook", "active": true, "traffic_source": "simulation",
             "subscribed_events": [{"name": "transaction.paid", "group": "Transaction"}]}],
            "meta": {"pagination": {"per_page": 200, "has_more": false, "next": "https://api.paddle.com/notification-settings?after=x"}}}),
    );
    assert_eq!((paddle.id.as_str(), paddle.live), ("ntfset_1", Some(false)));
    assert!(paddle.takes("transaction.paid"));
    let lemon = only(
        "lemon_squeezy",
        &json!({"links": {}, "data": [{"type": "webhooks", "id": "1", "attributes": {"url": "https://shop.test/hook",
            "events": ["order_created"], "test_mode": false}}]}),
    );
    assert_eq!((lemon.enabled, lemon.live), (true, Some(true)));
}

#[test]
fn an_answer_of_another_form_is_no_empty_list() {
    let endpoints = &of("stripe").endpoints;
    for garbage in [json!({}), json!([]), json!({"data": {}}), json!({"data": null}), json!("hello")] {
        assert!(endpoints.read(&garbage).is_err_and(|why| why.contains("no list")), "{garbage}");
    }
    for entry in [json!({}), json!(7), json!({"id": "we_1", "url": "https://x.test/", "livemode": true})] {
        let told = endpoints.read(&json!({"data": [entry]}));
        assert!(told.is_err_and(|why| why.contains("an entry without")), "{entry}");
    }
    assert_eq!(endpoints.read(&json!({"data": []})), Ok(Vec::new()));
}

#[test]
fn what_came_of_deliveries_is_read() {
    let github = of("github").deliveries.as_ref().expect("deliveries");
    let page = json!([
        {"id": 1, "guid": "g", "delivered_at": "2026-11-21T10:00:00Z", "status": "OK", "status_code": 202, "event": "push"},
        {"id": 2, "guid": "h", "delivered_at": "2026-11-21T09:00:00.123Z", "status": "failed to connect", "status_code": 502},
    ]);
    let told = github.read(&github.calls[0], &page).expect("deliveries");
    let outcomes: Vec<Outcome> = told.iter().map(|told| told.outcome).collect();
    assert_eq!(
        (outcomes.as_slice(), told[0].event.as_str()),
        ([Outcome::Arrived, Outcome::Failed].as_slice(), "g")
    );
    let paddle = of("paddle").deliveries.as_ref().expect("deliveries");
    let one = |status| json!({"status": status, "occurred_at": "2026-11-21T10:00:00.1Z", "type": "a", "payload": {"event_id": "e"}});
    let page = json!({"data": [one("delivered"), one("needs_retry"), one("not_attempted")]});
    let told = paddle.read(&paddle.calls[0], &page).expect("deliveries");
    let outcomes: Vec<Outcome> = told.iter().map(|told| told.outcome).collect();
    assert_eq!(outcomes, [Outcome::Arrived, Outcome::Failed, Outcome::Open]);
    assert!(
        paddle
            .read(
                &paddle.calls[0],
                &json!({"data": [{"status": "failed", "occurred_at": "soon", "payload": {"event_id": "e"}}]})
            )
            .is_err()
    );
}

#[test]
fn events_are_shared_by_type_and_by_application() {
    let endpoint = |events: &[&str], apart: Option<&str>| Listed {
        id: "x".into(),
        url: "https://shop.test/".into(),
        enabled: true,
        live: Some(true),
        events: events.iter().map(|kind| (*kind).to_owned()).collect(),
        all_events: events == ["*"],
        apart: apart.map(str::to_owned),
    };
    assert!(endpoint(&["a", "b"], None).shares_events(&endpoint(&["b"], None)));
    assert!(endpoint(&["a"], None).shares_events(&endpoint(&["*"], None)));
    assert!(!endpoint(&["a"], None).shares_events(&endpoint(&["b"], None)));
    assert!(!endpoint(&["a"], None).shares_events(&endpoint(&["a"], Some("ca_1"))));
}
