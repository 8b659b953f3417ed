//! The pages of the catalogue, `checks/<area>/<slug>.md`: what `explain` prints, what a report
//! calls a finding, and (in the examples) a test of the judge.

use serde::Deserialize;

use crate::policy::Level;

/// A page.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its front matter's level: what a failure means where no policy says otherwise.
    pub level: Level,
    /// The level where the spec itself asks for what is missing.
    pub demanded: Option<Level>,
    /// The level of what is near the line and not over it.
    pub mild: Option<Level>,
    /// The title of a pass.
    pub pass: String,
    /// The title of a failure.
    pub fail: String,
    /// `cloudflare` where that can fix it.
    pub fix: Option<String>,
    /// The version that brought the check.
    pub since: String,
    /// Where the rule comes from.
    pub references: Vec<String>,
    /// The text behind the front matter, without the examples.
    pub text: &'static str,
    /// The examples section, as it stands.
    pub examples: &'static str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    level: Level,
    demanded: Option<Level>,
    mild: Option<Level>,
    pass: String,
    fail: String,
    fix: Option<String>,
    since: String,
    #[serde(default)]
    references: Vec<String>,
}

impl Page {
    /// Reads a page that is part of the program.
    ///
    /// # Panics
    ///
    /// Where the page is not well-formed. A test reads every page, so no release holds such a one.
    pub(crate) fn embedded(id: &'static str, text: &'static str) -> Self {
        match Self::parse(text) {
            Ok(page) => page,
            Err(why) => panic!("checks/{id}.md: {why}"),
        }
    }

    fn parse(text: &'static str) -> Result<Self, String> {
        let rest = text.strip_prefix("---\n").ok_or("starts without front matter")?;
        let (front, body) = rest.split_once("\n---\n").ok_or("front matter has no end")?;
        let front: FrontMatter = crate::spec::load::embedded(front).map_err(|e| e.to_string())?;
        let (text, examples) = body.split_once("\n## Examples\n").ok_or("has no section `## Examples`")?;
        Ok(Self {
            level: front.level,
            demanded: front.demanded,
            mild: front.mild,
            pass: front.pass,
            fail: front.fail,
            fix: front.fix,
            since: front.since,
            references: front.references,
            text: text.trim(),
            examples,
        })
    }

    /// The title that goes with an outcome.
    pub fn title(&self, passed: bool) -> &str {
        if passed { &self.pass } else { &self.fail }
    }
}
