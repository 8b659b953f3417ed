//! DMARC (RFC 9989): the domain's policy and those of its parents.

use futures_util::future::join_all;

use crate::probe::session::Session;
use crate::spec::names::climb;

/// The record of the domain, and of every parent that may hold a policy.
pub(super) async fn gather(session: &Session<'_>, domain: &str) {
    join_all(parents(domain).map(async |name| session.dns(&format!("_dmarc.{name}"), "TXT").await)).await;
}

/// The domain, and those of its parents that have at least two labels.
fn parents(domain: &str) -> impl Iterator<Item = &str> {
    climb(domain).enumerate().filter(|(index, name)| *index == 0 || name.contains('.')).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::parents;

    #[test]
    fn policies_are_looked_for_up_to_two_labels() {
        assert_eq!(parents("a.b.co.test").collect::<Vec<_>>(), ["a.b.co.test", "b.co.test", "co.test"]);
        assert_eq!(parents("a.test").collect::<Vec<_>>(), ["a.test"]);
        assert_eq!(parents("localhost").collect::<Vec<_>>(), ["localhost"]);
    }
}
