//! Gathers the facts of a page from its tags.

use std::collections::{BTreeMap, BTreeSet};

use html5gum::{HtmlString, Spanned};
use url::{Host, Url};

use super::{LONGEST_URL, MOST_KEPT, srcset, style};
use crate::observed::{Alternate, Page, Remote, Resource, ResourceKind};

type Attributes = BTreeMap<HtmlString, Spanned<HtmlString, ()>>;

/// Longest title that is kept, in characters.
const LONGEST_TITLE: usize = 300;

/// What the text that follows is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    /// Shown to people.
    Body,
    Title,
    Script,
    Style,
    /// Not shown, or not by this browser.
    Silent,
}

/// Something that the page names, as it is written; resolved when the base is known.
enum Named {
    Resource(ResourceKind),
    Canonical,
    OgUrl,
    Alternate(String),
    Icon,
    Form,
    Worker,
}

/// The facts so far.
pub(super) struct Collector {
    at: Url,
    base: Option<Url>,
    page: Page,
    named: Vec<(Named, String)>,
    title: Option<String>,
    within: Within,
    /// How many `template` and `svg` elements are open.
    templates: usize,
    drawings: usize,
}

impl Collector {
    /// Nothing read yet of the page at an address.
    pub(super) fn new(at: &Url) -> Self {
        Self {
            at: at.clone(),
            base: None,
            page: Page::default(),
            named: Vec::new(),
            title: None,
            within: Within::Body,
            templates: 0,
            drawings: 0,
        }
    }

    /// A start tag.
    pub(super) fn start(&mut self, name: &[u8], attributes: &Attributes) {
        self.within = match name {
            b"title" if self.title.is_none() && self.drawings == 0 => Within::Title,
            b"script" => Within::Script,
            b"style" => Within::Style,
            b"title" | b"noscript" | b"iframe" | b"noembed" | b"noframes" | b"textarea" => Within::Silent,
            _ => Within::Body,
        };
        match name {
            b"template" => self.templates += 1,
            b"svg" => self.drawings += 1,
            _ => {}
        }
        if self.templates == 0 {
            self.element(name, &Element(attributes));
        }
    }

    /// An end tag.
    pub(super) fn end(&mut self, name: &[u8]) {
        self.within = Within::Body;
        match name {
            b"template" => self.templates = self.templates.saturating_sub(1),
            b"svg" => self.drawings = self.drawings.saturating_sub(1),
            _ => {}
        }
    }

    /// Text between tags.
    pub(super) fn text(&mut self, text: &[u8]) {
        if self.templates > 0 {
            return;
        }
        match self.within {
            Within::Body => {
                let text = String::from_utf8_lossy(text);
                self.page.text += text.chars().filter(|c| !c.is_whitespace()).count();
            }
            Within::Title => self.title.get_or_insert_default().push_str(&String::from_utf8_lossy(text)),
            Within::Script => self.script(&String::from_utf8_lossy(text)),
            Within::Style => self.style(&String::from_utf8_lossy(text)),
            Within::Silent => {}
        }
    }

    fn element(&mut self, name: &[u8], element: &Element) {
        use ResourceKind::{Frame, Image, Media, Object, Script};
        if let Some(sheet) = element.get("style") {
            self.style(&sheet);
        }
        match name {
            b"base" => self.base(element),
            b"meta" => self.meta(element),
            b"link" => self.link(element),
            b"script" if is_program(element) => self.resource(Script, element.get("src")),
            b"iframe" | b"frame" => self.resource(Frame, element.get("src")),
            b"object" => self.resource(Object, element.get("data")),
            b"embed" => self.resource(Object, element.get("src")),
            b"img" | b"source" => {
                let kind = if name == b"img" { Image } else { Media };
                self.resource(kind, element.get("src"));
                let candidates = element.get("srcset").unwrap_or_default();
                for address in srcset::addresses(&candidates) {
                    self.resource(Image, Some(address.to_owned()));
                }
            }
            b"video" | b"audio" => {
                self.resource(Media, element.get("src"));
                self.resource(Image, element.get("poster"));
            }
            b"image" if self.drawings > 0 => {
                self.resource(Image, element.get("href").or_else(|| element.get("xlink:href")));
            }
            b"form" => self.name(Named::Form, element.get("action")),
            b"button" => self.name(Named::Form, element.get("formaction")),
            b"input" => self.input(element),
            _ => {}
        }
    }

