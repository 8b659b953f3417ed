//! The spec: what should be true.

pub mod lint;
pub mod load;
pub mod located;
pub mod model;
pub mod names;
pub mod registrable;
pub mod schema;
mod shape;
pub(crate) mod shown;
pub mod tree;
pub(crate) mod value;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use load::{SpecError, SpecErrors};
pub use located::{Located, Span};
pub(crate) use shape::did_you_mean;

use model::Spec;
use tree::Node;

/// A place in the spec: the path for programs, the bytes for people.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// `email.send[1]`
    pub path: String,
    /// Where that stands.
    pub span: Span,
}

impl Place {
    /// A place.
    pub fn new(path: impl Into<String>, span: Span) -> Self {
        Self { path: path.into(), span }
    }
}

/// A spec that was read without error, with its text.
#[derive(Debug, Clone)]
pub struct Document {
    /// The file's name as the user gave it; `<stdin>` for standard input.
    pub path: String,
    /// The text.
    pub text: Arc<str>,
    /// The YAML as it stands, for checks that look at texts whatever they mean.
    pub tree: Node,
    /// What it means.
    pub spec: Spec,
    /// Where each line of the text starts.
    lines: Vec<usize>,
}

impl Document {
    pub(crate) fn new(path: &str, text: Arc<str>, tree: Node, spec: Spec) -> Self {
        let lines =
            std::iter::once(0).chain(text.match_indices('\n').map(|(newline, _)| newline + 1)).collect();
        Self { path: path.to_owned(), text, tree, spec, lines }
    }

    /// Line and column (in characters), both from 1, of a byte offset.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let line = self.lines.partition_point(|start| *start <= offset).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or(0);
        let column = self.text.get(start..offset).map_or(0, |before| before.chars().count());
        (line, column + 1)
    }
}
