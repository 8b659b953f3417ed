//! Where the next page of a list is.

use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::Query;

/// How a list goes on.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paging {
    /// In the header field `Link`, as `rel="next"` (RFC 8288).
    Link,
    /// By a parameter that takes a value of the page before.
    Cursor {
        /// Where that value stands.
        at: Query,
        /// The parameter.
        parameter: String,
        /// Where it says whether there is more; where it is not said, the value alone tells.
        more: Option<Query>,
    },
    /// The answer holds the whole address.
    Address {
        /// Where it stands.
        at: Query,
        /// Where it says whether there is more; where it is not said, the address alone tells.
        more: Option<Query>,
    },
}

impl Paging {
    /// The page after the one that `asked` gave; `None` where that was the last.
    pub fn next(&self, asked: &Url, page: &Value, link: Option<&str>) -> Result<Option<Url>, String> {
        match self {
            Self::Link => link.map_or(Ok(None), |link| linked(asked, link)),
            Self::Cursor { at, parameter, more } => {
                if !goes_on(more.as_ref(), page) {
                    return Ok(None);
                }
                match (at.text(page).filter(|cursor| !cursor.is_empty()), more) {
                    (Some(cursor), _) => Ok(Some(with(asked, parameter, &cursor))),
                    (None, Some(_)) => Err("says that there is more, and not where".into()),
                    (None, None) => Ok(None),
                }
            }
            Self::Address { at, more } => {
                if !goes_on(more.as_ref(), page) {
                    return Ok(None);
                }
                let address = at.text(page).filter(|address| !address.is_empty());
                address.map(|address| joined(asked, &address)).transpose()
            }
        }
    }
}

fn goes_on(more: Option<&Query>, page: &Value) -> bool {
    more.is_none_or(|more| more.text(page).is_some_and(|text| text == "true"))
}

fn joined(asked: &Url, address: &str) -> Result<Url, String> {
    asked.join(address).map_err(|error| format!("names a next page that is no address: {error}"))
}

/// The same address with another value of a parameter.
fn with(asked: &Url, parameter: &str, value: &str) -> Url {
    let mut url = asked.clone();
    let others = asked.query_pairs().filter(|(name, _)| name != parameter);
    let others: Vec<(String, String)> =
        others.map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    url.query_pairs_mut().clear().extend_pairs(&others).append_pair(parameter, value);
    url
}

/// The link `rel="next"` of a header field `Link`: `<address>; rel="next", <...>; rel="last"`.
fn linked(asked: &Url, field: &str) -> Result<Option<Url>, String> {
    let mut rest = field;
    while let Some((_, after)) = rest.split_once('<') {
        let Some((address, after)) = after.split_once('>') else { break };
        // Parameters end where the next link begins.
        let parameters = after.split_once('<').map_or(after, |(parameters, _)| parameters);
        let is_next = parameters.split([';', ',']).filter_map(|parameter| parameter.split_once('=')).any(
            |(name, value)| {
                let relations = value.trim().trim_matches('"');
                name.trim().eq_ignore_ascii_case("rel")
                    && relations.split_ascii_whitespace().any(|rel| rel.eq_ignore_ascii_case("next"))
            },
        );
        if is_next {
            return joined(asked, address.trim()).map(Some);
        }
        rest = after;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::spec::load::embedded;

    fn paging(text: &str) -> Paging {
        embedded(text).expect("a way to page")
    }

    fn asked() -> Url {
        Url::parse("https://api.test/v1/hooks?limit=2&created[gte]=5").expect("a URL")
    }

    fn next(paging: &Paging, page: &Value, link: Option<&str>) -> Option<String> {
        paging.next(&asked(), page, link).expect("readable").map(String::from)
    }

    #[test]
    fn a_cursor_is_the_last_item_while_there_is_more() {
        let by_last = paging("cursor: {at: \"$.data[-1].id\", parameter: starting_after, more: $.has_more}");
        let page = json!({"data": [{"id": "a"}, {"id": "b c"}], "has_more": true});
        let url = next(&by_last, &page, None).expect("a page");
        assert!(url.ends_with("&starting_after=b+c"), "{url}");
        let again = by_last.next(
            &Url::parse(&url).expect("a URL"),
            &json!({"data": [{"id": "d"}], "has_more": true}),
            None,
        );
        let again = again.expect("readable").expect("a page");
        let pairs: Vec<(String, String)> = again.query_pairs().into_owned().collect();
        let wanted = [("limit", "2"), ("created[gte]", "5"), ("starting_after", "d")];
        assert_eq!(pairs, wanted.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(next(&by_last, &json!({"data": [{"id": "a"}], "has_more": false}), None), None);
        assert!(by_last.next(&asked(), &json!({"data": [], "has_more": true}), None).is_err());
    }

    #[test]
    fn a_cursor_alone_tells_that_there_is_more() {
        let alone = paging("cursor: {at: $.cursor, parameter: cursor}");
        assert!(next(&alone, &json!({"cursor": "x"}), None).is_some_and(|url| url.ends_with("&cursor=x")));
        assert_eq!(next(&alone, &json!({}), None), None);
        assert_eq!(next(&alone, &json!({"cursor": null}), None), None);
    }

    #[test]
    fn an_address_is_followed_while_there_is_more() {
        let address = paging("address: {at: $.meta.next, more: $.meta.has_more}");
        let page =
            |more: bool| json!({"meta": {"next": "https://api.test/v1/hooks?after=b", "has_more": more}});
        assert_eq!(next(&address, &page(true), None).as_deref(), Some("https://api.test/v1/hooks?after=b"));
        assert_eq!(next(&address, &page(false), None), None);
    }

    #[test]
    fn links_are_told_apart() {
        let page = |link| next(&Paging::Link, &json!([]), link);
        let field = "<https://api.test/h?page=1>; rel=\"prev\", <https://api.test/h?a=1,2&page=3>; rel=\"next\", <https://api.test/h?page=9>; rel=\"last\"";
        assert_eq!(page(Some(field)).as_deref(), Some("https://api.test/h?a=1,2&page=3"));
        assert_eq!(
            page(Some("</h?page=2>; title=x; rel=next")).as_deref(),
            Some("https://api.test/h?page=2")
        );
        assert_eq!(page(Some("<https://api.test/h>; rel=\"last\"")), None);
        assert_eq!(page(None), None);
    }

    proptest! {
        #[test]
        fn any_field_is_read(field in "\\PC{0,80}|[<>;,=\"a-z/: ]{0,80}") {
            let _ = Paging::Link.next(&asked(), &json!(null), Some(&field));
        }
    }
}
