//! A first look at a domain that no spec describes yet. What to ask is said by
//! [`questions`]; here it is asked, everything of one step at once.

use futures_util::future::{join_all, join3};
use jiff::Timestamp;

use super::engine::follow;
use super::problem::seen;
use super::session::Session;
use crate::init::questions;
use crate::observed::Observed;

/// Asks everything.
pub(super) async fn gather(session: &Session<'_>, domain: &str, at: Timestamp) {
    ask(session, &questions::first(domain)).await;
    let known = answered(session, at);
    let urls = questions::urls(domain, &known);
    let policy = questions::policy(domain, &known);
    join3(
        ask(session, &questions::then(domain, &known)),
        join_all(urls.iter().map(|url| follow(session, url))),
        join_all(policy.iter().map(|url| session.file(url))),
    )
    .await;
}

async fn ask(session: &Session<'_>, questions: &[(String, &str)]) {
    join_all(questions.iter().map(|(name, kind)| session.dns(name, kind))).await;
}

/// What DNS has answered so far.
fn answered(session: &Session<'_>, at: Timestamp) -> Observed {
    let mut known = Observed::new(at);
    let answers = session.dns.all().into_iter();
    known.dns = answers.filter_map(|(key, answer)| Some((key, seen(answer?)))).collect();
    known
}
