//! Reads an RDAP answer (RFC 9083). Registries differ in what they leave out and how they write
//! it; whatever is missing or odd is left out here too, and nothing can make it fail half-way.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::observed::{Registration, Remote};
use crate::spec::model::scalar::domain_name;

/// Values kept of one list; real ones have a handful.
const MOST: usize = 64;

/// The registration that an answer describes; an error says why it describes none.
pub(super) fn registration(body: &[u8], name: &str) -> Result<Registration, &'static str> {
    let answer: Value = serde_json::from_slice(body).map_err(|_| "it is not JSON")?;
    // Some registries answer 200 and tell the error in the body.
    if error_code(&answer) == Some(404) {
        return Ok(Registration::default());
    }
    let told = own_name(&answer);
    if told.as_deref().is_some_and(|told| told != name) {
        return Err("it is about another name");
    }
    let is_domain =
        text(&answer["objectClassName"]).is_some_and(|class| class.eq_ignore_ascii_case("domain"));
    if !is_domain && told.is_none() {
        return Err("it describes no domain");
    }
    Ok(Registration {
        registered: true,
        status: statuses(&answer),
        expires: expiration(&answer),
        registrar: registrar(&answer),
        servers: servers(&answer),
        source: Remote::default(),
    })
}

/// True for an error object (RFC 9083 section 6).
pub(super) fn is_error(body: &[u8]) -> bool {
    serde_json::from_slice(body).is_ok_and(|answer: Value| error_code(&answer).is_some())
}

fn error_code(answer: &Value) -> Option<u64> {
    let code = &answer["errorCode"];
    code.as_u64().or_else(|| text(code)?.parse().ok())
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().map(Vec::as_slice).unwrap_or_default().iter().take(MOST)
}

fn text(value: &Value) -> Option<&str> {
    value.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// A host's name in ASCII: `ldhName`, or what `unicodeName` is in ASCII.
fn own_name(object: &Value) -> Option<String> {
    let name = text(&object["ldhName"]).or_else(|| text(&object["unicodeName"]))?;
    domain_name(name).ok()
}

/// Statuses in the words of RFC 8056: some registries write EPP's `clientHold` instead.
fn statuses(answer: &Value) -> Vec<Remote> {
    let mut found: Vec<Remote> = Vec::new();
    for status in list(&answer["status"]).filter_map(text) {
        let status = Remote::from(status_words(status));
        if !status.as_str().is_empty() && !found.contains(&status) {
            found.push(status);
        }
    }
    found
}

fn status_words(status: &str) -> String {
    let mut words = String::new();
    let mut before = ' ';
    // What follows a blank and `http` is the link to an explanation.
    for c in status.split(" http").next().unwrap_or(status).chars() {
        if c.is_uppercase() && before.is_lowercase() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
        before = c;
    }
    let parts = words.split(|c: char| c.is_whitespace() || c == '_' || c == '-');
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn expiration(answer: &Value) -> Option<Timestamp> {
    let ends = |event: &&Value| {
        text(&event["eventAction"]).is_some_and(|action| action.eq_ignore_ascii_case("expiration"))
    };
    list(&answer["events"]).filter(ends).find_map(|event| moment(text(&event["eventDate"])?))
}

/// RFC 3339; where the offset or the time of day is missing, UTC and the start of the day.
fn moment(text: &str) -> Option<Timestamp> {
    let utc = |time: DateTime| time.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    text.parse::<Timestamp>()
        .ok()
        .or_else(|| utc(text.parse::<DateTime>().ok()?))
        .or_else(|| utc(text.parse::<Date>().ok()?.to_datetime(jiff::civil::Time::midnight())))
}

fn registrar(answer: &Value) -> Option<Remote> {
    let is_registrar = |entity: &&Value| {
        let is = |role: &Value| text(role).is_some_and(|role| role.eq_ignore_ascii_case("registrar"));
        is(&entity["roles"]) || list(&entity["roles"]).any(is)
    };
    let entity = list(&answer["entities"]).find(is_registrar)?;
    let name = card(entity, "fn").or_else(|| card(entity, "org"));
    name.or_else(|| text(&entity["handle"])).map(Remote::new)
}

/// A value of the entity's card: `["vcard", [["fn", {}, "text", "Example Registrar"], ...]]`
/// (RFC 7095).
fn card<'v>(entity: &'v Value, kind: &str) -> Option<&'v str> {
    let mut properties = list(&entity["vcardArray"][1]);
    let value = &properties.find(|property| text(&property[0]) == Some(kind) && !property[3].is_null())?[3];
    text(value).or_else(|| list(value).find_map(text))
}

