use crate::spec::load::embedded;
use crate::webhook::{Covers, Scheme, find};

fn scheme(text: &str) -> Scheme {
    embedded(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// What is wrong with a scheme, and the words of it that are wrong.
fn fault(text: &str) -> Option<(String, String)> {
    let fault = scheme(text).fault()?;
    let place = fault.span.map(|span| text[span.start..span.end].trim().to_owned());
    assert!(fault.label.split(' ').count() <= 4 && !fault.help.is_empty());
    Some((fault.message, place.unwrap_or_default()))
}

const RIGHT: &str = r#"hmac: {hash: sha256, key: text, signs: "{timestamp}.{body}", encoding: hex}
timestamp: {unit: s, tolerance: 300s}
headers: {X-Signature: "t={timestamp},v1={signature}"}
"#;

#[test]
fn a_scheme_in_the_providers_terms_is_right() {
    assert_eq!(fault(RIGHT), None);
    for other in [
        "headers: {X-Token: \"{secret}\"}",
        "headers: {X-Signature: \"{signature}\"}\nhmac: {hash: sha1, signs: \"{body}\"}",
        "fields: {sig.value: \"{signature}\", sig.token: \"{nonce}\"}\nhmac: {hash: sha1, signs: \"{nonce}\"}",
    ] {
        assert_eq!(fault(other), None, "{other}");
    }
}

#[test]
fn what_makes_no_sense_is_told_at_its_place() {
    let cases = [
        ("headers: {}", "the scheme sends no signature", ""),
        (&RIGHT.replace("{signature}", "x"), "the signature is sent nowhere", "{"),
        ("headers: {X-Event: \"{kind}\"}", "nothing that is sent proves who sends it", "X-Event"),
        (
            "headers: {X-Signature: \"{signature}\"}",
            "nothing says how `{signature}` is made",
            "\"{signature}\"",
        ),
        (
            &RIGHT.replace("timestamp: {unit: s, tolerance: 300s}\n", ""),
            "nothing says how `{timestamp}`",
            "\"t=",
        ),
        (&RIGHT.replace("t={timestamp},", ""), "the time is signed and not sent", "{"),
        (&RIGHT.replace("{timestamp}.", ""), "an age that is not signed holds nobody back", "300s"),
        (&RIGHT.replace("{timestamp}.{body}", "{secret}{body}"), "`{secret}` cannot be part", "\"{secret}"),
        (
            &format!("{RIGHT}rotation: {{X-Signature: \"{{signature}}\"}}\n"),
            "`rotation` needs",
            "X-Signature",
        ),
        (
            &format!("{RIGHT}fields: {{sig: \"{{signature}}\"}}\n"),
            "a body cannot hold the signature",
            "\"{sig",
        ),
        (&format!("{RIGHT}fields: {{sig: \"{{other}}\"}}\n"), "`{other}` is only sent while", "\"{other}"),
        (
            &format!("{RIGHT}digest: {{hash: sha1, signs: \"{{secret}}\"}}\n"),
            "a scheme signs in one way",
            "{",
        ),
        (
            "digest: {hash: sha1, signs: \"{body}\"}\nheaders: {X-Signature: \"{signature}\"}",
            "a hash without the secret proves nothing",
            "\"{body}\"",
        ),
    ];
    for (text, message, place) in cases {
        let (said, at) = fault(text).unwrap_or_else(|| panic!("nothing wrong with {text}"));
        assert!(said.starts_with(message), "{text}: {said}");
        assert!(at.starts_with(place), "{text}: {said} at {at}");
    }
}

#[test]
fn what_a_scheme_covers_follows_from_what_it_signs() {
    let covers = |id: &str| find(id).unwrap().scheme.covers();
    for id in ["stripe", "github", "twilio", "twilio_json", "hubspot_v1", "discord", "paypal", "plaid"] {
        assert_eq!(covers(id), Covers::Body, "{id}");
    }
    assert_eq!(covers("mailgun"), Covers::Token);
    assert_eq!(covers("telegram"), Covers::Nothing);
    let tolerance = |id: &str| find(id).unwrap().scheme.tolerance().map(|t| t.as_secs());
    assert_eq!(tolerance("paddle"), Some(5));
    assert_eq!(tolerance("linear"), Some(60));
    assert_eq!(tolerance("klaviyo"), None);
    assert_eq!(tolerance("github"), None);
    let time = |id: &str| find(id).unwrap().scheme.covers_time();
    assert!(time("klaviyo") && time("linear") && time("mailgun") && !time("shopify") && !time("sentry"));
}

#[test]
fn the_schema_knows_every_field() {
    for (text, said) in [
        ("hmac: {hash: md5, signs: x}", "unknown variant `md5`"),
        ("hmac: {hash: sha1, sings: x}", "unknown field `sings`"),
        ("headers: {X: \"{signatur}\"}", "did you mean `signature`?"),
    ] {
        let error = embedded::<Scheme>(text).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}
