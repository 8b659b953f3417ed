//! The one place that touches the machine: clock, environment, files. `clippy.toml` forbids these
//! calls everywhere else, so that all other code is given what it needs and can be tested.
#![expect(clippy::disallowed_methods, reason = "this file wraps them")]

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;

/// The time now.
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// Twelve hexadecimal digits that no other run has.
pub(crate) fn marker() -> String {
    let mut bytes = [0; 6];
    // Where the system has no random numbers to give, the clock still tells runs apart.
    if ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut bytes).is_err() {
        bytes.copy_from_slice(&now().as_nanosecond().to_be_bytes()[10..]);
    }
    crate::hex::hex(&bytes)
}

/// A variable of the process environment; `None` where it is not set or not UTF-8.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Reads a text file of at most `limit` bytes.
///
/// # Errors
///
/// In words, where it cannot be read, is larger, or is not UTF-8.
pub(crate) fn read_text(path: &Path, limit: usize) -> Result<String, String> {
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err("this is a folder, not a file".into());
    }
    read_limited(file, limit)
}

/// Reads standard input, of at most `limit` bytes.
///
/// # Errors
///
/// See [`read_text`].
pub(crate) fn read_stdin(limit: usize) -> Result<String, String> {
    read_limited(std::io::stdin().lock(), limit)
}

fn read_limited(reader: impl Read, limit: usize) -> Result<String, String> {
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    reader.take(most).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() > limit {
        return Err(format!("it is larger than {limit} bytes"));
    }
    String::from_utf8(bytes)
        .map_err(|error| format!("it is not UTF-8 (byte {})", error.utf8_error().valid_up_to()))
}

/// Reads a text file that was written at that time or later; `None` for any other.
pub(crate) fn read_recent(path: &Path, limit: usize, since: Timestamp) -> Option<String> {
    let written = std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok()?;
    let recent = Timestamp::try_from(written).is_ok_and(|written| written >= since);
    if recent { read_text(path, limit).ok() } else { None }
}

/// Reads a file of at most `limit` bytes; `None` where it cannot be read or is larger.
pub(crate) fn read_bytes(path: &Path, limit: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    std::fs::File::open(path).ok()?.take(most).read_to_end(&mut bytes).ok()?;
    (bytes.len() <= limit).then_some(bytes)
}

/// Opens a regular file to be read piece by piece: no folder, and nothing that never ends.
///
/// # Errors
///
/// In words.
pub(crate) fn open_file(path: &Path) -> Result<std::fs::File, String> {
    let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("it is no regular file".into());
    }
    std::fs::File::open(path).map_err(|error| error.to_string())
}

/// A path from the root on, links followed.
///
/// # Errors
///
/// In words.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, String> {
    std::fs::canonicalize(path).map_err(|error| format!("{} cannot be found: {error}", path.display()))
}

/// Keeps a file for later runs, folders included. Whoever reads at the same time sees the old file
/// or the new one. Where it cannot be kept, the next run does without.
pub(crate) fn keep(path: &Path, content: impl AsRef<[u8]>) {
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    if folder
        .and_then(|()| std::fs::write(&beside, content))
        .and_then(|()| std::fs::rename(&beside, path))
        .is_err()
    {
        let _ = std::fs::remove_file(&beside);
    }
}

/// The user's folder for files that can be made again: `$XDG_CACHE_HOME`, or `.cache` at home.
pub(crate) fn cache_folder() -> Option<PathBuf> {
    let absolute = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))
}

/// The roots that this machine trusts; what cannot be read is left out.
pub(crate) fn native_roots() -> Vec<CertificateDer<'static>> {
    rustls_native_certs::load_native_certs().certs
}

/// Writes a file whole.
///
/// # Errors
///
/// In words.
pub(crate) fn write_text(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| error.to_string())
}

