//! What is not worth reading: names and checksums of packages, and other people's packages.

use super::base;

/// Files that package managers write: thousands of checksums, no secrets.
const LOCKS: &[&str] = &[
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "bun.lockb",
    "deno.lock",
    "Cargo.lock",
    "Gemfile.lock",
    "composer.lock",
    "poetry.lock",
    "uv.lock",
    "pdm.lock",
    "Pipfile.lock",
    "pubspec.lock",
    "Podfile.lock",
    "Package.resolved",
    "go.sum",
    "flake.lock",
    "mix.lock",
    "gradle.lockfile",
    "packages.lock.json",
    ".terraform.lock.hcl",
];

/// Folders that are not the product's own.
const FOLDERS: &[&str] = &[".git", "node_modules"];

/// True for a folder's name that is left out.
pub(crate) fn is_foreign_folder(name: &str) -> bool {
    FOLDERS.contains(&name)
}

/// True for a lock file.
pub(crate) fn is_lock_file(path: &str) -> bool {
    LOCKS.contains(&base(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lock_files_are_told_by_their_name_alone() {
        assert!(is_lock_file("app/pubspec.lock") && is_lock_file("yarn.lock"));
        assert!(!is_lock_file("app/lock.dart") && !is_lock_file("yarn.lock/readme"));
    }
}
