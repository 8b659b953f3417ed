//! The data of HTTPS and SVCB records (RFC 9460 section 2.1): a target and parameters in any order.

use crate::spec::names::name_form;

/// The target, then the parameters sorted.
pub(super) fn form(value: &str) -> Vec<String> {
    let mut words = words(value).into_iter();
    let mut form = vec![name_form(&words.next().unwrap_or_default())];
    let mut parameters: Vec<String> = words.map(|word| parameter(&word)).collect();
    parameters.sort();
    form.extend(parameters);
    form
}

/// `key=value`, quotes taken off. The value of a key is a list in its own order, but for the
/// addresses and for `mandatory`, which are sets (sections 7.3 and 8).
fn parameter(word: &str) -> String {
    let (key, value) = word.split_once('=').unwrap_or((word, ""));
    let key = key.to_ascii_lowercase();
    let mut parts: Vec<String> = match key.as_str() {
        "ipv4hint" | "ipv6hint" => value.split(',').map(address).collect(),
        "mandatory" => value.split(',').map(str::to_ascii_lowercase).collect(),
        _ => vec![value.to_owned()],
    };
    parts.sort();
    format!("{key}={}", parts.join(","))
}

fn address(text: &str) -> String {
    text.trim().parse::<std::net::IpAddr>().map_or_else(|_| text.to_owned(), |address| address.to_string())
}

/// The words of a value; spaces within quotes part nothing, and the quotes go.
fn words(value: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in value.chars() {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => words.push(String::new()),
            c => words.iter_mut().last().into_iter().for_each(|word| word.push(c)),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::form;

    #[test]
    fn parameters_are_a_set_and_values_are_lists() {
        let equal = [
            ("A.test. port=1 alpn=\"h2,h3\"", "a.test alpn=h2,h3 port=1"),
            (". alpn=\"h2\"   \"ipv6hint=2001:DB8::1\"", ". ipv6hint=2001:db8:0::1 alpn=h2"),
            (". ipv4hint=192.0.2.2,192.0.2.1", ". ipv4hint=192.0.2.1,192.0.2.2"),
            (". mandatory=port,alpn alpn=h2 port=1", ". mandatory=alpn,port port=1 alpn=h2"),
            (". no-default-alpn= alpn=h3", ". alpn=h3 no-default-alpn"),
            (". ech=\"AEX+\"", ". ech=AEX+"),
        ];
        for (left, right) in equal {
            assert_eq!(form(left), form(right));
        }
        for (left, right) in [(". ech=AEX+", ". ech=aex+"), (". port=1", ". port=2"), (".", ". alpn=h2")] {
            assert_ne!(form(left), form(right));
        }
    }
}
