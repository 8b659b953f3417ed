//! Reads the files of sites: what is asked anyway is read on its way in.

use std::rc::Rc;

use url::Url;

use super::Session;
use crate::observed::{DevelopmentUrl, Remote, ServedFile, ServedSecret};
use crate::probe::http::Question;
use crate::probe::problem::Problem;
use crate::secrets::{Class, Finding};
use crate::served::{Development, Kind, Look, Read};

/// A file, and what it leads on to.
#[derive(Debug, Clone)]
pub(in crate::probe) struct FoundFile {
    pub(in crate::probe) file: ServedFile,
    /// What it is; none where it was not read.
    pub(in crate::probe) kind: Option<Kind>,
    /// Other files that it names.
    pub(in crate::probe) links: Vec<Url>,
    /// True where it says where its source map is.
    pub(in crate::probe) mapped: bool,
}

impl Session<'_> {
    /// A GET whose answer is read to its end, where the host's files are.
    pub(super) fn looking<'q>(&self, url: &'q Url) -> Question<'q> {
        let look = url
            .host_str()
            .filter(|_| url.scheme() == "https")
            .and_then(|host| self.looks.borrow().get(host).cloned());
        Question { look, ..Question::get(url) }
    }

    /// From now on what this host answers is read.
    pub(in crate::probe) fn read_all_of(&self, host: &str, look: &Look) {
        self.looks.borrow_mut().insert(host.to_owned(), look.clone());
    }

    /// A file that belongs to a site, kept under the site's host and the URL.
    pub(in crate::probe) async fn served(
        &self,
        host: &str,
        url: &Url,
        page: &Url,
        look: &Look,
    ) -> Result<Rc<FoundFile>, Problem> {
        let ask = async || {
            let known = self.reads.borrow_mut().remove(url.as_str());
            let (status, read) = if let Some(known) = known {
                known
            } else {
                let answer = self.ask(Question { look: Some(look.clone()), ..Question::get(url) }).await?;
                (answer.exchange.status, answer.read)
            };
            Ok(Rc::new(found(status, read, url, page)))
        };
        self.served.get(&format!("{host} {url}"), &self.tally, ask).await
    }
}

fn found(status: u16, read: Option<Read>, url: &Url, page: &Url) -> FoundFile {
    let Some(read) = read else {
        let file = ServedFile { status, ..ServedFile::default() };
        return FoundFile { file, kind: None, links: Vec::new(), mapped: false };
    };
    let links = read.links(url, page);
    let mapped = read.map_at.is_some() || read.map.is_some();
    let file = ServedFile {
        status,
        bytes: read.bytes,
        cut: read.cut,
        secrets: read.secrets.into_iter().map(secret).collect(),
        development: read.development.into_iter().map(development).collect(),
        map: read.map,
    };
    FoundFile { file, kind: Some(read.kind), links, mapped }
}

fn secret(finding: Finding) -> ServedSecret {
    let rule = finding.rule();
    ServedSecret {
        what: Remote::new(rule.map_or(finding.rule, |rule| &rule.name)),
        rotate: rule.map(|rule| Remote::new(&rule.rotate)).filter(|rotate| !rotate.as_str().is_empty()),
        rule: Remote::new(finding.rule),
        masked: Remote::from(finding.mask),
        fingerprint: Remote::from(finding.fingerprint),
        test: finding.class == Class::WrongEnvironment,
        line: finding.line,
        column: finding.column,
    }
}

fn development(found: Development) -> DevelopmentUrl {
    let Development { url, purpose, line, column } = found;
    DevelopmentUrl { url: Remote::from(url), purpose, line, column }
}
