//! Each defect shows, and is the only one.

use std::time::Instant;

use super::{BODY, Desk, HOOK, Receiver, SECRET, WHILE, now, sha256, stripe};

/// What a receiver answers to what it must refuse: unsigned, garbage, a wrong key, an old one; and then
/// to a good delivery.
fn answers(receiver: Receiver) -> [u16; 5] {
    let desk = Desk::new(receiver);
    [
        desk.post(&[], BODY),
        desk.post(&[("Stripe-Signature", "garbage".to_owned())], BODY),
        desk.post(&[stripe("whsec_other", now(), BODY)], BODY),
        desk.post(&[stripe(SECRET, now() - 3_600, BODY)], BODY),
        desk.deliver(),
    ]
}

fn desk() -> Receiver {
    Receiver::stripe(SECRET)
}

#[test]
fn what_a_receiver_takes_that_it_should_not() {
    assert_eq!(answers(desk()), [400, 400, 400, 400, 200]);
    assert_eq!(answers(desk().accepts_unsigned()), [200, 400, 400, 400, 200]);
    assert_eq!(answers(desk().accepts_anything()), [200, 200, 200, 200, 200]);
    assert_eq!(answers(desk().ignores_signature()), [400, 200, 200, 200, 200]);
    assert_eq!(answers(desk().ignores_age()), [400, 400, 400, 200, 200]);
    assert_eq!(answers(desk().wrong_secret()), [400, 400, 400, 400, 400]);
    assert_eq!(answers(desk().server_error_on_garbage()), [400, 500, 400, 400, 200]);
    assert_eq!(answers(desk().not_found()), [404; 5]);
    assert_eq!(answers(desk().redirects_as(301)), [301; 5]);
    assert_eq!(answers(desk().challenged()), [403; 5]);
    assert_eq!(answers(desk().leaks_traceback(500)), [500, 500, 500, 500, 200]);
    assert_eq!(answers(desk().rate_limited(2)), [400, 400, 429, 429, 429]);
    assert_eq!(Desk::new(desk().accepts_anything()).post(&[], b"no JSON"), 200);
}

#[test]
fn bodies_that_are_written_anew() {
    let (spaced, compact) = (br#"{"type": "x", "id": "evt_9"}"#, br#"{"id":"evt_9","type":"x"}"#);
    let resigned = |desk: &Desk| desk.post(&[stripe(SECRET, now(), compact)], spaced);
    assert_eq!(resigned(&Desk::new(desk())), 400);
    let sloppy = Desk::new(desk().accepts_reserialised());
    assert_eq!([resigned(&sloppy), sloppy.deliver()], [200, 200]);
    let parsed = Desk::new(desk().verifies_reserialised());
    assert_eq!([parsed.deliver(), parsed.post(&[stripe(SECRET, now(), compact)], compact)], [400, 200]);
}

#[test]
fn what_a_receiver_does_too_often_or_not_at_all() {
    let twice = |receiver: Receiver| {
        let desk = Desk::new(receiver);
        ([desk.deliver(), desk.deliver()], desk.effects.count())
    };
    assert_eq!(twice(desk()), ([200, 200], 1));
    assert_eq!(twice(desk().books_twice()), ([200, 200], 2));
    assert_eq!(twice(desk().books_twice_concurrently()), ([200, 200], 1));
    assert_eq!(twice(desk().refuses_duplicates()), ([200, 409], 1));
    assert_eq!(twice(desk().no_effect()), ([200, 200], 0));
    let refused = Desk::new(desk().books_the_refused());
    assert_eq!((refused.post(&[], BODY), refused.effects.ids()), (400, vec!["evt_1".to_owned()]));
}

#[test]
fn deliveries_at_once_are_booked_once_unless_there_is_a_race() {
    for (receiver, expected) in [(desk(), 1), (desk().books_twice_concurrently(), 3)] {
        let desk = Desk::new(receiver);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| assert_eq!(desk.deliver(), 200));
            }
        });
        assert_eq!(desk.effects.count(), expected);
    }
}

#[test]
fn what_comes_late() {
    let late = Desk::new(desk().late_effect(WHILE));
    let start = Instant::now();
    late.deliver();
    if start.elapsed() < WHILE {
        assert_eq!(late.effects.count(), 0);
    }
    while late.effects.count() == 0 {
        assert!(start.elapsed() < WHILE * 10, "it comes at all");
    }
    assert!(start.elapsed() >= WHILE);
    let slow = Desk::new(desk().slow(WHILE));
    let start = Instant::now();
    assert_eq!(slow.deliver(), 200);
    assert!(start.elapsed() >= WHILE);
}

#[test]
fn what_a_receiver_says_that_it_should_not() {
    let leak = Desk::new(desk().leaks_traceback(400));
    let (status, _, body) = leak.ask("POST", HOOK, &[], BODY);
    assert!(status == 400 && body.starts_with("Traceback (most recent call last):"), "{body}");
    let (status, _, body) = Desk::new(desk().echoes_secret()).ask("POST", HOOK, &[], BODY);
    assert!(status == 400 && body.contains(SECRET), "{body}");
    let (status, _, body) = Desk::new(desk().answers_get()).ask("GET", HOOK, &[], b"");
    assert!(status == 200 && body.contains("up"), "{body}");
    let (_, head, _) = Desk::new(desk().redirects()).ask("POST", HOOK, &[], BODY);
    assert!(head.contains("308") && head.contains("Location: /webhooks/test/"), "{head}");
    let (_, head, _) = Desk::new(desk().challenged()).ask("POST", HOOK, &[], BODY);
    assert!(head.contains("cf-mitigated: challenge"), "{head}");
}

#[test]
fn challenges_of_anybody() {
    let body = br#"{"type": "url_verification", "challenge": "abc"}"#;
    let slack = |receiver: Receiver, secret: &str| {
        let at = now().to_string();
        let signature = super::hex(sha256(secret.as_bytes(), &[format!("v0:{at}:").as_bytes(), body]));
        let headers = [("X-Slack-Signature", format!("v0={signature}")), ("X-Slack-Request-Timestamp", at)];
        let (status, _, answer) = Desk::new(receiver).ask("POST", HOOK, &headers, body);
        (status, answer == "abc")
    };
    assert_eq!(slack(Receiver::slack("s"), "s"), (200, true));
    assert_eq!(slack(Receiver::slack("s"), "t"), (401, false));
    assert_eq!(slack(Receiver::slack("s").answers_any_challenge(), "t"), (200, true));

    let meta = |receiver: Receiver, token: &str| {
        let query = format!("{HOOK}?hub.mode=subscribe&hub.verify_token={token}&hub.challenge=1234");
        let (status, _, answer) = Desk::new(receiver).ask("GET", &query, &[], b"");
        (status, answer == "1234")
    };
    let receiver = || Receiver::meta("s").verify_token("let-me-in");
    assert_eq!(meta(receiver(), "let-me-in"), (200, true));
    assert_eq!(meta(receiver(), "other"), (403, false));
    assert_eq!(meta(receiver().answers_any_challenge(), "other"), (200, true));
}
