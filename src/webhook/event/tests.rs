use proptest::prelude::*;
use url::form_urlencoded;

use super::*;
use crate::webhook::{all, find};

const RUN: &str = "lr_0123456789ab";

fn json(event: &Event) -> Value {
    serde_json::from_slice(&event.body()).unwrap_or_else(|error| panic!("{}: {error}", event.kind))
}

/// The event holds its id and its type where the provider puts them.
fn assert_named(provider: &Provider, event: &Event) {
    for (place, value) in [(&provider.event.id, &event.id), (&provider.event.kind, &event.kind)] {
        if let Some(path) = place.as_ref().and_then(Place::path) {
            assert_eq!(event.text(path).as_ref(), Some(value), "{} {path}", provider.id);
        }
    }
}

#[test]
fn every_event_of_every_provider_is_named_and_bears_the_run() {
    for provider in all() {
        let samples = provider.event.samples.0.iter();
        let samples = samples.map(|(kind, _)| Event::sample(Some(provider), Some(kind), RUN, "first"));
        let others = [
            Event::inert(Some(provider), RUN, "first"),
            Event::plain(Some(provider), RUN, "first"),
            Event::sample(Some(provider), Some("nobody.knows"), RUN, "first"),
        ];
        for event in samples.chain(others) {
            assert_named(provider, &event);
            let body = String::from_utf8(event.body()).unwrap();
            assert!(body.contains(RUN), "{}: {body}", provider.id);
            assert!(!body.contains("{{"), "{}: {body}", provider.id);
        }
    }
}

#[test]
fn a_body_does_not_survive_being_written_again() {
    for provider in all() {
        let body = String::from_utf8(Event::inert(Some(provider), RUN, "first").body()).unwrap();
        if provider.rewritten.is_some() {
            // In the order of its own members, which the map of this test sorts.
            let value: Value = serde_json::from_str(&body).unwrap();
            assert_eq!((body.len(), body.contains(": ")), (value.to_string().len(), false), "{body}");
        } else if provider.content == Content::Json {
            assert!(body.contains(r"caf\u00e9 \u2713 \/") && body.contains(": 1.50"), "{body}");
            let value: Value = serde_json::from_str(&body).unwrap();
            assert_ne!(body, value.to_string());
        } else {
            let fields: Map<String, Value> =
                form_urlencoded::parse(body.as_bytes()).map(|(k, v)| (k.into_owned(), v.into())).collect();
            assert_eq!(fields["LaunchReady"], format!("café ✓ / {RUN}"));
        }
    }
}

#[test]
fn ids_have_the_providers_form_and_differ_by_label() {
    let id = |provider, label| Event::inert(find(provider), RUN, label).id;
    assert_eq!(id("stripe", "first"), format!("evt_{RUN}_first"));
    assert_eq!(Event::inert(None, RUN, "first").id, format!("evt_{RUN}_first"));
    assert_eq!(id("github", "first").len(), 36);
    for provider in all() {
        assert_ne!(id(&provider.id, "first"), id(&provider.id, "second"), "{}", provider.id);
        assert_eq!(id(&provider.id, "first"), id(&provider.id, "first"));
    }
    assert!(json(&Event::inert(find("telegram"), RUN, "first"))["update_id"].is_u64());
}

#[test]
fn a_payload_file_keeps_its_type_and_its_bytes() {
    let text = "{\"id\": \"evt_1\",\n \"type\": \"invoice.paid\", \"note\":\"caf\\u00e9\", \"n\": 1.50, \"who\": \"{{ run }}\"}\n";
    let event = Event::from_payload(find("stripe"), text, Some("ignored"), RUN, "first").unwrap();
    assert_eq!(event.kind, "invoice.paid");
    let expected = text.replace("evt_1", &event.id).replace("{{ run }}", RUN).replacen('{', "{ ", 1);
    assert_eq!(String::from_utf8(event.body()).unwrap(), expected);
    let github = Event::from_payload(find("github"), "{}", Some("issues"), RUN, "first").unwrap();
    assert_eq!((github.kind.as_str(), github.body()), ("issues", b"{ }".to_vec()));
}

