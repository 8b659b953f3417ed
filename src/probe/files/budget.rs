//! How much is read, and until when.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Largest file that is read, in bytes.
pub(super) const MOST_FILE: u64 = 2 << 30;
/// Most bytes that one archive may expand to.
pub(super) const MOST_EXPANDED: u64 = 1 << 30;
/// Most files of one folder or archive.
pub(super) const MOST_FILES: u64 = 200_000;
/// Largest archive within an archive, and largest version of a file in a history: these are held whole.
pub(super) const MOST_HELD: u64 = 64 << 20;
/// How deep archives are opened: one, and those within it.
pub(super) const DEPTH: u8 = 2;

/// When reading ends.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    until: Instant,
    stop: Arc<AtomicBool>,
}

impl Budget {
    /// Ends then, or when somebody says so.
    pub(super) fn new(until: Instant, stop: Arc<AtomicBool>) -> Self {
        Self { until, stop }
    }

    /// True where nothing more is read.
    pub(super) fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || Instant::now() >= self.until
    }
}
