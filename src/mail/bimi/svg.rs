//! Reads a logo: what the profile SVG Tiny Portable/Secure is about (draft-svg-tiny-ps-abrotman).

use std::collections::BTreeSet;

use roxmltree::{Document, Node, ParsingOptions};

use crate::observed::{Remote, Svg};

const NAMESPACE: &str = "http://www.w3.org/2000/svg";
/// Largest file that should be published, in bytes.
pub const RECOMMENDED_SIZE: usize = 32 * 1024;
/// Most elements and texts of a drawing that is read.
const MOST_NODES: u32 = 32 * 1024;
/// Most declarations of a namespace, and most attributes of an element: the reader compares each with
/// all the others.
const MOST_NAMESPACES: usize = 64;
const MOST_ATTRIBUTES: usize = 1024;
/// Most names or targets that are kept.
const MOST_KEPT: usize = 16;
/// What the profile leaves out: programs, movement, pictures within the picture, other documents.
const FOREIGN: &[&str] = &[
    "animate",
    "animateColor",
    "animateMotion",
    "animateTransform",
    "animation",
    "audio",
    "discard",
    "foreignObject",
    "handler",
    "iframe",
    "image",
    "listener",
    "mpath",
    "script",
    "set",
    "video",
];

/// The facts of a drawing, or why the bytes are none. Document types are refused, so that no entity
/// can blow up or fetch anything.
pub fn facts(bytes: &[u8]) -> Result<Svg, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not in UTF-8".to_owned())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(costly) = too_costly(text) {
        return Err(costly);
    }
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| why(&error))?;
    let root = document.root_element();
    let name = root.tag_name();
    if name.name() != "svg" {
        return Err(format!("its root element is `{}` instead of `svg`", name.name()));
    }
    if name.namespace() != Some(NAMESPACE) {
        return Err(format!("its root element is not in the namespace `{NAMESPACE}`"));
    }
    Ok(of(&document, root))
}

/// Why a text would take the reader too long: its time grows with the square of these and more.
fn too_costly(text: &str) -> Option<String> {
    if text.matches("xmlns").nth(MOST_NAMESPACES).is_some() {
        return Some(format!("it declares more than {MOST_NAMESPACES} namespaces"));
    }
    // No attribute holds a `<`.
    let crowded = text.split('<').any(|tag| tag.matches('=').nth(MOST_ATTRIBUTES).is_some());
    crowded.then(|| format!("it has an element with more than {MOST_ATTRIBUTES} attributes"))
}

fn why(error: &roxmltree::Error) -> String {
    match error {
        roxmltree::Error::DtdDetected => {
            "it has a document type (`<!DOCTYPE`), which the profile forbids".into()
        }
        roxmltree::Error::NodesLimitReached => format!("it has more than {MOST_NODES} elements"),
        error => format!("it is not XML: {error}"),
    }
}

fn of(document: &Document, root: Node) -> Svg {
    let attribute = |name: &str| root.attribute(name).map(Remote::new);
    let title = root.children().find(|child| child.has_tag_name((NAMESPACE, "title")));
    let title = title.and_then(|title| title.text()).map(str::trim).filter(|text| !text.is_empty());
    let elements = || root.descendants().filter(Node::is_element);
    let foreign = elements().filter(|node| {
        node.tag_name().namespace() == Some(NAMESPACE) && FOREIGN.contains(&node.tag_name().name())
    });
    Svg {
        version: attribute("version"),
        base_profile: attribute("baseProfile"),
        view_box: attribute("viewBox"),
        title: title.map(Remote::new),
        root_attributes: ["x", "y"]
            .into_iter()
            .filter(|name| root.has_attribute(*name))
            .map(Remote::new)
            .collect(),
        foreign_elements: kept(foreign.map(|node| node.tag_name().name().to_owned())),
        references: kept(elements().flat_map(outside).chain(style_sheets(document))),
    }
}

/// Each once, the first few.
fn kept(all: impl Iterator<Item = String>) -> Vec<Remote> {
    let all: BTreeSet<String> = all.collect();
    all.iter().take(MOST_KEPT).map(|text| Remote::new(text)).collect()
}

/// What an element refers to outside the drawing.
fn outside(node: Node) -> Vec<String> {
    let mut found = Vec::new();
    for attribute in node.attributes() {
        let value = attribute.value().trim();
        match attribute.name() {
            "href" | "src" if !value.starts_with('#') && !value.is_empty() => found.push(value.to_owned()),
            "href" | "src" => {}
            _ => found.extend(in_style(value)),
        }
    }
    if node.tag_name().name() == "style" {
        found.extend(node.children().filter_map(|child| child.text()).flat_map(in_style));
    }
    found
}

