//! The variables of a spec, judged by their values.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::dotenv::Entry;
use super::kind::{Kind, Syntax, exposed_by, kind_of};
use super::lead::{Hosts, lead};
use super::{form, own, placeholder};
use crate::item::{self, Variable};
use crate::observed::{Equals, Observed, Remote, Seen, VariableClass, VariableFacts, Variables};
use crate::secret::{Environment, Found};
use crate::spec::Document;

/// Files that stand beside the spec, by the names that the spec gives them.
#[derive(Debug, Default)]
pub struct Beside {
    /// Those of other environments.
    pub compared: BTreeMap<String, Result<Vec<Entry>, Remote>>,
    /// The one that names every variable.
    pub example: Option<Result<Vec<Entry>, Remote>>,
}

/// What is known of the variables of a spec. `salt` is another one in each run.
pub fn look(document: &Document, environment: &Environment, beside: &Beside, salt: &str) -> Variables {
    let declared = item::variables(document);
    let looking = Looking { hosts: hosts(document), others: Others::of(beside, salt), salt };
    let mut set: BTreeMap<String, VariableFacts> = declared
        .iter()
        .filter_map(|variable| {
            Some((variable.name.clone(), looking.facts(variable, &environment.find(&variable.name)?)))
        })
        .collect();
    for name in environment.names_of_files().filter(|name| exposed_by(name).is_some()) {
        let place = crate::spec::Place::new("secrets", document.spec.domain.span);
        let variable = Variable { name: name.to_owned(), details: None, place, kind: kind_of(name) };
        let facts = environment.find(name).map(|found| looking.facts(&variable, &found));
        let secret = facts.filter(|facts| facts.what.is_some() && facts.class == VariableClass::Secret);
        if let Some(facts) = secret {
            set.entry(name.to_owned()).or_insert(facts);
        }
    }
    let names = |entries: &Vec<Entry>| -> BTreeSet<String> {
        let in_file: BTreeSet<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
        declared.iter().filter(|v| in_file.contains(v.name.as_str())).map(|v| v.name.clone()).collect()
    };
    let compared = beside.compared.iter().map(|(file, read)| (file.clone(), seen(read, Vec::len)));
    Variables {
        files: environment.files().to_vec(),
        set,
        compared: compared.collect(),
        example: beside.example.as_ref().map(|read| seen(read, names)),
    }
}

fn seen<T>(read: &Result<Vec<Entry>, Remote>, what: impl FnOnce(&Vec<Entry>) -> T) -> Seen<T> {
    match read {
        Ok(entries) => Seen::Answer(what(entries)),
        Err(why) => Seen::Unobserved(why.clone()),
    }
}

fn hosts(document: &Document) -> Hosts {
    let nothing = Observed::new(jiff::Timestamp::UNIX_EPOCH);
    let (production, other): (Vec<_>, Vec<_>) =
        item::hosts(document, &nothing).into_iter().partition(item::Host::is_production);
    let names = |hosts: Vec<item::Host>| hosts.into_iter().map(|host| host.name).collect();
    Hosts { production: names(production), other: names(other) }
}

type Fingerprint = [u8; 32];

/// A value by which nobody finds it again in another run.
fn fingerprint(salt: &str, value: &str) -> Fingerprint {
    let mut hash = Sha256::new();
    hash.update(salt.as_bytes());
    hash.update([0]);
    hash.update(value.as_bytes());
    hash.finalize().into()
}

/// The values of other environments, by fingerprint: the file and the name that each has there.
struct Others(BTreeMap<Fingerprint, Vec<(String, Remote)>>);

impl Others {
    fn of(beside: &Beside, salt: &str) -> Self {
        let mut all: BTreeMap<Fingerprint, Vec<(String, Remote)>> = BTreeMap::new();
        for (file, entries) in &beside.compared {
            for entry in entries.iter().flatten().filter(|entry| !entry.value.expose().trim().is_empty()) {
                let place = (file.clone(), Remote::new(&entry.name));
                all.entry(fingerprint(salt, entry.value.expose().trim())).or_default().push(place);
            }
        }
        Self(all)
    }
}

struct Looking<'a> {
    hosts: Hosts,
    others: Others,
    salt: &'a str,
}

impl Looking<'_> {
    fn facts(&self, variable: &Variable, found: &Found) -> VariableFacts {
        let value = found.value.expose();
        let kind = variable.kind;
        let equals = variable.details.and_then(|details| details.equals.as_ref());
        let equals = equals.map(|wanted| compared(value, &wanted.value));
        let as_declared = equals == Some(Equals::Same);
        let (what, class) = class(value, kind);
        let is_key =
            class == VariableClass::Secret || kind.is_some_and(|kind| kind.class != VariableClass::Setting);
        let min_length = variable.details.and_then(|details| details.min_length.as_ref());
        let min_length = min_length.map(|least| usize::try_from(least.value).unwrap_or(usize::MAX));
        let judged = form::judge(value, kind.filter(|_| !as_declared), min_length);
        // What providers publish for tests is no placeholder: it works, in test mode.
        let is_published =
            judged.mode.is_some() && kind.is_some_and(|kind| kind.test.iter().any(|t| t == value));
        let placeholder = placeholder::reason(value, is_key).filter(|_| !as_declared && !is_published);
        let is_none = placeholder.is_some();
        let is_sound = judged.faults.is_empty() || !is_none;
        let bare = kind.is_some_and(|kind| kind.syntax == Syntax::Host || kind.own);
        VariableFacts {
            file: found.file.clone(),
            length: if value.trim().is_empty() { 0 } else { value.chars().count() },
            mode: judged.mode.filter(|_| is_sound),
            sign: judged.sign.filter(|_| is_sound),
            faults: if is_none { Vec::new() } else { judged.faults },
            lead: if is_none { None } else { lead(value, bare, &self.hosts) },
            what: what.filter(|_| !is_none),
            equal_in: if is_none { Vec::new() } else { self.equal_in(value) },
            placeholder,
            class,
            equals,
        }
    }

    fn equal_in(&self, value: &str) -> Vec<(String, Remote)> {
        self.others.0.get(&fingerprint(self.salt, value.trim())).cloned().unwrap_or_default()
    }
}

