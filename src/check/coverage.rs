//! Which parts of a spec no check judges yet, so that a run can say so.

use std::collections::BTreeSet;

use super::Check;
use crate::spec::Document;
use crate::spec::tree::{Kind, Node, join};

/// Sections and keys that are read and validated, and judged by checks of a later version.
/// A capability that arrives removes its lines.
const NOT_JUDGED: &[&str] = &["access", "handover", "monitoring"];

/// The parts of this spec that no check judges, each once, in alphabetical order.
pub fn not_judged(document: &Document) -> Vec<String> {
    let mut found = BTreeSet::new();
    collect(&document.tree, "", &mut found);
    for waiver in &document.spec.waivers {
        if Check::find(&waiver.check).is_none() {
            found.insert(format!("the waiver of {}", crate::observed::Remote::new(&waiver.check)));
        }
    }
    found.into_iter().collect()
}

fn collect(node: &Node, path: &str, found: &mut BTreeSet<String>) {
    match &node.kind {
        Kind::Map(entries) => {
            for (key, value) in entries {
                // The keys under `hosts` are the user's.
                let path = join(path, if path == "hosts" { "*" } else { key });
                if NOT_JUDGED.contains(&path.as_str()) {
                    found.insert(path);
                } else {
                    collect(value, &path, found);
                }
            }
        }
        Kind::List(nodes) => nodes.iter().for_each(|node| collect(node, path, found)),
        _ => {}
    }
}