    /// The first `base` with an address counts, for the whole page.
    fn base(&mut self, element: &Element) {
        if let (None, Some(href)) = (&self.base, element.get("href")) {
            self.base = Some(self.at.join(href.trim()).unwrap_or_else(|_| self.at.clone()));
        }
    }

    fn meta(&mut self, element: &Element) {
        let Some(content) = element.get("content") else { return };
        let is = |attribute: &str, value: &str| {
            element.get(attribute).is_some_and(|found| found.trim().eq_ignore_ascii_case(value))
        };
        if is("name", "robots") || is("name", "googlebot") {
            keep(&mut self.page.robots, &content, &mut self.page.cut);
        } else if is("http-equiv", "content-security-policy") {
            keep(&mut self.page.csp, &content, &mut self.page.cut);
        } else if is("property", "og:url") || is("name", "og:url") {
            self.name(Named::OgUrl, Some(content));
        }
    }

    fn link(&mut self, element: &Element) {
        let rel = element.get("rel").unwrap_or_default().to_ascii_lowercase();
        let href = || element.get("href");
        for relation in rel.split_ascii_whitespace() {
            match relation {
                "canonical" => self.name(Named::Canonical, href()),
                "stylesheet" => self.resource(ResourceKind::Style, href()),
                "icon" | "apple-touch-icon" | "apple-touch-icon-precomposed" => self.icon(href()),
                "manifest" => self.resource(ResourceKind::Manifest, href()),
                "modulepreload" => self.resource(ResourceKind::Script, href()),
                "preload" => {
                    if let Some(kind) = preloaded(&element.get("as").unwrap_or_default()) {
                        self.resource(kind, href());
                    }
                }
                "alternate" => {
                    if let Some(lang) = element.get("hreflang") {
                        self.name(Named::Alternate(lang), href());
                    }
                }
                _ => {}
            }
        }
    }

    fn icon(&mut self, href: Option<String>) {
        match href {
            Some(href) if href.trim_start().to_ascii_lowercase().starts_with("data:") => {
                // An empty one asks browsers not to look for any.
                self.page.inline_icon = true;
            }
            href => self.name(Named::Icon, href),
        }
    }

    fn input(&mut self, element: &Element) {
        let kind = element.get("type").unwrap_or_default();
        self.page.password |= kind.trim().eq_ignore_ascii_case("password");
        if kind.trim().eq_ignore_ascii_case("image") {
            self.resource(ResourceKind::Image, element.get("src"));
        }
        self.name(Named::Form, element.get("formaction"));
    }

    /// A script within the page: which service workers it registers.
    fn script(&mut self, program: &str) {
        for call in program.split("serviceWorker").skip(1).take(MOST_KEPT) {
            let argument = call.trim_start().strip_prefix('.').map(str::trim_start);
            let argument = argument.and_then(|call| call.strip_prefix("register")).map(str::trim_start);
            let argument = argument.and_then(|call| call.strip_prefix('(')).map(str::trim_start);
            if let Some(address) = argument.and_then(literal) {
                self.name(Named::Worker, Some(address.to_owned()));
            }
        }
    }

    /// A style sheet within the page, or the style of one element.
    fn style(&mut self, sheet: &str) {
        for (kind, address) in style::insecure(sheet) {
            self.resource(kind, Some(address));
        }
    }

    fn resource(&mut self, kind: ResourceKind, address: Option<String>) {
        self.name(Named::Resource(kind), address);
    }

    fn name(&mut self, what: Named, address: Option<String>) {
        let Some(address) = address.filter(|address| !address.trim().is_empty()) else { return };
        if address.len() <= LONGEST_URL {
            self.named.push((what, address));
        } else {
            // An image within the page is no address that anybody asks.
            self.page.cut |= !address.trim_start().starts_with("data:");
        }
    }