/// What a value is by its own form, and whether it must be kept.
fn class(value: &str, kind: Option<&Kind>) -> (Option<String>, VariableClass) {
    // The user's name in the URL of a data base is no key of its own.
    if let Some((class, what)) = form::recognised(value) {
        return (Some(what), class);
    }
    let class = match kind {
        Some(kind) if kind.sure => kind.class,
        _ if own::looks_random(value) => VariableClass::Secret,
        Some(kind) => kind.class,
        None => VariableClass::Setting,
    };
    (None, class)
}

fn compared(value: &str, wanted: &str) -> Equals {
    let bare = |text: &str| text.trim_end_matches('/').to_owned();
    if value == wanted {
        Equals::Same
    } else if bare(value) == bare(wanted) {
        Equals::Slash
    } else if value.eq_ignore_ascii_case(wanted) {
        Equals::Case
    } else {
        Equals::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::{KeyMode, LeadPlace};
    use crate::secret::Secret;
    use crate::spec::load;
    use crate::variable::dotenv;

    const SPEC: &str = "domain: shop.test\nhosts: {apex: {}, next: {environment: staging}}\nsecrets:\n  variables: [STRIPE_SECRET_KEY, CRM_API_KEY, {name: PUBLIC_URL, equals: \"https://shop.test\"}, REGION]\n";

    fn entries(text: &str) -> Vec<(String, Secret)> {
        let entries = dotenv::parse(text).expect("a good file");
        entries.into_iter().map(|entry| (entry.name, entry.value)).collect()
    }

    fn looked(file: &str, staging: &str) -> Variables {
        let document = load::parse("-", SPEC).unwrap_or_else(|errors| panic!("{errors:?}"));
        let environment = Environment::default().with_file(&Remote::new(".env"), entries(file));
        let compared =
            BTreeMap::from([(".env.staging".to_owned(), Ok(dotenv::parse(staging).expect("good")))]);
        look(&document, &environment, &Beside { compared, example: None }, "salt")
    }

    #[test]
    fn facts_hold_nothing_of_the_value() {
        let file = "STRIPE_SECRET_KEY=sk_test_Qx9LmP2vT8sYwKd4Zb7NcRf6JhGa\nCRM_API_KEY=9f86d081884c7d659a2feaa0c55ad015\nPUBLIC_URL=https://hunter2.ngrok.io/\nREGION=europe-west1-hunter2\nVITE_X=sk_live_Qx9LmP2vT8sYwKd4Zb7NcRf6JhGa\nVITE_Y=1\n";
        let found = looked(file, file);
        let text = serde_json::to_string(&found).expect("JSON") + &format!("{found:?}");
        for part in ["Qx9Lm", "9f86d0", "hunter2", "europe"] {
            assert!(!text.contains(part), "{part} in {text}");
        }
        let stripe = &found.set["STRIPE_SECRET_KEY"];
        assert_eq!((stripe.mode, stripe.length, stripe.faults.len()), (Some(KeyMode::Test), 36, 0));
        assert_eq!(stripe.equal_in, [(".env.staging".to_owned(), Remote::new("STRIPE_SECRET_KEY"))]);
        assert_eq!(found.set["PUBLIC_URL"].lead.as_ref().map(|lead| lead.to), Some(LeadPlace::Tunnel));
        assert_eq!(found.set["PUBLIC_URL"].equals, Some(Equals::Other));
        let class = |name: &str| found.set[name].class;
        assert_eq!(class("CRM_API_KEY"), VariableClass::Secret);
        assert_eq!(class("REGION"), VariableClass::Setting);
        // Found though the spec does not declare it.
        assert!(found.set.contains_key("VITE_X") && !found.set.contains_key("VITE_Y"));
    }

    #[test]
    fn another_salt_is_another_fingerprint() {
        assert_ne!(fingerprint("a", "value"), fingerprint("b", "value"));
        assert_ne!(fingerprint("a", "bc"), fingerprint("ab", "c"));
    }

    #[test]
    fn equal_values_are_found_under_any_name() {
        let found = looked(
            "CRM_API_KEY=9f86d081884c7d659a2feaa0c55ad015\n",
            "OLD_KEY=9f86d081884c7d659a2feaa0c55ad015\n",
        );
        assert_eq!(found.set["CRM_API_KEY"].equal_in[0].1, Remote::new("OLD_KEY"));
        assert_eq!(found.compared[".env.staging"], Seen::Answer(1));
    }

    #[test]
    fn what_the_spec_declares_is_no_placeholder() {
        let found = looked("PUBLIC_URL=https://shop.test/\nCRM_API_KEY=\n", "");
        assert_eq!(found.set["PUBLIC_URL"].equals, Some(Equals::Slash));
        assert_eq!(found.set["CRM_API_KEY"].length, 0);
        assert!(found.set["CRM_API_KEY"].placeholder.is_some());
        assert!(!found.set.contains_key("REGION"));
    }
}
