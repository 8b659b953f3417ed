use crate::mail::dmarc::{Mode, aligned};

fn organisation(name: &str) -> Result<String, String> {
    match name {
        "silent.test" => Err("silent".into()),
        _ if name.ends_with("shop.test") => Ok("shop.test".into()),
        _ => Ok(name.into()),
    }
}

#[test]
fn names_are_compared_as_the_mode_says() {
    for (identifier, from, relaxed, strict) in [
        ("shop.test", "shop.test", true, true),
        ("Shop.Test.", "shop.test", true, true),
        ("bounces.shop.test", "shop.test", true, false),
        ("bounces.shop.test", "news.shop.test", true, false),
        ("shop.test.evil.test", "shop.test", false, false),
        ("other.test", "shop.test", false, false),
    ] {
        assert_eq!(aligned(identifier, from, Mode::Relaxed, organisation), Ok(relaxed), "{identifier}");
        assert_eq!(aligned(identifier, from, Mode::Strict, organisation), Ok(strict), "{identifier}");
    }
    assert_eq!(aligned("silent.test", "shop.test", Mode::Relaxed, organisation), Err("silent".into()));
    assert_eq!(aligned("silent.test", "silent.test", Mode::Relaxed, organisation), Ok(true));
    assert_eq!(aligned("silent.test", "shop.test", Mode::Strict, organisation), Ok(false));
}
