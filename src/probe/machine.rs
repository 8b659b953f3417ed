//! The roots that the machine at hand trusts.

use rustls::pki_types::CertificateDer;

/// This machine's own store of roots.
#[derive(Debug, Clone, Copy)]
pub struct Machine {
    /// Reads it; called at most once, and only where a chain leads to no other root.
    pub roots: fn() -> Vec<CertificateDer<'static>>,
    /// Whether what it trusts counts as trusted.
    pub counts: bool,
}

impl Default for Machine {
    /// Nothing is known of it.
    fn default() -> Self {
        Self { roots: Vec::new, counts: false }
    }
}
