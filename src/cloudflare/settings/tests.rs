use serde_json::json;

use crate::cloudflare::fixture::{applied, pieces, plain, proxied, short, zone};
use crate::cloudflare::plan::{Left, Piece, Rail, Reason, Subject, Wishes};
use crate::observed::{Remote, Seen};

fn reasons(piece: &Piece) -> Vec<Reason> {
    piece.left.iter().map(|left: &Left| left.reason).collect()
}

#[test]
fn a_declared_setting_changes_and_one_that_is_so_does_not() {
    let own = [("ssl", json!("full")), ("http3", json!("on")), ("always_use_https", json!("on"))];
    let live = zone("free", &proxied(), &own, &[]);
    let spec = "domain: shop.test\ncloudflare: {settings: {ssl: strict, http3: \"on\"}}";
    let piece = plain(spec, &live);
    assert_eq!(short(&piece), ["~ ssl \"strict\""]);
    let change = &piece.changes[0];
    assert_eq!((change.spec.path.as_str(), change.spec.line), ("cloudflare.settings.ssl", 2));
    let promised: Vec<&str> = change.turns_green.iter().map(|promise| promise.check.as_str()).collect();
    assert_eq!(promised, ["cloudflare/setting-differs", "cloudflare/ssl-mode"]);
    assert_eq!(short(&plain(spec, &applied(&live, &piece))), Vec::<String>::new());
}

#[test]
fn what_the_plan_does_not_allow_is_left() {
    let mut live = zone("free", &proxied(), &[("http2", json!("off"))], &[]);
    if let Seen::Answer(settings) = &mut live.settings {
        settings.get_mut("http2").expect("it").0.insert("editable".into(), json!(false));
    }
    let spec = "domain: shop.test\ncloudflare: {settings: {http2: \"on\", polish: lossy}}";
    let piece = plain(spec, &live);
    assert_eq!((short(&piece).len(), reasons(&piece)), (0, vec![Reason::Plan, Reason::Plan, Reason::Plan]));
    assert!(piece.left[0].message.contains("`free`"), "{}", piece.left[0].message);
}

#[test]
fn what_could_not_be_read_is_left_with_the_permission() {
    let mut live = zone("free", &proxied(), &[], &[]);
    live.settings = Seen::Unobserved(Remote::new("no permission"));
    let spec = "domain: shop.test\ntls: {min_version: \"1.2\", hsts: {max_age: 365d}}\ncloudflare: {settings: {ssl: strict}}";
    let piece = plain(spec, &live);
    assert_eq!(reasons(&piece), [Reason::Unread; 3]);
    assert!(piece.left[0].message.contains("`Zone > Zone Settings > Edit`"), "{}", piece.left[0].message);
}

#[test]
fn the_lowest_version_is_never_lowered() {
    let spec = "domain: shop.test\ntls: {min_version: \"1.2\"}";
    let own = |version: &str| [("min_tls_version", json!(version)), ("always_use_https", json!("on"))];
    let of = |version: &str| short(&plain(spec, &zone("free", &proxied(), &own(version), &[])));
    assert_eq!(of("1.0"), ["~ min_tls_version \"1.2\""]);
    assert_eq!(of("1.3"), Vec::<String>::new());
    // A word in the settings does it, and a rail stands before it.
    let spec = "domain: shop.test\ncloudflare: {settings: {min_tls_version: \"1.0\"}}";
    let piece = plain(spec, &zone("free", &proxied(), &own("1.2"), &[]));
    let rails: Vec<Rail> = piece.rails.iter().map(|(rail, _)| *rail).collect();
    assert_eq!(rails, [Rail::WeakerSsl]);
}

#[test]
fn hsts_comes_last_keeps_what_is_there_and_asks_before_the_preload_list() {
    let header = |enabled: bool, age: u64| {
        json!({"strict_transport_security": {"enabled": enabled, "max_age": age, "include_subdomains": enabled,
            "preload": false, "nosniff": true}})
    };
    let own =
        |value| [("security_header", value), ("always_use_https", json!("off")), ("ssl", json!("full"))];
    let spec = "domain: shop.test\ntls: {hsts: {max_age: 365d, preload: true}}";
    let live = zone("free", &proxied(), &own(header(false, 0)), &[]);
    let piece = plain(spec, &live);
    assert_eq!(
        short(&piece),
        [
            "~ always_use_https \"on\"",
            "~ security_header {\"strict_transport_security\":{\"enabled\":true,\"include_subdomains\":false,\
             \"max_age\":31536000,\"nosniff\":true,\"preload\":true}}"
        ]
    );
    let rails: Vec<Rail> = piece.rails.iter().map(|(rail, _)| *rail).collect();
    assert_eq!(rails, [Rail::HstsPreload]);
    assert_eq!(short(&plain(spec, &applied(&live, &piece))), Vec::<String>::new());
    // What is longer, and for more names, stays so.
    let spec = "domain: shop.test\ntls: {hsts: {max_age: 180d, include_subdomains: false}}";
    let live = zone("free", &proxied(), &own(header(true, 63_072_000)), &[]);
    assert_eq!(short(&plain(spec, &live)), ["~ always_use_https \"on\""]);
}

