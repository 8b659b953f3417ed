//! Every provider's way to sign is taken, and a wrong key is not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac::{self, HMAC_SHA1_FOR_LEGACY_USE_ONLY};

use super::{Desk, HOOK, Header, Receiver, hex, now, sha256};
use crate::lab::Effects;

/// What is sent to one receiver.
struct Delivery {
    headers: Vec<Header>,
    body: Vec<u8>,
}

fn delivery(headers: &[(&'static str, &str)], body: &str) -> Delivery {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Delivery { headers, body: body.as_bytes().to_vec() }
}

/// The receiver takes what is signed with `secret`, books it once under that id, and refuses it with
/// the right status where it is signed with another secret, or not at all.
fn proves(receiver: Receiver, secrets: [&str; 2], refusal: u16, id: &str, sign: impl Fn(&str) -> Delivery) {
    let desk = Desk::new(receiver);
    let post = |secret: &str| {
        let delivery = sign(secret);
        desk.post(&delivery.headers, &delivery.body)
    };
    assert_eq!(post(secrets[1]), refusal, "{id} by another");
    let bare = desk.post(&[], br#"{"id": "evt_1"}"#);
    assert_eq!(bare, refusal, "{id} by nobody");
    let booked = |effects: &Effects| effects.ids();
    assert_eq!(booked(&desk.effects), Vec::<String>::new());
    assert_eq!([post(secrets[0]), post(secrets[0])], [200; 2], "{id}");
    assert_eq!(booked(&desk.effects), [id]);
}

#[test]
fn signatures_of_the_body_alone() {
    let body = r#"{"object": "page", "entry": [{"id": "entry-1"}]}"#;
    let prefixed = |secret: &str| format!("sha256={}", hex(sha256(secret.as_bytes(), &[body.as_bytes()])));
    proves(Receiver::github("a"), ["a", "b"], 401, "uuid-1", |secret| {
        let event = [("X-GitHub-Delivery", "uuid-1"), ("X-GitHub-Event", "push")];
        delivery(&[&event[..], &[("X-Hub-Signature-256", &prefixed(secret))]].concat(), body)
    });
    proves(Receiver::meta("a"), ["a", "b"], 403, "entry-1", |secret| {
        delivery(&[("X-Hub-Signature-256", &prefixed(secret))], body)
    });
    proves(Receiver::shopify("a"), ["a", "b"], 401, "uuid-1", |secret| {
        let signature = STANDARD.encode(sha256(secret.as_bytes(), &[body.as_bytes()]));
        delivery(&[("X-Shopify-Hmac-Sha256", &signature), ("X-Shopify-Webhook-Id", "uuid-1")], body)
    });
}

#[test]
fn signatures_with_a_time() {
    let at = now().to_string();
    proves(Receiver::paddle("a"), ["a", "b"], 400, "evt_1", |secret| {
        let (at, body) = (now(), r#"{"event_id": "evt_1", "event_type": "transaction.completed"}"#);
        let signature = hex(sha256(secret.as_bytes(), &[format!("{at}:{body}").as_bytes()]));
        delivery(&[("Paddle-Signature", &format!("ts={at};h1={signature}"))], body)
    });
    proves(Receiver::slack("a"), ["a", "b"], 401, "Ev1", |secret| {
        let body = r#"{"type": "event_callback", "event_id": "Ev1", "event": {"type": "message"}}"#;
        let signature = hex(sha256(secret.as_bytes(), &[format!("v0:{at}:{body}").as_bytes()]));
        let signature = format!("v0={signature}");
        delivery(&[("X-Slack-Signature", &signature), ("X-Slack-Request-Timestamp", &at)], body)
    });
    proves(Receiver::zoom("a"), ["a", "b"], 401, "u1", |secret| {
        let body = r#"{"event": "meeting.started", "payload": {"object": {"uuid": "u1"}}}"#;
        let signature =
            format!("v0={}", hex(sha256(secret.as_bytes(), &[format!("v0:{at}:{body}").as_bytes()])));
        delivery(&[("x-zm-signature", &signature), ("x-zm-request-timestamp", &at)], body)
    });
}

#[test]
fn standard_webhooks_under_both_names() {
    let secrets = ["first key", "another one"].map(|key| format!("whsec_{}", STANDARD.encode(key)));
    let secrets = secrets.each_ref().map(String::as_str);
    let (at, body) = (now().to_string(), r#"{"type": "user.created"}"#);
    let sign = |secret: &str| {
        let key = STANDARD.decode(secret.trim_start_matches("whsec_")).expect("base64");
        let mac = sha256(&key, &[format!("msg_1.{at}.{body}").as_bytes()]);
        // An unknown version and an older key's signature come first.
        format!("v1a,AAAA v1,AAAA v1,{}", STANDARD.encode(mac))
    };
    proves(Receiver::standard_webhooks(secrets[0]), secrets, 400, "msg_1", |secret| {
        let headers =
            [("webhook-id", "msg_1"), ("webhook-timestamp", &at), ("webhook-signature", &sign(secret))];
        delivery(&headers, body)
    });
    proves(Receiver::svix(secrets[0]), secrets, 400, "msg_1", |secret| {
        delivery(&[("svix-id", "msg_1"), ("svix-timestamp", &at), ("svix-signature", &sign(secret))], body)
    });
}

#[test]
fn signatures_of_other_things() {
    proves(Receiver::twilio("a"), ["a", "b"], 403, "token-1", |secret| {
        let signed = format!("https://shop.test{HOOK}BodycaféMessageSidSM1");
        let key = hmac::Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
        let signature = STANDARD.encode(hmac::sign(&key, signed.as_bytes()));
        let headers = [("X-Twilio-Signature", &*signature), ("I-Twilio-Idempotency-Token", "token-1")];
        delivery(&headers, "MessageSid=SM1&Body=caf%C3%A9")
    });
    proves(Receiver::mailgun("a"), ["a", "b"], 401, "id-1", |secret| {
        let (at, token) = (now(), "0123456789");
        let signature = hex(sha256(secret.as_bytes(), &[format!("{at}{token}").as_bytes()]));
        let signature = format!(r#"{{"timestamp": "{at}", "token": "{token}", "signature": "{signature}"}}"#);
        let event = r#"{"id": "id-1", "event": "delivered"}"#;
        delivery(&[], &format!(r#"{{"signature": {signature}, "event-data": {event}}}"#))
    });
    proves(Receiver::revenuecat("Bearer a"), ["Bearer a", "Bearer b"], 401, "rc-1", |secret| {
        let body = r#"{"event": {"id": "rc-1", "type": "INITIAL_PURCHASE"}}"#;
        delivery(&[("Authorization", secret)], body)
    });
    proves(Receiver::postmark("user:a"), ["user:a", "user:b"], 401, "m-1", |secret| {
        let basic = format!("Basic {}", STANDARD.encode(secret));
        delivery(&[("Authorization", &basic)], r#"{"MessageID": "m-1", "RecordType": "Bounce"}"#)
    });
}

#[test]
fn zoom_gets_its_token_back_signed() {
    let (at, body) =
        (now().to_string(), r#"{"event": "endpoint.url_validation", "payload": {"plainToken": "abc"}}"#);
    let signature = format!("v0={}", hex(sha256(b"a", &[format!("v0:{at}:{body}").as_bytes()])));
    let headers = [("x-zm-signature", signature), ("x-zm-request-timestamp", at)];
    let desk = Desk::new(Receiver::zoom("a"));
    let (status, _, answer) = desk.ask("POST", HOOK, &headers, body.as_bytes());
    let encrypted = hex(sha256(b"a", &[b"abc"]));
    assert_eq!((status, answer), (200, format!(r#"{{"encryptedToken":"{encrypted}","plainToken":"abc"}}"#)));
    assert_eq!(desk.ask("POST", HOOK, &[], body.as_bytes()).0, 401);
}
