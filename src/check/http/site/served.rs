//! What the files of a site hold: addresses of developers, and the sources.

use url::Url;

use crate::check::seen::{self, Judged};
use crate::check::{Verdict, World};
use crate::item::Host;
use crate::observed::{DevelopmentUrl, Seen, ServedFile};
use crate::private::PrivateRanges;
use crate::served::Purpose;

/// The map of Flutter's own loader, which each of its builds brings along: none of the product's sources.
const FLUTTER_LOADER: &str = "/flutter.js.map";

/// The files of a site that were read, and why there may be others.
pub(in crate::check) struct Files<'w> {
    pub(in crate::check) read: Vec<(&'w str, &'w ServedFile)>,
    gap: Option<String>,
    more: usize,
}

impl Files<'_> {
    /// The verdict where nothing was found: `12 files` become a sentence.
    pub(in crate::check) fn or_gap(&self, words: impl Fn(&str) -> String) -> Verdict {
        if let Some(gap) = &self.gap {
            return Verdict::unknown(gap.as_str());
        }
        let count = self.read.len();
        let files = format!("{count} {}", if count == 1 { "file" } else { "files" });
        let more = if self.more == 0 { String::new() } else { format!("; {} more were not read", self.more) };
        Verdict::pass(format!("{}{more}", words(&files)))
    }
}

/// The files of a host.
pub(in crate::check) fn files<'w>(host: &str, world: &'w World) -> Judged<Files<'w>> {
    let served = world.observed.served.get(host).filter(|served| !served.files.is_empty());
    let Some(served) = served else {
        let root = Url::parse(&format!("https://{host}/")).ok();
        return Err(match root.map(|root| seen::http(&root, world)) {
            Some(Err(verdict)) => verdict,
            Some(Ok(exchange)) if exchange.is_redirect() => Box::new(Verdict::not_applicable(format!(
                "{host} leads elsewhere, and shows no page of its own"
            ))),
            _ => Box::new(Verdict::unknown(seen::NOT_OBSERVED)),
        });
    };
    let mut files = Files { read: Vec::new(), gap: None, more: served.more };
    for (url, outcome) in &served.files {
        let gap = match outcome {
            Seen::Answer(file) => {
                files.read.push((url, file));
                file.cut.then(|| format!("only the first {} bytes of {} were read", file.bytes, shown(url)))
            }
            Seen::Failed(failure) => Some(format!("{} could not be read: {}", shown(url), failure.detail)),
            Seen::Unobserved(reason) => Some(format!("{} could not be read: {reason}", shown(url))),
        };
        files.gap = files.gap.or(gap);
    }
    Ok(files)
}

fn shown(url: &str) -> String {
    Url::parse(url).map_or_else(|_| url.to_owned(), |url| seen::shown(&url))
}

/// `https://shop.test/app.js:1:2345`
pub(in crate::check) fn shown_place(url: &str, line: u64, column: u64) -> String {
    format!("{}:{line}:{column}", shown(url))
}

/// The files of a host of production.
fn of_production<'w>(host: &Host, world: &'w World) -> Judged<Files<'w>> {
    super::for_visitors(host)?;
    files(&host.name, world)
}

pub(in crate::check) fn development_url(host: &Host, world: &World) -> Verdict {
    let files = match of_production(host, world) {
        Ok(files) => files,
        Err(verdict) => return *verdict,
    };
    let is_fine = |found: &DevelopmentUrl| {
        found.purpose == Purpose::Network && *world.private != PrivateRanges::Forbidden
    };
    let all =
        files.read.iter().flat_map(|(url, file)| file.development.iter().map(move |found| (*url, found)));
    let all = all.filter(|(url, found)| !names_itself(url, found, world));
    let found: Vec<(&str, &DevelopmentUrl)> = all.filter(|(_, found)| !is_fine(found)).collect();
    let Some((first_at, first)) = found.first() else {
        return files.or_gap(|read| format!("{read} lead to no developer's machine"));
    };
    let place = |url: &str, found: &DevelopmentUrl| shown_place(url, found.line as u64, found.column as u64);
    let mut targets: Vec<String> = Vec::new();
    for (_, found) in &found {
        let target = format!("{} ({})", found.url, found.purpose.words());
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    let verdict = Verdict::fail(format!("{} points at {}", place(first_at, first), seen::listed(&targets)))
        .expected("addresses of production")
        .observed(format!("{} {}", found.len(), if found.len() == 1 { "address" } else { "addresses" }))
        .label("leads to developers")
        .help("set the variable that holds the address for the build of production (`.env.production`, the hosting's settings), and build and deploy again: in a visitor's browser `localhost` is the visitor's own machine");
    found.iter().fold(verdict, |verdict, (url, found)| {
        verdict.evidence(format!("{} {}", place(url, found), found.url))
    })
}

/// True where the address is how the page names itself: `http/canonical-link-differs` tells that.
fn names_itself(page: &str, found: &DevelopmentUrl, world: &World) -> bool {
    let Some(Seen::Answer(exchange)) = world.observed.http.get(page) else { return false };
    let names = exchange.page.iter().flat_map(|page| page.canonical.iter().chain(&page.og_url));
    Url::parse(found.url.as_str()).is_ok_and(|url| names.into_iter().any(|name| *name == url))
}

pub(in crate::check) fn source_map_exposed(host: &Host, world: &World) -> Verdict {
    let files = match of_production(host, world) {
        Ok(files) => files,
        Err(verdict) => return *verdict,
    };
    let maps = files
        .read
        .iter()
        .filter_map(|(url, file)| Some((*url, file.map.as_ref().filter(|map| map.embedded)?)));
    let maps: Vec<_> = maps.filter(|(url, _)| !url.ends_with(FLUTTER_LOADER)).collect();
    let Some((first, map)) = maps.first() else {
        return files.or_gap(|read| format!("no source map with sources among {read}"));
    };
    let such =
        map.sources.first().map(|source| format!(", such as {}", seen::cut(source))).unwrap_or_default();
    let others = if maps.len() == 1 { String::new() } else { format!(", and so do {} more", maps.len() - 1) };
    let verdict = Verdict::fail(format!("{} holds the sources{such}{others}", shown(first)))
        .expected("no source maps, or maps without sources")
        .observed(format!("{} with sources", maps.len()))
        .label("sources are public")
        .help("build without them (Vite `build.sourcemap: 'hidden'`, webpack `hidden-source-map`, Next without `productionBrowserSourceMaps`), send the maps to the service that collects errors, and do not deploy `*.map`; leave them where the sources are public anyway");
    maps.iter().fold(verdict, |verdict, (url, map)| {
        verdict.evidence(format!("{}: {}", shown(url), seen::listed(&map.sources)))
    })
}
