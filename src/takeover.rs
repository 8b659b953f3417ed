//! Hosted services at which a stranger can take a name that nobody holds, and what tells that
//! nobody holds it. Read by the probe (whose pages' text it keeps) and by the judge.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::spec::load::embedded;

const TEXT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/providers/takeover.yaml"));

/// A service.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Service {
    /// What people call it.
    #[serde(rename = "service")]
    pub(crate) name: String,
    /// Aliases to the service lead to one of these names, or below one.
    suffixes: Vec<String>,
    /// True where a name below them that does not exist can be registered.
    #[serde(default)]
    pub(crate) nxdomain: bool,
    /// What the service answers for a name that nobody holds; `*` stands for anything.
    #[serde(default)]
    says: Vec<String>,
}

// A test reads the file, so no release holds one that cannot be read.
static SERVICES: LazyLock<Vec<Service>> = LazyLock::new(|| embedded(TEXT).unwrap_or_default());

impl Service {
    /// The service to which one of these names belongs, and that name.
    pub(crate) fn of<'n>(names: impl IntoIterator<Item = &'n str>) -> Option<(&'static Self, &'n str)> {
        names.into_iter().find_map(|name| {
            let service = SERVICES.iter().find(|service| service.holds(name))?;
            Some((service, name))
        })
    }

    /// True for the service's names and what is below them.
    fn holds(&self, name: &str) -> bool {
        self.suffixes.iter().any(|suffix| name == suffix) || self.gives_out(name)
    }

    /// True for names below the service's: its customers'.
    pub(crate) fn gives_out(&self, name: &str) -> bool {
        let below = |suffix: &String| {
            name.strip_suffix(suffix.as_str()).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
        };
        self.suffixes.iter().any(below)
    }

    /// The text by which a page tells that nobody holds the name, where it does.
    pub(crate) fn disowned_by(&self, page: &str) -> Option<&str> {
        self.says.iter().map(String::as_str).find(|text| matches(text, page))
    }

    /// True where the service's page tells, and not only DNS.
    pub(crate) fn answers(&self) -> bool {
        !self.says.is_empty()
    }
}

/// True where the parts between the `*` stand in the page, in that order.
fn matches(text: &str, page: &str) -> bool {
    let mut rest = Some(page);
    for part in text.split('*') {
        rest = rest.and_then(|rest| rest.split_once(part)).map(|(_, behind)| behind);
    }
    rest.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_read() {
        let all: Vec<Service> = embedded(TEXT).expect("a list");
        assert!(all.len() > 20);
        for service in &all {
            assert!(service.nxdomain != service.answers(), "{}: one of the two tells", service.name);
            for suffix in &service.suffixes {
                assert!(crate::spec::model::scalar::domain_name(suffix).as_ref() == Ok(suffix), "{suffix}");
                assert!(suffix.contains('.'), "{suffix}");
            }
        }
    }

    #[test]
    fn services_hold_whole_labels() {
        let name = |alias| Service::of([alias]).map(|(service, _)| service.name.as_str());
        assert_eq!(name("x.azurewebsites.net"), Some("Microsoft Azure"));
        assert_eq!(name("na-west1.surge.sh"), Some("Surge"));
        assert_eq!(name("xazurewebsites.net"), None);
        let (azure, _) = Service::of(["azurewebsites.net"]).expect("a service");
        assert!(azure.gives_out("x.azurewebsites.net") && !azure.gives_out("azurewebsites.net"));
        assert!(!azure.gives_out(".azurewebsites.net"));
    }

    #[test]
    fn pages_disown() {
        let says =
            |alias, page: &str| Service::of([alias]).and_then(|(service, _)| service.disowned_by(page));
        assert!(says("x.ngrok.io", "<p>Tunnel abc.ngrok.io not found</p>").is_some());
        assert!(says("x.ngrok.io", ".ngrok.io not found Tunnel ").is_none());
        assert_eq!(says("na-west1.surge.sh", "  project not found "), Some("project not found"));
        assert!(says("x.ghost.io", "Failed to resolve DNS path for this host").is_some());
        assert!(says("x.azurewebsites.net", "project not found").is_none());
    }
}
