//! Values that nobody may see: never printed, logged, recorded or serialised.

use std::collections::BTreeMap;
use std::fmt;

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
    set: BTreeMap<String, Secret>,
}

impl Environment {
    /// Reads each variable when it is asked for.
    pub fn reading(read: fn(&str) -> Option<String>) -> Self {
        Self { read, set: BTreeMap::new() }
    }

    /// The value of a variable. An empty one counts as not set: that is what CI systems make of a secret
    /// that they do not have.
    pub fn get(&self, name: &str) -> Option<Secret> {
        let value = self.set.get(name).cloned().or_else(|| (self.read)(name).map(Secret));
        value.filter(|value| !value.0.trim().is_empty())
    }

    /// With a variable that goes before one of the same name.
    #[must_use]
    pub fn with(mut self, name: &str, value: Secret) -> Self {
        self.set.insert(name.to_owned(), value);
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
        assert_eq!(environment.get("NONE"), None);
    }
}