/// Writes a file that is not there yet; false, and nothing is touched, where there is one.
///
/// # Errors
///
/// In words.
pub(crate) fn write_new(path: &Path, text: &str) -> Result<bool, String> {
    match std::fs::File::create_new(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        file => {
            let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
            written.map(|()| true).map_err(|error| error.to_string())
        }
    }
}

/// True where the file's mode lets other users read it. Where files have no mode, nobody knows.
pub(crate) fn is_readable_by_others(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o044 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

/// True where there is something at the path, be it a link to nowhere.
pub(crate) fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// The first file of that name here or in a parent folder, up to the root of the repository.
pub(crate) fn find_upwards(name: &str) -> Option<PathBuf> {
    let mut folder = std::env::current_dir().ok()?;
    let mut shown = PathBuf::new();
    loop {
        if folder.join(name).is_file() {
            return Some(shown.join(name));
        }
        if folder.join(".git").exists() || !folder.pop() {
            return None;
        }
        shown.push("..");
    }
}

/// Writes a file that only its owner may read, and waits until the disk has it. Whoever reads at the same time
/// sees the old file or the new one, and so does whoever reads after a crash.
///
/// # Errors
///
/// In words.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), String> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.new", std::process::id()));
    let beside = PathBuf::from(beside);
    let written = private().create_new(true).write(true).open(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, path)?;
        sync_folder(path)
    });
    written.map_err(|error| {
        let _ = std::fs::remove_file(&beside);
        error.to_string()
    })
}

/// A name in a folder is on the disk when the folder is.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if cfg!(unix) { std::fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all() } else { Ok(()) }
}

/// Files that only their owner may read.
fn private() -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A file that grows by whole lines, each of them on the disk before the next thing happens.
#[derive(Debug)]
pub(crate) struct Lines(std::fs::File);

impl Lines {
    /// Opens it, or makes it; only its owner may read it.
    ///
    /// # Errors
    ///
    /// In words.
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        let file = private().create(true).append(true).open(path).map_err(|error| error.to_string())?;
        sync_folder(path).map_err(|error| error.to_string())?;
        Ok(Self(file))
    }

    /// Adds a line.
    ///
    /// # Errors
    ///
    /// In words.
    pub(crate) fn add(&mut self, line: &str) -> Result<(), String> {
        let written = self.0.write_all(format!("{line}\n").as_bytes()).and_then(|()| self.0.sync_data());
        written.map_err(|error| error.to_string())
    }
}

/// A file that one process at a time holds. It is free again when that process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Held {
    _file: std::fs::File,
}

/// Holds a file; `None` where another process does.
///
/// # Errors
///
/// In words.
pub(crate) fn hold(path: &Path) -> Result<Option<Held>, String> {
    let file = private().create(true).append(true).open(path).map_err(|error| error.to_string())?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Held { _file: file })),
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        Err(std::fs::TryLockError::Error(error)) => Err(error.to_string()),
    }
}

/// Makes a folder that only its owner may enter, and those above it; false where it is there already.
///
/// # Errors
///
/// In words.
pub(crate) fn make_private_folder(path: &Path) -> Result<bool, String> {
    if let Some(above) = path.parent() {
        std::fs::create_dir_all(above).map_err(|error| error.to_string())?;
    }
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        Ok(()) => sync_folder(path).map(|()| true).map_err(|error| error.to_string()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error.to_string()),
    }
}

/// The folders in a folder, by name; none where it cannot be read.
pub(crate) fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path).into_iter().flatten().filter_map(Result::ok);
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

/// True where a person sits at standard input.
pub(crate) fn stdin_is_terminal() -> bool {
    std::io::IsTerminal::is_terminal(&std::io::stdin())
}

/// One line from standard input; `None` where it ends, or is longer than any answer.
pub(crate) fn read_line() -> Option<String> {
    let mut line = String::new();
    let mut limited = std::io::Read::take(std::io::stdin().lock(), 1024);
    let read = std::io::BufRead::read_line(&mut limited, &mut line).ok()?;
    (read > 0).then_some(line)
}
