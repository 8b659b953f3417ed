//! security.txt (RFC 9116): whom to tell of a security fault.

use std::time::Duration;

use jiff::Timestamp;
use url::Url;

/// Where it stands (section 3).
pub const PATH: &str = "/.well-known/security.txt";
/// How far ahead it should expire at most: less than a year is recommended (section 2.5.5). A day of
/// grace, for those who write "in a year".
const LONGEST: Duration = Duration::from_hours(367 * 24);

/// What a file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecurityTxt {
    /// Values of `Contact`, in order.
    pub contacts: Vec<String>,
    /// Values of `Expires`.
    pub expires: Vec<String>,
    /// Lines that are neither field nor comment, by number from 1.
    pub strange: Vec<usize>,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// No `Contact`.
    NoContact,
    /// A contact that is no URI: `security@shop.test` without `mailto:`.
    ContactNoUri(String),
    /// A contact over plain HTTP.
    ContactInsecure(String),
    /// No `Expires`.
    NoExpires,
    /// More than one `Expires`.
    SeveralExpires,
    /// An `Expires` that is no time.
    ExpiresUnreadable(String),
    /// An `Expires` in the past.
    Expired(Timestamp),
    /// An `Expires` that is more than a year away.
    ExpiresLate(Timestamp),
    /// A line that is no field.
    StrangeLine(usize),
}

impl SecurityTxt {
    /// Reads the lines of a file. The armour of a signature is no part of it (section 2.3).
    pub fn read<'l>(lines: impl IntoIterator<Item = &'l str>) -> Self {
        let mut file = Self::default();
        let mut armour = false;
        for (index, line) in lines.into_iter().enumerate() {
            let line = line.trim_start_matches('\u{feff}').trim();
            match line {
                "-----BEGIN PGP SIGNED MESSAGE-----" => armour = true,
                "-----BEGIN PGP SIGNATURE-----" => return file,
                // The head of a signed message ends with an empty line.
                "" => armour = false,
                _ if armour || line.starts_with('#') => {}
                line => file.field(line.strip_prefix("- ").unwrap_or(line), index + 1),
            }
        }
        file
    }

    fn field(&mut self, line: &str, number: usize) {
        let field = line.split_once(':').filter(|(name, _)| is_name(name));
        let Some((name, value)) = field else { return self.strange.push(number) };
        let value = value.trim().to_owned();
        match name.to_ascii_lowercase().as_str() {
            "contact" => self.contacts.push(value),
            "expires" => self.expires.push(value),
            _ => {}
        }
    }

    /// What is wrong with it at a time.
    pub fn faults(&self, at: Timestamp) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.contacts.is_empty() {
            faults.push(Fault::NoContact);
        }
        faults.extend(self.contacts.iter().filter_map(|contact| contact_fault(contact)));
        match self.expires.as_slice() {
            [] => faults.push(Fault::NoExpires),
            [expires] => faults.extend(expires_fault(expires, at)),
            _ => faults.push(Fault::SeveralExpires),
        }
        faults.extend(self.strange.first().map(|line| Fault::StrangeLine(*line)));
        faults
    }

    /// When it expires, where that is said once and can be read.
    pub fn expiry(&self) -> Option<Timestamp> {
        let [expires] = self.expires.as_slice() else { return None };
        expires.parse().ok()
    }
}

/// A field's name: letters, digits and hyphens (section 4).
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

fn contact_fault(contact: &str) -> Option<Fault> {
    match Url::parse(contact) {
        // An address with a port, or a phone number, reads as a URI of an unknown kind.
        Ok(url) if matches!(url.scheme(), "mailto" | "https" | "tel") => None,
        Ok(url) if url.scheme() == "http" => Some(Fault::ContactInsecure(contact.to_owned())),
        Ok(_) => None,
        Err(_) => Some(Fault::ContactNoUri(contact.to_owned())),
    }
}

fn expires_fault(expires: &str, at: Timestamp) -> Option<Fault> {
    let Ok(end) = expires.parse::<Timestamp>() else {
        return Some(Fault::ExpiresUnreadable(expires.to_owned()));
    };
    if end <= at {
        return Some(Fault::Expired(end));
    }
    let left = end.duration_since(at).unsigned_abs();
    (left > LONGEST).then_some(Fault::ExpiresLate(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Timestamp {
        "2026-11-28T00:00:00Z".parse().expect("a time")
    }

    fn faults(text: &str) -> Vec<Fault> {
        SecurityTxt::read(text.lines()).faults(at())
    }

    #[test]
    fn good_files_have_no_fault() {
        let plain = "# hello\nContact: mailto:s@shop.test\ncontact: https://shop.test/s\nExpires: 2027-06-01T00:00:00.000Z\nPreferred-Languages: en\n";
        assert_eq!(faults(plain), []);
        let signed = format!(
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{plain}-----BEGIN PGP SIGNATURE-----\n\nabc\n=x\n-----END PGP SIGNATURE-----\n"
        );
        assert_eq!(faults(&signed), []);
        assert_eq!(faults("Contact: tel:+1-201-555-0123\nExpires: 2027-06-01T02:00:00+02:00"), []);
    }

    #[test]
    fn faults_are_all_told() {
        assert_eq!(faults(""), [Fault::NoContact, Fault::NoExpires]);
        let time = |text: &str| text.parse().expect("a time");
        for (text, fault) in [
            ("Contact: s@shop.test", Fault::ContactNoUri("s@shop.test".into())),
            ("Contact: http://shop.test/s", Fault::ContactInsecure("http://shop.test/s".into())),
            ("Expires: 2026-01-01T00:00:00Z", Fault::Expired(time("2026-01-01T00:00:00Z"))),
            ("Expires: 2029-01-01T00:00:00Z", Fault::ExpiresLate(time("2029-01-01T00:00:00Z"))),
            ("Expires: next year", Fault::ExpiresUnreadable("next year".into())),
            ("Expires: 2027-01-01T00:00:00Z\nExpires: 2027-01-01T00:00:00Z", Fault::SeveralExpires),
            ("\nhello", Fault::StrangeLine(2)),
        ] {
            assert!(faults(text).contains(&fault), "{text}: {:?}", faults(text));
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(Contact: ?\\PC{0,9}|Expires: ?\\PC{0,9}|-----BEGIN PGP SIGNED MESSAGE-----|\\PC{0,9}|\n){0,20}") {
            let file = SecurityTxt::read(text.lines());
            proptest::prop_assert!(file.strange.len() <= text.lines().count());
            proptest::prop_assert_eq!(file.faults(at()).contains(&Fault::NoContact), file.contacts.is_empty());
        }
    }
}
