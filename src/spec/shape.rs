//! Checks the YAML's shape against the JSON Schema: unknown, duplicate and missing keys, wrong
//! types, words and formats. All errors are found, each at its place, and editors that use the
//! same schema say the same.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Span;
use super::load::SpecError;
use super::model::scalar::FORMATS;
use super::tree::{Kind, Node, join};

/// Everything that is wrong with the tree's shape.
pub(super) fn check(tree: &Node) -> Vec<SpecError> {
    let root = super::schema::json_schema();
    let mut shape = Shape { root: &root, errors: Vec::new() };
    shape.node(tree, &root, "");
    shape.errors
}

struct Shape<'a> {
    root: &'a Value,
    errors: Vec<SpecError>,
}

impl<'a> Shape<'a> {
    fn node(&mut self, node: &Node, schema: &'a Value, path: &str) {
        let schema = self.resolve(schema, node);
        if let Some(words) = enumerated(schema) {
            return self.enumerated(node, &words, path);
        }
        let wanted = types(schema);
        if !wanted.is_empty() && !wanted.iter().any(|wanted| fits(wanted, &node.kind)) {
            return self.wrong_type(node, &wanted, path);
        }
        match &node.kind {
            Kind::Map(entries) => self.map(node, entries, schema, path),
            Kind::List(nodes) => {
                for (index, item) in nodes.iter().enumerate() {
                    if let Some(items) = schema.get("items") {
                        self.node(item, items, &format!("{path}[{index}]"));
                    }
                }
            }
            Kind::Text(text) => self.format(node, text, schema, path),
            Kind::Int(number) => self.range(node, *number, schema, path),
            _ => {}
        }
    }

    /// Follows `$ref`, and chooses the alternative of an `anyOf` that the node is meant to be.
    fn resolve(&self, schema: &'a Value, node: &Node) -> &'a Value {
        if let Some(pointer) = schema.get("$ref").and_then(Value::as_str) {
            let target = self.root.pointer(pointer.trim_start_matches('#'));
            return target.map_or(schema, |target| self.resolve(target, node));
        }
        let Some(choices) = schema.get("anyOf").and_then(Value::as_array) else { return schema };
        let resolved: Vec<&Value> = choices.iter().map(|choice| self.resolve(choice, node)).collect();
        let meant =
            resolved.iter().find(|choice| types(choice).iter().any(|wanted| fits(wanted, &node.kind)));
        let is_null = |choice: &Value| types(choice) == ["null"];
        meant.or_else(|| resolved.iter().find(|choice| !is_null(choice))).copied().unwrap_or(schema)
    }

    fn map(
        &mut self,
        node: &Node,
        entries: &[(super::Located<String>, Node)],
        schema: &'a Value,
        path: &str,
    ) {
        let properties = schema.get("properties").and_then(Value::as_object);
        let known: Vec<&str> = properties.into_iter().flat_map(Map::keys).map(String::as_str).collect();
        let mut first_of: BTreeMap<&str, Span> = BTreeMap::new();
        for (key, value) in entries {
            if let Some(first) = first_of.get(key.value.as_str()) {
                let mut error = SpecError::new(
                    "spec/duplicate-key",
                    format!("`{}` is given twice", key.value),
                    "again here",
                    key.span,
                )
                .help("keep one of them");
                error.related = Some((*first, "first here".into()));
                self.errors.push(error);
            }
            first_of.entry(&key.value).or_insert(key.span);
            let known_schema = properties.and_then(|properties| properties.get(&key.value));
            match known_schema.or_else(|| schema.get("additionalProperties").filter(|any| any.is_object())) {
                Some(schema) => self.node(value, schema, &join(path, key)),
                None => self.errors.push(unknown_key(key, &known, path)),
            }
        }
        let required =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        for name in required.filter(|name| !entries.iter().any(|(key, _)| key.value == *name)) {
            let of = if path.is_empty() { "the spec".to_owned() } else { format!("`{path}`") };
            let mut span = entries.first().map_or(node.span, |(key, _)| key.span);
            span.end = span.end.max(span.start);
            let error =
                SpecError::new("spec/missing-key", format!("{of} needs `{name}`"), "begins here", span);
            self.errors.push(error.help(missing_help(path, name)));
        }
    }

    fn enumerated(&mut self, node: &Node, words: &[&'a Value], path: &str) {
        let equal = |word: &&&Value| match (&node.kind, word) {
            (Kind::Text(text), Value::String(word)) => text == word,
            (Kind::Int(number), Value::Number(word)) => word.as_i64().map(i128::from) == Some(*number),
            _ => false,
        };
        if words.iter().any(|word| equal(&word)) {
            return;
        }
        let names: Vec<String> =
            words.iter().map(|word| word.as_str().map_or(word.to_string(), str::to_owned)).collect();
        let seen = match &node.kind {
            Kind::Text(text) => text.clone(),
            Kind::Int(number) => number.to_string(),
            Kind::Float(number) => number.to_string(),
            Kind::Bool(value) => value.to_string(),
            _ => return self.wrong_type(node, &["string"], path),
        };
        let quoted = names.contains(&seen).then(|| format!("put it in quotes: \"{seen}\""));
        let close = did_you_mean(&seen, names.iter().map(String::as_str));
        let help = quoted.or(close).unwrap_or_else(|| format!("write {}", one_of(&names)));
        let message = format!("`{}` cannot be `{}`", last(path), seen);
        self.errors.push(
            SpecError::new("spec/wrong-value", message, &format!("not {}", one_of(&names)), node.span)
                .help(help),
        );
    }

    fn wrong_type(&mut self, node: &Node, wanted: &[&str], path: &str) {
        let wanted_names: Vec<String> =
            wanted.iter().filter(|w| **w != "null").map(|w| type_name(w).to_owned()).collect();
        let wanted_text = wanted_names.join(" or ");
        if path.is_empty() {
            let message = format!("a spec is a mapping, not {}", node.kind.name());
            let error = SpecError::new("spec/wrong-type", message, "not a mapping", node.span);
            return self.errors.push(error.help("begin with `domain: example.com`"));
        }
        if node.kind == Kind::Null {
            let error = SpecError::new(
                "spec/wrong-type",
                format!("`{}` has no value", last(path)),
                "nothing here",
                node.span,
            );
            return self
                .errors
                .push(error.help("write `{}` for a mapping that says nothing more, or remove the key"));
        }
        let message = format!("`{}` must be {wanted_text}, not {}", last(path), node.kind.name());
        let error =
            SpecError::new("spec/wrong-type", message, &format!("this is {}", node.kind.name()), node.span);
        let help = match &node.kind {
            Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) if wanted.contains(&"string") => {
                "put it in quotes".to_owned()
            }
            Kind::Text(_) | Kind::Map(_) if wanted.contains(&"array") => {
                "a list is written `[one, two]`, or one `- item` a line".to_owned()
            }
            Kind::Text(text)
                if wanted.contains(&"boolean") && matches!(text.as_str(), "yes" | "no" | "on" | "off") =>
            {
                "write true or false".to_owned()
            }
            _ => format!("write {wanted_text}"),
        };
        self.errors.push(error.help(help));
    }

    fn format(&mut self, node: &Node, text: &str, schema: &Value, path: &str) {
        let Some(format) = schema.get("format").and_then(Value::as_str) else { return };
        let Some(format) = FORMATS.iter().find(|known| known.name == format) else { return };
        if let Err(why) = (format.check)(text) {
            let error = SpecError::new(
                "spec/wrong-value",
                format!("`{}`: {why}", last(path)),
                "not valid",
                node.span,
            );
            self.errors.push(error.help(format!("for example: {}", format.example)));
        }
    }

    fn range(&mut self, node: &Node, number: i128, schema: &Value, path: &str) {
        let bound = |key: &str| schema.get(key).and_then(Value::as_i64).map(i128::from);
        let format_max = match schema.get("format").and_then(Value::as_str) {
            Some("uint16") => Some(i128::from(u16::MAX)),
            Some("uint32") => Some(i128::from(u32::MAX)),
            _ => None,
        };
        let (least, most) =
            (bound("minimum").unwrap_or(i128::MIN), bound("maximum").or(format_max).unwrap_or(i128::MAX));
        if number < least || number > most {
            let help = if least == most {
                format!("write {least}")
            } else {
                format!("write a number from {least} to {most}")
            };
            let message = format!("`{}` cannot be {number}", last(path));
            self.errors
                .push(SpecError::new("spec/wrong-value", message, "out of range", node.span).help(help));
        }
    }
}

/// The words of an enumeration: `enum`, `const`, or a `oneOf` of constants.
fn enumerated(schema: &Value) -> Option<Vec<&Value>> {
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        return Some(words.iter().collect());
    }
    if let Some(word) = schema.get("const") {
        return Some(vec![word]);
    }
    let choices = schema.get("oneOf")?.as_array()?;
    let words: Vec<&Value> = choices.iter().filter_map(enumerated).flatten().collect();
    (!words.is_empty()).then_some(words)
}

fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ if enumerated(schema).is_some() => vec!["string"],
        _ => Vec::new(),
    }
}

fn fits(wanted: &str, kind: &Kind) -> bool {
    match kind {
        Kind::Null => wanted == "null",
        Kind::Bool(_) => wanted == "boolean",
        Kind::Int(_) => wanted == "integer" || wanted == "number",
        Kind::Float(_) => wanted == "number",
        Kind::Text(_) => wanted == "string",
        Kind::List(_) => wanted == "array",
        Kind::Map(_) => wanted == "object",
    }
}

fn type_name(wanted: &str) -> &str {
    match wanted {
        "string" => "text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "a mapping",
        other => other,
    }
}

fn unknown_key(key: &super::Located<String>, known: &[&str], path: &str) -> SpecError {
    let shown = crate::observed::Remote::new(&super::shown::shown(key));
    let within = if path.is_empty() { "at the top".to_owned() } else { format!("in `{path}`") };
    let help = did_you_mean(key, known.iter().copied())
        .unwrap_or_else(|| format!("known here: {}", known.join(", ")));
    SpecError::new("spec/unknown-key", format!("there is no key `{shown}` {within}"), "unknown key", key.span)
        .help(help)
}

fn missing_help(path: &str, name: &str) -> String {
    if path.starts_with("waivers") && name == "until" {
        "a waiver needs an end: `until: 2027-01-31`".into()
    } else {
        format!("add `{name}: ...`")
    }
}

/// The known word that is closest to a mistyped one, where one is close.
pub(crate) fn did_you_mean<'w>(word: &str, known: impl Iterator<Item = &'w str>) -> Option<String> {
    let word = word.to_ascii_lowercase();
    let distance = |candidate: &str| strsim::damerau_levenshtein(&word, &candidate.to_ascii_lowercase());
    let (near, closest) = known.map(|candidate| (distance(candidate), candidate)).min()?;
    let close = near <= 1 + word.chars().count() / 4 && near < closest.chars().count();
    close.then(|| format!("did you mean `{closest}`?"))
}

fn one_of(names: &[String]) -> String {
    match names {
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
        [] => String::new(),
    }
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}