fn servers(answer: &Value) -> Vec<Remote> {
    let mut found: Vec<Remote> =
        list(&answer["nameservers"]).filter_map(own_name).map(Remote::from).collect();
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Registration {
        registration(text.as_bytes(), "shop.com").expect("an answer")
    }

    fn words(values: &[Remote]) -> Vec<&str> {
        values.iter().map(Remote::as_str).collect()
    }

    const WHOLE: &str = r#"{
        "objectClassName": "domain", "handle": "1_DOMAIN_COM-VRSN", "ldhName": "SHOP.COM",
        "status": ["client transfer prohibited", "clientHold", "client transfer prohibited", 7],
        "events": [
            {"eventAction": "registration", "eventDate": "2020-01-02T03:04:05Z"},
            {"eventAction": "expiration", "eventDate": "2027-01-02T03:04:05Z"}
        ],
        "entities": [
            {"roles": ["technical"], "vcardArray": ["vcard", [["fn", {}, "text", "Somebody"]]]},
            {"handle": "292", "roles": ["registrar"],
             "vcardArray": ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", "Example Registrar, Inc."]]]}
        ],
        "nameservers": [
            {"objectClassName": "nameserver", "ldhName": "NS2.Example.NET."},
            {"objectClassName": "nameserver", "ldhName": "ns1.example.net"},
            {"objectClassName": "nameserver"}
        ]
    }"#;

    #[test]
    fn an_answer_is_read() {
        let found = read(WHOLE);
        assert!(found.registered);
        assert_eq!(words(&found.status), ["client transfer prohibited", "client hold"]);
        assert_eq!(found.expires.map(|time| time.to_string()).as_deref(), Some("2027-01-02T03:04:05Z"));
        assert_eq!(found.registrar, Some(Remote::new("Example Registrar, Inc.")));
        assert_eq!(words(&found.servers), ["ns1.example.net", "ns2.example.net"]);
    }

    #[test]
    fn odd_answers_are_read_as_far_as_they_go() {
        let bare = read(r#"{"objectClassName": "domain"}"#);
        assert_eq!(bare, Registration { registered: true, ..Registration::default() });
        let odd = read(
            r#"{"unicodeName": "shop.com", "status": "active", "events": {}, "nameservers": [1, null],
                "entities": [{"roles": "registrar", "handle": "H1", "vcardArray": ["vcard"]}]}"#,
        );
        assert_eq!(odd.registrar, Some(Remote::new("H1")));
        assert_eq!((odd.status.len(), odd.servers.len(), odd.expires), (0, 0, None));
        let org = r#"{"objectClassName": "domain", "entities": [{"roles": ["registrar"], "vcardArray":
            ["vcard", [["fn", {}, "text", ""], ["org", {}, "text", ["Example", "Domains"]]]]}]}"#;
        assert_eq!(read(org).registrar, Some(Remote::new("Example")));
    }

    #[test]
    fn dates_are_read_as_registries_write_them() {
        for date in
            ["2027-01-02T03:04:05.000+01:00", "2027-01-02T03:04:05", "2027-01-02 03:04:05Z", "2027-01-02"]
        {
            assert!(moment(date).is_some(), "{date}");
        }
        assert_eq!(moment("soon"), None);
    }

    #[test]
    fn statuses_are_in_one_form() {
        let epp =
            ["clientHold", "client hold", "Client Hold", "client_hold", "clientHold https://icann.org/epp#x"];
        for status in epp {
            assert_eq!(status_words(status), "client hold", "{status}");
        }
        assert_eq!(status_words("redemptionPeriod"), "redemption period");
    }

    #[test]
    fn what_is_no_answer_says_why() {
        let why = |text: &str| registration(text.as_bytes(), "shop.com").expect_err("no answer");
        assert_eq!(why("<html>"), "it is not JSON");
        assert_eq!(why("[1]"), "it describes no domain");
        assert_eq!(why(r#"{"objectClassName": "entity"}"#), "it describes no domain");
        assert_eq!(
            why(r#"{"objectClassName": "domain", "ldhName": "other.com"}"#),
            "it is about another name"
        );
    }

    #[test]
    fn an_error_in_the_body_counts() {
        assert!(!read(r#"{"errorCode": 404, "title": "Not found"}"#).registered);
        assert!(is_error(br#"{"errorCode": 404}"#) && !is_error(b"not found") && !is_error(b"{}"));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = (registration(&bytes, "shop.com"), is_error(&bytes));
        }

        #[test]
        fn a_damaged_answer_does_not_make_it_panic(at in 0..WHOLE.len(), byte: u8, cut in 0..WHOLE.len()) {
            let mut bytes = WHOLE.as_bytes().to_vec();
            bytes[at] = byte;
            let _ = registration(&bytes, "shop.com");
            let _ = registration(&bytes[..cut], "shop.com");
        }

        #[test]
        fn any_text_is_a_status_or_a_date(text in ".*") {
            let _ = (status_words(&text), moment(&text));
        }
    }
}
