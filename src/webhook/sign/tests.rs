use super::*;
use crate::webhook::find;

fn scheme(id: &str) -> &'static Scheme {
    &find(id).unwrap().scheme
}

/// Examples that providers have published: provider, secret, what is signed, the signature.
const PUBLISHED: &[(&str, &str, &str, &str)] = &[
    (
        "github",
        "It's a Secret to Everybody",
        "Hello, World!",
        "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    ),
    (
        "svix",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}",
        "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ),
    (
        "twilio",
        "12345",
        "https://mycompany.com/myapp.php?foo=1&bar=2CallSidCA1234567890ABCDECaller+14158675309Digits1234From+14158675309To+18005551212",
        "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
    ),
    (
        "slack",
        "8f742231b10e8888abcd99yyyzzz85a5",
        "v0:1531420618:token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
        "a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    ),
];

#[test]
fn what_providers_have_published_is_signed_as_they_sign_it() {
    for (id, secret, signed, expected) in PUBLISHED {
        assert_eq!(signature(scheme(id), secret, signed.as_bytes()).as_deref(), Ok(*expected), "{id}");
    }
}

/// RFC 4231 section 4.3 and RFC 2202 section 3, the key `Jefe`.
#[test]
fn each_hash_signs_as_its_standard_says() {
    let signed = b"what do ya want for nothing?";
    for (id, expected) in [
        ("github", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        ("intercom", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        (
            "paystack",
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        ),
    ] {
        assert_eq!(signature(scheme(id), "Jefe", signed).as_deref(), Ok(expected), "{id}");
    }
}

#[test]
fn the_form_of_a_key_counts() {
    let hex: Scheme =
        crate::spec::load::embedded("hmac: {hash: sha256, key: hex, signs: \"{body}\"}").unwrap();
    let signed = b"what do ya want for nothing?";
    assert_eq!(signature(&hex, "4a656665", signed), signature(scheme("github"), "Jefe", signed));
    assert_eq!(signature(&hex, "4a65666", signed), Err(Fault::NotHex(String::new())));
    // With and without its prefix, with and without padding.
    let svix = |secret| signature(scheme("svix"), secret, signed).unwrap();
    assert_eq!(svix("whsec_SmVmZQ=="), svix("SmVmZQ"));
    let polar = signature(scheme("polar"), "whsec_SmVmZQ==", signed).unwrap();
    assert_ne!(polar, svix("whsec_SmVmZQ=="));
}

#[test]
fn a_secret_that_is_no_key_is_told_without_it() {
    let fault = signature(scheme("svix"), "whsec_launch*ready*launch", b"").unwrap_err().to_string();
    assert_eq!(fault, "the secret is not base64 behind `whsec_`");
    assert_eq!(signature(scheme("svix"), "whsec_", b""), Err(Fault::Empty));
}

#[test]
fn a_wrong_secret_has_the_form_of_a_right_one() {
    let chance = Chance { run: "lr_0123456789ab", label: "wrong_key" };
    for provider in crate::webhook::all() {
        let secret = wrong_secret(&provider.scheme, &provider.secret.prefix, chance);
        if provider.scheme.hmac.is_some() {
            assert_eq!(provider.secret.doubt(&secret), None, "{}", provider.id);
            assert!(signature(&provider.scheme, &secret, b"x").is_ok(), "{}", provider.id);
        }
    }
}

#[test]
fn what_only_the_provider_can_make_has_its_form() {
    let chance = Chance { run: "lr_0123456789ab", label: "wrong_key" };
    let made = |id| foreign(scheme(id), b"text", "{\"iat\":1,\"{}\":\"ab\"}", chance);
    assert_eq!(made("discord").len(), 128);
    let der = STANDARD.decode(made("sendgrid")).unwrap();
    assert_eq!((der[0], usize::from(der[1])), (0x30, der.len() - 2));
    assert_eq!(STANDARD.decode(made("paypal")).unwrap().len(), 256);
    let jwt = made("plaid");
    let parts: Vec<Vec<u8>> = jwt.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).collect();
    assert_eq!((parts.len(), parts[2].len()), (3, 64));
    let claims: serde_json::Value = serde_json::from_slice(&parts[1]).unwrap();
    assert_eq!(claims["request_body_sha256"], "ab");
    let header: serde_json::Value = serde_json::from_slice(&parts[0]).unwrap();
    assert_eq!(header["alg"], "ES256");
}
