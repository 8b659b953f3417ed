//! What receivers know of their provider.

use std::time::Duration;

use ring::digest;
use serde_json::Value;
use url::form_urlencoded;

use super::claim::hex;
use crate::lab::site::Request;

/// A provider's way to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    Stripe,
    GitHub,
    /// With what its headers begin.
    Standard(&'static str),
    Slack,
    Meta,
    Zoom,
    Shopify,
    Twilio,
    Mailgun,
    Paddle,
    RevenueCat,
    Postmark,
}

/// What an event is.
pub(super) struct Event {
    /// The same in every delivery of it.
    pub(super) id: String,
    /// `checkout.session.completed`, ...
    pub(super) kind: String,
}

/// Where something of an event stands.
enum Place {
    /// In the body, by a JSON pointer.
    Json(&'static str),
    /// In a header that begins as the scheme says.
    Header(&'static str),
    /// In a form.
    Form(&'static str),
    /// Nowhere: the body itself must do.
    Digest,
}

use Place::{Digest, Form, Header, Json};

impl Scheme {
    /// How far from now the time of a signature may be; nothing where none is signed.
    pub(super) fn window(self) -> Option<Duration> {
        match self {
            Self::Stripe | Self::Standard(_) | Self::Slack | Self::Zoom => Some(Duration::from_mins(5)),
            Self::Paddle => Some(Duration::from_secs(5)),
            _ => None,
        }
    }

    /// With what it refuses.
    pub(super) fn refusal(self) -> u16 {
        match self {
            Self::Stripe | Self::Standard(_) | Self::Paddle => 400,
            Self::Twilio | Self::Meta => 403,
            _ => 401,
        }
    }

    /// A secret of the right form that is nobody's.
    pub(super) fn another_secret(self) -> &'static str {
        match self {
            Self::Standard(_) => "whsec_YW5vdGhlciBzZWNyZXQgb2YgdGhlIHJpZ2h0IGxlbmd0aA==",
            Self::Postmark => "another:password",
            _ => "another_secret_than_the_provider_has",
        }
    }

    fn id_places(self) -> &'static [Place] {
        match self {
            Self::Stripe => &[Json("/id")],
            Self::GitHub => &[Header("x-github-delivery")],
            Self::Standard("svix") => &[Header("svix-id")],
            Self::Standard(_) => &[Header("webhook-id")],
            Self::Slack | Self::Paddle => &[Json("/event_id")],
            Self::Meta => &[Json("/entry/0/changes/0/value/messages/0/id"), Json("/entry/0/id"), Digest],
            Self::Zoom => {
                &[Json("/event_id"), Json("/payload/object/uuid"), Json("/payload/object/id"), Digest]
            }
            Self::Shopify => &[Header("x-shopify-webhook-id")],
            Self::Twilio => &[Header("i-twilio-idempotency-token"), Form("MessageSid"), Digest],
            Self::Mailgun => &[Json("/event-data/id")],
            Self::RevenueCat => &[Json("/event/id")],
            Self::Postmark => &[Json("/MessageID")],
        }
    }

    fn kind_places(self) -> &'static [Place] {
        match self {
            Self::Stripe | Self::Standard(_) => &[Json("/type")],
            Self::GitHub => &[Header("x-github-event")],
            Self::Slack => &[Json("/event/type"), Json("/type")],
            Self::Meta => &[Json("/entry/0/changes/0/field"), Json("/object")],
            Self::Zoom => &[Json("/event")],
            Self::Shopify => &[Header("x-shopify-topic")],
            Self::Twilio => &[Form("MessageStatus"), Form("SmsStatus")],
            Self::Mailgun => &[Json("/event-data/event")],
            Self::Paddle => &[Json("/event_type")],
            Self::RevenueCat => &[Json("/event/type")],
            Self::Postmark => &[Json("/RecordType")],
        }
    }

    /// The event of a request, if it is one: JSON but for Twilio, and with an id.
    pub(super) fn event(self, request: &Request) -> Option<Event> {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        if body.is_null() && self != Self::Twilio {
            return None;
        }
        let found = |places: &[Place]| places.iter().find_map(|place| place.read(request, &body));
        Some(Event { id: found(self.id_places())?, kind: found(self.kind_places()).unwrap_or_default() })
    }
}

impl Place {
    fn read(&self, request: &Request, body: &Value) -> Option<String> {
        match self {
            Self::Json(pointer) => match body.pointer(pointer)? {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            },
            Self::Header(name) => request.header(name).map(str::to_owned),
            Self::Form(field) => {
                let mut fields = form_urlencoded::parse(&request.body);
                fields.find(|(name, _)| name == field).map(|(_, value)| value.into_owned())
            }
            Self::Digest => {
                let digest = digest::digest(&digest::SHA256, &request.body);
                Some(hex(digest.as_ref()))
            }
        }
    }
}
