use std::collections::BTreeMap;

use ring::hmac;
use serde_json::Value;

use super::*;
use crate::hex::hex;
use crate::spec::load::embedded;
use crate::webhook::provider::Content;
use crate::webhook::{all, find};

const RUN: &str = "lr_0123456789ab";

fn at() -> Timestamp {
    "2026-12-01T08:00:00.5Z".parse().unwrap()
}

fn url() -> Url {
    "https://api.shop.test/hooks?a=1#part".parse().unwrap()
}

/// A secret of the provider's form.
fn secret(provider: &Provider) -> Secret {
    let chance = Chance { run: "owner", label: &provider.id };
    Secret::new(sign::wrong_secret(&provider.scheme, &provider.secret.prefix, chance))
}

fn header<'r>(request: &'r Request, name: &str) -> &'r str {
    let found = request.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
    found.map_or_else(|| panic!("no {name} in {request:?}"), |(_, value)| value)
}

fn sent(id: &str, attempt: Attempt) -> Request {
    let (provider, url) = (find(id).unwrap(), url());
    let secret = secret(provider);
    Sender::of(provider, &url)
        .request(attempt, RUN, Some(&secret), at())
        .unwrap_or_else(|fault| panic!("{id} {attempt}: {fault}"))
}

fn delivered(id: &str) -> Request {
    let (provider, url) = (find(id).unwrap(), url());
    let event = Event::sample(Some(provider), None, RUN, "first");
    Sender::of(provider, &url).delivery(&event, &secret(provider), at()).unwrap()
}

fn hmac_hex(secret: &Secret, parts: &[&[u8]]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    hex(hmac::sign(&key, &parts.concat()).as_ref())
}

#[test]
fn every_attempt_of_every_provider_can_be_made() {
    for provider in all() {
        let url = url();
        let sender = Sender::of(provider, &url);
        let refusals = sender.refusals(true);
        assert_eq!(refusals.first(), Some(&Attempt::Unsigned), "{}", provider.id);
        let mut seen = BTreeMap::new();
        for attempt in refusals {
            let request = sent(&provider.id, attempt);
            assert_eq!(request.url.fragment(), None);
            assert!(request.method == "POST" || request.body.is_empty());
            let same = seen.insert((request.headers, request.body, request.url), attempt);
            assert_eq!(same, None, "{}: {attempt} is sent twice", provider.id);
        }
        let without = sender.refusals(false);
        assert!(without.iter().all(|attempt| !attempt.needs_secret()), "{}", provider.id);
    }
}

#[test]
fn what_proves_nothing_carries_no_proof() {
    for provider in all() {
        let unsigned = sent(&provider.id, Attempt::Unsigned);
        for (name, template) in &provider.scheme.headers.0 {
            let is_sent = unsigned.headers.iter().any(|(header, _)| **header == **name);
            assert_eq!(is_sent, !template.proves(), "{} {}", provider.id, name.value);
        }
    }
    let body: Value = serde_json::from_slice(&sent("mailgun", Attempt::Unsigned).body).unwrap();
    assert!(body["signature"]["signature"].is_null() && body["signature"]["token"].is_string());
    // What is empty or long is the whole header, what is garbled only the signature in it.
    assert_eq!(header(&sent("stripe", Attempt::EmptySignature), "Stripe-Signature"), "");
    let garbled = sent("github", Attempt::GarbledSignature);
    assert_eq!(header(&garbled, "X-Hub-Signature-256"), "sha256=%not-a-signature%");
    assert_eq!(header(&sent("github", Attempt::LongSignature), "X-Hub-Signature-256"), "a".repeat(LONG));
}

#[test]
fn a_delivery_is_signed_over_its_very_bytes() {
    let request = delivered("stripe");
    let signature = hmac_hex(&secret(find("stripe").unwrap()), &[b"1796112000.", &request.body]);
    assert_eq!(header(&request, "stripe-signature"), format!("t=1796112000,v1={signature}"));
    assert_eq!(header(&request, "content-type"), "application/json");
    let request = delivered("github");
    let signature = hmac_hex(&secret(find("github").unwrap()), &[&request.body]);
    assert_eq!(header(&request, "x-hub-signature-256"), format!("sha256={signature}"));
    assert_eq!(header(&request, "x-github-event"), "ping");
}

