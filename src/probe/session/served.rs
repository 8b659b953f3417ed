//! Reads the files of sites: what is asked anyway is read on its way in.

use std::rc::Rc;

use url::Url;

use super::Session;
use crate::observed::{DevelopmentUrl, Remote, ServedFile, ServedSecret};
use crate::probe::http::{Answer, Question};
use crate::probe::problem::Problem;
use crate::secrets::{Class, Finding};
use crate::served::{Development, Kind, Look, Read};

/// What was answered at an address, however many sites have it.
#[derive(Debug)]
pub(in crate::probe) struct ReadFile {
    status: u16,
    /// None where it was not read.
    read: Option<Read>,
}

impl ReadFile {
    /// What it is; none where it was not read.
    pub(in crate::probe) fn kind(&self) -> Option<Kind> {
        self.read.as_ref().map(|read| read.kind)
    }

    /// How many bytes were looked at.
    pub(in crate::probe) fn bytes(&self) -> u64 {
        self.read.as_ref().map_or(0, |read| read.bytes)
    }

    /// Other files that it names, at `url`, for the page at `page`.
    pub(in crate::probe) fn links(&self, url: &Url, page: &Url) -> Vec<Url> {
        self.read.as_ref().map_or_else(Vec::new, |read| read.links(url, page))
    }

    /// True where it says where its source map is.
    pub(in crate::probe) fn is_mapped(&self) -> bool {
        self.read.as_ref().is_some_and(|read| read.map_at.is_some() || read.map.is_some())
    }

    /// What is told of it.
    pub(in crate::probe) fn told(&self) -> ServedFile {
        let Some(read) = &self.read else {
            return ServedFile { status: self.status, ..ServedFile::default() };
        };
        ServedFile {
            status: self.status,
            bytes: read.bytes,
            cut: read.cut,
            secrets: read.secrets.iter().map(secret).collect(),
            development: read.development.iter().map(development).collect(),
            map: read.map.clone(),
        }
    }
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

    /// What was found in an answer on its way in, for the site that has it.
    pub(super) fn keep_read(&self, url: &Url, answer: &mut Answer) {
        if self.looks.borrow().contains_key(url.host_str().unwrap_or_default()) {
            self.reads.borrow_mut().insert(url.to_string(), (answer.exchange.status, read_of(answer)));
        }
    }

    /// From now on what this host answers is read.
    pub(in crate::probe) fn read_all_of(&self, host: &str, look: &Look) {
        self.looks.borrow_mut().insert(host.to_owned(), look.clone());
    }

    /// A file that belongs to a site. Sites may share one.
    pub(in crate::probe) async fn served(
        &self,
        host: &str,
        url: &Url,
        look: &Look,
    ) -> Result<Rc<ReadFile>, Problem> {
        self.files_of.borrow_mut().insert((host.to_owned(), url.to_string()));
        let ask = async || {
            let known = self.reads.borrow_mut().remove(url.as_str());
            let (status, read) = if let Some(known) = known {
                known
            } else {
                let question = Question { look: Some(look.clone()), ..Question::get(url) };
                let mut answer = self.ask(question).await?;
                (answer.exchange.status, read_of(&mut answer))
            };
            Ok(Rc::new(ReadFile { status, read }))
        };
        self.served.get(url.as_str(), &self.tally, ask).await
    }
}

/// What was found in an answer. Where a program's source map is, a header may say (ECMA-426 section 11).
fn read_of(answer: &mut Answer) -> Option<Read> {
    let mut read = answer.read.take()?;
    if read.kind == Kind::Program && read.map.is_none() && read.map_at.is_none() {
        let header = |name| answer.exchange.header(name).next().map(|value| value.as_str().to_owned());
        read.map_at = header("sourcemap").or_else(|| header("x-sourcemap"));
    }
    Some(read)
}

fn secret(finding: &Finding) -> ServedSecret {
    let rule = finding.rule();
    ServedSecret {
        what: Remote::new(rule.map_or(finding.rule, |rule| &rule.name)),
        rotate: rule.map(|rule| Remote::new(&rule.rotate)).filter(|rotate| !rotate.as_str().is_empty()),
        rule: Remote::new(finding.rule),
        masked: Remote::new(&finding.mask),
        fingerprint: Remote::new(&finding.fingerprint),
        test: finding.class == Class::WrongEnvironment,
        line: finding.line,
        column: finding.column,
    }
}

fn development(found: &Development) -> DevelopmentUrl {
    let Development { url, purpose, line, column } = found;
    DevelopmentUrl { url: Remote::new(url), purpose: *purpose, line: *line, column: *column }
}
