use super::*;
use proptest::prelude::*;

const GOOD: &str = "version: STSv1\nmode: enforce\nmx: mail.example.com\nmx: *.example.net\nmx: backupmx.example.com\nmax_age: 604800\n";

/// The errors of a text, as people read them.
fn errors(text: &str) -> Vec<String> {
    Policy::read(text).errors.iter().map(ToString::to_string).collect()
}

/// The good policy with one line in another's place.
fn with(line: &str, other: &str) -> String {
    let text = GOOD.replace(line, other);
    assert_ne!(text, GOOD, "{line}");
    text
}

#[test]
fn the_standard_s_example_is_read() {
    for text in [GOOD.to_owned(), GOOD.replace('\n', "\r\n"), GOOD.trim_end().to_owned()] {
        let policy = Policy::parse(&text).expect(&text);
        assert_eq!((policy.mode, policy.max_age, policy.mx.len()), (Mode::Enforce, 604_800, 3));
        assert!(policy.covers("mail.example.com") && policy.covers("a.example.net"));
        assert!(!policy.covers("a.b.example.net") && !policy.covers("example.net"));
        assert_eq!(policy.lifetime(), Duration::from_hours(7 * 24));
        assert_eq!(policy.to_string(), GOOD);
    }
}

#[test]
fn order_space_and_unknown_keys_do_not_matter() {
    let text = "max_age:0\nx.y-z_1: any thing; ü\nmx:\t a.test \t\nmode:testing\nversion:   STSv1  ";
    let policy = Policy::parse(text).expect("a policy");
    assert_eq!((policy.mode, policy.max_age), (Mode::Testing, 0));
    assert_eq!(policy.extensions, [("x.y-z_1".to_owned(), "any thing; ü".to_owned())]);
    let none = Policy::parse("version: STSv1\nmode: none\nmax_age: 31557600").expect("a policy");
    assert!(none.mx.is_empty());
}

#[test]
fn each_error_has_its_line_and_column() {
    let told = |text: String, error: &str| assert_eq!(errors(&text), [error], "{text:?}");
    told(with("STSv1", "STSv2"), "line 1, column 10: version `STSv2` instead of `STSv1`");
    told(with("STSv1", "stsv1"), "line 1, column 10: version `stsv1` instead of `STSv1`");
    told(with("version: STSv1\n", ""), "line 6, column 1: no `version: STSv1`");
    told(
        with("enforce", "Enforce"),
        "line 2, column 7: mode `Enforce`, which is none of enforce, testing and none",
    );
    told(with("mode: enforce\n", ""), "line 6, column 1: no `mode`");
    told(with("max_age: 604800\n", ""), "line 6, column 1: no `max_age`");
    told(with("604800", "1w"), "line 6, column 10: max_age `1w`, which is no number of seconds");
    told(with("604800", "-1"), "line 6, column 10: max_age `-1`, which is no number of seconds");
    told(
        with("604800", "31557601"),
        "line 6, column 10: max_age 31557601, where 31557600 (a year) is the most",
    );
    told(
        with("604800", "99999999999999999999"),
        "line 6, column 10: max_age 99999999999999999999, where 31557600 (a year) is the most",
    );
    told(with("mx: mail", "mx : mail"), "line 3, column 3: space before the colon");
    told(with("mx: mail", " mx: mail"), "line 3, column 1: space before the key");
    told(with("mx: mail.example.com", "m x: a"), "line 3, column 1: not a key");
    told(with("mx: mail.example.com", "plain words"), "line 3, column 1: a line without a colon");
    told(with("mail.example.com", ""), "line 3, column 5: `mx` without a value");
    told(with("mx: mail.example.com", "é: a"), "line 3, column 1: not a key");
    told(with("mx: mail", "\nmx: mail"), "line 3, column 1: an empty line");
    told(format!("{GOOD}\n"), "line 7, column 1: an empty line at the end");
    told(format!("\u{feff}{GOOD}"), "line 1, column 1: a byte-order mark before the first key");
    told(
        with("mode: enforce\n", "mode: enforce\r"),
        "line 2, column 14: a carriage return without a line feed",
    );
    told(with("mail.example.com", "mail.\u{1b}"), "line 3, column 10: a control character");
    told(
        with("mail.example.com", "192.0.2.1"),
        "line 3, column 5: mx `192.0.2.1`, an address instead of a host name",
    );
    told(
        with("mail.example.com", "mail.example.com."),
        "line 3, column 5: mx `mail.example.com.`, a host name that ends in a dot",
    );
    told(
        with("max_age", "mode: none\nmax_age"),
        "line 6, column 7: `mode` for the second time; the first counts",
    );
}

