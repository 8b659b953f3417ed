use super::*;

fn ids(text: &str) -> Vec<&'static str> {
    Scanner::builtin().scan(text.as_bytes()).iter().map(|hit| hit.rule.id.as_str()).collect()
}

#[test]
fn a_value_begins_where_no_word_goes_on() {
    let key = format!("whsec_{}", "q7Zp0Vx3Lk9Tn2Rb8Wd4YcAb5");
    for before in ["", " ", "\"", "=", "\\n", "%3D", "\\u0022", ":", "/", "("] {
        assert_eq!(ids(&format!("{before}{key}")), ["stripe-webhook-secret"], "{before}");
    }
    for before in ["a", "_", "7"] {
        assert!(ids(&format!("{before}{key}")).is_empty(), "{before}");
    }
    assert!(ids(&key.to_uppercase()).is_empty());
}

#[test]
fn the_more_specific_rule_is_told_and_once() {
    let body = "q7Zp0Vx3Lk9Tn2Rb8Wd4YcAb";
    assert_eq!(ids(&format!("sk_{}_{body}", "live")), ["stripe-secret-key"]);
    assert_eq!(ids(&format!("sk_{}_{body}zz", "live")), ["live-secret-key"]);
}

#[test]
fn a_place_is_that_of_the_value() {
    let value = "9f86d081884c7d659a2feaa0c55ad015";
    let text = format!("TWILIO_AUTH_TOKEN=\"{value}\"");
    let hits = Scanner::builtin().scan(text.as_bytes());
    assert_eq!(hits.len(), 1);
    assert_eq!(&text[hits[0].start..hits[0].end], value);
    assert_eq!(hits[0].masked(text.as_bytes()), "...015");
}

proptest::proptest! {
    #[test]
    fn any_bytes_can_be_scanned(text in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        for hit in Scanner::builtin().scan(&text) {
            proptest::prop_assert!(hit.start < hit.end && hit.end <= text.len());
        }
    }

    #[test]
    fn text_of_keywords_can_be_scanned(parts in proptest::collection::vec("(sk_live_|eyJ|\\.|://|[a-z0-9]{0,9}|-----BEGIN |twilio|=|\"|:AA|é)", 0..60)) {
        let text = parts.concat();
        for hit in Scanner::builtin().scan(text.as_bytes()) {
            proptest::prop_assert!(hit.start < hit.end && hit.end <= text.len());
        }
    }
}
