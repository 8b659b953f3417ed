//! Where a text comes from: what its name allows to conclude from it.

use super::rule::{Rule, rules};

/// Parts of a name that say that a file holds no real values.
const SAMPLES: &[&str] =
    &["example", "examples", "sample", "samples", "template", "tpl", "dist", "defaults", "schema"];

/// Folders whose files nobody runs a product with.
const TESTS: &[&str] = &[
    "test",
    "tests",
    "__tests__",
    "testdata",
    "spec",
    "specs",
    "fixtures",
    "__fixtures__",
    "examples",
    "example",
    "samples",
    "mocks",
    "__mocks__",
];

/// What is known of a text beside its bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// The rules for names of files that hold here, as places in [`rules`].
    rules: Vec<usize>,
    /// True for programs and other binary files: strings stand in them one behind the other.
    pub(super) is_binary: bool,
}

impl Source {
    /// A file of the product's own: the rules for its name hold too.
    ///
    /// Served code has no such source: in it a name tells nothing.
    pub fn file(path: &str) -> Self {
        let parts: Vec<&str> = path.split(['/', '\\']).filter(|part| !part.is_empty()).collect();
        let Some((base, folders)) = parts.split_last() else { return Self::default() };
        let base = base.to_ascii_lowercase();
        let is_sample = base.split(['.', '-', '_']).any(|part| SAMPLES.contains(&part))
            || folders.iter().any(|folder| TESTS.contains(folder));
        if is_sample {
            return Self::default();
        }
        let holds = |rule: &Rule| is_named(&rule.files, &base, folders);
        let rules = rules().iter().enumerate().filter(|(_, rule)| !rule.files.is_empty() && holds(rule));
        Self { rules: rules.map(|(index, _)| index).collect(), is_binary: false }
    }

    /// True where a rule counts, which is the one at this place.
    pub(super) fn allows(&self, index: usize, rule: &Rule) -> bool {
        rule.files.is_empty() || self.rules.contains(&index)
    }
}

/// True where one of the patterns is the name, and none that begins with `!` is.
fn is_named(patterns: &[String], base: &str, folders: &[&str]) -> bool {
    let is = |pattern: &str| match pattern.rsplit_once('/') {
        Some((folder, name)) => folders.last() == Some(&folder) && fits(name, base),
        None => fits(pattern, base),
    };
    let refuses = |pattern: &String| pattern.strip_prefix('!').is_some_and(is);
    patterns.iter().any(|pattern| is(pattern)) && !patterns.iter().any(refuses)
}

/// True where a pattern, in which `*` stands for anything, is the whole name.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((before, behind)) => name.strip_prefix(before).is_some_and(|rest| {
            let mut ends = (0..=rest.len()).filter(|at| rest.is_char_boundary(*at));
            ends.any(|at| fits(behind, &rest[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, name, is) in [
            ("a*.yml", "a.yml", true),
            ("a*.yml", "a-é.yml", true),
            ("*", "", true),
            ("*.tfvars*", "x.tfvars.json", true),
            ("a*.yml", "b.yml", false),
            ("a", "ab", false),
        ] {
            assert_eq!(fits(pattern, name), is, "{pattern} {name}");
        }
    }

    #[test]
    fn a_pattern_may_name_the_folder_and_may_take_back() {
        let named = |patterns: &[&str], base, folders: &[&str]| {
            let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
            is_named(&patterns, base, folders)
        };
        assert!(named(&[".docker/config.json"], "config.json", &["home", ".docker"]));
        assert!(!named(&[".docker/config.json"], "config.json", &["home"]));
        assert!(named(&["*", "!*.js"], "a.txt", &[]) && !named(&["*", "!*.js"], "a.js", &[]));
    }

    #[test]
    fn samples_and_tests_have_no_rules_of_their_own() {
        let count = |path| Source::file(path).rules.len();
        assert!(count("config/database.yml") > count("main.js"));
        for path in ["config/database.yml.example", "database.sample.yml", "tests/config/database.yml", ""] {
            assert_eq!(count(path), 0, "{path}");
        }
    }
}
