//! Reads the API's answers: the envelope around every result, and the reasons of a refusal.

use serde_json::Value;

use super::client::Reply;
use super::failure::ApiError;
use crate::observed::Remote;
use crate::probe::Answer;
use crate::secret::Secret;

/// Most reasons of one refusal that are kept.
const MOST_ERRORS: usize = 20;
/// A token shorter than that may stand in an answer by accident.
const LEAST_TOKEN: usize = 16;

/// A result; or why what came is no answer.
pub(super) fn reply(answer: &Answer, token: &Secret) -> Result<Reply, String> {
    if repeats(&answer.body, token) {
        return Err("the answer repeats the token, and is not kept".into());
    }
    let mut envelope: Value = serde_json::from_slice(&answer.body)
        .map_err(|error| format!("the answer is no JSON: {}", without_text(&error)))?;
    let Some(members) = envelope.as_object_mut() else {
        return Err("the answer is JSON, but no object".into());
    };
    let messages = members.get("messages").and_then(Value::as_array).into_iter().flatten();
    let text = |message: &Value| message.get("message").unwrap_or(message).as_str().map(Remote::new);
    Ok(Reply {
        messages: messages.filter_map(text).take(MOST_ERRORS).collect(),
        info: members.remove("result_info").filter(|info| !info.is_null()),
        result: members.remove("result").unwrap_or(Value::Null),
    })
}

/// The reasons of a refusal that comes as a success: `{"success": false}`.
pub(super) fn errors_of_a_success(body: &[u8], token: &Secret) -> Option<Vec<ApiError>> {
    // Large answers are read once; only a short one can be that.
    let short = body.len() <= 64 * 1024;
    let envelope: Value = short.then(|| serde_json::from_slice(body).ok())??;
    (envelope.get("success") == Some(&Value::Bool(false))).then(|| errors(body, token))
}

/// The reasons that the API gives. What Cloudflare says about a single field stands below the first one.
pub(super) fn errors(body: &[u8], token: &Secret) -> Vec<ApiError> {
    let envelope: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let listed = envelope.get("errors").and_then(Value::as_array).into_iter().flatten();
    let all = listed.flat_map(|error| {
        let chain = error.get("error_chain").and_then(Value::as_array).into_iter().flatten();
        std::iter::once(error).chain(chain)
    });
    all.filter_map(|error| one(error, token)).take(MOST_ERRORS).collect()
}

fn one(error: &Value, token: &Secret) -> Option<ApiError> {
    let text = |value: &Value| value.as_str().map(|text| Remote::new(&hidden(text, token)));
    Some(ApiError {
        code: error.get("code").and_then(Value::as_i64).unwrap_or_default(),
        message: error.get("message").and_then(text)?,
        pointer: error.pointer("/source/pointer").and_then(text).filter(|text| !text.as_str().is_empty()),
    })
}

/// What a 5xx says.
pub(super) fn server_fault(host: &str, status: u16, body: &[u8], token: &Secret) -> String {
    let said: Vec<String> =
        errors(body, token).iter().map(|error| format!("{}: {}", error.code, error.message)).collect();
    let said = if said.is_empty() { String::new() } else { format!(" ({})", said.join("; ")) };
    format!("{host} answers {status}{said}")
}

fn hidden(text: &str, token: &Secret) -> String {
    let token = token.expose();
    if token.len() < LEAST_TOKEN { text.to_owned() } else { text.replace(token, "***") }
}

fn repeats(body: &[u8], token: &Secret) -> bool {
    let token = token.expose().as_bytes();
    token.len() >= LEAST_TOKEN && memchr::memmem::find(body, token).is_some()
}

/// Where JSON breaks off, without what stands there.
fn without_text(error: &serde_json::Error) -> String {
    format!("it breaks off at line {}, column {}", error.line(), error.column())
}
