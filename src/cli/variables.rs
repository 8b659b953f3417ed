//! `--env-file`, and the files beside the spec that name variables. Values are judged at once and dropped.

use std::path::{Path, PathBuf};

use miette::Diagnostic;

use super::output::{MAX_SMALL_FILE, read};
use crate::observed::{Remote, Variables};
use crate::secret::Environment;
use crate::spec::Document;
use crate::system;
use crate::variable::dotenv::{self, Entry, Fault};
use crate::variable::{self, Beside};

/// The example file where the spec names none.
const EXAMPLE: &str = ".env.example";

#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{path} is no file of variables: {why}")]
#[diagnostic(
    code(usage::env_file),
    help("--env-file takes `NAME=value`, one a line; values of several lines stand in quotes")
)]
struct NotAnEnvFile {
    path: String,
    why: String,
}

/// The process environment, and before it what the files say.
pub(super) fn environment(files: &[PathBuf]) -> miette::Result<Environment> {
    let mut environment = Environment::reading(system::variable);
    for path in files {
        let text = read(path, MAX_SMALL_FILE, "--env-file takes a file with `NAME=value` on each line")?;
        let path = path.display().to_string();
        let entries = dotenv::parse(&text)
            .map_err(|faults| NotAnEnvFile { path: path.clone(), why: words(&faults) })?;
        let variables = entries.into_iter().map(|entry| (entry.name, entry.value));
        environment = environment.with_file(&Remote::new(&path), variables);
    }
    Ok(environment)
}

/// What is known of the variables of a spec.
pub(super) fn look(document: &Document, environment: &Environment) -> Variables {
    let folder = Path::new(&document.path).parent().unwrap_or(Path::new(""));
    let secrets = document.spec.secrets.as_ref().map(|secrets| &secrets.value);
    let entries = |file: &str| entries(&folder.join(file));
    let compared = secrets.into_iter().flat_map(|secrets| &secrets.compare);
    let declared = secrets.and_then(|secrets| secrets.env_example.as_ref());
    let example = match declared {
        Some(file) => Some(entries(&file.value)),
        // A file that nobody declared, and that cannot be read, is nobody's business.
        None => Some(entries(EXAMPLE)).filter(Result::is_ok),
    };
    let compared = compared.map(|file| (file.value.clone(), entries(&file.value))).collect();
    variable::look(document, environment, &Beside { compared, example }, &system::marker())
}

fn entries(path: &Path) -> Result<Vec<Entry>, Remote> {
    let text = system::read_text(path, MAX_SMALL_FILE).map_err(|why| Remote::new(&why))?;
    dotenv::parse(&text).map_err(|faults| Remote::new(&words(&faults)))
}

/// The lines that are wrong, without what stands on them.
fn words(faults: &[Fault]) -> String {
    const MOST: usize = 3;
    let shown = faults.iter().take(MOST).map(|fault| format!("line {}: {}", fault.line, fault.why));
    let mut shown: Vec<String> = shown.collect();
    if faults.len() > MOST {
        shown.push(format!("{} more", faults.len() - MOST));
    }
    shown.join("; ")
}