    /// Everything is read.
    pub(super) fn page(mut self) -> Page {
        let base = self.base.take().unwrap_or(self.at);
        let mut page = self.page;
        page.title = self.title.map(|title| {
            let words: Vec<&str> = title.split_whitespace().collect();
            Remote::from(words.join(" ").chars().take(LONGEST_TITLE).collect::<String>())
        });
        let mut resources = BTreeSet::new();
        for (what, address) in self.named {
            let Some(url) = resolved(&base, &address) else { continue };
            let cut = &mut page.cut;
            match what {
                Named::Resource(kind) => {
                    let resource = Resource { kind, url };
                    if resources.insert(resource.clone()) {
                        keep_resource(&mut page.resources, resource, cut);
                    }
                }
                Named::Canonical => push(&mut page.canonical, url, cut),
                Named::OgUrl => push(&mut page.og_url, url, cut),
                Named::Alternate(lang) => {
                    push(&mut page.alternates, Alternate { lang: Remote::from(lang), url }, cut);
                }
                Named::Icon => push(&mut page.icons, url, cut),
                Named::Form if is_insecure(&url) => push(&mut page.insecure_forms, url, cut),
                Named::Form => {}
                Named::Worker => push(&mut page.workers, url, cut),
            }
        }
        page
    }
}

/// The attributes of an element.
struct Element<'a>(&'a Attributes);

impl Element<'_> {
    fn get(&self, name: &str) -> Option<String> {
        let value = self.0.get(name.as_bytes())?;
        Some(String::from_utf8_lossy(&value.value).into_owned())
    }
}

/// False for blocks of data: `type=application/ld+json`, templates.
fn is_program(element: &Element) -> bool {
    let kind = element.get("type").unwrap_or_default().trim().to_ascii_lowercase();
    kind.is_empty() || kind == "module" || kind.ends_with("javascript") || kind.ends_with("ecmascript")
}

fn preloaded(what: &str) -> Option<ResourceKind> {
    match what.trim().to_ascii_lowercase().as_str() {
        "script" | "worker" => Some(ResourceKind::Script),
        "style" => Some(ResourceKind::Style),
        "font" => Some(ResourceKind::Font),
        "image" => Some(ResourceKind::Image),
        "audio" | "video" | "track" => Some(ResourceKind::Media),
        _ => None,
    }
}

/// The text of a literal at the beginning of a program.
fn literal(program: &str) -> Option<&str> {
    let quote = program.chars().next().filter(|c| ['"', '\'', '`'].contains(c))?;
    let (text, _) = program.get(1..)?.split_once(quote)?;
    (!text.contains("${")).then_some(text)
}

/// An address on the web, without its fragment.
fn resolved(base: &Url, address: &str) -> Option<Url> {
    let mut url = base.join(address.trim()).ok()?;
    url.set_fragment(None);
    (matches!(url.scheme(), "http" | "https") && url.as_str().len() <= LONGEST_URL).then_some(url)
}

/// True for plain HTTP; what leads to the visitor's own machine is trusted (W3C Secure Contexts,
/// section 3.1).
pub fn is_insecure(url: &Url) -> bool {
    url.scheme() == "http" && !is_loopback(url)
}

/// True for the visitor's own machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn keep(kept: &mut Vec<Remote>, text: &str, cut: &mut bool) {
    push(kept, Remote::new(text), cut);
}

fn push<T: PartialEq>(kept: &mut Vec<T>, item: T, cut: &mut bool) {
    if kept.contains(&item) {
        return;
    }
    if kept.len() < MOST_KEPT { kept.push(item) } else { *cut = true }
}

/// A long page may load hundreds of files; those over plain HTTP have room of their own.
fn keep_resource(kept: &mut Vec<Resource>, resource: Resource, cut: &mut bool) {
    let insecure = |resource: &Resource| is_insecure(&resource.url);
    let same = kept.iter().filter(|other| insecure(other) == insecure(&resource)).count();
    if same < MOST_KEPT { kept.push(resource) } else { *cut = true }
}
