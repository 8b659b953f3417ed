use launch_ready::web::cookie::{Cookie, masked};
use launch_ready::web::{csp, edge, guard, hsts, version};

/// Each line is read as every header, all of it as a body.
pub(crate) fn headers(data: &[u8]) {
    let text = super::text(data);
    let lines: Vec<&str> = text.lines().collect();
    for line in &lines {
        strict_transport_security(line);
        set_cookie(line);
        if let Some(version) = version::disclosed(line) {
            assert!(line.contains(&version), "{version} of {line:?}");
        }
    }
    content_security_policy(&lines);
    let _ =
        (guard::framing(&lines), guard::referrer(&lines), guard::nosniff(&lines), guard::permissions(&lines));
    if let Some(note) = edge::note(data) {
        let fields = [("server", "cloudflare")];
        let answer = edge::Answer { status: 530, fields: &fields, note: Some(&note) };
        assert!(
            note == "Just a moment..."
                || answer.said().is_some()
                || note.ends_with("1011")
                || note.ends_with("1020"),
            "{note}"
        );
    }
}

fn strict_transport_security(line: &str) {
    let reading = hsts::Header::read(line);
    super::places(line, reading.errors.iter().map(|error| &error.span));
    super::places(line, reading.warnings.iter().map(|warning| &warning.span));
    let header = hsts::Header::parse(line);
    assert_eq!(header.is_ok(), reading.errors.is_empty(), "{line:?}");
    if let Ok(header) = header {
        assert_eq!(hsts::Header::parse(&header.to_string()), Ok(header));
    }
}

fn content_security_policy(lines: &[&str]) {
    let mut all = Vec::new();
    for line in lines {
        let reading = csp::Reading::of(line);
        super::places(line, reading.errors.iter().map(|error| &error.span));
        let written: Vec<String> = reading.policies.iter().map(ToString::to_string).collect();
        assert_eq!(csp::Reading::of(&written.join(", ")).policies, reading.policies);
        let framed = csp::restricts_frames(&all);
        all.extend(reading.policies);
        assert!(!framed || csp::restricts_frames(&all), "{line:?} takes a restriction back");
    }
    let _ = csp::weaknesses(&all);
}

fn set_cookie(line: &str) {
    let kept = masked(line);
    assert_eq!(masked(&kept), kept, "{line:?}");
    let value = line.split(';').next().and_then(|pair| pair.split_once('=')).map(|(_, value)| value.trim());
    if let Some(value) =
        value.filter(|value| value.len() > 16 && !line.replacen(value, "", 1).contains(value))
    {
        assert!(!kept.contains(value), "{kept:?} of {line:?}");
    }
    let (before, after) = (Cookie::parse(line), Cookie::parse(&kept));
    assert_eq!(before.map(|cookie| cookie.faults()), after.as_ref().map(Cookie::faults), "{line:?}");
}
