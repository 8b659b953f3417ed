//! Mail exchangers (RFC 5321 section 5).

use crate::probe::session::Session;

/// Who receives the domain's mail.
pub(super) async fn gather(session: &Session<'_>, domain: &str) {
    // Kept in the session.
    let _ = session.dns(domain, "MX").await;
}
