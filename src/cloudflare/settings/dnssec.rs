//! DNSSEC: signing is switched on, and the DS record is for the registrar.

use serde_json::{Map, Value};

use super::super::permission::Resource;
use super::super::plan::{Action, Change, Context, Left, Origin, Piece, Reason, Subject};
use crate::observed::{ApiObject, Seen};
use crate::spec::Place;
use crate::spec::model::Dnssec;

/// Adds what `dns.dnssec: required` wants.
pub(super) fn compare(context: Context<'_, '_>, piece: &mut Piece) {
    let document = context.world.document;
    let declared = document.spec.dns.as_ref().and_then(|dns| dns.dnssec.as_ref());
    let Some(declared) = declared.filter(|declared| declared.value == Dnssec::Required) else { return };
    let spec = Origin::at(&Place::new("dns.dnssec", declared.span), document);
    let left =
        |reason, message: String| Left { subject: Subject::Dnssec, reason, message, spec: spec.clone() };
    let Seen::Answer(now) = &context.live.dnssec else {
        let message = super::without(Resource::Dns, "whether the zone is signed");
        return piece.left.push(left(Reason::Unread, message));
    };
    if context.live.kind.as_str() == "partial" {
        let message = "Cloudflare is not the name server of this zone: whoever is must sign it".to_owned();
        return piece.left.push(left(Reason::Needs, message));
    }
    match now.text("status") {
        Some("disabled" | "pending-disabled") => piece.changes.push(change(now, spec)),
        Some("active" | "pending") => {}
        _ => {
            let status =
                now.shown("status").map_or_else(|| "no status".to_owned(), |status| status.to_string());
            let message =
                format!("Cloudflare shows DNSSEC as `{status}`: look at DNS > Settings in its dashboard");
            piece.left.push(left(Reason::Needs, message));
        }
    }
}

fn change(now: &ApiObject, spec: Origin) -> Change {
    Change {
        subject: Subject::Dnssec,
        action: Action::Change,
        adopts: false,
        before: Some(now.clone()),
        after: Some(ApiObject(Map::from_iter([("status".to_owned(), Value::from("active"))]))),
        spec,
        why: Some(
            "the DS record goes to the registrar afterwards; until it is there the zone counts as unsigned"
                .into(),
        ),
        turns_green: Vec::new(),
    }
}
