use launch_ready::mail::smtp::{LARGEST_REPLY, LONGEST_LINE, MOST_LINES, Reader, Reply, offers};
use launch_ready::mail::tlsa::Tlsa;

/// Lines as a server sends them.
pub(crate) fn smtp(data: &[u8]) {
    let mut reader = Reader::default();
    for line in data.split(|byte| *byte == b'\n') {
        match reader.take(line.strip_suffix(b"\r").unwrap_or(line)) {
            Ok(None) => {}
            Ok(Some(reply)) => whole(&reply),
            Err(error) => {
                assert!(error.to_string().len() < 300);
                reader = Reader::default();
            }
        }
    }
}

/// A reply is bounded, and reads again as it was.
fn whole(reply: &Reply) {
    assert!((200..600).contains(&reply.code) && (1..=MOST_LINES).contains(&reply.lines.len()));
    assert_eq!(reply.refuses(), reply.code >= 400);
    let lines = || reply.extensions().iter().map(String::as_str);
    for line in lines() {
        let keyword = line.split([' ', '=']).next().unwrap_or_default();
        assert!(offers(lines(), keyword) && offers(lines(), &keyword.to_ascii_lowercase()), "{line:?}");
    }
    // What was not UTF-8 may have become longer than a line may be.
    let fits = reply.lines.iter().all(|line| line.len() + 4 <= LONGEST_LINE);
    if !fits || reply.lines.iter().map(|line| line.len() + 4).sum::<usize>() >= LARGEST_REPLY {
        return;
    }
    let (last, before) = reply.lines.split_last().expect("one at least");
    let mut reader = Reader::default();
    for line in before {
        assert_eq!(reader.take(format!("{}-{line}", reply.code).as_bytes()), Ok(None));
    }
    assert_eq!(reader.take(format!("{} {last}", reply.code).as_bytes()).as_ref(), Ok(&Some(reply.clone())));
}

/// A record reads again as it was, and a fault has a place.
pub(crate) fn tlsa(data: &[u8]) {
    let text = super::text(data);
    match Tlsa::parse(&text) {
        Ok(record) => {
            assert_eq!(Tlsa::parse(&record.to_string()).as_ref(), Ok(&record));
            assert!(!record.data.is_empty() && !record.fits(&[]));
            let usable = (2..=3).contains(&record.usage) && record.selector < 2 && record.matching < 3;
            assert_eq!(usable, record.unusable().is_none(), "{record}");
        }
        Err(error) => super::places(&text, [&error.span]),
    }
}
