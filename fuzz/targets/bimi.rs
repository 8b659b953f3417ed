use launch_ready::mail::bimi::{Record, is_record, resembles_record, svg};

/// Most names or targets of a drawing that are told.
const MOST_KEPT: usize = 16;

/// The bytes as a logo, and as a record.
pub(crate) fn bimi_svg(data: &[u8]) {
    drawing(data);
    record(&super::text(data));
}

/// What is told of a drawing is bounded, and a byte-order mark changes nothing.
fn drawing(data: &[u8]) {
    let facts = svg::facts(data);
    if let Ok(facts) = &facts {
        assert!(facts.foreign_elements.len() <= MOST_KEPT && facts.references.len() <= MOST_KEPT);
        assert!(facts.root_attributes.len() <= 2);
        assert!(facts.title.as_ref().is_none_or(|title| !title.as_str().is_empty()));
    }
    if !data.starts_with("\u{feff}".as_bytes()) {
        let marked = [b"\xef\xbb\xbf", data].concat();
        assert_eq!(svg::facts(&marked).is_ok(), facts.is_ok());
    }
}

fn record(text: &str) {
    let reading = Record::read(text);
    super::places(text, reading.errors.iter().map(|error| &error.span));
    assert_eq!(Record::parse(text).is_ok(), reading.errors.is_empty());
    assert!(!(is_record(text) && resembles_record(text)));
    if let Ok(record) = Record::parse(text) {
        assert!(is_record(text));
        let urls = [&record.location, &record.evidence];
        assert!(urls.into_iter().flatten().all(|url| url.scheme() == "https" && url.host().is_some()));
        assert!(record.evidence.is_none() || record.location.is_some(), "{text:?}");
    }
}
