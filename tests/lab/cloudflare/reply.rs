//! The envelope in which every answer of the API comes, and its errors.

use serde_json::{Value, json};

use crate::lab::site::Response;

/// What an endpoint says.
pub(super) enum Reply {
    /// A status, and a whole envelope.
    Json(u16, Value),
    /// Bare text, as the export of a zone is.
    Text(String),
    /// Nothing but a status.
    Empty(u16),
}

/// Why an endpoint does not do it.
#[derive(Debug)]
pub(super) struct Refused {
    /// The status of the response.
    pub(super) status: u16,
    /// As the envelope lists them.
    pub(super) errors: Vec<Value>,
}

/// Either of both.
pub(super) type Answer = Result<Reply, Refused>;

/// Success with a result.
pub(super) fn done(result: impl Into<Value>) -> Reply {
    let result = result.into();
    Reply::Json(200, json!({ "result": result, "success": true, "errors": [], "messages": [] }))
}

/// Success with one page of a list.
pub(super) fn page_of(items: &[Value], page: usize, size: usize) -> Reply {
    let shown: Vec<&Value> = items.iter().skip((page - 1).saturating_mul(size)).take(size).collect();
    let info = json!({
        "page": page, "per_page": size, "count": shown.len(), "total_count": items.len(),
        "total_pages": items.len().div_ceil(size),
    });
    let envelope =
        json!({ "result": shown, "success": true, "errors": [], "messages": [], "result_info": info });
    Reply::Json(200, envelope)
}

/// Failure with one error.
pub(super) fn refused(status: u16, code: i64, message: impl Into<String>) -> Refused {
    Refused { status, errors: vec![json!({ "code": code, "message": message.into() })] }
}

/// What the DNS API says of a record that is not one: the reason stands in the chain.
pub(super) fn invalid(code: i64, message: impl Into<String>) -> Refused {
    let chain = json!([{ "code": code, "message": message.into() }]);
    let error = json!({ "code": 1004, "message": "DNS Validation Error", "error_chain": chain });
    Refused { status: 400, errors: vec![error] }
}

/// What is said of an address that leads nowhere.
pub(super) fn no_route(path: &str) -> Refused {
    let text = format!("Could not route to {path}, perhaps your object identifier is invalid?");
    refused(404, 7003, text)
}

impl Refused {
    /// The envelope of the failure.
    pub(super) fn envelope(&self) -> Value {
        json!({ "result": null, "success": false, "errors": self.errors, "messages": [] })
    }
}

/// An answer as a response of HTTP.
pub(super) fn response(answer: &Answer) -> Response {
    let response = match answer {
        Ok(Reply::Json(status, envelope)) => Response::json(*status, envelope),
        Ok(Reply::Text(text)) => {
            Response::new(200, text.clone()).header("Content-Type", "text/plain; charset=utf-8")
        }
        Ok(Reply::Empty(status)) => Response::new(*status, ""),
        Err(refused) => Response::json(refused.status, &refused.envelope()),
    };
    response.header("cf-ray", "8f00ba4d1ab00000-LAB").header("server", "cloudflare")
}
