//! The walk up the tree of names (RFC 9989 section 4.10).

use super::{DmarcPolicy, Psd, Record, is_record};

/// A name of so many labels or more is cut to one fewer after the first question: at most so many
/// questions are asked.
const MOST: usize = 8;

/// The domains whose records a walk from this one may ask for, in order.
pub fn names(domain: &str) -> Vec<String> {
    let domain = domain.trim_end_matches('.').to_ascii_lowercase();
    let labels: Vec<&str> = domain.split('.').collect();
    let above = labels.len().saturating_sub(1).min(MOST - 1);
    let parents = (1..=above).rev().map(|count| labels[labels.len() - count..].join("."));
    [domain.clone()].into_iter().chain(parents).collect()
}

/// Where the record of a domain stands.
pub fn record_name(domain: &str) -> String {
    format!("_dmarc.{domain}")
}

/// A walk that was taken, up to where it stops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    /// What was found, in order; the first is the domain itself.
    pub steps: Vec<Step>,
}

/// One domain on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The domain, without `_dmarc`.
    pub domain: String,
    /// What its name holds.
    pub found: Found,
}

/// What a name holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nobody knows: the question was not answered.
    Unanswered,
    /// No record.
    Nothing,
    /// One record.
    One(Box<Record>),
    /// So many records: receivers discard them all.
    Several(Vec<Record>),
}

/// The walk met a domain of which nothing is known, and what lies behind it could decide.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the record of {0} is not known")]
pub struct Unanswered(pub String);

/// A record that applies to a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applies<'w> {
    /// The domain that publishes it.
    pub domain: &'w str,
    /// The record.
    pub record: &'w Record,
    /// True where that is not the domain that was asked about.
    pub inherited: bool,
}

impl Applies<'_> {
    /// The published policy for the domain that was asked about, which exists: `p` of its own record,
    /// `sp` of an inherited one. `None` where receivers apply none.
    pub fn policy(&self) -> Option<DmarcPolicy> {
        let policies = self.record.policies()?;
        Some(if self.inherited { policies.subdomains } else { policies.domain })
    }
}

impl Walk {
    /// Walks from a domain. `texts` gives the texts of a domain's `_dmarc` name; `None` where they are
    /// not known.
    pub fn take(domain: &str, texts: &mut dyn FnMut(&str) -> Option<Vec<String>>) -> Self {
        let mut steps = Vec::new();
        for domain in names(domain) {
            let found = found(texts(&domain));
            let ends = matches!(&found, Found::One(record) if record.psd != Psd::Unknown);
            steps.push(Step { domain, found });
            if ends {
                break;
            }
        }
        Self { steps }
    }

    /// The domain that it began at.
    pub fn start(&self) -> &str {
        self.steps.first().map_or("", |step| &step.domain)
    }

    /// The organisational domain (section 4.10.2): the one that says `psd=n`, or the one below a
    /// domain that says `psd=y`, or the shortest with a record, or the first of the walk.
    pub fn organisational_domain(&self) -> Result<String, Unanswered> {
        let mut shortest = self.start();
        for (index, step) in self.steps.iter().enumerate() {
            let Found::One(record) = &step.found else {
                self.known(index)?;
                continue;
            };
            match record.psd {
                Psd::No => return Ok(step.domain.clone()),
                Psd::Yes if index > 0 => return Ok(self.below(&step.domain)),
                _ => shortest = &step.domain,
            }
        }
        Ok(shortest.to_owned())
    }

    /// The record that applies (section 4.10.1): the domain's own, or that of its organisational
    /// domain, or that of the public suffix above it.
    pub fn policy(&self) -> Result<Option<Applies<'_>>, Unanswered> {
        self.known(0)?;
        if let Some(own) = self.record_at(self.start()) {
            return Ok(Some(own));
        }
        let organisation = self.organisational_domain()?;
        let suffix = self.steps.last().map_or("", |step| &step.domain);
        let of_suffix = || self.record_at(suffix).filter(|applies| applies.record.psd == Psd::Yes);
        Ok(self.record_at(&organisation).or_else(of_suffix))
    }

    /// The domain at which the owner of the first one publishes: that one where it has a record of its
    /// own, otherwise its organisational domain. A public suffix above that belongs to somebody else.
    pub fn publisher(&self) -> Result<String, Unanswered> {
        self.known(0)?;
        match self.record_at(self.start()) {
            Some(own) => Ok(own.domain.to_owned()),
            None => self.organisational_domain(),
        }
    }

    /// The one record of a domain on the way.
    fn record_at(&self, domain: &str) -> Option<Applies<'_>> {
        let step = self.steps.iter().find(|step| step.domain == domain)?;
        let Found::One(record) = &step.found else { return None };
        Some(Applies { domain: &step.domain, record, inherited: step.domain != self.start() })
    }

    /// The first domain with several records, where none of the walk's decides before it.
    pub fn several(&self) -> Option<(&str, &[Record])> {
        if matches!(self.steps.first()?.found, Found::One(_)) {
            return None;
        }
        self.steps.iter().find_map(|step| match &step.found {
            Found::Several(records) => Some((step.domain.as_str(), records.as_slice())),
            _ => None,
        })
    }

    /// Fails at a step of which nothing is known. What a top-level domain says changes nothing where
    /// the name right below it has a record: either way that is the organisational domain.
    fn known(&self, index: usize) -> Result<(), Unanswered> {
        let Some(step) = self.steps.get(index).filter(|step| step.found == Found::Unanswered) else {
            return Ok(());
        };
        let before = index.checked_sub(1).and_then(|before| self.steps.get(before));
        let settled =
            !step.domain.contains('.') && before.is_some_and(|before| matches!(before.found, Found::One(_)));
        if settled { Ok(()) } else { Err(Unanswered(step.domain.clone())) }
    }

    /// The name of the walk one label below a domain.
    fn below(&self, domain: &str) -> String {
        let labels: Vec<&str> = self.start().split('.').collect();
        let more = domain.split('.').count() + 1;
        labels[labels.len().saturating_sub(more)..].join(".")
    }
}

fn found(texts: Option<Vec<String>>) -> Found {
    let Some(texts) = texts else { return Found::Unanswered };
    let mut records: Vec<Record> =
        texts.iter().filter(|text| is_record(text)).filter_map(|text| Record::read(text)).collect();
    match records.len() {
        0 => Found::Nothing,
        1 => Found::One(Box::new(records.remove(0))),
        _ => Found::Several(records),
    }
}
