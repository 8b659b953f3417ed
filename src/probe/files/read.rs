//! One file as a stream: plain, compressed, or an archive of others. What it is, its first bytes say.

use std::io::{Cursor, ErrorKind, Read};

use flate2::read::MultiGzDecoder;

use super::budget::{MOST_EXPANDED, MOST_FILE, MOST_FILES, MOST_HELD};
use super::collect::Collector;
use super::zip;
use crate::secret_file::named;
use crate::secret_file::skipped::is_lock_file;
use crate::secrets::{Source, Stream};

/// How much is read at once.
const PIECE: usize = 64 * 1024;
/// So many first bytes tell what a file is: a tar's mark ends at 262.
const HEAD: usize = 512;

/// Reads a file and, where it is an archive, those within it.
pub(super) struct Reader<'c> {
    pub(super) collector: &'c mut Collector,
    /// How many more bytes archives may expand to; `None` outside of them.
    room: Option<u64>,
    /// True where `.env` files are told by their values: where they are not tracked by Git and have no check
    /// of their own.
    pub(super) shipped: bool,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Gzip,
    Tar,
    Zip,
}

fn kind(head: &[u8]) -> Kind {
    match head {
        [0x1F, 0x8B, 8, ..] => Kind::Gzip,
        [b'P', b'K', 3, 4, ..] => Kind::Zip,
        _ if head.get(257..262) == Some(b"ustar") => Kind::Tar,
        _ => Kind::Plain,
    }
}

/// True for the first bytes of a zip.
pub(super) fn is_zip(head: &[u8]) -> bool {
    kind(head) == Kind::Zip
}

impl<'c> Reader<'c> {
    /// Feeds one collector.
    pub(super) fn new(collector: &'c mut Collector, shipped: bool) -> Self {
        Self { collector, room: None, shipped }
    }

    /// True where archives have expanded to more than they may.
    pub(super) fn is_full(&mut self) -> bool {
        self.room == Some(0) || self.collector.is_over()
    }

    /// Within an archive: what it expands to is counted from here on.
    pub(super) fn within(&mut self) {
        self.room.get_or_insert(MOST_EXPANDED);
    }

    /// With less room.
    #[cfg(test)]
    pub(super) fn set_room(&mut self, room: u64) {
        self.room = Some(room);
    }

    /// Reads what comes. `depth` says how many archives may still be opened.
    pub(super) fn stream(&mut self, name: &str, source: &mut dyn Read, depth: u8) {
        if self.collector.is_over() {
            return;
        }
        let mut head = Vec::new();
        if let Err(error) = (&mut *source).take(HEAD as u64).read_to_end(&mut head) {
            return self.collector.left_out(format!("{name} cannot be read: {error}"));
        }
        let kind = kind(&head);
        if depth == 0 && kind != Kind::Plain {
            return self.collector.left_out(format!("{name} is an archive within archives"));
        }
        let mut whole = Cursor::new(head).chain(source);
        match kind {
            Kind::Plain => self.plain(name, &mut whole),
            Kind::Gzip => {
                self.within();
                let mut content = MultiGzDecoder::new(whole);
                self.unpacked(name, &mut content, depth);
            }
            Kind::Tar => self.tar(name, &mut whole, depth - 1),
            Kind::Zip => self.held(name, &mut whole, depth - 1),
        }
    }

    /// A compressed file is itself one file, or a tar.
    fn unpacked(&mut self, name: &str, content: &mut dyn Read, depth: u8) {
        let mut head = Vec::new();
        if let Err(error) = (&mut *content).take(HEAD as u64).read_to_end(&mut head) {
            return self.collector.left_out(format!("{name} cannot be unpacked: {error}"));
        }
        let is_tar = kind(&head) == Kind::Tar;
        let mut whole = Cursor::new(head).chain(content);
        if is_tar {
            self.tar(name, &mut whole, depth - 1);
        } else {
            let inner = name.strip_suffix(".gz").unwrap_or(name);
            self.stream(inner, &mut whole, depth - 1);
        }
    }

