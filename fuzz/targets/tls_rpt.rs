use launch_ready::mail::tls_rpt::{Record, encoded, is_record, resembles_record};

pub(crate) fn tls_rpt(data: &[u8]) {
    let text = super::text(data);
    let reading = Record::read(&text);
    super::places(&text, reading.errors.iter().map(|error| &error.span));
    assert!(!(is_record(&text) && resembles_record(&text)));
    let record = Record::parse(&text);
    assert_eq!(record.is_ok(), reading.errors.is_empty());
    let Ok(record) = record else { return };
    assert!(is_record(&text) && !record.rua.is_empty(), "{text:?}");
    for uri in &record.rua {
        let (scheme, rest) = uri.split_once(':').expect("a scheme");
        let known = scheme.eq_ignore_ascii_case("mailto") && rest.contains('@')
            || scheme.eq_ignore_ascii_case("https") && !rest.is_empty();
        assert!(known, "{uri} of {text:?}");
        // It is encoded already.
        assert_eq!(&encoded(uri), uri);
    }
    let written = format!("v=TLSRPTv1; rua={}", record.rua.join(","));
    assert_eq!(Record::parse(&written), Ok(record));
}
