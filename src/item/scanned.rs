//! Places where secrets are looked for in files and in the Git history, and the secrets found there.

use crate::observed::{EnvFile, FoundSecret, Observed, Scan, Seen};
use crate::spec::model::{SecretScan, Secrets};
use crate::spec::{Document, Place};

/// How findings call the working tree.
const TREE: &str = "working tree";
/// How findings call the history.
const HISTORY: &str = "Git history";

/// A place where secrets are looked for, or a secret that was found.
#[derive(Debug, Clone)]
pub struct Scanned<'a> {
    /// The path, or the place of the secret: `lib/config.dart:3:14`.
    pub subject: String,
    /// Where the spec asks for it.
    pub place: Place,
    /// Which of the two.
    pub what: Found<'a>,
}

/// What a scan is judged by.
#[derive(Debug, Clone)]
pub enum Found<'a> {
    /// The place as a whole; `None` where nobody looked.
    Place(Option<&'a Seen<Scan>>),
    /// There is no Git repository.
    NoRepository,
    /// A secret, and the same one in other places.
    Secret(&'a FoundSecret, Vec<&'a FoundSecret>),
}

impl Scanned<'_> {
    /// The fingerprint of the secret that it is.
    pub fn fingerprint(&self) -> Option<&str> {
        match &self.what {
            Found::Secret(found, _) => Some(found.fingerprint.as_str()),
            _ => None,
        }
    }
}

/// An environment file that Git tracks.
#[derive(Debug, Clone)]
pub struct EnvSpot<'a> {
    /// The file.
    pub subject: String,
    /// The section of the spec.
    pub place: Place,
    /// What it holds; none where there is no such file, `Err` says why nobody knows.
    pub file: Result<Option<&'a EnvFile>, Option<&'a str>>,
}

/// How findings name the place of a secret.
fn spot(found: &FoundSecret) -> String {
    format!("{}:{}:{}", found.at.file, found.at.line, found.at.column)
}

/// Adds a place, and what was found there. The same value is one item, wherever it stands.
fn add<'a>(items: &mut Vec<Scanned<'a>>, subject: &str, place: &Place, seen: Option<&'a Seen<Scan>>) {
    let scan = match seen {
        Some(Seen::Answer(scan)) => Some(scan),
        _ => None,
    };
    let whole = scan.is_some_and(|scan| scan.left_out.is_empty() && scan.more == 0);
    if !whole || scan.is_some_and(|scan| scan.found.is_empty()) {
        items.push(Scanned { subject: subject.to_owned(), place: place.clone(), what: Found::Place(seen) });
    }
    for found in scan.into_iter().flat_map(|scan| &scan.found) {
        let known = items.iter_mut().find(|item| item.fingerprint() == Some(found.fingerprint.as_str()));
        if let Some(Scanned { what: Found::Secret(first, others), .. }) = known {
            // A declared path may lie within the working tree.
            if first.at != found.at && others.iter().all(|other| other.at != found.at) {
                others.push(found);
            }
        } else {
            let what = Found::Secret(found, Vec::new());
            items.push(Scanned { subject: spot(found), place: place.clone(), what });
        }
    }
}

fn declared(document: &Document) -> Option<(&Secrets, &SecretScan)> {
    let secrets = &document.spec.secrets.as_ref()?.value;
    Some((secrets, secrets.scan.as_ref()?))
}

/// Where a spec says that files are looked at.
fn scan_place(document: &Document, scan: &SecretScan) -> Place {
    let inside = scan.paths.first().or(scan.sites.first()).map(|first| first.span);
    let inside = inside.or(scan.history.as_ref().map(|history| history.span));
    let section = document.spec.secrets.as_ref().map(|secrets| secrets.span);
    Place::new("secrets.scan", inside.or(section).unwrap_or_default())
}

/// The declared paths and the working tree.
pub fn scanned_files<'a>(document: &'a Document, observed: &'a Observed) -> Vec<Scanned<'a>> {
    let Some((_, scan)) = declared(document) else { return Vec::new() };
    let mut items = Vec::new();
    for (index, path) in scan.paths.iter().enumerate() {
        let place = Place::new(format!("secrets.scan.paths[{index}]"), path.span);
        add(&mut items, &path.value, &place, observed.scanned.paths.get(&path.value));
    }
    let place = scan_place(document, scan);
    match &observed.scanned.tree {
        Some(tree) => add(&mut items, TREE, &place, Some(tree)),
        None => items.push(Scanned { subject: TREE.to_owned(), place, what: Found::NoRepository }),
    }
    items
}

/// The Git history, where it is to be read.
pub fn scanned_history<'a>(document: &'a Document, observed: &'a Observed) -> Vec<Scanned<'a>> {
    let wanted = declared(document).and_then(|(_, scan)| scan.history.as_ref());
    let mut items = Vec::new();
    if let Some(history) = wanted.filter(|history| history.value) {
        let place = Place::new("secrets.scan.history", history.span);
        add(&mut items, HISTORY, &place, observed.scanned.history.as_ref());
    }
    items
}

/// The environment files that Git tracks; one item that says so where there are none.
pub fn env_spots<'a>(document: &'a Document, observed: &'a Observed) -> Vec<EnvSpot<'a>> {
    let Some(secrets) = &document.spec.secrets else { return Vec::new() };
    let place = Place::new("secrets", secrets.span);
    let spot = |subject: &str, file| EnvSpot { subject: subject.to_owned(), place: place.clone(), file };
    match &observed.scanned.env_files {
        None => vec![spot(TREE, Err(None))],
        Some(Seen::Answer(files)) if files.is_empty() => vec![spot(TREE, Ok(None))],
        Some(Seen::Answer(files)) => {
            files.iter().map(|file| spot(file.file.as_str(), Ok(Some(file)))).collect()
        }
        Some(Seen::Failed(failure)) => vec![spot(TREE, Err(Some(failure.detail.as_str())))],
        Some(Seen::Unobserved(reason)) => vec![spot(TREE, Err(Some(reason.as_str())))],
    }
}
