use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::*;

#[test]
fn every_file_is_read_and_bears_its_providers_id() {
    for (id, text) in FILES {
        let provider = load::embedded::<Provider>(text).unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!(provider.id, *id);
    }
    assert_eq!(all().len(), FILES.len());
}

#[test]
fn every_file_of_the_folder_is_in_the_list() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("providers/webhooks");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    let listed: BTreeSet<String> = FILES.iter().map(|(id, _)| format!("{id}.yaml")).collect();
    assert_eq!(files, listed);
    assert!(FILES.is_sorted());
}

#[test]
fn every_name_means_one_provider() {
    let mut seen = BTreeSet::new();
    for name in all().iter().flat_map(|provider| std::iter::once(&provider.id).chain(&provider.aliases)) {
        assert!(seen.insert(name), "{name} means two");
        assert!(find(name).is_some_and(|provider| provider.id == *name || provider.aliases.contains(name)));
    }
    assert_eq!(find("Standard-Webhooks").map(|p| p.id.as_str()), Some("standard_webhooks"));
    assert_eq!(find("clerk").map(|p| p.id.as_str()), Some("svix"));
    assert_eq!(find("cal.com").map(|p| p.id.as_str()), Some("cal_com"));
    assert!(find("strpe").is_none());
    assert_eq!(nearest("strpe").as_deref(), Some("did you mean `stripe`?"));
}

#[test]
fn every_scheme_makes_sense() {
    for provider in all() {
        assert_eq!(provider.scheme.fault(), None, "{}", provider.id);
        assert!(provider.scheme.is_proven(), "{}", provider.id);
        assert_eq!(provider.scheme.can_forge(), provider.cannot_forge.is_none(), "{}", provider.id);
    }
}

#[test]
fn every_sample_is_json_and_has_room() {
    for provider in all() {
        let form = &provider.event;
        assert!(!form.samples.0.is_empty(), "{} has no sample", provider.id);
        let frame = form.frame.as_ref().map(|frame| ("frame", frame.as_str()));
        let samples = form.samples.0.iter().map(|(kind, text)| (kind.as_str(), text.as_str()));
        for (kind, text) in samples.chain(frame) {
            let what = format!("{} {kind}", provider.id);
            let value: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{what}: {error}"));
            if provider.content == Content::Form {
                let members = value.as_object().expect("members");
                assert!(members.values().all(Value::is_string), "{what}: a form holds text");
            }
        }
        let pointer = |path: &str| format!("/{}", path.replace('.', "/"));
        if let (Some(room), Some((_, frame))) = (&form.room, frame) {
            let value: Value = serde_json::from_str(frame).unwrap();
            assert!(value.pointer(&pointer(room)).is_some_and(Value::is_object), "{}", provider.id);
        }
    }
}

#[test]
fn an_id_form_makes_ids_that_differ() {
    use crate::webhook::template::Placeholder::{Marker, Number, Random, Uuid};
    for provider in all() {
        let form = &provider.event.id_form;
        let differs = form.placeholders().any(|p| matches!(p, Marker | Number | Random | Uuid));
        assert!(differs, "{}: {}", provider.id, form.0);
        if let Some(Place::Header(name)) = &provider.event.id {
            let sent = provider.scheme.headers.0.iter().any(|(header, _)| **header == *name);
            assert!(sent, "{} never sends {name}", provider.id);
        }
    }
}

#[test]
fn what_a_secret_should_look_like_is_told_without_it() {
    let form = &find("stripe").unwrap().secret;
    assert_eq!(form.doubt("whsec_0123456789abcdef0123456789"), None);
    for (secret, said) in [
        ("sk_live_0123456789abcdef0123", "it does not begin with `whsec_`"),
        ("whsec_12345", "it has 11 characters, and at least 22 are usual"),
        ("whsec_0123456789abcdef0123456789\n", "it has white space around it"),
    ] {
        assert_eq!(form.doubt(secret).as_deref(), Some(said));
    }
}

#[test]
fn what_counts_as_success_is_the_providers_word() {
    let (stripe, paddle) = (find("stripe").unwrap(), find("paddle").unwrap());
    assert!(stripe.delivery.accepts(204) && !stripe.delivery.accepts(302));
    assert!(paddle.delivery.accepts(200) && !paddle.delivery.accepts(204));
    assert_eq!((stripe.delivery.accepted(), paddle.delivery.accepted()), ("2xx".into(), "200".into()));
    assert_eq!(paddle.delivery.timeout(), Some(Duration::from_secs(5)));
}