#[test]
fn forms_of_time_are_the_schemes() {
    assert_eq!(header(&delivered("hubspot"), "X-HubSpot-Request-Timestamp"), "1796112000500");
    let zendesk = delivered("zendesk");
    assert_eq!(header(&zendesk, "X-Zendesk-Webhook-Signature-Timestamp"), "2026-12-01T08:00:00Z");
    let linear: Value = serde_json::from_slice(&delivered("linear").body).unwrap();
    assert_eq!(linear["webhookTimestamp"], 1_796_112_000_500_u64);
    let mailgun: Value = serde_json::from_slice(&delivered("mailgun").body).unwrap();
    assert_eq!(mailgun["signature"]["timestamp"], "1796112000");
}

#[test]
fn a_stale_event_is_a_minute_beyond_the_tolerance() {
    let stale = sent("stripe", Attempt::Stale);
    let stamp = 1_796_112_000 - 360;
    let signature =
        hmac_hex(&secret(find("stripe").unwrap()), &[format!("{stamp}.").as_bytes(), &stale.body]);
    assert_eq!(header(&stale, "stripe-signature"), format!("t={stamp},v1={signature}"));
    let linear: Value = serde_json::from_slice(&sent("linear", Attempt::Stale).body).unwrap();
    assert_eq!(linear["webhookTimestamp"], 1_796_111_880_000_u64);
}

#[test]
fn a_tampered_event_no_longer_fits_its_signature() {
    let secret = secret(find("github").unwrap());
    let tampered = sent("github", Attempt::Tampered);
    assert_ne!(
        header(&tampered, "x-hub-signature-256"),
        format!("sha256={}", hmac_hex(&secret, &[&tampered.body]))
    );
    serde_json::from_slice::<Value>(&tampered.body).unwrap();
    let body: Value = serde_json::from_slice(&sent("mailgun", Attempt::Tampered).body).unwrap();
    let member = |name: &str| body["signature"][name].as_str().unwrap().to_owned();
    let secret = self::secret(find("mailgun").unwrap());
    let fitting = hmac_hex(&secret, &[member("timestamp").as_bytes(), member("token").as_bytes()]);
    assert_ne!(member("signature"), fitting);
    let json = sent("twilio_json", Attempt::Tampered);
    let hash = json.url.query_pairs().find(|(name, _)| name == "bodySHA256").unwrap().1.into_owned();
    assert_ne!(hash, sign::sha256(&json.body));
}

#[test]
fn a_reserialised_event_fits_once_it_is_written_compactly_again() {
    let secret = secret(find("stripe").unwrap());
    let request = sent("stripe", Attempt::Reserialised);
    let value: Value = serde_json::from_slice(&request.body).unwrap();
    let compact = value.to_string();
    assert!(compact.is_ascii() && compact.as_bytes() != request.body);
    let fitting = hmac_hex(&secret, &[b"1796112000.", compact.as_bytes()]);
    assert_eq!(header(&request, "stripe-signature"), format!("t=1796112000,v1={fitting}"));
}

#[test]
fn what_is_signed_of_a_url_is_the_url_that_is_asked() {
    let request = delivered("twilio_json");
    let hash = sign::sha256(&request.body);
    assert_eq!(request.url.as_str(), format!("https://api.shop.test/hooks?a=1&bodySHA256={hash}"));
    let expected = sign::signature(
        &find("twilio_json").unwrap().scheme,
        secret(find("twilio_json").unwrap()).expose(),
        request.url.as_str().as_bytes(),
    );
    assert_eq!(header(&request, "x-twilio-signature"), expected.unwrap());
    let form = delivered("twilio");
    assert_eq!(header(&form, "content-type"), Content::Form.header());
    assert_eq!(form.url.as_str(), "https://api.shop.test/hooks?a=1");
}

