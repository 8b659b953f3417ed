use launch_ready::webhook::template::Parts;
use launch_ready::webhook::{Event, Place, find};

/// The text as a template, as a place, and as a payload of providers that write events differently.
pub(crate) fn webhook(data: &[u8]) {
    let text = super::text(data);
    for line in text.lines() {
        if let Ok(parts) = line.parse::<Parts>() {
            assert_eq!(parts.to_string(), line);
        }
        if let Ok(place) = line.parse::<Place>() {
            assert_eq!(place.to_string().parse().as_ref(), Ok(&place));
        }
    }
    for name in ["stripe", "github", "twilio", "slack"] {
        let provider = find(name);
        assert!(provider.is_some(), "{name}");
        if let Ok(event) = Event::from_payload(provider, &text, None, "run", "first") {
            let body = event.body();
            assert!(!body.is_empty() && !event.content_type().is_empty());
            // The same payload makes the same event: signatures are over its bytes.
            let again = Event::from_payload(provider, &text, None, "run", "first").expect("the same");
            assert_eq!(again.body(), body);
        }
    }
}
