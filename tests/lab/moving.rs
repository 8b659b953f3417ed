//! Names that change while the lab runs: what somebody else knows of a zone, asked anew once it has changed.

use std::sync::{Arc, Mutex, PoisonError};

use super::zones::Names;

/// Somebody who knows better what stands in a zone.
#[derive(Clone)]
pub struct Live {
    /// Another number whenever something has changed.
    pub(super) revision: Arc<dyn Fn() -> u64 + Send + Sync>,
    /// Puts into the names what stands there now.
    pub(super) apply: Arc<dyn Fn(&mut Names) + Send + Sync>,
}

/// Names as they are at the moment.
pub struct Moving {
    described: Arc<Names>,
    /// The last ones, and the revisions that they are of.
    last: Mutex<(Vec<u64>, Arc<Names>)>,
}

impl Moving {
    /// Begins with what was described.
    pub(super) fn new(names: Names) -> Self {
        let described = Arc::new(names);
        Self { last: Mutex::new((Vec::new(), Arc::clone(&described))), described }
    }

    /// The names now.
    pub(super) fn now(&self) -> Arc<Names> {
        if self.described.live.is_empty() {
            return Arc::clone(&self.described);
        }
        let revisions: Vec<u64> = self.described.live.iter().map(|live| (live.revision)()).collect();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.0 != revisions {
            *last = (revisions, Arc::new(self.described.applied()));
        }
        Arc::clone(&last.1)
    }
}

impl Names {
    /// The names with all that others know better.
    pub(super) fn applied(&self) -> Self {
        let mut names = self.clone();
        for live in &self.live {
            (live.apply)(&mut names);
        }
        names
    }

    /// Stays as it is from now on, whatever others know: what a cache believes, or a server that lags behind.
    pub fn freeze(&mut self) -> &mut Self {
        self.live.clear();
        self
    }
}
