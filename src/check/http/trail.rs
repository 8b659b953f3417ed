//! Follows redirects through the answers that were seen.

use url::Url;

use crate::check::{Verdict, World, seen};
use crate::observed::{Exchange, Failure, Seen};
use crate::web::edge::Said;

/// More redirects than this never end.
pub(super) const LONGEST: usize = 10;

/// The URLs that a redirect leads through.
#[derive(Debug)]
pub(super) struct Trail<'w> {
    /// From the first one asked to the last one known.
    pub(super) urls: Vec<Url>,
    /// What came of the last one.
    pub(super) end: End<'w>,
}

/// How a trail ends.
#[derive(Debug)]
pub(super) enum End<'w> {
    /// With an answer that is no redirect.
    Answer(&'w Exchange),
    /// The last URL does not answer.
    Failed(&'w Failure),
    /// The last URL could not be asked; the reason.
    Unobserved(String),
    /// A URL comes again, or there are more than [`LONGEST`] redirects.
    Endless,
}

impl<'w> Trail<'w> {
    /// Follows a URL.
    pub(super) fn of(start: &Url, world: &'w World) -> Self {
        let mut here = asked(start);
        let mut urls = vec![here.clone()];
        let end = loop {
            let exchange = match world.observed.http(&here) {
                Some(Seen::Answer(exchange)) => exchange,
                Some(Seen::Failed(failure)) => break End::Failed(failure),
                Some(Seen::Unobserved(reason)) => break End::Unobserved(reason.to_string()),
                None if urls.len() > LONGEST => break End::Endless,
                None => break End::Unobserved(seen::NOT_OBSERVED.into()),
            };
            if let Some(said @ (Said::Challenge(_) | Said::Refused(_))) = exchange.edge() {
                break End::Unobserved(seen::kept_out(said));
            }
            let Some(location) = exchange.location.as_ref().filter(|_| exchange.is_redirect()) else {
                break End::Answer(exchange);
            };
            if !matches!(location.scheme(), "http" | "https") {
                // The visitor leaves the web (`myapp://open`): nothing is left to ask.
                urls.push(location.clone());
                break End::Answer(exchange);
            }
            here = asked(location);
            let again = urls.contains(&here);
            urls.push(here.clone());
            if again || urls.len() > LONGEST + 1 {
                break End::Endless;
            }
        };
        Self { urls, end }
    }

    /// How many redirects there are.
    pub(super) fn hops(&self) -> usize {
        self.urls.len().saturating_sub(1)
    }

    /// The first URL and the last one.
    pub(super) fn ends(&self) -> Option<(&Url, &Url)> {
        Some((self.urls.first()?, self.urls.last()?))
    }

    /// True where it never ends.
    pub(super) fn is_endless(&self) -> bool {
        matches!(self.end, End::Endless)
    }

    /// `http://shop.test/ -> https://shop.test/`
    pub(super) fn shown(&self) -> String {
        self.urls.iter().map(seen::shown).collect::<Vec<_>>().join(" -> ")
    }
}

/// The verdict of a check that needed the end of a trail that never ends.
pub(super) fn endless(start: &Url) -> Verdict {
    Verdict::not_judged("http/redirect-loop", start.as_str(), "the redirects never end")
}

/// A URL as it is asked: without the fragment.
fn asked(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    url
}