#[test]
fn more_than_a_year_the_first_time_needs_a_word() {
    let off = json!({"strict_transport_security": {"enabled": false, "max_age": 0}});
    let live = zone("free", &proxied(), &[("security_header", off)], &[]);
    let of = |days: u32| {
        let spec = format!("domain: shop.test\ntls: {{hsts: {{max_age: {days}d}}}}");
        plain(&spec, &live).rails.len()
    };
    assert_eq!((of(365), of(366)), (0, 1));
}

#[test]
fn an_open_way_to_the_origin_is_closed() {
    for (mode, wanted) in
        [("off", Some("full")), ("flexible", Some("full")), ("full", None), ("strict", None)]
    {
        let live = zone("free", &proxied(), &[("ssl", json!(mode)), ("always_use_https", json!("on"))], &[]);
        let wanted: Vec<String> = wanted.map(|mode| format!("~ ssl \"{mode}\"")).into_iter().collect();
        assert_eq!(short(&plain("domain: shop.test", &live)), wanted, "{mode}");
    }
    // Where nothing is proxied, none of it matters.
    let grey =
        json!([{"id": "1", "name": "shop.test", "type": "A", "content": "203.0.113.10", "proxied": false}]);
    let own = [("ssl", json!("flexible")), ("always_use_https", json!("off"))];
    assert_eq!(short(&plain("domain: shop.test", &zone("free", &grey, &own, &[]))), Vec::<String>::new());
}

#[test]
fn weaker_ssl_needs_a_word() {
    let own = [("ssl", json!("strict")), ("always_use_https", json!("on"))];
    let live = zone("free", &proxied(), &own, &[]);
    let spec = "domain: shop.test\ncloudflare: {settings: {ssl: flexible, always_use_https: \"off\"}}";
    let piece = plain(spec, &live);
    assert_eq!(piece.rails.len(), 2, "{:?}", piece.rails);
    assert_eq!(piece.rails[0].1, "ssl would go from strict to flexible");
}

#[test]
fn modes_that_were_left_on_end_unless_the_spec_asks_for_them() {
    let own = [("development_mode", json!("on")), ("security_level", json!("under_attack"))];
    let live = zone("free", &proxied(), &own, &[]);
    let of = |spec: &str| {
        let all = short(&plain(spec, &live));
        all.into_iter().filter(|line| !line.contains("https")).collect::<Vec<_>>()
    };
    assert_eq!(of("domain: shop.test"), ["~ development_mode \"off\"", "~ security_level \"medium\""]);
    let asked = "domain: shop.test\ncloudflare: {settings: {security_level: under_attack}}";
    assert_eq!(of(asked), ["~ development_mode \"off\""]);
}

#[test]
fn plain_http_that_is_not_left_is_promised_to_be() {
    let live = zone("free", &proxied(), &[("always_use_https", json!("off"))], &[]);
    let seen = "at: 2026-11-21T12:00:00Z\nhttp:\n  \"http://shop.test/\": {answer: {status: 200}}";
    let piece = pieces("domain: shop.test\nhosts: {apex: {}}", seen, &live, &Wishes::default());
    let promised = &piece.changes[0].turns_green;
    assert!(
        promised
            .iter()
            .any(|promise| promise.check == "http/https-not-forced" && promise.subject == "shop.test"),
        "{promised:?}"
    );
}

#[test]
fn signing_is_switched_on_and_waiting_for_the_registrar_is_no_change() {
    let spec = "domain: shop.test\ndns: {dnssec: required}";
    let mut live = zone("free", &json!([]), &[], &[]);
    let piece = plain(spec, &live);
    assert_eq!(piece.changes.len(), 1);
    assert_eq!(piece.changes[0].subject, Subject::Dnssec);
    assert!(plain(spec, &applied(&live, &piece)).changes.is_empty());
    live.dnssec = Seen::Unobserved(Remote::new("no permission"));
    assert_eq!(reasons(&plain(spec, &live)), [Reason::Unread]);
    live.kind = Remote::new("partial");
    live.dnssec = Seen::Answer(serde_json::from_value(json!({"status": "disabled"})).expect("an object"));
    assert_eq!(reasons(&plain(spec, &live)), [Reason::Needs]);
}

#[test]
fn a_www_that_happens_to_resolve_asks_for_nothing() {
    let any = json!([
        {"id": "1", "name": "*.shop.test", "type": "A", "content": "203.0.113.10", "proxied": true, "ttl": 1},
    ]);
    let live = zone("free", &any, &[("always_use_https", json!("off"))], &[]);
    let observed = "at: 2026-11-21T12:00:00Z\ndns:\n  www.shop.test A: {answer: {records: [{name: www.shop.test, type: A, value: 104.16.1.1}]}}\n";
    let of = |spec: &str| short(&pieces(spec, observed, &live, &Wishes::default()));
    assert_eq!(of("domain: shop.test"), Vec::<String>::new());
    assert_eq!(of("domain: shop.test\nhosts: {www: {}}"), ["~ always_use_https \"on\""]);
}
