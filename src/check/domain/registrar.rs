//! Judge of `domain/registrar-differs`.

use super::super::{Verdict, World, seen};
use super::registered;
use crate::observed::Registration;
use crate::spec::{Located, Place};

/// Forms of company: one source writes them and another does not.
const LEGAL_FORMS: &[&str] = &[
    "ab",
    "ag",
    "as",
    "asa",
    "bv",
    "co",
    "corp",
    "corporation",
    "gmbh",
    "inc",
    "incorporated",
    "kft",
    "kg",
    "limited",
    "llc",
    "llp",
    "ltd",
    "nv",
    "oy",
    "plc",
    "pte",
    "pty",
    "sa",
    "sarl",
    "sas",
    "se",
    "sl",
    "spa",
    "srl",
    "sro",
];

pub(in super::super) fn registrar_differs(world: &World) -> Verdict {
    let Some((index, provider)) = declared(world) else {
        return Verdict::not_applicable(
            "`handover.accounts` declares no account `registrar` with a provider",
        );
    };
    let place = Place::new(format!("handover.accounts[{index}].provider"), provider.span);
    registered(world, |name, registration| compare(name, provider, registration)).at(place)
}

/// The provider of the account `registrar`, and the account's number.
fn declared<'w>(world: &World<'w>) -> Option<(usize, &'w Located<String>)> {
    let accounts = &world.document.spec.handover.as_ref()?.accounts;
    let is_registrar = |name: &str| name.trim().eq_ignore_ascii_case("registrar");
    let mut named = accounts.iter().enumerate().filter(|(_, account)| is_registrar(&account.name));
    named.find_map(|(index, account)| Some((index, account.provider.as_ref()?)))
}

fn compare(name: &str, declared: &str, registration: &Registration) -> Verdict {
    let Some(registrar) = &registration.registrar else {
        return Verdict::unknown(format!("the registry does not name the registrar of {name}"));
    };
    let registrar = seen::cut(registrar.as_str());
    if same_company(declared, &registrar) {
        return Verdict::pass(format!("{name} is registered at {registrar}"));
    }
    let declared = seen::cut(declared);
    Verdict::fail(format!("{name} is registered at {registrar}, not at {declared}"))
        .expected(declared.clone())
        .observed(registrar.clone())
        .label("another registrar")
        .help(format!(
            "find out who can log in at {registrar}: without that account nobody can renew or move the domain; if {registrar} is right, write it here, and where {declared} only resells it, name that in `stored_in`"
        ))
        .evidence(registration.source.as_str())
}

/// True where the names may be those of one company: equal but for case, punctuation, blanks and
/// legal form, or the words of one are among those of the other.
fn same_company(one: &str, other: &str) -> bool {
    let (one, other) = (words(one), words(other));
    let (short, long) = if one.len() <= other.len() { (&one, &other) } else { (&other, &one) };
    if short.is_empty() {
        return false;
    }
    one.concat() == other.concat() || long.windows(short.len()).any(|part| part == short.as_slice())
}

/// The words of a company's name in lower case; `B.V.` is one word, `GoDaddy.com` two.
fn words(name: &str) -> Vec<String> {
    let lower = name.to_lowercase();
    let mut all: Vec<String> = Vec::new();
    for part in lower.split(|c: char| !c.is_alphanumeric() && c != '.') {
        let labels: Vec<&str> = part.split('.').filter(|label| !label.is_empty()).collect();
        if labels.len() > 1 && labels.iter().all(|label| label.chars().count() == 1) {
            all.push(labels.concat());
        } else {
            all.extend(labels.into_iter().map(str::to_owned));
        }
    }
    let plain: Vec<String> = all.iter().filter(|w| !LEGAL_FORMS.contains(&w.as_str())).cloned().collect();
    if plain.is_empty() { all } else { plain }
}

#[cfg(test)]
mod tests {
    use super::same_company;

    #[test]
    fn the_same_company_is_known_by_any_of_its_names() {
        for (declared, registrar) in [
            ("Namecheap", "NameCheap, Inc."),
            ("GoDaddy", "GoDaddy.com, LLC"),
            ("Go Daddy", "GODADDY"),
            ("Gandi", "GANDI SAS"),
            ("Realtime Register", "Realtime Register B.V."),
            ("Example Registrar GmbH & Co. KG", "Example Registrar"),
            ("Google Domains", "Google LLC"),
            ("INWX", "INWX GmbH"),
        ] {
            assert!(same_company(declared, registrar), "{declared} / {registrar}");
            assert!(same_company(registrar, declared), "{registrar} / {declared}");
        }
    }

    #[test]
    fn other_companies_are_others() {
        for (declared, registrar) in [
            ("Namecheap", "GoDaddy.com, LLC"),
            ("Name", "NameCheap, Inc."),
            ("Gandi SAS", "OVH sas"),
            ("Namecheap", ""),
            ("...", "Gandi"),
        ] {
            assert!(!same_company(declared, registrar), "{declared} / {registrar}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_two_names_can_be_compared(one in ".*", other in ".*") {
            proptest::prop_assert_eq!(same_company(&one, &other), same_company(&other, &one));
        }
    }
}
