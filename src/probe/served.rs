//! Reads what sites serve: their pages, the scripts of those, and whatever these name; and looks for files
//! that no site should serve.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;
use url::Url;

use super::http::Question;
use super::problem::{Problem, seen};
use super::session::{ReadFile, Session};
use crate::item::{self, Host, ReadSite};
use crate::observed::{ExposedFile, Observed, Page};
use crate::served::exposed::{Exposed, PLACES};
use crate::served::{Kind, Look, named_by_page};
use crate::spec::Document;

/// Redirects followed to the first page.
const MOST_HOPS: usize = 5;
/// Most bytes that are read of one file, decoded.
const MOST_OF_FILE: u64 = 16 << 20;
/// Files that are asked for at once.
const AT_ONCE: usize = 8;
/// What starts a Flutter application, and where the list of its assets is.
const FLUTTER: &[&str] = &[
    "flutter_bootstrap.js",
    "main.dart.js",
    "flutter_service_worker.js",
    // By age: the binary form came with Flutter 3.7, the one for browsers later, and the first went.
    "assets/AssetManifest.bin.json",
    "assets/AssetManifest.bin",
    "assets/AssetManifest.json",
];
/// Lists of files that other builds may leave beside a site.
const MANIFESTS: &[&str] = &[".vite/manifest.json", "asset-manifest.json"];

/// How much of a site is read.
struct Bounds {
    files: usize,
    bytes: u64,
    time: Duration,
}

/// Of a site that the spec asks to read.
const WHOLE: Bounds = Bounds { files: 200, bytes: 64 << 20, time: Duration::from_mins(1) };
/// Of any other.
const FIRST: Bounds = Bounds { files: 12, bytes: 16 << 20, time: Duration::from_secs(20) };

/// How the files of this spec's sites are read.
pub(super) fn look(document: &Document) -> Look {
    let hosts = item::hosts(document, &Observed::new(jiff::Timestamp::UNIX_EPOCH));
    let others: Vec<String> =
        hosts.into_iter().filter(|host| !host.is_production()).map(|host| host.name).collect();
    Look { most: MOST_OF_FILE, others: Rc::from(others) }
}

/// What is left to read of a site.
struct Crawl<'a, 's> {
    session: &'a Session<'s>,
    site: &'a ReadSite,
    look: &'a Look,
    page: Url,
    bounds: Bounds,
    known: BTreeSet<Url>,
    bytes: u64,
    read: usize,
    end: Instant,
}

/// Reads a site from its first page on.
pub(super) async fn crawl(session: &Session<'_>, host: &Host<'_>, site: &ReadSite, look: &Look) {
    let Some((at, page)) = first_page(session, host).await else { return };
    let bounds = if site.whole { WHOLE } else { FIRST };
    let end = Instant::now() + bounds.time;
    let known = BTreeSet::new();
    let mut crawl = Crawl { session, site, look, page: at.clone(), bounds, known, bytes: 0, read: 0, end };
    let mut wave = vec![at.clone()];
    wave.extend(named_by_page(&page));
    if site.whole {
        wave.extend(declared(session, host, &at).await);
        wave.extend(crawl.entries(host, &page));
    }
    let mut guesses = Vec::new();
    while !wave.is_empty() {
        let mut next = Vec::new();
        for (url, found) in crawl.wave(wave).await {
            next.extend(crawl.leads_to(&url, &found));
            guesses.extend(crawl.map_beside(&url, &found));
        }
        wave = if next.is_empty() { std::mem::take(&mut guesses) } else { next };
    }
}

/// The first page of a host, in the end of its redirects there.
async fn first_page(session: &Session<'_>, host: &Host<'_>) -> Option<(Url, Page)> {
    let mut at = host.root("https")?;
    for _ in 0..=MOST_HOPS {
        let exchange = session.exchange(&at).await.ok()?;
        if !exchange.is_redirect() {
            return Some((at, exchange.page.unwrap_or_default()));
        }
        at = exchange.location.filter(|to| to.host_str() == Some(&host.name) && to.scheme() == "https")?;
    }
    None
}

/// The pages that the spec declares of a host, and their scripts.
async fn declared(session: &Session<'_>, host: &Host<'_>, at: &Url) -> Vec<Url> {
    let pages =
        host.details.iter().flat_map(|details| &details.pages).filter_map(|page| host.at(&page.value));
    let pages: Vec<Url> = pages.filter(|page| page != at).collect();
    let shown = join_all(pages.iter().map(|page| session.exchange(page))).await;
    let scripts = shown.into_iter().flatten().filter_map(|exchange| exchange.page);
    let scripts: Vec<Url> = scripts.flat_map(|page| named_by_page(&page)).collect();
    pages.into_iter().chain(scripts).collect()
}

impl Crawl<'_, '_> {
    /// Files that are there by their kind of application.
    fn entries(&self, host: &Host<'_>, page: &Page) -> Vec<Url> {
        let is_flutter = |url: &Url| {
            let path = url.path();
            ["/flutter_bootstrap.js", "/flutter.js", "/main.dart.js"].iter().any(|name| path.ends_with(name))
        };
        let flutter = host.is_flutter() || named_by_page(page).iter().any(is_flutter);
        let names = if flutter { FLUTTER } else { MANIFESTS };
        names.iter().filter_map(|name| self.page.join(name).ok()).chain(host.entries()).collect()
    }

