//! Queries into JSON (RFC 9535): what an answer holds at a place.

use serde_json::Value;
use serde_json_path::JsonPath;

/// Longest query that is read.
const LONGEST: usize = 300;

/// Reads a query; the error says what is wrong and where.
pub(crate) fn parse(text: &str) -> Result<JsonPath, String> {
    if text.len() > LONGEST {
        return Err(format!("a JSONPath has at most {LONGEST} characters"));
    }
    if !text.starts_with('$') {
        return Err("a JSONPath begins with `$`, the whole answer".into());
    }
    JsonPath::parse(text)
        .map_err(|error| format!("no JSONPath: {} at character {}", error.message(), error.position()))
}

/// What a query finds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found<'v> {
    /// The values, in their order.
    pub(crate) values: Vec<&'v Value>,
    /// How many a person would say there are: the elements of a list that the query names, otherwise the
    /// values.
    pub(crate) count: usize,
}

/// Asks an answer.
pub(crate) fn find<'v>(path: &JsonPath, answer: &'v Value) -> Found<'v> {
    let values: Vec<&Value> = path.query(answer).all();
    let count = match values.as_slice() {
        [Value::Array(elements)] if names_one_place(&path.to_string()) => elements.len(),
        values => values.len(),
    };
    Found { values, count }
}

/// A value as people write it in the spec: a text without quotes, everything else as JSON.
pub(crate) fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// True for a singular query (RFC 9535 section 2.3.5.1): names and indices alone.
fn names_one_place(query: &str) -> bool {
    let (mut quote, mut escaped, mut last) = (None, false, ' ');
    for c in query.chars() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            None if c == '\'' || c == '"' => quote = Some(c),
            None if matches!(c, '*' | '?' | ':' | ',') || (c == '.' && last == '.') => return false,
            _ => {}
        }
        last = c;
    }
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn count(path: &str, answer: &Value) -> usize {
        find(&parse(path).expect("a path"), answer).count
    }

    #[test]
    fn a_list_that_is_named_counts_its_elements() {
        let answer =
            json!({"members": [{"id": 1}, {"id": 2}, {"id": 3}], "*": [1, 2], "one": [[1, 2, 3, 4]]});
        assert_eq!(count("$.members", &answer), 3);
        assert_eq!(count("$.members[*]", &answer), 3);
        assert_eq!(count("$.members[?@.id > 1]", &answer), 2);
        assert_eq!(count("$..id", &answer), 3);
        assert_eq!(count("$['*']", &answer), 2);
        assert_eq!(count("$.one[*]", &answer), 1);
        assert_eq!(count("$.one[0]", &answer), 4);
        assert_eq!(count("$.none", &answer), 0);
        assert_eq!(count("$", &answer), 1);
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert!(parse("status").is_err_and(|why| why.contains("begins with `$`")));
        assert!(parse("$.").is_err_and(|why| why.starts_with("no JSONPath: ")));
        assert!(parse("$[?(").is_err());
        assert!(parse(&format!("${}", "(".repeat(LONGEST))).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,60}|\\$[.\\[\\]?@'\"*:,()a-z0-9&|!=<> ]{0,60}") {
            if let Ok(path) = parse(&text) {
                find(&path, &json!({"a": [1, {"b": "c"}], "d": null}));
            }
        }

        #[test]
        fn every_member_is_found_by_its_name(name in "\\PC{1,20}", number in any::<i64>()) {
            let mut answer = serde_json::Map::new();
            answer.insert(name.clone(), json!(number));
            let quoted = serde_json::to_string(&name).expect("a text");
            let path = parse(&format!("$[{quoted}]")).expect("a path");
            let answer = Value::Object(answer);
            let found = find(&path, &answer);
            let expected = json!(number);
            prop_assert_eq!(found.values, vec![&expected]);
        }
    }
}
