//! Values that nobody may see: never printed, logged, recorded or serialised.

use std::collections::BTreeMap;
use std::fmt;

use crate::observed::Remote;

/// A secret value. It has no `Display` and no `Serialize`, and its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a value in.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself, for those who sign or send with it. Never for output.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The variables that a run may read.
#[derive(Clone)]
pub struct Environment {
    read: fn(&str) -> Option<String>,
    set: BTreeMap<String, Found>,
    files: Vec<Remote>,
}

/// A variable that is set, be it to nothing.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its value.
    pub value: Secret,
    /// The file that it comes from; the process environment where there is none.
    pub file: Option<Remote>,
}

impl Environment {
    /// Reads each variable when it is asked for.
    pub fn reading(read: fn(&str) -> Option<String>) -> Self {
        Self { read, set: BTreeMap::new(), files: Vec::new() }
    }

    /// The value of a variable. An empty one counts as not set: that is what CI systems make of a secret
    /// that they do not have.
    pub fn get(&self, name: &str) -> Option<Secret> {
        self.find(name).map(|found| found.value).filter(|value| !value.0.trim().is_empty())
    }

    /// A variable, be it set to nothing. What a file says goes before the process environment.
    pub fn find(&self, name: &str) -> Option<Found> {
        let read = || Some(Found { value: Secret((self.read)(name)?), file: None });
        self.set.get(name).cloned().or_else(read)
    }

    /// With the variables of a file, which go before those of earlier ones.
    #[must_use]
    pub fn with_file(mut self, file: &Remote, variables: impl IntoIterator<Item = (String, Secret)>) -> Self {
        let found = |value| Found { value, file: Some(file.clone()) };
        self.set.extend(variables.into_iter().map(|(name, value)| (name, found(value))));
        self.files.push(file.clone());
        self
    }

    /// The files that were read.
    pub fn files(&self) -> &[Remote] {
        &self.files
    }

    /// The names of the variables that files set.
    pub fn names_of_files(&self) -> impl Iterator<Item = &str> {
        self.set.iter().filter(|(_, found)| found.file.is_some()).map(|(name, _)| name.as_str())
    }

    /// With a variable that goes before one of the same name.
    #[must_use]
    pub fn with(mut self, name: &str, value: Secret) -> Self {
        self.set.insert(name.to_owned(), Found { value, file: None });
        self
    }
}

impl Default for Environment {
    /// No variable is set.
    fn default() -> Self {
        Self::reading(|_| None)
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_shows_a_value() {
        let environment = Environment::default().with("KEY", Secret::new("hunter2"));
        let secret = environment.get("KEY").expect("a value");
        assert_eq!(secret.expose(), "hunter2");
        assert!(!format!("{secret:?} {environment:?}").contains("hunter2"));
    }

    #[test]
    fn an_empty_variable_is_not_set() {
        let environment = Environment::reading(|name| (name == "EMPTY").then(|| " ".to_owned()));
        assert_eq!(environment.get("EMPTY"), None);
        assert!(environment.find("EMPTY").is_some() && environment.find("NONE").is_none());
        assert_eq!(environment.get("NONE"), None);
    }

    #[test]
    fn a_later_file_goes_before_an_earlier_one_and_both_before_the_environment() {
        let of = |name: &str, value: &str| [(name.to_owned(), Secret::new(value))];
        let environment = Environment::reading(|_| Some("process".to_owned()))
            .with_file(&Remote::new("a.env"), of("A", "a"))
            .with_file(&Remote::new("b.env"), of("A", "b"));
        let found = environment.find("A").expect("a value");
        assert_eq!((found.value.expose(), found.file), ("b", Some(Remote::new("b.env"))));
        assert_eq!(environment.find("B").map(|found| found.file), Some(None));
        assert_eq!(environment.names_of_files().collect::<Vec<_>>(), ["A"]);
        assert_eq!(environment.files().len(), 2);
    }
}
