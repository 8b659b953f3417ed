//! Holds every request against Cloudflare's description of its API, where that is at hand.
//!
//! The description is not part of this repository; without it nothing is checked, which is said once.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, Registry, RegistryBuilder, ValidationError, Validator};
use serde_json::{Value, json};

use super::world::Call;

/// Where the description is, from the folder of the package.
const FILE: &str = "../shared/data/cloudflare-openapi-strict.json";
/// The name of the description among schemas.
const BASE: &str = "https://cloudflare.test/api";
/// What the API has, and the part of the description that is at hand has not.
const BEYOND: [&str; 1] = ["/user/tokens/{id}"];

/// A request that is not as the description wants it.
#[derive(Clone, Debug)]
pub struct Violation {
    /// Its method and path.
    pub request: String,
    /// What is wrong with it.
    pub reason: String,
}

/// The description, ready for questions.
struct Description {
    whole: Value,
    registry: Registry<'static>,
    /// The validator of each schema asked for, by its pointer.
    ready: Mutex<BTreeMap<String, Arc<Validator>>>,
}

/// The description, read once in a process.
fn description() -> Option<&'static Description> {
    static DESCRIPTION: OnceLock<Option<Description>> = OnceLock::new();
    let read = || {
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(FILE);
        let Ok(text) = std::fs::read_to_string(&file) else {
            let _ = std::io::Write::write_all(
                &mut std::io::stderr(),
                b"lab: Cloudflare's API description is not at hand; requests are not checked against it\n",
            );
            return None;
        };
        let mut whole: Value = serde_json::from_str(&text).expect("the description is JSON");
        nullable(&mut whole);
        let resource = Draft::Draft4.create_resource(whole.clone());
        let registry = Registry::new().add(BASE, resource).and_then(RegistryBuilder::prepare);
        let registry = registry.expect("the description is whole");
        Some(Description { whole, registry, ready: Mutex::default() })
    };
    DESCRIPTION.get_or_init(read).as_ref()
}

/// Whether requests are checked.
pub(super) fn at_hand() -> bool {
    description().is_some()
}

/// The description says `nullable` where JSON Schema lists the type.
fn nullable(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(nullable),
        Value::Object(fields) => {
            fields.values_mut().for_each(nullable);
            if fields.get("nullable") == Some(&json!(true)) {
                if let Some(kind) = fields.get("type").filter(|kind| kind.is_string()).cloned() {
                    fields.insert("type".to_owned(), json!([kind, "null"]));
                }
                if let Some(Value::Array(choices)) = fields.get_mut("enum") {
                    choices.push(Value::Null);
                }
            }
        }
        _ => {}
    }
}

/// What is wrong with a request, if anything is.
pub(super) fn fault(call: &Call, body: &[u8], content_type: Option<&str>) -> Option<String> {
    let description = description()?;
    let Some((template, values)) = description.route(&call.path) else {
        let known = BEYOND.iter().any(|beyond| values_of(beyond, &call.path).is_some());
        return (!known).then(|| "the API has no such path".to_owned());
    };
    let method = call.method.to_ascii_lowercase();
    let Some(operation) = description.whole["paths"][&template].get(&method) else {
        return Some("the path has no such method".to_owned());
    };
    let at = format!("/paths/{}/{method}", escaped(&template));
    let query: BTreeMap<String, String> =
        url::form_urlencoded::parse(call.query.as_bytes()).into_owned().collect();
    description
        .parameters(&at, operation, &values, &query)
        .or_else(|| description.body(&at, operation, body, content_type))
}

fn escaped(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1").replace('{', "%7B").replace('}', "%7D")
}

/// The values of a template's variables, if the path fits it.
fn values_of(template: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let (wanted, parts) = (template.split('/'), path.split('/'));
    if wanted.clone().count() != parts.clone().count() {
        return None;
    }
    let mut values = BTreeMap::new();
    for (wanted, part) in wanted.zip(parts) {
        match wanted.strip_prefix('{').and_then(|wanted| wanted.strip_suffix('}')) {
            Some(name) if !part.is_empty() => drop(values.insert(name.to_owned(), part.to_owned())),
            _ if wanted == part => {}
            _ => return None,
        }
    }
    Some(values)
}

