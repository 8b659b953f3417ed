//! The spec's JSON Schema, generated from the same types that read it.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::model::Spec;

/// The JSON Schema (2020-12) of `launch-ready.yaml`.
pub fn json_schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<Spec>().to_value();
    if let Some(root) = schema.as_object_mut() {
        root.insert("title".into(), "launch-ready spec".into());
    }
    schema
}