#[test]
fn while_a_secret_is_replaced_there_are_two_signatures() {
    let (provider, url) = (find("svix").unwrap(), url());
    let sender = Sender::of(provider, &url);
    let event = Event::inert(Some(provider), RUN, "first");
    let once = sender.delivery(&event, &secret(provider), at()).unwrap();
    let twice = sender.rotated(&event, &secret(provider), at()).unwrap().unwrap();
    let (single, double) = (header(&once, "svix-signature"), header(&twice, "svix-signature"));
    assert!(double.ends_with(&format!(" {single}")) && double.len() == 2 * single.len() + 1, "{double}");
    assert_eq!(header(&once, "svix-id"), header(&twice, "svix-id"));
    let github = find("github").unwrap();
    let event = Event::inert(Some(github), RUN, "first");
    assert!(Sender::of(github, &url).rotated(&event, &secret(github), at()).is_none());
}

#[test]
fn what_means_nothing_is_told_with_its_reason() {
    let url = url();
    let idle = |id: &str, attempt| Sender::of(find(id).unwrap(), &url).idle(attempt).unwrap_or_default();
    for (id, attempt, said) in [
        ("github", Attempt::Stale, "GitHub signs no time, so an old delivery is as good as a new one"),
        ("klaviyo", Attempt::Stale, "Klaviyo names no age at which a delivery is too old"),
        ("telegram", Attempt::Tampered, "Telegram signs nothing of an event"),
        ("mailgun", Attempt::Reserialised, "Mailgun signs a token beside the body"),
        ("mailgun", Attempt::Tampered, ""),
        ("twilio", Attempt::Reserialised, "Twilio signs the fields of a form, however they are written"),
        ("discord", Attempt::Tampered, "Discord signs with a private key that it alone holds"),
        (
            "workos",
            Attempt::Reserialised,
            "the library of WorkOS writes the JSON anew before it checks the signature",
        ),
        ("stripe", Attempt::TestSecret, "Stripe has published no secret"),
        ("stripe", Attempt::HandshakeWrong, "Stripe asks nothing before it delivers"),
        ("stripe", Attempt::Stale, ""),
    ] {
        assert_eq!(idle(id, attempt), said, "{id}");
    }
    let port: Url = "https://shop.test:8443/hooks".parse().unwrap();
    let sender = Sender::of(find("stripe").unwrap(), &port);
    assert_eq!(sender.idle(Attempt::Plain).unwrap(), "port 8443 speaks TLS, and no other one is declared");
    assert_eq!(sender.request(Attempt::Plain, RUN, None, at()), Err(Fault::NoPlainUrl));
    assert_eq!(sent("stripe", Attempt::Plain).url.as_str(), "http://api.shop.test/hooks?a=1");
}

#[test]
fn a_handshake_is_answered_with_its_challenge() {
    let url = url();
    let slack = Sender::of(find("slack").unwrap(), &url);
    let secret = secret(find("slack").unwrap());
    assert_eq!((slack.handshake(true), slack.handshake(false)), (Some(Attempt::HandshakeRight), None));
    let request = slack.request(Attempt::HandshakeRight, RUN, Some(&secret), at()).unwrap();
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let challenge = body["challenge"].as_str().unwrap();
    assert_eq!(body["type"], "url_verification");
    let right = |status, answer: &str| {
        slack.answers(Attempt::HandshakeRight, RUN, Some(&secret), status, answer.as_bytes())
    };
    assert!(right(200, challenge) && right(200, &format!("challenge={challenge}")));
    assert!(right(200, &format!("{{\"challenge\": \"{challenge}\"}}")));
    assert!(!right(400, challenge) && !right(200, "ok") && !right(200, &format!("<p>{challenge}")));
    let wrong = slack.request(Attempt::HandshakeWrong, RUN, None, at()).unwrap();
    let body: Value = serde_json::from_slice(&wrong.body).unwrap();
    assert!(slack.answers(Attempt::HandshakeWrong, RUN, None, 200, body["challenge"].to_string().as_bytes()));
}

