//! What a receiver has done, and the pages that show it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use url::form_urlencoded;

use super::scheme::Event;
use crate::lab::site::{Request, Response};

/// An effect.
struct Booking {
    id: String,
    kind: String,
    /// From when on it shows.
    shows: Instant,
}

#[derive(Default)]
struct Ledger {
    bookings: Vec<Booking>,
    first_seen: BTreeMap<String, Instant>,
    requests: Vec<Request>,
}

/// A look into a receiver's books, also while it works.
#[derive(Clone, Default)]
pub struct Effects(Arc<Mutex<Ledger>>);

impl Effects {
    fn open(&self) -> MutexGuard<'_, Ledger> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many effects there are.
    pub fn count(&self) -> usize {
        self.ids().len()
    }

    /// The events that took effect, each as often as it did.
    pub fn ids(&self) -> Vec<String> {
        let now = Instant::now();
        let shown = |booking: &&Booking| booking.shows <= now;
        self.open().bookings.iter().filter(shown).map(|booking| booking.id.clone()).collect()
    }

    /// Everything that reached the receiver, in the order in which it came.
    pub fn requests(&self) -> Vec<Request> {
        self.open().requests.clone()
    }

    /// Notes a request and says how many there are now.
    pub(super) fn note(&self, request: &Request) -> usize {
        let mut ledger = self.open();
        ledger.requests.push(request.clone());
        ledger.requests.len()
    }

    /// When an event came for the first time, which may be now.
    pub(super) fn first_seen(&self, id: &str) -> Option<Duration> {
        let mut ledger = self.open();
        let known = ledger.first_seen.get(id).map(Instant::elapsed);
        ledger.first_seen.entry(id.to_owned()).or_insert_with(Instant::now);
        known
    }

    /// Acts for an event.
    pub(super) fn book(&self, event: &Event, after: Duration) {
        let (id, kind) = (event.id.clone(), event.kind.clone());
        self.open().bookings.push(Booking { id, kind, shows: Instant::now() + after });
    }

    /// `/members?event=ID`, for those who know the token.
    pub(super) fn members(&self, request: &Request, token: &str) -> Response {
        if request.header("authorization") != Some(&format!("Bearer {token}")) {
            return Response::json(401, &json!({ "error": "unauthorized" }));
        }
        let query = request.path_and_query.split_once('?').map_or("", |(_, query)| query);
        let wanted = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "event");
        let wanted = wanted.map(|(_, id)| id.into_owned());
        let now = Instant::now();
        let ledger = self.open();
        let shown = ledger.bookings.iter().filter(|booking| booking.shows <= now);
        let asked = shown.filter(|booking| wanted.as_ref().is_none_or(|id| *id == booking.id));
        let members: Vec<Value> =
            asked.map(|booking| json!({ "id": booking.id, "type": booking.kind })).collect();
        Response::json(200, &json!({ "members": members }))
    }

    /// `/count`, for anybody.
    pub(super) fn total(&self) -> Response {
        Response::json(200, &json!({ "count": self.count() }))
    }
}