#[test]
fn several_errors_are_all_told() {
    use PolicyErrorKind::{NoMaxAge, NoMode, NoMx, NoVersion};
    let text = "version: STSv1\nmode = enforce\nmx: *\nmx: ok.test\nmax_age:\n";
    assert_eq!(
        errors(text),
        [
            "line 2, column 1: a line without a colon",
            "line 3, column 5: mx `*`, a wildcard without a name",
            "line 5, column 9: `max_age` without a value",
            "line 6, column 1: no `mode`",
        ]
    );
    assert_eq!(Policy::read(text).mx.len(), 1);
    assert_eq!(
        errors("version: STSv2\rmode: none\nmax_age: 1\n"),
        [
            "line 1, column 10: version `STSv2` instead of `STSv1`",
            "line 1, column 15: a carriage return without a line feed",
        ]
    );
    let missing: Vec<PolicyErrorKind> = Policy::read("").errors.into_iter().map(|error| error.kind).collect();
    assert_eq!(missing, [NoVersion, NoMode, NoMx, NoMaxAge]);
}

#[test]
fn what_senders_do_not_mind_breaks_nothing() {
    let twice = with("max_age", "mode: none\nmax_age");
    assert_eq!(Policy::parse(&twice).map(|policy| policy.mode), Ok(Mode::Enforce));
    assert!(Policy::parse(&format!("{GOOD}\r\n\n")).is_ok());
    assert!(Policy::parse(&with("mx: mail", "\nmx: mail")).is_err());
}

#[test]
fn keys_are_known_by_their_letters() {
    assert_eq!(errors("Version: STSv1\nmode: none\nmax_age: 1"), ["line 4, column 1: no `version: STSv1`"]);
    let long = "k".repeat(33);
    assert_eq!(
        errors(&format!("version: STSv1\nmode: none\nmax_age: 1\n{long}: x")),
        ["line 4, column 1: not a key"]
    );
}

proptest! {
    #[test]
    fn any_text_can_be_read(text in ".*|((version|mode|mx|max_age|x)[: ]{1,2}[A-Za-z0-9*.é\r-]{0,12}(\r|\n|\r\n)){0,8}") {
        let reading = Policy::read(&text);
        for error in &reading.errors {
            prop_assert!(error.line >= 1 && error.column >= 1);
            prop_assert!(error.line <= text.split('\n').count() + 1);
        }
        let breaks = reading.errors.iter().any(|error| error.kind.breaks());
        prop_assert_eq!(Policy::parse(&text).is_err(), breaks);
    }

    #[test]
    fn what_is_written_is_read_again(
        mode in prop::sample::select(vec![Mode::Enforce, Mode::Testing, Mode::None]),
        max_age in 0..=MOST_MAX_AGE,
        mx in proptest::collection::vec("(\\*\\.)?[a-z0-9]{1,9}\\.test", 1..5),
        crlf in any::<bool>(),
    ) {
        let mx = mx.iter().map(|text| MxPattern::parse(text).expect("a pattern")).collect();
        let policy = Policy { mode, max_age, mx, extensions: Vec::new() };
        let text = if crlf { policy.to_string().replace('\n', "\r\n") } else { policy.to_string() };
        prop_assert_eq!(Policy::parse(&text), Ok(policy));
    }
}
