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

    /// The URL whose finding tells of redirects that never end: of all starts on the ring one, so that one
    /// ring is one finding, wherever one enters it.
    pub(super) fn told_at<'t>(&'t self, world: &'t World) -> &'t Url {
        let again = self.urls.last().and_then(|last| self.urls.iter().position(|url| url == last));
        let ring = &self.urls[again.unwrap_or(0)..];
        let ring = if ring.len() > 1 { ring } else { &self.urls[..] };
        let starts = || world.items.starts.iter().map(|start| &start.url).filter(|url| ring.contains(url));
        starts().find(|url| url.scheme() == "https").or_else(|| starts().next()).unwrap_or(&self.urls[0])
    }

    /// The verdict of a check that needed the end of redirects that never end.
    pub(super) fn endless(&self, world: &World) -> Verdict {
        let reason = "the redirects never end";
        Verdict::not_judged("http/redirect-loop", self.told_at(world).as_str(), reason)
    }

    /// True where Cloudflare answered one of the hops.
    pub(super) fn is_behind_cloudflare(&self, world: &World) -> bool {
        let answers = self.urls.iter().filter_map(|url| match world.observed.http(url) {
            Some(Seen::Answer(exchange)) => Some(exchange),
            _ => None,
        });
        let mut servers = answers.flat_map(|exchange| exchange.header("server"));
        servers.any(|server| server.as_str().eq_ignore_ascii_case("cloudflare"))
    }

    /// `http://shop.test/ -> https://shop.test/`
    pub(super) fn shown(&self) -> String {
        self.urls.iter().map(seen::shown).collect::<Vec<_>>().join(" -> ")
    }
}

/// A URL as it is asked: without the fragment.
fn asked(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    url
}
