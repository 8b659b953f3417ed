//! Which RDAP service knows the names under an ending: IANA's bootstrap registry (RFC 9224).

use std::collections::BTreeMap;

use serde::Deserialize;
use url::Url;

use crate::spec::names::climb;

/// Where IANA publishes it.
pub(super) const IANA: &str = "https://data.iana.org/rdap/dns.json";

/// As it was when this was built.
const EMBEDDED: &str = include_str!("../../../providers/rdap-bootstrap.txt");

/// Services by ending.
#[derive(Debug)]
pub(super) struct Services(BTreeMap<String, Url>);

/// IANA's file: pairs of endings and addresses. Other keys are of no use here.
#[derive(Deserialize)]
struct File {
    services: Vec<Vec<Vec<String>>>,
}

impl Services {
    /// Reads IANA's file; `None` where it is not that. Only services that are asked over https
    /// count: on the way of a plain answer anybody could sign a domain off.
    pub(super) fn from_json(text: &str) -> Option<Self> {
        let file: File = serde_json::from_str(text).ok()?;
        let mut services = BTreeMap::new();
        for service in &file.services {
            let [endings, addresses, ..] = service.as_slice() else { continue };
            let secure = addresses.iter().filter_map(|address| Url::parse(address).ok());
            let Some(url) = secure.into_iter().find(|url| url.scheme() == "https") else { continue };
            for ending in endings {
                let ending = ending.trim_end_matches('.').to_ascii_lowercase();
                services.insert(ending, url.clone());
            }
        }
        (!services.is_empty()).then_some(Self(services))
    }

    /// The list that is part of the program.
    pub(super) fn embedded() -> Self {
        let mut services = BTreeMap::new();
        let mut address = "";
        let words = EMBEDDED.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace);
        for word in words {
            if word.contains("://") {
                address = word;
            } else if let Ok(url) = Url::parse(&address.replace('*', word)) {
                services.insert(word.to_owned(), url);
            }
        }
        Self(services)
    }

    /// The service for a name: that of the longest ending that is listed (RFC 9224 section 4).
    pub(super) fn service(&self, name: &str) -> Option<&Url> {
        let endings = climb(name);
        endings.skip(1).find_map(|ending| self.0.get(ending))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(services: &Services, name: &str) -> String {
        services.service(name).map_or_else(|| "nobody".to_owned(), ToString::to_string)
    }

    #[test]
    fn the_embedded_list_knows_the_usual_endings() {
        let services = Services::embedded();
        assert_eq!(asked(&services, "shop.com"), "https://rdap.verisign.com/com/v1/");
        assert_eq!(asked(&services, "shop.co.uk"), "https://rdap.nominet.uk/uk/");
        for name in ["shop.org", "shop.app", "shop.dev", "shop.ai", "shop.xyz", "shop.shop", "shop.fr"] {
            assert!(asked(&services, name).starts_with("https://"), "{name}");
        }
        // Their registries have not given IANA an address.
        for name in ["shop.io", "shop.de", "shop.nosuchending", "com"] {
            assert_eq!(asked(&services, name), "nobody", "{name}");
        }
    }

    #[test]
    fn every_word_of_the_embedded_list_is_used() {
        let lines = EMBEDDED.lines().filter(|line| !line.starts_with('#'));
        let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
        assert!(words[0].contains("://"), "an ending before the first address");
        let endings = words.iter().filter(|word| !word.contains("://")).count();
        let services = Services::embedded();
        assert_eq!(services.0.len(), endings, "an ending twice, or an address that is none");
        for (ending, url) in &services.0 {
            let ascii = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(ending.chars().all(ascii), "{ending}");
            assert!(url.scheme() == "https" && url.path().ends_with('/'), "{url}");
        }
    }

    #[test]
    fn iana_s_file_is_read() {
        let text = r#"{"version": "1.0", "services": [
            [["COM", "net"], ["http://plain.test/", "https://rdap.test/v1/"]],
            [["kg"], ["http://plain.test/"]],
            [["co.uk"], ["https://second.test/"]], [["uk"], ["https://first.test/"]],
            [["broken"], ["no address"]], []
        ]}"#;
        let services = Services::from_json(text).expect("a list");
        assert_eq!(asked(&services, "shop.com"), "https://rdap.test/v1/");
        assert_eq!(asked(&services, "shop.co.uk"), "https://second.test/");
        assert_eq!(asked(&services, "shop.org.uk"), "https://first.test/");
        assert_eq!(asked(&services, "shop.kg"), "nobody");
        for wrong in ["", "{}", r#"{"services": []}"#, "<html>", r#"{"services": [["com"]]}"#] {
            assert!(Services::from_json(wrong).is_none(), "{wrong}");
        }
    }
}
