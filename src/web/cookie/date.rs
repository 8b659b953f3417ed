//! Dates of cookies, which servers write in many forms (RFC 6265bis section 5.1.1).

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The moment that a date means; `None` where it means none.
pub fn date(text: &str) -> Option<Timestamp> {
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    for token in text.split(is_delimiter).filter(|token| !token.is_empty()) {
        if time.is_none()
            && let Some(found) = clock(token)
        {
            time = Some(found);
        } else if day.is_none()
            && let Some((found, 1 | 2)) = number(token)
        {
            day = Some(found);
        } else if month.is_none()
            && let Some(found) = month_of(token)
        {
            month = Some(found);
        } else if year.is_none()
            && let Some((found, 2..=4)) = number(token)
        {
            year = Some(found);
        }
    }
    let ((hour, minute, second), year) = (time?, full_year(year?));
    let date = Date::new(i16::try_from(year).ok()?, month?, i8::try_from(day?).ok()?).ok()?;
    let part = |value: u32, most: u32| i8::try_from(value).ok().filter(|_| value <= most);
    let moment = date.at(part(hour, 23)?, part(minute, 59)?, part(second, 59)?, 0);
    let moment = moment.to_zoned(TimeZone::UTC).ok()?.timestamp();
    (year >= 1601).then_some(moment)
}

/// Years of two digits are of our time.
fn full_year(year: u32) -> u32 {
    match year {
        70..=99 => year + 1900,
        0..=69 => year + 2000,
        _ => year,
    }
}

fn is_delimiter(c: char) -> bool {
    matches!(c, '\t' | '\x20'..='\x2f' | ';'..='@' | '['..='`' | '{'..='~')
}

/// A number at the beginning of a token, and how many digits it has.
fn number(token: &str) -> Option<(u32, usize)> {
    let digits = token.bytes().take_while(u8::is_ascii_digit).count();
    Some((token.get(..digits)?.parse().ok()?, digits))
}

/// `8:05:59`, whatever stands behind.
fn clock(token: &str) -> Option<(u32, u32, u32)> {
    let mut parts = token.split(':');
    let [hour, minute, second] = [parts.next()?, parts.next()?, parts.next()?];
    let whole = |part: &str| number(part).filter(|(_, digits)| *digits <= 2 && *digits == part.len());
    let (second, digits) = number(second)?;
    (digits <= 2).then_some((whole(hour)?.0, whole(minute)?.0, second))
}

fn month_of(token: &str) -> Option<i8> {
    let begin = token.get(..3)?.to_ascii_lowercase();
    let at = MONTHS.iter().position(|month| *month == begin)?;
    i8::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn dates_of_all_forms() {
        for (text, wanted) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some("1994-11-06T08:49:37Z")),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some("1994-11-06T08:49:37Z")),
            ("Sun Nov  6 08:49:37 1994", Some("1994-11-06T08:49:37Z")),
            ("Thu, 01-Jan-1970 00:00:01 GMT", Some("1970-01-01T00:00:01Z")),
            ("6 november 2029 8:9:7", Some("2029-11-06T08:09:07Z")),
            ("Wed, 31 Feb 2029 00:00:00 GMT", None),
            ("Wed, 01 Jan 2029 24:00:00 GMT", None),
            ("01 Jan 1600 00:00:00", None),
            ("0", None),
            ("Session", None),
            ("", None),
        ] {
            assert_eq!(date(text).map(|moment| moment.to_string()).as_deref(), wanted, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(text in ".*|[0-9:a-z ,-]{0,40}") {
            let _ = date(&text);
        }
    }
}