#[test]
fn a_handshake_by_get_carries_the_verify_token() {
    let (url, token) = (url(), Secret::new("tok en"));
    let meta = Sender { verify_token: Some(&token), ..Sender::of(find("meta").unwrap(), &url) };
    assert_eq!(meta.handshake(false), Some(Attempt::HandshakeRight));
    let request = meta.request(Attempt::HandshakeRight, RUN, None, at()).unwrap();
    let query: BTreeMap<_, _> = request.url.query_pairs().into_owned().collect();
    assert_eq!(
        (request.method, query["hub.verify_token"].as_str(), query["a"].as_str()),
        ("GET", "tok en", "1")
    );
    let challenge = &query["hub.challenge"];
    assert!(challenge.parse::<u64>().is_ok());
    assert!(meta.answers(Attempt::HandshakeRight, RUN, None, 200, challenge.as_bytes()));
    assert!(!meta.answers(Attempt::HandshakeRight, RUN, None, 403, challenge.as_bytes()));
    let wrong = meta.request(Attempt::HandshakeWrong, RUN, None, at()).unwrap();
    assert!(!wrong.url.query_pairs().any(|(_, value)| value == "tok en"));
    let bare = Sender::of(find("meta").unwrap(), &url);
    assert_eq!(bare.request(Attempt::HandshakeRight, RUN, None, at()), Err(Fault::NoToken));
}

#[test]
fn zooms_handshake_is_answered_with_a_hash() {
    let (url, secret) = (url(), Secret::new("zoom-secret-token-0123"));
    let zoom = Sender::of(find("zoom").unwrap(), &url);
    let request = zoom.request(Attempt::HandshakeRight, RUN, Some(&secret), at()).unwrap();
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(body["event"], "endpoint.url_validation");
    let plain = body["payload"]["plainToken"].as_str().unwrap();
    let answer = |hash: &str| format!(r#"{{"plainToken": "{plain}", "encryptedToken": "{hash}"}}"#);
    let right =
        |hash: &str| zoom.answers(Attempt::HandshakeRight, RUN, Some(&secret), 200, answer(hash).as_bytes());
    assert!(right(&hmac_hex(&secret, &[plain.as_bytes()])) && !right("00"));
}

#[test]
fn a_scheme_of_ones_own_is_sent_in_the_same_way() {
    let scheme: Scheme = embedded(
        "{hmac: {hash: sha256, signs: \"{method} {url} {body_sha256} {timestamp}\"}, timestamp: {unit: s, tolerance: 60s}, headers: {X-Sig: \"{signature}\", X-Time: \"{timestamp}\", X-Id: \"{id}\"}}",
    )
    .unwrap();
    let (url, secret) = (url(), Secret::new("own secret"));
    let agent = Some("shop/1");
    let sender = Sender { provider: None, scheme: &scheme, url: &url, agent, verify_token: None };
    let event = Event::sample(None, Some("order.paid"), RUN, "first");
    let request = sender.delivery(&event, &secret, at()).unwrap();
    let signed = format!("POST https://api.shop.test/hooks?a=1 {} 1796112000", sign::sha256(&request.body));
    assert_eq!(header(&request, "x-sig"), hmac_hex(&secret, &[signed.as_bytes()]));
    assert_eq!((header(&request, "x-id"), header(&request, "user-agent")), (event.id.as_str(), "shop/1"));
    assert!(sender.refusals(true).contains(&Attempt::Tampered));
}

#[test]
fn a_secret_that_cannot_sign_is_told_before_anything_is_sent() {
    let url = url();
    let unusable =
        |id: &str, secret: &str| Sender::of(find(id).unwrap(), &url).unusable(&Secret::new(secret));
    assert_eq!(unusable("stripe", "whsec_x"), None);
    assert_eq!(unusable("svix", "whsec_*"), Some(Fault::NotBase64(" behind `whsec_`".into())));
    assert_eq!(unusable("telegram", "a\nb"), Some(Fault::NoHeader));
    assert_eq!(unusable("stripe", ""), Some(Fault::Empty));
    assert_eq!(unusable("discord", "anything"), None);
}

#[test]
fn a_request_shows_no_value_of_a_header() {
    let request = delivered("revenuecat");
    let secret = secret(find("revenuecat").unwrap());
    assert_eq!(header(&request, "authorization"), secret.expose());
    let shown = format!("{request:?}");
    assert!(shown.contains("Authorization") && !shown.contains(secret.expose()), "{shown}");
}
