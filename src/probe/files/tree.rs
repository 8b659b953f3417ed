//! Folders: what the spec names, and the working tree of its repository.

use std::collections::BTreeSet;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

use super::budget::{Budget, DEPTH, MOST_FILES};
use super::collect::Collector;
use super::read::{Reader, is_zip};
use super::repository::Repository;
use super::{unobserved, zip};
use crate::observed::{Scan, Seen};
use crate::secret_file::skipped::{is_foreign_folder, is_lock_file};
use crate::system;

/// Reads a path that the spec names, whether Git ignores it or not.
pub(super) fn path(folder: &Path, declared: &str, budget: &Budget) -> Seen<Scan> {
    let root = folder.join(declared);
    if !root.exists() {
        return unobserved(&format!(
            "there is no {declared} beside the spec; what is built must be built first"
        ));
    }
    let mut collector = Collector::new(budget.clone());
    let declared = declared.trim_end_matches('/');
    if root.is_dir() {
        for found in walk(&root, false) {
            let Some(file) = taken(found, &mut collector) else { continue };
            let inner = file.strip_prefix(&root).unwrap_or(&file);
            let shown = format!("{declared}/{}", slashed(inner));
            if !one(&mut collector, &file, &shown, true) {
                break;
            }
        }
    } else {
        one(&mut collector, &root, declared, true);
    }
    if collector.scan.files == 0 && collector.scan.left_out.is_empty() {
        return unobserved(&format!("{declared} holds no file; what is built must be built first"));
    }
    Seen::Answer(collector.scan())
}

/// Reads what Git tracks, and what it does not ignore.
pub(super) fn working_tree(repository: &Repository, budget: &Budget) -> Seen<Scan> {
    let Some(root) = repository.root() else {
        return unobserved("the Git repository has no working tree");
    };
    let mut collector = Collector::new(budget.clone());
    let tracked = match repository.tracked() {
        Ok(tracked) => tracked,
        Err(why) => return unobserved(&why),
    };
    let mut files: BTreeSet<String> = BTreeSet::new();
    for found in walk(root, true) {
        let Some(file) = taken(found, &mut collector) else { continue };
        files.insert(slashed(file.strip_prefix(root).unwrap_or(&file)));
        if collector.is_over() {
            break;
        }
    }
    // What is tracked is committed, whatever .gitignore says.
    let is_own = |path: &String| !path.split('/').any(is_foreign_folder) && !is_lock_file(path);
    let regular = |path: &String| root.join(path).symlink_metadata().is_ok_and(|metadata| metadata.is_file());
    files.extend(tracked.into_iter().filter(is_own).filter(regular));
    for file in files {
        if !one(&mut collector, &root.join(&file), &repository.shown(&file), false) {
            break;
        }
    }
    Seen::Answer(collector.scan())
}

/// The files under a folder, in a fixed order. Links are not followed.
fn walk(root: &Path, ignoring: bool) -> ignore::Walk {
    let mut builder = WalkBuilder::new(root);
    builder.standard_filters(false).follow_links(false).sort_by_file_name(Ord::cmp);
    if ignoring {
        builder.git_ignore(true).git_exclude(true).git_global(true).parents(true);
    }
    builder.filter_entry(|entry| entry.depth() == 0 || !is_foreign(entry)).build()
}

fn is_foreign(entry: &DirEntry) -> bool {
    entry.file_name().to_str().is_some_and(is_foreign_folder)
}

/// The file of an entry that is to be read.
fn taken(found: Result<DirEntry, ignore::Error>, collector: &mut Collector) -> Option<PathBuf> {
    match found {
        Ok(entry) => {
            let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
            (is_file && !is_lock_file(&slashed(entry.path()))).then(|| entry.into_path())
        }
        Err(error) => {
            collector.left_out(format!("a folder cannot be read: {error}"));
            None
        }
    }
}

/// Reads one file; false where no more is read.
fn one(collector: &mut Collector, path: &Path, shown: &str, shipped: bool) -> bool {
    if collector.is_over() {
        return false;
    }
    if collector.scan.files >= MOST_FILES {
        collector.left_out(format!("there are more than {MOST_FILES} files"));
        return false;
    }
    match system::open_file(path) {
        Ok(mut file) => {
            let mut head = [0; 4];
            let begins = file.read(&mut head).and_then(|read| file.rewind().map(|()| is_zip(&head[..read])));
            let mut reader = Reader::new(collector, shipped);
            match begins {
                Ok(true) => zip::read(&mut reader, shown, std::io::BufReader::new(file), DEPTH - 1),
                Ok(false) => reader.stream(shown, &mut file, DEPTH),
                Err(error) => reader.collector.left_out(format!("{shown} cannot be read: {error}")),
            }
        }
        Err(why) => collector.left_out(format!("{shown} cannot be read: {why}")),
    }
    true
}

/// A path as specs and Git write it.
fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
