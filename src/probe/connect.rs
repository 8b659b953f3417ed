//! `--connect HOST[:PORT]=ADDR[:PORT]`: where to connect instead of where DNS leads.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// One override.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connect {
    /// The host asked for, in lower case, or one address of any host; IPv6 without brackets.
    pub host: String,
    /// Only where this port is asked for.
    pub port: Option<u16>,
    /// The address to connect to.
    pub to_ip: IpAddr,
    /// The port to connect to; the asked one where it is not said.
    pub to_port: Option<u16>,
}

impl Connect {
    /// Where to connect for a host and port, if this override is about them.
    fn target(&self, host: &str, port: u16) -> Option<SocketAddr> {
        let about = self.host.eq_ignore_ascii_case(host) && self.port.is_none_or(|only| only == port);
        about.then(|| SocketAddr::new(self.to_ip, self.to_port.unwrap_or(port)))
    }
}

/// Where the overrides send a host and port: those that name the port go before those that do
/// not, and among equals the first IPv6 and the first IPv4 address count. Each stands for the
/// addresses of its family; where only one is given, nothing is known of the other family.
pub(super) fn overridden(connect: &[Connect], host: &str, port: u16) -> Vec<SocketAddr> {
    let find = |with_port: bool| -> Vec<SocketAddr> {
        let about = connect.iter().filter(|c| c.port.is_some() == with_port);
        let targets: Vec<SocketAddr> = about.filter_map(|c| c.target(host, port)).collect();
        let first = |six: bool| targets.iter().copied().find(|to| to.is_ipv6() == six);
        [first(true), first(false)].into_iter().flatten().collect()
    };
    let exact = find(true);
    if exact.is_empty() { find(false) } else { exact }
}

/// Why a text is no override.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not HOST[:PORT]=ADDR[:PORT]: {why}")]
pub struct NotAConnect {
    text: String,
    why: String,
}

impl FromStr for Connect {
    type Err = NotAConnect;

    fn from_str(text: &str) -> Result<Self, NotAConnect> {
        let wrong = |why: String| NotAConnect { text: text.to_owned(), why };
        let (from, to) =
            text.split_once('=').ok_or_else(|| wrong("there is no `=` between the two".into()))?;
        let (host, port) = split_port(from.trim()).map_err(wrong)?;
        let (address, to_port) = split_port(to.trim()).map_err(wrong)?;
        if host.is_empty() {
            return Err(wrong("the host is missing".into()));
        }
        let to_ip = address
            .parse()
            .map_err(|_| wrong(format!("`{address}` is not an IP address (write IPv6 in brackets)")))?;
        // An address is compared in its usual form.
        let host = host
            .parse::<IpAddr>()
            .map_or_else(|_| host.trim_end_matches('.').to_ascii_lowercase(), |address| address.to_string());
        Ok(Self { host, port, to_ip, to_port })
    }
}

/// `name`, `name:port`, `[::1]`, `[::1]:port`.
fn split_port(text: &str) -> Result<(&str, Option<u16>), String> {
    let (name, rest) = match text.strip_prefix('[') {
        Some(inner) => inner.split_once(']').ok_or("a `[` is not closed by `]`")?,
        None => text.find(':').map_or((text, ""), |colon| text.split_at(colon)),
    };
    if rest.is_empty() {
        return Ok((name, None));
    }
    let port = rest.strip_prefix(':').filter(|digits| !digits.contains(':'));
    let port = port.ok_or("IPv6 addresses stand in brackets, like [::1]:8443")?;
    match port.parse() {
        Ok(number @ 1..) => Ok((name, Some(number))),
        _ => Err(format!("`{port}` is not a port between 1 and 65535")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Connect {
        text.parse().expect("an override")
    }

    fn error(text: &str) -> String {
        text.parse::<Connect>().expect_err("no override").to_string()
    }

    #[test]
    fn every_form_is_read() {
        let both = read("WWW.circlegarden.test.:443=127.0.0.1:8443");
        assert_eq!((both.host.as_str(), both.port), ("www.circlegarden.test", Some(443)));
        assert_eq!((both.to_ip.to_string().as_str(), both.to_port), ("127.0.0.1", Some(8443)));
        assert_eq!(read("a.test=[::1]").to_port, None);
        assert_eq!(read("a.test=[::1]:8443").to_port, Some(8443));
        assert_eq!(read("[2001:db8::1]:443=127.0.0.1").host, "2001:db8::1");
        assert_eq!(read("[2001:DB8:0::1]=127.0.0.1").host, "2001:db8::1");
    }

    #[test]
    fn errors_say_what_is_wrong() {
        assert!(error("a.test").contains("there is no `=`"));
        assert!(error("=127.0.0.1").contains("the host is missing"));
        assert!(error("a.test=b.test").contains("`b.test` is not an IP address"));
        assert!(error("a.test=::1").contains("stand in brackets"));
        assert!(error("a.test:0=127.0.0.1").contains("`0` is not a port"));
        assert!(error("a.test=[::1").contains("not closed"));
        assert!(error("a.test=127.0.0.1:99999").contains("`99999` is not a port"));
    }

    #[test]
    fn the_override_with_the_port_goes_first() {
        let all = [read("a.test=127.0.0.1"), read("a.test:443=127.0.0.2:8443")];
        assert_eq!(targets(&all, "a.test", 443), ["127.0.0.2:8443"]);
        assert_eq!(targets(&all, "A.test", 80), ["127.0.0.1:80"]);
        assert_eq!(targets(&all, "b.test", 443), [""; 0]);
    }

    fn targets(all: &[Connect], host: &str, port: u16) -> Vec<String> {
        overridden(all, host, port).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_family_has_an_override_of_its_own() {
        let all = ["127.0.0.1:1", "[::1]:2", "127.0.0.2:3"].map(|to| read(&format!("a.test:443={to}")));
        assert_eq!(targets(&all, "a.test", 443), ["[::1]:2", "127.0.0.1:1"]);
        let general = [read("a.test=127.0.0.1"), read("a.test:443=[::1]:2")];
        assert_eq!(targets(&general, "a.test", 443), ["[::1]:2"]);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".*") {
            let _ = text.parse::<Connect>();
        }
    }
}
