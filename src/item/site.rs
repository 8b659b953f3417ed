//! What is asked of every site beside its pages.

use url::Url;

use super::Host;
use crate::observed::{Page, ResourceKind};
use crate::spec::Document;
use crate::spec::names::canonical_name;

/// A path at which no product has anything: what answers there answers everywhere.
pub const ABSENT_PATH: &str = "/launch-ready-no-such-page";
/// Where browsers look for an icon that no page names.
const FAVICON_PATH: &str = "/favicon.ico";
/// Scripts and style sheets of a page that are looked at.
const MOST_ASSETS: usize = 8;
/// Icons and service workers of a page that are.
const MOST_ICONS: usize = 2;
const MOST_WORKERS: usize = 2;
/// Values of `app` for what runs in the browser alone: every path is answered with the one page.
const SINGLE_PAGE: &[&str] = &[
    "angular",
    "cra",
    "create-react-app",
    "elm",
    "ember",
    "expo",
    "flutter",
    "flutter-web",
    "preact",
    "react",
    "single-page",
    "solid",
    "spa",
    "svelte",
    "vite",
    "vue",
];
/// Files that start a Flutter application, and keep their names.
const FLUTTER_ENTRIES: &[&str] =
    &["/index.html", "/main.dart.js", "/flutter_bootstrap.js", "/flutter.js", "/flutter_service_worker.js"];

impl Host<'_> {
    /// The kind of application, as the spec says it, in lower case.
    fn app(&self) -> Option<String> {
        let app = self.details?.app.as_ref()?;
        Some(app.value.trim().to_ascii_lowercase())
    }

    /// True for a declared application of Flutter.
    pub fn is_flutter(&self) -> bool {
        self.app().is_some_and(|app| app.starts_with("flutter"))
    }

    /// True for a declared application that answers every path with its one page.
    pub fn is_single_page(&self) -> bool {
        self.app().is_some_and(|app| SINGLE_PAGE.contains(&app.as_str()))
    }

    /// An address on the host.
    pub fn at(&self, path: &str) -> Option<Url> {
        self.root("https")?.join(path).ok()
    }

    /// The path at which nothing is.
    pub fn absent(&self) -> Option<Url> {
        self.at(ABSENT_PATH)
    }

    /// Where browsers look for an icon.
    pub fn favicon(&self) -> Option<Url> {
        self.at(FAVICON_PATH)
    }

    /// The rules for crawlers (RFC 9309 section 2.3).
    pub fn robots(&self) -> Option<Url> {
        self.at("/robots.txt")
    }

    /// What starts the application under names that stay the same.
    pub fn entries(&self) -> Vec<Url> {
        let paths: &[&str] = match (self.is_flutter(), self.is_single_page()) {
            (true, _) => FLUTTER_ENTRIES,
            (false, true) => &["/index.html"],
            (false, false) => &[],
        };
        paths.iter().filter_map(|path| self.at(path)).collect()
    }

    /// What is asked of the host whatever its pages say.
    pub fn probes(&self) -> Vec<Url> {
        let site = if self.is_api() { None } else { self.favicon() };
        self.absent().into_iter().chain(site).chain(self.entries()).collect()
    }
}

/// Where the product's security.txt is looked for: on the canonical host or, where that is no site of the
/// spec, on the first that is.
pub fn security_txt(document: &Document, hosts: &[Host]) -> Option<Url> {
    let is_site = |host: &&Host| host.is_production() && !host.is_api();
    let canonical = canonical_name(&document.spec);
    let own = hosts.iter().filter(is_site).find(|host| host.name == canonical);
    let host = own.or_else(|| hosts.iter().filter(is_site).find(|host| !host.redirect_only))?;
    host.at(crate::web::security_txt::PATH)
}

/// What a page on a host leads on to, on the same host: its first scripts and style sheets, icons and
/// service workers, and the directory of its files.
pub fn parts(page: &Page, at: &Url) -> Vec<Url> {
    let own = |url: &&Url| url.origin() == at.origin();
    let is_code = |kind| matches!(kind, ResourceKind::Script | ResourceKind::Style);
    let code = page.resources.iter().filter(|resource| is_code(resource.kind)).map(|found| &found.url);
    let assets: Vec<Url> = code.filter(own).take(MOST_ASSETS).cloned().collect();
    let icons = page.icons.iter().filter(own).take(MOST_ICONS).cloned();
    let workers = page.workers.iter().filter(own).take(MOST_WORKERS).cloned();
    let folder = assets.iter().find_map(folder);
    let mut found: Vec<Url> = assets.iter().cloned().chain(icons).chain(workers).chain(folder).collect();
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|url| seen.insert(url.clone()));
    found
}

/// The directory of a file, unless that is the root.
fn folder(file: &Url) -> Option<Url> {
    let mut folder = file.join(".").ok()?;
    folder.set_query(None);
    (folder.path() != "/").then_some(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Fixture;

    fn probes(spec: &str) -> Vec<String> {
        let fixture = Fixture::new(spec, "at: 2026-11-28T00:00:00Z").expect("a fixture");
        let world = fixture.world();
        world.items.hosts[0].probes().iter().map(|url| url.path().to_owned()).collect()
    }

    #[test]
    fn hosts_are_asked_what_their_kind_has() {
        assert_eq!(probes("domain: shop.test"), [ABSENT_PATH, FAVICON_PATH]);
        assert_eq!(probes("domain: shop.test\nhosts: {api: {kind: api}}"), [ABSENT_PATH]);
        assert_eq!(probes("domain: shop.test\nhosts: {app: {app: Flutter-Web}}")[2..], *FLUTTER_ENTRIES);
        assert_eq!(probes("domain: shop.test\nhosts: {app: {app: vite}}")[2..], ["/index.html"]);
        assert_eq!(probes("domain: shop.test\nhosts: {app: {app: next}}").len(), 2);
    }

    #[test]
    fn pages_lead_on_within_their_host() {
        let at = Url::parse("https://shop.test/").expect("a URL");
        let scripts: Vec<String> = (0..20).map(|n| format!("<script src=/assets/{n}.js></script>")).collect();
        let scripts = scripts.concat();
        let html = format!(
            "<script src=//cdn.test/x.js></script><img src=/i.png><link rel=icon href=/i.svg>{scripts}<script>navigator.serviceWorker.register('/sw.js')</script>"
        );
        let page = crate::web::page::read(html.as_bytes(), &at);
        let paths: Vec<String> = parts(&page, &at).iter().map(|url| url.path().to_owned()).collect();
        assert_eq!(paths.len(), MOST_ASSETS + 3);
        assert_eq!(paths[MOST_ASSETS..], ["/i.svg", "/sw.js", "/assets/"]);
    }
}
