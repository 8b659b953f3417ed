//! What a run sends to webhooks: said before it is sent.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use crate::item::{self, Webhook};
use crate::observed::Remote;
use crate::probe::Sending;
use crate::spec::{Document, SpecError, SpecErrors};
use crate::system;

/// Largest sample event that is read, in bytes.
const MOST_PAYLOAD: usize = 256 * 1024;

/// What is sent for a spec; nothing where no webhook is judged.
pub(super) fn sending(document: &Document, wanted: bool) -> Result<Sending, SpecErrors> {
    if !wanted {
        return Ok(Sending::default());
    }
    let (mut payloads, mut errors) = (BTreeMap::new(), Vec::new());
    let folder = Path::new(&document.path).parent().unwrap_or(Path::new(""));
    for (index, webhook) in item::webhooks(document).iter().enumerate().filter(|(_, w)| w.is_delivered_to()) {
        let Some(payload) = &webhook.declared.payload else { continue };
        match read(&folder.join(&payload.value)) {
            Ok(text) => drop(payloads.insert(index, text)),
            Err(why) => {
                let message = format!("the sample event `{}` cannot be used: {why}", payload.value);
                let help = "name a file with one JSON event, beside the spec; without `payload` a sample of the provider's is sent";
                errors.push(SpecError::new("spec/payload", message, "this file", payload.span).help(help));
            }
        }
    }
    if errors.is_empty() {
        Ok(Sending { wanted, run: format!("lr_{}", system::marker()), payloads })
    } else {
        Err(SpecErrors::of(document, errors))
    }
}

fn read(path: &Path) -> Result<String, String> {
    let text = system::read_text(path, MOST_PAYLOAD)?;
    let event: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| format!("it is no JSON ({error})"))?;
    if event.is_object() || event.is_array() { Ok(text) } else { Err("it holds no event".into()) }
}

/// Says what signed events will go where, before the first is sent.
pub(super) fn announce(document: &Document, sending: &Sending, err: &mut dyn Write) {
    if !sending.wanted {
        return;
    }
    for webhook in item::webhooks(document).iter().filter(|webhook| webhook.is_delivered_to()) {
        // A closed pipe is the reader's choice.
        let _ = writeln!(err, "{}", announcement(webhook, &sending.run));
    }
}

fn announcement(webhook: &Webhook, run: &str) -> String {
    let declared = webhook.declared;
    let kind = declared.events.first().map_or("a sample".to_owned(), |kind| format!("`{}`", kind.value));
    let kind = if declared.payload.is_some() { "the event of `payload`".to_owned() } else { kind };
    let name = Remote::new(webhook.name);
    format!(
        "sending signed test events to {} (webhook {name}): {kind}, the same again, another one five times at once, and some that nobody acts on; all carry `{run}`",
        webhook.url
    )
}
