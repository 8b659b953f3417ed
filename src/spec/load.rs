//! Reads a spec: text, then YAML with places, then shape (against the JSON Schema, all errors at
//! once), then types, then meaning ([`lint`]).

use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource};
use serde::de::DeserializeOwned;
use serde_saphyr::{DuplicateKeyPolicy, Options};

use super::located::span_of;
use super::shown::shown;
use super::tree::Node;
use super::{Document, Span, lint, shape};
use crate::observed::Remote;

/// Largest spec that is read, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;
/// Most nodes of a spec, aliases replayed included.
const MAX_EVENTS: usize = 100_000;
/// Longest message of an error, in characters: it may quote the spec.
const MAX_MESSAGE: usize = 400;
/// Deepest nesting.
const MAX_DEPTH: usize = 32;

/// One thing that is wrong with a spec.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SpecError {
    /// A stable code, `spec/unknown-key`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// Two to four words under the place.
    pub label: String,
    /// Where.
    pub span: Span,
    /// What to do.
    pub help: Option<String>,
    /// Another place that matters, with its words.
    pub related: Option<(Span, String)>,
}

impl SpecError {
    /// An error at a place.
    pub(crate) fn new(code: &'static str, message: impl Into<String>, label: &str, span: Span) -> Self {
        Self { code, message: safe(&message.into()), label: safe(label), span, help: None, related: None }
    }

    /// Adds what to do.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(safe(&help.into()));
        self
    }
}

/// Messages quote the spec: nothing of it may reach a terminal raw, and no secret at all.
fn safe(text: &str) -> String {
    let text = Remote::new(&shown(text)).to_string();
    match text.char_indices().nth(MAX_MESSAGE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

impl Diagnostic for SpecError {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let main = LabeledSpan::new_primary_with_span(Some(self.label.clone()), self.span);
        let related =
            self.related.iter().map(|(span, words)| LabeledSpan::new_with_span(Some(words.clone()), *span));
        Some(Box::new(std::iter::once(main).chain(related)))
    }
}

/// Everything that is wrong with a spec.
#[derive(Debug, thiserror::Error)]
#[error("{}", summary(.errors.len()))]
pub struct SpecErrors {
    /// In the file's order.
    pub errors: Vec<SpecError>,
    source_code: NamedSource<Arc<str>>,
}

impl SpecErrors {
    /// Errors that only show when what a good spec names is looked at.
    pub(crate) fn of(document: &Document, errors: Vec<SpecError>) -> Self {
        Self { errors, source_code: NamedSource::new(&document.path, shown(&document.text).into()) }
    }
}

fn summary(count: usize) -> String {
    if count == 1 { "the spec has an error".into() } else { format!("the spec has {count} errors") }
}

impl Diagnostic for SpecErrors {
    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(&self.source_code)
    }
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.errors.iter().map(|error| error as &dyn Diagnostic)))
    }
}

/// Reads a spec from its text. `path` is for messages only.
///
/// # Errors
///
/// All errors of the first stage that has any: YAML, shape, or meaning.
pub fn parse(path: &str, text: &str) -> Result<Document, SpecErrors> {
    let text: Arc<str> = text.into();
    read(path, &text).map_err(|mut errors| {
        errors.sort_by_key(|error| error.span);
        SpecErrors { errors, source_code: NamedSource::new(path, shown(&text).into()) }
    })
}

fn read(path: &str, text: &Arc<str>) -> Result<Document, Vec<SpecError>> {
    if text.len() > MAX_BYTES {
        let message = format!("the spec has {} bytes; at most {MAX_BYTES} are read", text.len());
        return Err(vec![SpecError::new("spec/too-large", message, "starts here", Span::default())]);
    }
    let tree: Node = yaml(text, DuplicateKeyPolicy::PassThrough)?;
    let errors = shape::check(&tree);
    if !errors.is_empty() {
        return Err(errors);
    }
    let spec = yaml(text, DuplicateKeyPolicy::Error)?;
    let document = Document::new(path, Arc::clone(text), tree, spec);
    let errors = lint::check(&document);
    if errors.is_empty() { Ok(document) } else { Err(errors) }
}

fn yaml<T: DeserializeOwned>(text: &str, duplicate_keys: DuplicateKeyPolicy) -> Result<T, Vec<SpecError>> {
    serde_saphyr::from_str_with_options(text, options(duplicate_keys))
        .map_err(|error| vec![yaml_error(&error, text)])
}

/// Strict booleans (`yes` is text), and a budget against alias, nesting and size bombs.
fn options(duplicates: DuplicateKeyPolicy) -> Options {
    serde_saphyr::options! {
        duplicate_keys: duplicates,
        strict_booleans: true,
        with_snippet: false,
        budget: serde_saphyr::budget! {
            max_events: MAX_EVENTS,
            max_nodes: MAX_EVENTS,
            max_depth: MAX_DEPTH,
            max_aliases: 1_000,
            max_anchors: 100,
            max_documents: 1,
            max_total_scalar_bytes: MAX_BYTES,
        },
    }
}

fn yaml_error(error: &serde_saphyr::Error, text: &str) -> SpecError {
    let error = error.without_snippet();
    let mut span = error.location().map(|location| span_of(&location)).unwrap_or_default();
    span.start = span.start.min(text.len());
    span.end = span.end.clamp(span.start, text.len());
    let rendered = error.to_string();
    let message = rendered.lines().next().unwrap_or("not readable as YAML");
    // The parser repeats the place in its words; the diagnostic shows it already.
    let message = message.split(" at line ").next().unwrap_or(message);
    if let Some(limit) = message.strip_prefix("budget breached: ") {
        let help = format!(
            "a spec is one document of at most {MAX_DEPTH} levels and {MAX_EVENTS} nodes, aliases counted each time"
        );
        return SpecError::new(
            "spec/too-large",
            format!("the spec is larger than any spec needs to be: {limit}"),
            "here",
            span,
        )
        .help(help);
    }
    SpecError::new("spec/yaml", format!("not readable as YAML: {message}"), "here", span)
        .help("indent with spaces, and quote texts that hold `: ` or begin with one of *&!%@`")
}

/// Reads YAML that is part of the program or of a policy.
pub(crate) fn embedded<T: DeserializeOwned>(text: &str) -> Result<T, serde_saphyr::Error> {
    serde_saphyr::from_str_with_options(text, options(DuplicateKeyPolicy::Error))
}
