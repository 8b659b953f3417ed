//! What the APIs of a lab have in common: plain HTTP on a port of their own, a key, and bad days.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use url::form_urlencoded;

use super::Shared;
use super::bound::listener;
use super::site::{Port80, Request, Response, Site};
use super::web::{Web, serve_http};

/// The host as which they are asked, and under which the lab's log notes it.
const HOST: &str = "127.0.0.1";

/// Serves a site on a free port, in the clear; needs the runtime around it.
pub(super) fn serve(site: Site, shared: &Arc<Shared>) -> SocketAddr {
    let (listener, addr) = listener();
    let web = Web {
        sites: BTreeMap::from([(HOST.to_owned(), site)]),
        tls: BTreeMap::new(),
        port_80: Port80::Same,
        round_trip: Duration::ZERO,
        log: Arc::clone(&shared.log),
        now: shared.now,
    };
    tokio::spawn(serve_http(listener, Arc::new(web)));
    addr
}

/// How an API is on a day.
#[derive(Default)]
pub(super) struct Mood {
    /// Says this whatever is asked.
    pub(super) always: Option<Response>,
    /// Says this to the first question.
    pub(super) first: Option<Response>,
    /// Takes so long.
    pub(super) delay: Duration,
}

impl Mood {
    /// Serves what `answer` gives, as the mood is.
    pub(super) fn serve(
        self,
        shared: &Arc<Shared>,
        answer: impl Fn(&Request) -> Response + Send + Sync + 'static,
    ) -> SocketAddr {
        let (mut site, asked) = (Site::default(), AtomicBool::new(false));
        site.unadorned().handler("/*", move |request| {
            let first = self.first.as_ref().filter(|_| !asked.swap(true, Ordering::SeqCst));
            let said = first.or(self.always.as_ref()).cloned().unwrap_or_else(|| answer(request));
            let delay = said.delay + self.delay;
            said.delay(delay)
        });
        serve(site, shared)
    }
}

/// The query of a request.
pub(super) fn query(request: &Request) -> BTreeMap<String, String> {
    let query = request.path_and_query.split_once('?').map_or("", |(_, query)| query);
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}