/// The targets of `url(...)` and `@import` that are not in the drawing itself.
fn in_style(text: &str) -> Vec<String> {
    let bare =
        |target: &str| target.trim_matches(|c: char| c.is_whitespace() || "\"'".contains(c)).to_owned();
    let urls = text.split("url(").skip(1).map(|rest| bare(rest.split(')').next().unwrap_or(rest)));
    let mut found: Vec<String> = urls.filter(|target| !target.starts_with('#')).collect();
    let imports = text.split("@import").skip(1).map(|rest| bare(rest.split(';').next().unwrap_or(rest)));
    found.extend(imports.filter(|target| !target.starts_with("url(")));
    found
}

/// Style sheets that stand before the root.
fn style_sheets(document: &Document) -> Vec<String> {
    let instructions = document.root().children().filter_map(|node| node.pi());
    let sheets = instructions.filter(|pi| pi.target == "xml-stylesheet");
    sheets.map(|pi| pi.value.unwrap_or("xml-stylesheet").to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A good drawing with these attributes of the root and this inside.
    fn drawing(attributes: &str, inside: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" {attributes}><title>Shop</title>{inside}</svg>"
        )
    }

    fn strings(all: &[Remote]) -> Vec<&str> {
        all.iter().map(Remote::as_str).collect()
    }

    #[test]
    fn a_good_drawing() {
        let text = drawing(
            "version=\"1.2\" baseProfile=\"tiny-ps\" viewBox=\"0 0 64 64\"",
            "<defs><path id=\"a\" d=\"M0 0\"/></defs><use xlink:href=\"#a\" fill=\"url(#b)\"/>",
        );
        let svg = facts(text.as_bytes()).expect("a drawing");
        assert_eq!(svg.version.as_ref().map(Remote::as_str), Some("1.2"));
        assert_eq!(svg.base_profile.as_ref().map(Remote::as_str), Some("tiny-ps"));
        assert_eq!(svg.view_box.as_ref().map(Remote::as_str), Some("0 0 64 64"));
        assert_eq!(svg.title.as_ref().map(Remote::as_str), Some("Shop"));
        assert!(
            svg.root_attributes.is_empty() && svg.foreign_elements.is_empty() && svg.references.is_empty()
        );
        assert!(
            facts(
                format!("\u{feff}{}", text.replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", ""))
                    .as_bytes()
            )
            .is_ok()
        );
    }

    #[test]
    fn what_the_profile_forbids_is_seen() {
        let svg = facts(
            drawing(
                "x=\"0\" y=\"0\"",
                "<script/><g><animate/><image xlink:href=\"https://a.test/p.png\"/></g><script/><rect fill=\"url('http://b.test/x#y')\"/><style>@import 'c.css'; .a{fill:url(#ok)}</style><a href=\"d.html\"/>",
            )
            .as_bytes(),
        )
        .expect("a drawing");
        assert_eq!(strings(&svg.root_attributes), ["x", "y"]);
        assert_eq!(strings(&svg.foreign_elements), ["animate", "image", "script"]);
        assert_eq!(
            strings(&svg.references),
            ["c.css", "d.html", "http://b.test/x#y", "https://a.test/p.png"]
        );
        assert_eq!((svg.version, svg.view_box), (None, None));
    }

    #[test]
    fn what_is_no_drawing_says_why() {
        let why = |bytes: &[u8]| facts(bytes).expect_err("no drawing");
        assert!(why(b"<html></html>").contains("`html` instead of `svg`"));
        assert!(why(b"<svg/>").contains("namespace"));
        assert!(why(b"\xff\xd8").contains("UTF-8"));
        assert!(why(b"").contains("not XML") && why(b"<svg").contains("not XML"));
        assert!(why(b"<!DOCTYPE svg [<!ENTITY a \"b\">]><svg/>").contains("document type"));
        let many = format!("<svg xmlns=\"{NAMESPACE}\">{}</svg>", "<g/>".repeat(40_000));
        assert!(why(many.as_bytes()).contains("more than"));
    }

    /// A megabyte of either would take minutes.
    #[test]
    fn what_would_take_long_is_not_read() {
        let attributes = (0..2_000).fold(String::new(), |all, n| all + &format!(" a{n}=\"\""));
        let why = |text: &str| facts(text.as_bytes()).expect_err("too much");
        assert!(why(&drawing(&attributes, "")).contains("more than 1024 attributes"));
        let nested = (0..70).fold(String::new(), |all, n| all + &format!("<g xmlns:a{n}=\"b{n}\">"));
        assert!(why(&drawing("", &nested)).contains("more than 64 namespaces"));
    }

    #[test]
    fn depth_is_no_danger() {
        let deep = format!("<svg xmlns=\"{NAMESPACE}\">{}", "<g>".repeat(20_000));
        assert!(facts(deep.as_bytes()).is_err());
        let closed = format!("{deep}{}</svg>", "</g>".repeat(20_000));
        let _ = facts(closed.as_bytes());
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_can_be_read(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let _ = facts(&bytes);
        }

        #[test]
        fn any_inside_can_be_read(inside in "(<(g|a|use|style)( (href|fill)=\"[^\"<&]{0,12}\")?/?>|</g>|[a-z@(#]{0,6}){0,8}") {
            let _ = facts(drawing("", &inside).as_bytes());
        }
    }
}
