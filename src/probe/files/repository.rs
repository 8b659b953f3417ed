//! The Git repository that the spec stands in.

use std::path::{Path, PathBuf};

use super::unobserved;
use crate::observed::{EnvFile, Remote, Seen};
use crate::secret_file::env::{self, Nature};
use crate::system;

/// Largest environment file that is read.
const MOST_ENV: usize = 256 * 1024;

/// A repository, and where the spec stands in it.
pub(super) struct Repository {
    pub(super) git: gix::Repository,
    root: Option<PathBuf>,
    /// The spec's folder within the working tree, as Git writes it.
    inside: String,
}

impl Repository {
    /// The repository that holds a folder; `None` where there is none.
    ///
    /// # Errors
    ///
    /// In words, where there is one that cannot be opened.
    pub(super) fn of(folder: &Path) -> Result<Option<Self>, String> {
        let folder = system::absolute(folder)?;
        if !folder.ancestors().any(|above| above.join(".git").exists()) {
            return Ok(None);
        }
        let git = gix::discover(&folder)
            .map_err(|error| format!("the Git repository cannot be opened: {error}"))?;
        let root = git.workdir().map(system::absolute).transpose()?;
        let inside = root.as_ref().and_then(|root| folder.strip_prefix(root).ok());
        let inside = inside.map_or(String::new(), |inside| inside.to_string_lossy().replace('\\', "/"));
        Ok(Some(Self { git, root, inside }))
    }

    /// The folder of the working tree.
    pub(super) fn root(&self) -> Option<&Path> {
        self.root.as_deref()
    }

    /// A path of the repository as somebody writes it who stands beside the spec.
    pub(super) fn shown(&self, path: &str) -> String {
        if self.inside.is_empty() {
            return path.to_owned();
        }
        match path.strip_prefix(&self.inside).and_then(|rest| rest.strip_prefix('/')) {
            Some(rest) => rest.to_owned(),
            None => format!("{}{path}", "../".repeat(self.inside.split('/').count())),
        }
    }

    /// The paths of the index, in its order.
    ///
    /// # Errors
    ///
    /// In words.
    pub(super) fn tracked(&self) -> Result<Vec<String>, String> {
        let index =
            self.git.index_or_empty().map_err(|error| format!("Git's index cannot be read: {error}"))?;
        let file = gix::index::entry::Mode::FILE | gix::index::entry::Mode::FILE_EXECUTABLE;
        let files = index.entries().iter().filter(|entry| file.contains(entry.mode));
        Ok(files.map(|entry| entry.path(&index).to_string()).collect())
    }

    /// The environment files that Git tracks.
    pub(super) fn env_files(&self) -> Seen<Vec<EnvFile>> {
        let tracked = match self.tracked() {
            Ok(tracked) => tracked,
            Err(why) => return unobserved(&why),
        };
        let own = tracked.iter().filter(|path| env::is_env_file(path));
        Seen::Answer(own.filter_map(|path| self.env_file(path)).collect())
    }

    /// What a file holds in the working tree; none where it is deleted there.
    fn env_file(&self, path: &str) -> Option<EnvFile> {
        let bytes = system::read_bytes(&self.root()?.join(path), MOST_ENV)?;
        let text = String::from_utf8_lossy(&bytes);
        let variables = env::variables(&text);
        let names = |nature| {
            let of = variables.iter().filter(|variable| variable.nature() == nature);
            let mut names: Vec<Remote> = of.map(|variable| Remote::new(variable.name)).collect();
            names.sort();
            names.dedup();
            names
        };
        Some(EnvFile {
            file: Remote::new(&self.shown(path)),
            secret: names(Nature::Secret),
            plain: names(Nature::Plain),
        })
    }
}
