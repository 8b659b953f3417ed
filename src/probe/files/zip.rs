//! Archives with a directory at their end: zip, apk, aab, ipa, jar.

use std::io::{Read, Seek};

use ::zip::ZipArchive;
use ::zip::result::ZipError;

use super::read::Reader;

/// Reads every file of an archive.
pub(super) fn read(reader: &mut Reader<'_>, name: &str, source: impl Read + Seek, depth: u8) {
    let mut archive = match ZipArchive::new(source) {
        Ok(archive) => archive,
        Err(error) => return reader.collector.left_out(format!("{name} cannot be unpacked: {error}")),
    };
    reader.within();
    let mut count = 0;
    for index in 0..archive.len() {
        let inner =
            archive.name_for_index(index).and_then(Result::ok).unwrap_or("a file".into()).into_owned();
        match archive.by_index(index) {
            Ok(mut entry) if entry.is_file() => {
                if !reader.entry(name, &inner, &mut entry, depth, &mut count) {
                    return;
                }
            }
            Ok(_) => {}
            Err(error) => {
                let why = match error {
                    ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => "is encrypted".to_owned(),
                    error => format!("cannot be unpacked: {error}"),
                };
                reader.collector.left_out(format!("{name}!/{inner} {why}"));
            }
        }
    }
}