impl Description {
    /// The template of a path; one without variables goes first.
    fn route(&self, path: &str) -> Option<(String, BTreeMap<String, String>)> {
        let templates = self.whole["paths"].as_object()?.keys();
        let fits = |template: &String| Some((template.clone(), values_of(template, path)?));
        templates.filter_map(fits).min_by_key(|(_, values)| values.len())
    }

    fn parameters(
        &self,
        at: &str,
        operation: &Value,
        values: &BTreeMap<String, String>,
        query: &BTreeMap<String, String>,
    ) -> Option<String> {
        let given = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
        let mut known = Vec::new();
        for (number, parameter) in given.iter().enumerate() {
            let reference = parameter["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
            let pointer = reference.map_or_else(|| format!("{at}/parameters/{number}"), str::to_owned);
            let parameter = reference.and_then(|at| self.whole.pointer(at)).unwrap_or(parameter);
            let name = parameter["name"].as_str().unwrap_or_default();
            let value = if parameter["in"] == "path" { values.get(name) } else { query.get(name) };
            if parameter["in"] == "query" {
                known.push(name);
            }
            let Some(value) = value else {
                if parameter["required"] == true && parameter["in"] == "query" {
                    return Some(format!("{name} is missing"));
                }
                continue;
            };
            if let Some(wrong) = self.judge(&format!("{pointer}/schema"), &typed(value)) {
                return Some(format!("{name}: {wrong}"));
            }
        }
        query
            .keys()
            .find(|name| !known.contains(&name.as_str()))
            .map(|name| format!("there is no parameter {name}"))
    }

    fn body(&self, at: &str, operation: &Value, body: &[u8], content_type: Option<&str>) -> Option<String> {
        let wanted = &operation["requestBody"];
        if body.is_empty() {
            return (wanted["required"] == true).then(|| "the body is missing".to_owned());
        }
        if wanted.is_null() {
            return Some("there is a body where none is wanted".to_owned());
        }
        if !content_type.is_some_and(|kind| kind.starts_with("application/json")) {
            return Some("the body is not said to be application/json".to_owned());
        }
        let Ok(value) = serde_json::from_slice::<Value>(body) else {
            return Some("the body is no JSON".to_owned());
        };
        self.judge(&format!("{at}/requestBody/content/application~1json/schema"), &[value])
    }

    /// What is wrong with all of the readings of a value.
    fn judge(&self, pointer: &str, readings: &[Value]) -> Option<String> {
        let validator = self.validator(pointer);
        if readings.iter().any(|value| validator.is_valid(value)) {
            return None;
        }
        validator.validate(readings.last()?).err().map(|error| blame(&error))
    }

    fn validator(&self, pointer: &str) -> Arc<Validator> {
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || {
            let schema = json!({ "$ref": format!("{BASE}#{pointer}") });
            let options = jsonschema::options().with_draft(Draft::Draft4).should_validate_formats(true);
            Arc::new(
                options.with_registry(&self.registry).build(&schema).expect("the description holds schemas"),
            )
        };
        Arc::clone(ready.entry(pointer.to_owned()).or_insert_with(new))
    }
}

/// What is wrong in the end: of the forms that a thing may have, in the one that is most likely meant, which is of
/// its type or action, or else has the fewest mistakes.
fn blame(error: &ValidationError<'_>) -> String {
    let (ValidationErrorKind::OneOfNotValid { context } | ValidationErrorKind::AnyOf { context }) =
        error.kind()
    else {
        let mut text = format!("{error} (at {})", error.instance_path());
        text.truncate(text.floor_char_boundary(400));
        return text;
    };
    let other = |error: &ValidationError<'_>| {
        let at = error.instance_path().as_str();
        matches!(error.kind(), ValidationErrorKind::Enum { .. })
            && (at.ends_with("/type") || at.ends_with("/action"))
    };
    let meant = context.iter().filter(|errors| !errors.is_empty());
    let meant = meant.min_by_key(|errors| (errors.iter().any(other), errors.len()));
    meant.map_or_else(|| error.to_string(), |errors| blame(&errors[0]))
}

/// A value of an address as it may be meant: a number, a truth, a list, or text.
fn typed(value: &str) -> Vec<Value> {
    let literal =
        serde_json::from_str::<Value>(value).ok().filter(|value| value.is_number() || value.is_boolean());
    let list: Vec<&str> = value.split(',').collect();
    literal.into_iter().chain([json!(list), json!(value)]).collect()
}
