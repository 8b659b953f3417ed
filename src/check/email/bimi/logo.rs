//! The logo that a BIMI record names.

use url::Url;

use super::Fault;
use crate::check::email::fetched::{self, Kind, Unfetched};
use crate::check::seen::{self, Judged};
use crate::check::{Verdict, World};
use crate::mail::bimi::{Record, svg};
use crate::observed::{Logo, Remote, Svg};

/// How to make a logo that is shown.
const CONVERT: &str = "save the drawing as SVG Tiny Portable/Secure: `version=\"1.2\"`, `baseProfile=\"tiny-ps\"`, a square `viewBox`, a `<title>`, and neither programs, animation, pictures nor links in it";

fn fault(what: String, expected: &str, observed: impl Into<String>, help: impl Into<String>) -> Fault {
    Fault { what, expected: expected.to_owned(), observed: observed.into(), help: help.into(), mild: false }
}

/// What is wrong with the logo; nothing where the record names none.
pub(super) fn faults(record: &Record, world: &World) -> Judged<Vec<Fault>> {
    let Some(url) = &record.location else { return Ok(Vec::new()) };
    let at = seen::shown(url);
    let logo = match fetched::from(url, world.observed.logos.get(url.as_str()), world) {
        Ok(logo) => logo,
        Err(Unfetched::Elsewhere(verdict)) => return Err(verdict),
        // It may pass, and mailbox providers keep a logo.
        Err(Unfetched::Fault { why, kind: Kind::Silence }) => {
            return Err(Box::new(Verdict::unknown(format!("of the logo {at} nothing is known: {why}"))));
        }
        Err(Unfetched::Fault { why, .. }) => {
            let help = format!("serve the logo at {at} with a valid certificate");
            return Ok(vec![fault(
                format!("nobody gets the logo {at}: {why}"),
                "a logo over valid HTTPS",
                why,
                help,
            )]);
        }
    };
    if let Some(fault) = answer_fault(url, logo) {
        return Ok(vec![fault]);
    }
    drawing(&at, logo)
}

fn answer_fault(url: &Url, logo: &Logo) -> Option<Fault> {
    let at = seen::shown(url);
    let (what, observed) = match logo.status {
        200 if logo.cut => (
            format!("the logo {at} breaks off or is larger than 64 KiB"),
            format!("{} bytes and more", logo.bytes),
        ),
        200 => return None,
        status @ 300..400 => {
            let what = format!("the logo {at} is not there: the server redirects (status {status})");
            (what, format!("status {status}"))
        }
        status => {
            (format!("the logo {at} is not there: the server answers {status}"), format!("status {status}"))
        }
    };
    let help =
        format!("serve the drawing itself at {at}, at most 32 KiB of it, or correct `l=` in the record");
    Some(fault(what, "200 with an SVG of at most 32 KiB", observed, help))
}

/// What is wrong with the file.
fn drawing(at: &str, logo: &Logo) -> Judged<Vec<Fault>> {
    let mut found = Vec::new();
    let kind = logo.media_type.as_ref().map_or("", Remote::as_str);
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("image/svg+xml") {
        let kind = if essence.is_empty() { "no media type".to_owned() } else { seen::cut(essence) };
        let help = "have the server send it as `Content-Type: image/svg+xml`";
        found.push(fault(format!("the logo {at} is sent as {kind}"), "image/svg+xml", kind, help));
    }
    match (&logo.svg, &logo.fault) {
        (Some(svg), _) => found.extend(profile(at, svg)),
        (None, Some(why)) => {
            found.push(fault(
                format!("the logo {at} is no drawing: {why}"),
                "an SVG drawing",
                why.as_str(),
                CONVERT,
            ));
        }
        (None, None) if found.is_empty() => {
            return Err(Box::new(Verdict::unknown(format!(
                "the logo {at} is compressed, and was not looked into"
            ))));
        }
        (None, None) => {}
    }
    if logo.bytes > svg::RECOMMENDED_SIZE {
        let what =
            format!("the logo {at} has {} bytes; some mailbox providers take 32 KiB at most", logo.bytes);
        let help = "make the drawing smaller: fewer points, no editor's data";
        found.push(Fault {
            mild: true,
            ..fault(what, "32768 bytes or less", format!("{} bytes", logo.bytes), help)
        });
    }
    Ok(found)
}

/// What the profile forbids or asks for.
fn profile(at: &str, svg: &Svg) -> Option<Fault> {
    let wrong = wrongs(svg);
    let listed = seen::listed(&wrong);
    (!wrong.is_empty()).then(|| {
        fault(
            format!("the logo {at} is not in the profile SVG Tiny PS: {listed}"),
            "SVG Tiny PS",
            listed,
            CONVERT,
        )
    })
}

fn wrongs(svg: &Svg) -> Vec<String> {
    let mut wrong = Vec::new();
    let differs = |name: &str, value: Option<&Remote>, wanted: &str| match value {
        Some(value) if value.as_str() == wanted => None,
        Some(value) => Some(format!("`{name}` is {} instead of {wanted}", seen::cut(value.as_str()))),
        None => Some(format!("no `{name}=\"{wanted}\"`")),
    };
    wrong.extend(differs("version", svg.version.as_ref(), "1.2"));
    wrong.extend(differs("baseProfile", svg.base_profile.as_ref(), "tiny-ps"));
    match &svg.view_box {
        None => wrong.push("no `viewBox`".into()),
        Some(value) if !is_square(value.as_str()) => {
            wrong.push(format!("`viewBox` {} is not square", seen::cut(value.as_str())));
        }
        Some(_) => {}
    }
    if svg.title.is_none() {
        wrong.push("no `<title>`".into());
    }
    wrong.extend(svg.root_attributes.iter().map(|name| format!("`{name}` on the root element")));
    wrong.extend(svg.foreign_elements.iter().map(|name| format!("the element `{name}`")));
    wrong.extend(svg.references.iter().map(|to| format!("a reference to {}", seen::cut(to.as_str()))));
    wrong
}

/// Four numbers, the last two the same and above zero.
fn is_square(view_box: &str) -> bool {
    let parts = view_box.split(|c: char| c.is_whitespace() || c == ',').filter(|part| !part.is_empty());
    let numbers: Result<Vec<f64>, _> = parts.map(str::parse::<f64>).collect();
    match numbers.as_deref() {
        Ok([_, _, width, height]) => *width > 0.0 && (width - height).abs() <= width * 1e-6,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_square;

    #[test]
    fn squares() {
        for good in ["0 0 64 64", "0,0,64,64", "-1 -1  2.5 2.5"] {
            assert!(is_square(good), "{good}");
        }
        for bad in
            ["", "0 0 64", "0 0 64 32", "0 0 0 0", "0 0 -1 -1", "a b c d", "0 0 NaN NaN", "0 0 64 64 64"]
        {
            assert!(!is_square(bad), "{bad}");
        }
    }
}
