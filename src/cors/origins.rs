//! Origins on whose behalf an API is asked, beside those that the spec names.

/// An origin of which nobody can own the name (RFC 2606 section 2).
const FOREIGN: &str = "launch-ready.invalid";
/// The label that stands before or in the place of an own one.
const LABEL: &str = "launch-ready";
/// Ports on which development servers listen: Next and Express, Vite, webpack and Vue.
const LOCAL_PORTS: &[u16] = &[3000, 5173, 8080];
/// Hostings that give a name to every branch, and how such a name begins and ends around the product's.
const PREVIEWS: &[(&str, &str)] = &[
    ("", ".vercel.app"),
    ("", "-launch-ready.vercel.app"),
    ("", ".netlify.app"),
    ("launch-ready--", ".netlify.app"),
    ("", ".pages.dev"),
    ("launch-ready.", ".pages.dev"),
];

/// Why a server may let a stranger in: the ways in which origins are compared wrongly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trick {
    /// It compares nothing.
    Foreign,
    /// It trusts pages without an origin: sandboxed frames, files.
    Null,
    /// It looks only whether the origin begins with an own one.
    Begins,
    /// It looks only whether the origin ends in the domain.
    Ends,
    /// It looks whether the origin is a part of an own one.
    Part,
    /// A dot in its pattern stands for any character.
    Dot,
    /// It does not look at the scheme.
    Plain,
    /// It trusts all names below the domain.
    Subdomain,
}

impl Trick {
    /// What the server does, in a clause.
    pub fn words(self) -> &'static str {
        match self {
            Self::Foreign => "any origin is let in",
            Self::Null => "`null` is let in, the origin of every sandboxed frame",
            Self::Begins => "an origin that only begins like an own one is let in",
            Self::Ends => "an origin that only ends like an own one is let in",
            Self::Part => "an origin that is only a part of an own one is let in",
            Self::Dot => "a dot in the pattern stands for any character",
            Self::Plain => "plain HTTP is let in, where anybody on the way can write scripts",
            Self::Subdomain => "every name below the domain is let in",
        }
    }
}

/// An origin that the spec does not name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stranger {
    /// As in the field `Origin`.
    pub origin: String,
    /// What lets it in.
    pub trick: Trick,
}

/// Origins that must not be let in. `hosts` are the product's own, the most important first.
pub fn strangers(domain: &str, hosts: &[&str]) -> Vec<Stranger> {
    let first = hosts.first().copied().unwrap_or(domain);
    let mut found = vec![
        (Trick::Foreign, format!("https://{FOREIGN}")),
        (Trick::Null, "null".to_owned()),
        (Trick::Begins, format!("https://{first}.{FOREIGN}")),
        (Trick::Ends, format!("https://{LABEL}{domain}")),
        (Trick::Plain, format!("http://{first}")),
        (Trick::Subdomain, format!("https://{LABEL}-probe.{domain}")),
    ];
    found.extend(part(domain).map(|part| (Trick::Part, format!("https://{part}"))));
    let dotted = hosts.iter().chain([&domain]).find_map(|host| undotted(host));
    found.extend(dotted.map(|host| (Trick::Dot, format!("https://{host}"))));
    found.into_iter().map(|(trick, origin)| Stranger { origin, trick }).collect()
}

/// A name that another one contains: `hop.test` in `shop.test`.
fn part(domain: &str) -> Option<&str> {
    let rest = domain.get(1..)?;
    (!rest.starts_with(['.', '-'])).then_some(rest)
}

/// A name with another character in the place of its first dot, where somebody could own that.
fn undotted(host: &str) -> Option<String> {
    let name = host.replacen('.', "x", 1);
    name.contains('.').then_some(name)
}

/// Origins of developers: their own machines, and previews of a product of that domain.
pub fn development(domain: &str) -> Vec<String> {
    let name = domain.split('.').next().unwrap_or(domain);
    let local = LOCAL_PORTS.iter().map(|port| format!("http://localhost:{port}"));
    let previews = PREVIEWS.iter().map(|(before, after)| format!("https://{before}{name}{after}"));
    local.chain(previews).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(domain: &str, hosts: &[&str], trick: Trick) -> Option<String> {
        let mut all = strangers(domain, hosts).into_iter();
        all.find(|stranger| stranger.trick == trick).map(|stranger| stranger.origin)
    }

    #[test]
    fn look_alikes_are_made_of_own_names() {
        let made = |trick| of("shop.test", &["app.shop.test", "shop.test"], trick).unwrap_or_default();
        assert_eq!(made(Trick::Begins), "https://app.shop.test.launch-ready.invalid");
        assert_eq!(made(Trick::Ends), "https://launch-readyshop.test");
        assert_eq!(made(Trick::Part), "https://hop.test");
        assert_eq!(made(Trick::Dot), "https://appxshop.test");
        assert_eq!(made(Trick::Plain), "http://app.shop.test");
        assert_eq!(made(Trick::Subdomain), "https://launch-ready-probe.shop.test");
    }

    #[test]
    fn nobody_can_own_a_name_without_a_dot() {
        assert_eq!(of("shop.test", &["shop.test"], Trick::Dot), None);
        assert_eq!(of("shop.co.uk", &[], Trick::Dot).as_deref(), Some("https://shopxco.uk"));
        assert_eq!(of("x.test", &[], Trick::Part), None);
    }

    proptest::proptest! {
        #[test]
        fn no_stranger_is_one_of_the_product(domain in "[a-z]{1,8}(-[a-z]{1,3})?\\.[a-z]{2,4}", label in "[a-z]{1,5}") {
            let host = format!("{label}.{domain}");
            let inside = |origin: &str| {
                let name = origin.rsplit("://").next().unwrap_or(origin);
                crate::spec::names::is_under(name, &domain)
            };
            for stranger in strangers(&domain, &[&host, &domain]) {
                let own = inside(&stranger.origin);
                let may = matches!(stranger.trick, Trick::Subdomain | Trick::Plain);
                proptest::prop_assert_eq!(own, may, "{}", stranger.origin);
                let parses = stranger.origin == "null" || url::Url::parse(&stranger.origin).is_ok();
                proptest::prop_assert!(parses);
            }
            proptest::prop_assert!(development(&domain).iter().all(|origin| !inside(origin)));
        }
    }
}