    fn tar(&mut self, name: &str, source: &mut dyn Read, depth: u8) {
        self.within();
        let mut archive = tar::Archive::new(source);
        let entries = match archive.entries() {
            Ok(entries) => entries,
            Err(error) => return self.collector.left_out(format!("{name} cannot be unpacked: {error}")),
        };
        let mut count = 0;
        for entry in entries {
            let mut entry = match entry {
                Ok(entry) => entry,
                Err(error) => return self.collector.left_out(format!("{name} cannot be unpacked: {error}")),
            };
            if !entry.header().entry_type().is_file() {
                continue;
            }
            let inner = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            if !self.entry(name, &inner, &mut entry, depth, &mut count) {
                return;
            }
        }
    }

    /// An archive that is not a file on a disk: it is held whole, because its directory is at its end.
    fn held(&mut self, name: &str, source: &mut dyn Read, depth: u8) {
        let mut bytes = Vec::new();
        if let Err(error) = source.take(MOST_HELD + 1).read_to_end(&mut bytes) {
            return self.collector.left_out(format!("{name} cannot be read: {error}"));
        }
        if bytes.len() as u64 > MOST_HELD {
            let most = MOST_HELD >> 20;
            return self
                .collector
                .left_out(format!("{name} is an archive of more than {most} MB within another"));
        }
        zip::read(self, name, Cursor::new(bytes), depth);
    }

    /// One file of an archive; false where no more of it is read.
    pub(super) fn entry(
        &mut self,
        archive: &str,
        inner: &str,
        source: &mut dyn Read,
        depth: u8,
        count: &mut u64,
    ) -> bool {
        if self.is_full() {
            return false;
        }
        *count += 1;
        if *count > MOST_FILES {
            self.collector.left_out(format!("{archive} has more than {MOST_FILES} files"));
            return false;
        }
        if !is_lock_file(inner) {
            self.stream(&format!("{archive}!/{inner}"), source, depth);
        }
        if self.room == Some(0) {
            let most = MOST_EXPANDED >> 20;
            self.collector.left_out(format!("{archive} expands to more than {most} MB"));
        }
        self.room != Some(0)
    }

    /// Scans a file piece by piece, however long it is.
    fn plain(&mut self, name: &str, source: &mut dyn Read) {
        let mut stream = Stream::of(Source::file(within(name)));
        let mut head = Head::of(name, self.shipped);
        let (mut piece, mut length, mut is_wide) = (vec![0; PIECE], 0_u64, false);
        loop {
            if self.is_full() {
                break;
            }
            let read = match source.read(&mut piece) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.collector.left_out(format!("{name} cannot be read to its end: {error}"));
                    break;
                }
            };
            is_wide |= length == 0 && matches!(piece[..read], [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]);
            length += read as u64;
            if length > MOST_FILE {
                self.collector.left_out(format!("{name} is read up to {} MB", MOST_FILE >> 20));
                break;
            }
            self.room = self.room.map(|room| room.saturating_sub(read as u64));
            head.take(&piece[..read]);
            if is_wide {
                // UTF-16: without its zeros, what is ASCII reads as such.
                let narrow: Vec<u8> = piece[..read].iter().copied().filter(|byte| *byte != 0).collect();
                stream.push(&narrow);
            } else {
                stream.push(&piece[..read]);
            }
        }
        self.collector.scan.files += 1;
        self.collector.scan.bytes += length;
        self.collector.found(name, stream.finish());
        if let Some(reader) = head.reader {
            self.collector.told(name, &head.bytes, reader(&head.bytes));
        }
    }
}

/// A name without the way into an archive.
fn within(name: &str) -> &str {
    name.rsplit("!/").next().unwrap_or(name)
}

/// The beginning of a file whose kind tells more than its words.
struct Head {
    reader: Option<named::Reader>,
    bytes: Vec<u8>,
}

impl Head {
    fn of(name: &str, shipped: bool) -> Self {
        let name = within(name);
        let reader = named::reader(name).filter(|_| shipped || !crate::secret_file::env::is_env_file(name));
        Self { reader, bytes: Vec::new() }
    }

    fn take(&mut self, piece: &[u8]) {
        if self.reader.is_some() {
            let room = named::MOST.saturating_sub(self.bytes.len()).min(piece.len());
            self.bytes.extend_from_slice(&piece[..room]);
        }
    }
}
