//! Whether Git tracks environment files with values.

use crate::check::{Status, Verdict, World, seen};
use crate::item::EnvSpot;
use crate::observed::{EnvFile, Remote};

pub(in crate::check) fn env_file_committed(spot: &EnvSpot, _: &World) -> Verdict {
    let file = match spot.file {
        Err(None) => return Verdict::not_applicable("the spec stands in no Git repository"),
        Err(Some(reason)) => return Verdict::unknown(reason),
        Ok(None) => return Verdict::pass("Git tracks no environment file"),
        Ok(Some(file)) => file,
    };
    if file.secret.is_empty() && file.plain.is_empty() {
        return Verdict::pass("it holds no value but those that clients may know");
    }
    let name = &file.file;
    let verdict = if file.secret.is_empty() {
        Verdict::fail(format!("Git tracks {name} with values of {}", names(&file.plain))).mild()
    } else {
        Verdict::fail(format!("Git tracks {name} with values of {}", names(&file.secret)))
    };
    verdict
        .expected("environment files outside Git, and an example without values in it")
        .observed(format!("{} variables with values", file.secret.len() + file.plain.len()))
        .label("tracked by Git")
        .help(help(file))
}

fn help(file: &EnvFile) -> String {
    let name = &file.file;
    let keep =
        format!("`git rm --cached {name}`, add it to .gitignore, and commit an example without values");
    if file.secret.is_empty() {
        return keep;
    }
    format!("{keep}; replace every secret in it at its provider: whoever has the repository has them")
}

fn names(names: &[Remote]) -> String {
    seen::listed(&names.iter().map(Remote::to_string).collect::<Vec<_>>())
}

/// True where the file is a red line of its own.
pub(super) fn is_committed(file: &str, world: &World) -> bool {
    let spots = &world.items.env_spots;
    let spot = spots.iter().find(|spot| spot.subject == file);
    spot.is_some_and(|spot| {
        let judged = env_file_committed(spot, world);
        judged.status == Status::Fail && matches!(spot.file, Ok(Some(file)) if !file.secret.is_empty())
    })
}
