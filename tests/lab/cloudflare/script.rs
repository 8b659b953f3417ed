//! What goes wrong, and with which request: scripted by the test.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::Cloudflare;
use super::world::Call;

/// Which requests are meant: counted from the moment it is said, among those that fit.
#[derive(Clone, Debug, Default)]
pub struct When {
    nth: usize,
    times: usize,
    method: Option<String>,
    path: Option<String>,
    writes: bool,
}

impl When {
    /// The n-th request from now, beginning with 1.
    pub fn request(nth: usize) -> Self {
        Self { nth, times: 1, ..Self::default() }
    }

    /// The n-th request that is to change something.
    pub fn write(nth: usize) -> Self {
        Self { writes: true, ..Self::request(nth) }
    }

    /// Every request.
    pub fn always() -> Self {
        Self::request(1).times(usize::MAX)
    }

    /// This many in a row.
    pub fn times(mut self, times: usize) -> Self {
        self.times = times;
        self
    }

    /// Only of this method.
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// Only with this in the path.
    pub fn path(mut self, part: &str) -> Self {
        self.path = Some(part.to_owned());
        self
    }

    fn fits(&self, call: &Call) -> bool {
        self.method.as_ref().is_none_or(|method| *method == call.method)
            && self.path.as_ref().is_none_or(|part| call.path.contains(part))
            && (!self.writes || call.writes())
    }
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Upset {
    /// 429, to be tried again after so many seconds. Nothing was done.
    TooMany(u64),
    /// That status, with an envelope that says this. Nothing was done.
    Fails(u16, String),
    /// That status, with a page for people that says this. Nothing was done.
    Page(u16, String),
    /// The connection is dropped and nothing was done.
    DropsBefore,
    /// It is done, and the connection is dropped instead of an answer.
    DropsAfter,
    /// It is done, and half of the answer comes before the connection is dropped.
    DropsWithin,
    /// It is done, and the answer takes that long.
    Slow(Duration),
    /// Nothing is done, and nothing is answered for an hour.
    HangsBefore,
    /// It is done, and nothing is answered for an hour.
    HangsAfter,
    /// It is done, and what is answered is no JSON.
    Garbage,
    /// It is done, and the answer is filled up to that many bytes.
    Huge(usize),
    /// It is done, and the answer says 500.
    FailsAfter,
}

/// Something that somebody else does, on the dashboard for instance.
pub(super) type Race = Arc<Mutex<dyn FnMut(&Cloudflare) + Send>>;

/// What a step of the script does.
pub(super) enum Deed {
    /// Something goes wrong.
    Upset(Upset),
    /// Somebody else acts before the request is looked at.
    Before(Race),
    /// Somebody else acts after it was done and before it is answered.
    After(Race),
}

/// A step of the script.
pub(super) struct Step {
    pub(super) when: When,
    pub(super) deed: Deed,
    seen: usize,
}

impl Step {
    pub(super) fn new(when: When, deed: Deed) -> Self {
        Self { when, deed, seen: 0 }
    }

    /// Counts a request; whether it is meant.
    pub(super) fn meets(&mut self, call: &Call) -> bool {
        if !self.when.fits(call) {
            return false;
        }
        self.seen += 1;
        self.seen >= self.when.nth && self.seen - self.when.nth < self.when.times
    }
}
