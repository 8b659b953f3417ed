//! Every version of every file that any reference leads to, once. Commits are walked from the oldest on, and
//! a folder or file that was seen is not opened again: what is new in a commit is what it brought.

use std::collections::HashSet;

use gix::ObjectId;
use gix::objs::Kind;
use gix::objs::tree::EntryKind;
use jiff::Timestamp;

use super::budget::{Budget, MOST_HELD};
use super::collect::Collector;
use super::read::Reader;
use super::repository::Repository;
use super::unobserved;
use crate::observed::{Scan, Seen};
use crate::secret_file::skipped::{is_foreign_folder, is_lock_file};

/// How deep folders are walked.
const MOST_FOLDERS: usize = 64;
/// Decoded objects that are kept: what versions are made from is needed again.
const CACHE: usize = 32 << 20;

/// Reads the history.
pub(super) fn read(repository: &Repository, budget: &Budget) -> Seen<Scan> {
    let mut git = repository.git.clone();
    git.object_cache_size_if_unset(CACHE);
    let commits = match commits(&git) {
        Ok(commits) => commits,
        Err(why) => return unobserved(&format!("the Git history cannot be read: {why}")),
    };
    let mut collector = Collector::new(budget.clone());
    let mut walk = Walk { git: &git, repository, known: HashSet::new() };
    let mut count = 0;
    for (time, id) in commits {
        if collector.is_over() {
            break;
        }
        count += 1;
        collector.commit = Some((id.to_string(), Timestamp::from_second(time).ok()));
        match git.find_commit(id).and_then(|commit| commit.tree_id().map(gix::Id::detach)) {
            Ok(tree) => walk.folder(&mut collector, tree, "", 0),
            Err(error) => collector.left_out(format!("commit {id} cannot be read: {error}")),
        }
    }
    if git.is_shallow().unwrap_or(false) {
        collector.left_out(
            "the clone is shallow: older commits are not here (`git fetch --unshallow`)".to_owned(),
        );
    }
    collector.scan.commits = Some(count);
    Seen::Answer(collector.scan())
}

/// Every commit, with its time in seconds; the oldest first.
fn commits(git: &gix::Repository) -> Result<Vec<(i64, ObjectId)>, String> {
    let words = |error: gix::Error| error.to_string();
    let mut tips: Vec<ObjectId> = git.head_id().map(gix::Id::detach).into_iter().collect();
    let references = git.references().map_err(words)?;
    for mut reference in references.all().map_err(words)?.flatten() {
        // A reference to nothing is Git's to mend; a tag may lead to a file.
        let Ok(id) = reference.peel_to_id().map(gix::Id::detach) else { continue };
        if git.find_header(id).is_ok_and(|header| header.kind() == Kind::Commit) {
            tips.push(id);
        }
    }
    tips.sort_unstable();
    tips.dedup();
    if tips.is_empty() {
        return Ok(Vec::new());
    }
    let newest = gix::traverse::commit::simple::CommitTimeOrder::NewestFirst;
    let sorting = gix::revision::walk::Sorting::ByCommitTime(newest);
    let walk = git.rev_walk(tips).sorting(sorting).all().map_err(words)?;
    let mut commits = Vec::new();
    for info in walk {
        let info = info.map_err(|error| error.to_string())?;
        commits.push((info.commit_time.unwrap_or_default(), info.id));
    }
    // Clocks differ: among commits of one second, parents come after their children in the walk.
    commits.reverse();
    commits.sort_by_key(|(time, _)| *time);
    Ok(commits)
}

struct Walk<'r> {
    git: &'r gix::Repository,
    repository: &'r Repository,
    /// Folders and files that were read.
    known: HashSet<ObjectId>,
}

impl Walk<'_> {
    fn folder(&mut self, collector: &mut Collector, id: ObjectId, path: &str, depth: usize) {
        if !self.known.insert(id) || depth > MOST_FOLDERS || collector.is_over() {
            return;
        }
        let tree = match self.git.find_tree(id) {
            Ok(tree) => tree,
            Err(error) => {
                return collector.left_out(format!("folder `{path}` ({id}) cannot be read: {error}"));
            }
        };
        for entry in tree.iter().flatten() {
            let name = entry.filename().to_string();
            let inner = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
            match entry.mode().kind() {
                EntryKind::Tree if !is_foreign_folder(&name) => {
                    self.folder(collector, entry.object_id(), &inner, depth + 1);
                }
                EntryKind::Blob | EntryKind::BlobExecutable if !is_lock_file(&name) => {
                    self.file(collector, entry.object_id(), &inner);
                }
                _ => {}
            }
        }
    }

    fn file(&mut self, collector: &mut Collector, id: ObjectId, path: &str) {
        if !self.known.insert(id) || collector.is_over() {
            return;
        }
        let shown = self.repository.shown(path);
        let size = match self.git.find_header(id) {
            Ok(header) => header.size(),
            Err(error) => return collector.left_out(format!("{shown} ({id}) cannot be read: {error}")),
        };
        if size > MOST_HELD {
            let most = MOST_HELD >> 20;
            return collector.left_out(format!("{shown} is larger than {most} MB in a commit"));
        }
        match self.git.find_object(id) {
            Ok(object) => {
                let mut reader = Reader::new(collector, true);
                reader.stream(&shown, &mut object.data.as_slice(), 1);
            }
            Err(error) => collector.left_out(format!("{shown} ({id}) cannot be read: {error}")),
        }
    }
}