    /// Reads those that belong to the site and were not read, as far as the bounds allow.
    async fn wave(&mut self, urls: Vec<Url>) -> Vec<(Url, Rc<ReadFile>)> {
        let mut found = Vec::new();
        let own: Vec<Url> =
            urls.into_iter().filter(|url| self.belongs(url) && self.known.insert(url.clone())).collect();
        for part in own.chunks(AT_ONCE) {
            let room = self.bounds.files.saturating_sub(self.read).min(part.len());
            let room = if self.bytes >= self.bounds.bytes || Instant::now() >= self.end { 0 } else { room };
            let (now, left) = part.split_at(room);
            if !left.is_empty() {
                *self.session.unread.borrow_mut().entry(self.site.host.clone()).or_default() += left.len();
            }
            self.read += now.len();
            let asked = now.iter().map(|url| self.session.served(&self.site.host, url, self.look));
            for (url, outcome) in now.iter().zip(join_all(asked).await) {
                if let Ok(file) = outcome {
                    self.bytes += file.bytes();
                    found.push((url.clone(), file));
                }
            }
        }
        found
    }

    fn belongs(&self, url: &Url) -> bool {
        let same = |root: &Url| root.origin() == url.origin();
        url.scheme() == "https" && (same(&self.page) || self.site.others.iter().any(same))
    }

    /// What a file leads on to. Of a site that the spec does not ask to read, only source maps are.
    fn leads_to(&self, url: &Url, found: &ReadFile) -> Vec<Url> {
        let is_map = |link: &Url| link.path().rsplit_once('.').is_some_and(|(_, ending)| ending == "map");
        if !matches!(found.kind(), Some(Kind::Page | Kind::Program | Kind::List)) {
            return Vec::new();
        }
        let links = found.links(url, &self.page).into_iter().filter(|link| link != url);
        links.filter(|link| self.site.whole || is_map(link)).collect()
    }

    /// Where a program's source map would be that says nothing of one.
    fn map_beside(&self, url: &Url, found: &ReadFile) -> Option<Url> {
        let own = self.site.whole && found.kind() == Some(Kind::Program) && !found.is_mapped();
        let mut map = url.clone();
        map.set_query(None);
        map.set_path(&format!("{}.map", url.path()));
        own.then_some(map)
    }
}

/// Looks for files that no site should serve. Last of all: some firewalls shut out whoever asks for them.
pub(super) async fn exposed(session: &Session<'_>, document: &Document) {
    // Where the spec declares no hosts, DNS says whether there is a `www`; that has been asked by now.
    let mut known = Observed::new(jiff::Timestamp::UNIX_EPOCH);
    let answers = session.dns.all().into_iter();
    known.dns = answers.filter_map(|(key, answer)| Some((key, seen(answer?)))).collect();
    let hosts = item::hosts(document, &known);
    let own = hosts.iter().filter(|host| !host.redirect_only);
    join_all(own.map(async |host| {
        let look = async || exposed_at(session, host).await;
        // Kept in the session.
        let _ = session.exposed.get(&host.name, &session.tally, look).await;
    }))
    .await;
}

async fn exposed_at(session: &Session<'_>, host: &Host<'_>) -> Result<Vec<ExposedFile>, Problem> {
    let no_url = || Problem::Unobserved(format!("{} makes no URL", host.name));
    let root = host.root("https").ok_or_else(no_url)?;
    session.greet(&root).await?;
    let ask = async |(path, what): &(&str, Exposed)| {
        let url = root.join(path).map_err(|_| no_url())?;
        let answer = session.ask_once(&Question::get(&url)).await?;
        let is_there = answer.exchange.status == 200 && what.is(&answer.body);
        Ok(is_there.then_some(ExposedFile { url, what: *what }))
    };
    let outcomes: Vec<Result<Option<ExposedFile>, Problem>> = join_all(PLACES.iter().map(ask)).await;
    // A firewall may cut the connection for one of them; where that happens to all, nothing was seen.
    if outcomes.iter().all(Result::is_err) {
        return outcomes.into_iter().find_map(Result::err).map_or(Ok(Vec::new()), Err);
    }
    let unseen = outcomes.iter().find(|outcome| matches!(outcome, Err(Problem::Unobserved(_)))).cloned();
    let found: Vec<ExposedFile> = outcomes.into_iter().flatten().flatten().collect();
    if found.is_empty() {
        // A cut connection is the server's answer; what could not be asked is none.
        return unseen.map_or(Ok(found), |unseen| unseen.map(|_| Vec::new()));
    }
    // What answers at any path is no file.
    let absent = host.absent().ok_or_else(no_url)?;
    let answer = session.ask_once(&Question::get(&absent)).await?;
    let is_file = |file: &ExposedFile| answer.exchange.status != 200 || !file.what.is(&answer.body);
    Ok(found.into_iter().filter(is_file).collect())
}