#[test]
fn a_payload_of_a_form_may_be_a_form() {
    for text in ["From=%2B1500&Body=a+b\n", r#"{"From": "+1500", "Body": "a b"}"#] {
        let event = Event::from_payload(find("twilio"), text, None, RUN, "first").unwrap();
        assert_eq!(String::from_utf8(event.body()).unwrap(), "Body=a+b&From=%2B1500");
        assert_eq!(event.kind, "message");
    }
}

#[test]
fn what_is_wrong_with_a_payload_is_said() {
    for (text, said) in [
        ("not json", "it is not JSON"),
        ("3", "neither an object nor a list"),
        ("[]", "it has no place for `type`"),
        ("{\"a\": \"{{ event.data }}\"}", "nothing is known as `{{ event.data }}`"),
    ] {
        let error = Event::from_payload(find("stripe"), text, None, RUN, "first").unwrap_err();
        assert!(error.contains(said), "{text}: {error}");
    }
}

#[test]
fn names_are_filled_in_and_escaped() {
    let text = r#"{"id":"x","type":"t","data":{"who":["a b&\"c"],"n":3}}"#;
    let event = Event::from_payload(find("stripe"), text, None, RUN, "first").unwrap();
    let url = "https://shop.test/?e={{event.id}}&w={{ event.data.who.0 }}&n={{ event.data.n }}&r={{ run }}";
    assert_eq!(
        event.fill(url, Escape::Url).unwrap(),
        format!("https://shop.test/?e=evt_{RUN}_first&w=a%20b%26%22c&n=3&r={RUN}")
    );
    assert_eq!(event.fill("{{ event.data.who.0 }}", Escape::Json).unwrap(), r#"a b&\"c"#);
    assert!(event.fill("{{ event.nothing }}", Escape::Url).is_err());
    assert_eq!(event.fill("{{ not a name }} {{", Escape::Plain).unwrap(), "{{ not a name }} {{");
}

#[test]
fn names_that_no_event_has_are_told_without_one() {
    assert_eq!(unknown_name("{{ event.id }} {{ run }} {{ event.data.x }}"), None);
    let said = unknown_name("{{ evnt.id }}");
    assert_eq!(said.as_deref(), Some("nothing is known as `{{ evnt.id }}`"));
}

#[test]
fn one_letter_changes_and_it_stays_json() {
    for provider in all() {
        let event = Event::inert(Some(provider), RUN, "tampered");
        let changed = event.tampered(event.json()).unwrap_or_else(|| panic!("{} has no place", provider.id));
        serde_json::from_str::<Value>(&changed).unwrap();
        let differ = changed.bytes().zip(event.json().bytes()).filter(|(a, b)| a != b).count();
        assert_eq!((differ, changed.len()), (1, event.json().len()), "{}", provider.id);
        assert_ne!(event.body_of(&changed), event.body());
    }
}

proptest! {
    #[test]
    fn any_payload_is_read_or_refused(text in "\\PC{0,40}|[{}\\[\\]\":,a-d0-9 ]{0,30}", at in 0..44_usize) {
        let provider = all().get(at);
        if let Ok(event) = Event::from_payload(provider, &text, None, RUN, "first") {
            prop_assert!(serde_json::from_str::<Value>(event.json()).is_ok());
        }
    }

    #[test]
    fn any_text_is_filled_in_or_refused(text in "(\\{\\{|\\}\\}| |event|\\.id|run|\\PC){0,8}") {
        let event = Event::inert(find("stripe"), RUN, "first");
        if text.contains("{{") {
            let _ = (event.fill(&text, Escape::Url), unknown_name(&text));
        } else {
            prop_assert_eq!(event.fill(&text, Escape::Plain), Ok(text));
        }
    }
}
