//! Cloudflare's API: zones, records, settings, rulesets, certificates, with what it refuses and how it fails.
//!
//! It knows nothing of who asks. A test describes it before the lab starts, and can go on doing so while the lab
//! runs, as somebody at the dashboard would.

mod check;
mod data;
mod export;
mod live;
mod names;
mod parts;
mod record;
mod records;
mod reply;
mod routes;
mod rules;
mod rulesets;
mod script;
mod serve;
mod settings;
mod snapshot;
mod token;
mod world;
mod zone;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use script::{Deed, Step};
use world::World;

pub use check::Violation;
pub use live::ANYCAST;
pub use script::{Upset, When};
pub use snapshot::Snapshot;
pub use token::{Permission, Token};
pub use world::{Call, Plan};
pub use zone::CloudZone;

/// Cloudflare. Whoever has a copy has the same one.
#[derive(Clone)]
pub struct Cloudflare(Arc<Mutex<World>>);

impl Cloudflare {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(World::new())))
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives out a token; what stands after `Bearer`.
    pub fn token(&self, mut token: Token) -> String {
        let mut world = self.world();
        token.id = world.new_id();
        let secret = token.secret().to_owned();
        world.tokens.push(token);
        secret
    }

    /// Changes what a token is: `active`, `disabled`, `expired`.
    pub fn set_token_status(&self, secret: &str, status: &str) {
        let mut world = self.world();
        for token in world.tokens.iter_mut().filter(|token| token.secret() == secret) {
            status.clone_into(&mut token.status);
        }
    }

    /// Takes a token back: nobody knows it from now on.
    pub fn revoke(&self, secret: &str) {
        self.world().tokens.retain(|token| token.secret() != secret);
    }

    /// The zone of that name; a new one is on the free plan and active.
    pub fn zone(&self, name: &str) -> CloudZone {
        let mut world = self.world();
        let known = world.zones.iter().find(|zone| zone.name == name).map(|zone| zone.id.clone());
        let id = known.unwrap_or_else(|| world.add_zone(name));
        drop(world);
        CloudZone { cloudflare: self.clone(), id }
    }

    /// A second zone of a name that there is already, as another account can have it.
    pub fn another_zone(&self, name: &str) -> CloudZone {
        let id = self.world().add_zone(name);
        CloudZone { cloudflare: self.clone(), id }
    }

    /// Lets something go wrong.
    pub fn upset(&self, when: When, upset: Upset) -> &Self {
        self.world().steps.push(Step::new(when, Deed::Upset(upset)));
        self
    }

    /// After so many requests from now on, the next ones are too many, with so many seconds to wait.
    pub fn limit(&self, after: usize, next: usize, seconds: u64) -> &Self {
        self.world().limit = Some((1200, 300));
        self.upset(When::request(after + 1).times(next), Upset::TooMany(seconds))
    }

    /// Somebody else does something right before a request is looked at.
    pub fn before(&self, when: When, race: impl FnMut(&Self) + Send + 'static) -> &Self {
        self.world().steps.push(Step::new(when, Deed::Before(Arc::new(Mutex::new(race)))));
        self
    }

    /// Somebody else does something after a request was done, before it is answered.
    pub fn after(&self, when: When, race: impl FnMut(&Self) + Send + 'static) -> &Self {
        self.world().steps.push(Step::new(when, Deed::After(Arc::new(Mutex::new(race)))));
        self
    }

    /// From now on nothing goes wrong any more.
    pub fn calm(&self) -> &Self {
        let mut world = self.world();
        world.steps.clear();
        world.limit = None;
        drop(world);
        self
    }

    /// All requests so far.
    pub fn calls(&self) -> Vec<Call> {
        self.world().calls.clone()
    }

    /// How many requests so far were to change something.
    pub fn writes(&self) -> usize {
        self.world().calls.iter().filter(|call| call.writes()).count()
    }

    /// How many requests so far did change something.
    pub fn changes(&self) -> usize {
        self.world().calls.iter().filter(|call| call.changed).count()
    }

    /// Forgets the requests so far.
    pub fn forget_calls(&self) {
        self.world().calls.clear();
    }

    /// Waits until so many requests have come; whether they have within that time.
    pub fn wait_for_calls(&self, count: usize, patience: Duration) -> bool {
        let start = Instant::now();
        while self.world().calls.len() < count {
            if start.elapsed() > patience {
                return false;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        true
    }

    /// Moves with every change, whoever made it.
    pub fn revision(&self) -> u64 {
        self.world().revision
    }

    /// Requests that were not as Cloudflare describes them.
    pub fn violations(&self) -> Vec<Violation> {
        self.world().violations.clone()
    }

    /// Whether requests are checked against the description of the API.
    pub fn checks_requests() -> bool {
        check::at_hand()
    }

    /// # Panics
    ///
    /// If a request was not as Cloudflare describes it.
    pub fn assert_no_violation(&self) {
        let found = self.violations();
        assert!(found.is_empty(), "requests that Cloudflare's API description does not allow: {found:#?}");
    }
}
