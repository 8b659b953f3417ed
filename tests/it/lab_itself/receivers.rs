//! The lab's webhook receivers, asked by a client that signs by itself.

mod defects;
mod providers;

use std::time::{Duration, SystemTime};

use ring::hmac::{self, HMAC_SHA256};

use super::HOST;
use super::client::send;
use crate::lab::{Effects, Lab, Receiver};

const HOOK: &str = "/webhooks/test";
const SECRET: &str = "whsec_c2VjcmV0IG9mIHRoaXJ0eS10d28gYnl0ZXMgb3Igc28h";
const BODY: &[u8] =
    br#"{"id": "evt_1", "type": "checkout.session.completed", "name": "caf\u00e9", "sum": 1.50}"#;

/// A receiver in a lab, and what it did.
struct Desk {
    lab: Lab,
    effects: Effects,
}

/// A header that a request has.
type Header = (&'static str, String);

impl Desk {
    fn new(receiver: Receiver) -> Self {
        let mut world = Lab::builder();
        let effects = receiver.serve(world.site(HOST), HOOK);
        Self { lab: world.start(), effects }
    }

    fn ask(&self, method: &str, path: &str, headers: &[Header], body: &[u8]) -> (u16, String, String) {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let (head, body) = send(&self.lab, HOST, (method, path), &headers, body);
        (head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status"), head, body)
    }

    fn post(&self, headers: &[Header], body: &[u8]) -> u16 {
        self.ask("POST", HOOK, headers, body).0
    }

    /// Delivers [`BODY`] as Stripe would.
    fn deliver(&self) -> u16 {
        self.post(&[stripe(SECRET, now(), BODY)], BODY)
    }

    fn members(&self, event: &str, token: &str) -> (u16, String) {
        let bearer = ("Authorization", format!("Bearer {token}"));
        let (status, _, body) = self.ask("GET", &format!("/members?event={event}"), &[bearer], b"");
        (status, body)
    }
}

#[allow(clippy::disallowed_methods, reason = "providers sign by their own clock")]
fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a time after 1970").as_secs()
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn sha256(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(HMAC_SHA256, key), &parts.concat()).as_ref().to_vec()
}

fn stripe(secret: &str, at: u64, body: &[u8]) -> Header {
    let signature = hex(sha256(secret.as_bytes(), &[format!("{at}.").as_bytes(), body]));
    ("Stripe-Signature", format!("t={at},v1={signature}"))
}

#[test]
fn a_sound_receiver_takes_what_is_genuine_and_refuses_the_rest() {
    let desk = Desk::new(Receiver::stripe(SECRET));
    let good = stripe(SECRET, now(), BODY);
    let changed = [BODY, b" "].concat();
    let refused = [
        desk.post(&[], BODY),
        desk.post(&[("Stripe-Signature", String::new())], BODY),
        desk.post(&[("Stripe-Signature", "garbage".to_owned())], BODY),
        desk.post(&[("Stripe-Signature", format!("t={},v1={}", now(), "zz".repeat(5_000)))], BODY),
        desk.post(&[stripe("whsec_other", now(), BODY)], BODY),
        desk.post(&[stripe(SECRET, now() - 360, BODY)], BODY),
        desk.post(std::slice::from_ref(&good), &changed),
        desk.post(&[stripe(SECRET, now(), b"{")], b"{"),
    ];
    assert_eq!(refused, [400; 8]);
    assert_eq!(desk.effects.count(), 0);
    let (status, head, body) = desk.ask("POST", HOOK, &[], BODY);
    assert_eq!((status, body.as_str()), (400, r#"{"error":"missing signature"}"#));
    assert!(head.contains("Content-Type: application/json"), "{head}");
    let (status, head, _) = desk.ask("GET", HOOK, &[], b"");
    assert!(status == 405 && head.contains("Allow: POST"), "{head}");

    let rotated =
        format!("{},v1={}", good.1.replace("v1=", "v1=00"), good.1.split("v1=").last().expect("one"));
    assert_eq!([desk.post(&[("Stripe-Signature", rotated)], BODY), desk.deliver(), desk.deliver()], [200; 3]);
    assert_eq!(desk.effects.ids(), ["evt_1"]);
    assert_eq!(desk.effects.requests().len(), 13);
    assert_eq!(desk.effects.requests()[0].body, BODY);
}

#[test]
fn effects_are_shown_to_those_who_may_see_them() {
    let desk = Desk::new(Receiver::stripe(SECRET).token("let me in"));
    assert_eq!(desk.ask("GET", "/count", &[], b"").2, r#"{"count":0}"#);
    assert_eq!(desk.members("evt_1", "let me in"), (200, r#"{"members":[]}"#.to_owned()));
    desk.deliver();
    let one = r#"{"members":[{"id":"evt_1","type":"checkout.session.completed"}]}"#;
    assert_eq!(desk.members("evt_1", "let me in"), (200, one.to_owned()));
    assert_eq!(desk.members("evt_2", "let me in"), (200, r#"{"members":[]}"#.to_owned()));
    assert_eq!(desk.members("evt_1", "admin-token").0, 401);
    assert_eq!(desk.ask("GET", "/members?event=evt_1", &[], b"").0, 401);
    assert_eq!(desk.ask("GET", "/count", &[], b"").2, r#"{"count":1}"#);
}

#[test]
fn nobody_acts_on_what_no_provider_sends() {
    let probe = br#"{"id": "evt_2", "type": "launch_ready.probe"}"#;
    let refund = br#"{"id": "evt_3", "type": "charge.refunded"}"#;
    let desk = Desk::new(Receiver::stripe(SECRET));
    assert_eq!(desk.post(&[stripe(SECRET, now(), probe)], probe), 200);
    assert_eq!(desk.post(&[stripe(SECRET, now(), refund)], refund), 200);
    assert_eq!(desk.effects.ids(), ["evt_3"]);
    let desk = Desk::new(Receiver::stripe(SECRET).acts_on(&["checkout.session.completed"]));
    assert_eq!([desk.post(&[stripe(SECRET, now(), refund)], refund), desk.deliver()], [200; 2]);
    assert_eq!(desk.effects.ids(), ["evt_1"]);
}

#[test]
fn several_receivers_share_a_site() {
    let mut world = Lab::builder();
    let first = Receiver::stripe(SECRET).effects_under("/a").serve(world.site(HOST), HOOK);
    let second = Receiver::stripe("whsec_2").effects_under("/b").serve(world.site(HOST), "/webhooks/two");
    let desk = Desk { lab: world.start(), effects: first };
    desk.deliver();
    assert_eq!(desk.ask("GET", "/a/count", &[], b"").2, r#"{"count":1}"#);
    assert_eq!(desk.ask("GET", "/b/count", &[], b"").2, r#"{"count":0}"#);
    assert_eq!(second.requests().len(), 0);
}

/// A good deal longer than a handler takes, and shorter than the client waits.
const WHILE: Duration = Duration::from_millis(400);
