//! What `explain` prints: the page of a check, or the list of all.

mod markdown;

use super::style::{Ink, Style};
use super::text::{Headline, blanks, columns, pad, wrap, wrap_with};
use crate::check::page::Page;
use crate::check::{CATALOGUE, Check};

/// Wider lines than this are hard to read.
const WIDEST: usize = 88;
/// The columns left of the text.
const INDENT: usize = 2;
/// The widest level is `warning`.
const LEVEL: usize = 7;
/// A title with less room than this stands under the id.
const NARROWEST_TITLE: usize = 24;

/// The page of a check.
pub fn page(check: &Check, style: &Style) -> String {
    let style = &narrowed(style);
    let page = check.page();
    let mut lines = heading(check.id, page, style);
    lines.push(String::new());
    lines.extend(markdown::render(page.text, INDENT, style));
    if !page.references.is_empty() {
        lines.push(String::new());
        lines.extend(references(page, style));
    }
    format!("{}\n", lines.join("\n"))
}

/// All checks by area, and how to read more.
pub fn list(style: &Style) -> String {
    let mut lines = Vec::new();
    let mut area = "";
    for check in &CATALOGUE {
        if check.area() != area {
            if !area.is_empty() {
                lines.push(String::new());
            }
            area = check.area();
            lines.push(style.paint(Ink::Strong, area));
        }
        lines.extend(entry(check, style));
    }
    lines.push(String::new());
    let count = CATALOGUE.len();
    lines.push(style.paint(Ink::Dim, &format!("{count} checks; more about one: launch-ready explain CHECK")));
    format!("{}\n", lines.join("\n"))
}

fn narrowed(style: &Style) -> Style {
    Style { width: style.width.min(WIDEST), ..*style }
}

/// The id and, at the right, the facts; below it what is wrong where the check fails.
fn heading(id: &str, page: &Page, style: &Style) -> Vec<String> {
    let facts = facts(page);
    let headline = Headline { lead: "", ink: Ink::Strong, text: id, right: &facts };
    let mut lines = headline.lines(0, style);
    lines.push(String::new());
    for line in wrap(&page.fail, style.columns() - INDENT) {
        lines.push(format!("{}{}", blanks(INDENT), style.paint(Ink::of(page.level), &line)));
    }
    lines
}

/// `error by default, can be fixed in Cloudflare, since 0.1.0`
fn facts(page: &Page) -> String {
    let fix = match page.fix.as_deref() {
        Some("cloudflare") => ", can be fixed in Cloudflare".to_owned(),
        Some(other) => format!(", can be fixed in {other}"),
        None => String::new(),
    };
    format!("{} by default{fix}, since {}", page.level.name(), page.since)
}

fn references(page: &Page, style: &Style) -> Vec<String> {
    let title = format!("{}{}", blanks(INDENT), style.paint(Ink::Strong, "References"));
    let wrapped = page.references.iter().flat_map(|text| wrap_with(text, style.columns(), "  ", "    "));
    std::iter::once(title).chain(wrapped).collect()
}

/// Level, id and what is wrong, beside the id where there is room.
fn entry(check: &Check, style: &Style) -> Vec<String> {
    let page = check.page();
    let level = page.level.name();
    let wide = CATALOGUE.iter().map(|check| columns(check.id)).max().unwrap_or(0);
    let left = INDENT + LEVEL + 2;
    let beside = left + wide + 2 + NARROWEST_TITLE <= style.columns();
    let margin = if beside { left + wide + 2 } else { left };
    let painted = style.paint(Ink::of(page.level), level);
    let first = format!("{}{painted}{}", blanks(INDENT), blanks(LEVEL + 2 - level.len()));
    let mut titles = wrap(&page.fail, style.columns() - margin).into_iter();
    let title = titles.next().unwrap_or_default();
    let mut lines = if beside {
        vec![format!("{first}{}  {title}", pad(check.id, wide))]
    } else {
        vec![format!("{first}{}", check.id), format!("{}{title}", blanks(margin))]
    };
    lines.extend(titles.map(|line| format!("{}{line}", blanks(margin))));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_reads_like_a_page() {
        let check = Check::find("spec/inline-secret").expect("the check");
        insta::assert_snapshot!(page(check, &Style { width: 72, ..Style::default() }), @r#"
    spec/inline-secret                         error by default, since 0.1.0

      The spec holds a literal secret

      A text in the spec has the form of a key, token, password or private
      key.

      Why it matters
      The spec is committed, printed in reports and handed over. A secret in
      it is known to everybody who can read the repository, and stays in its
      history when the line is removed.

      How to fix it
      Write the name of the environment variable
      (`secret: STRIPE_WEBHOOK_SECRET`) or a reference
      (`"Bearer ${ADMIN_TOKEN}"`). Then replace the secret at its provider:
      it has been seen.
    "#);
    }

    #[test]
    fn every_page_fits_the_width() {
        for width in [60, 100, 200] {
            let style = Style { width, ..Style::default() };
            for check in &CATALOGUE {
                // Code and addresses are not broken: they are copied.
                let prose = |line: &&str| {
                    !line.starts_with("      ") && line.trim_start_matches([' ', '-']).contains(' ')
                };
                let text = page(check, &style);
                let wide = text.lines().filter(prose).find(|line| columns(line) > width.min(WIDEST));
                assert_eq!(wide, None, "{width} {}", check.id);
            }
        }
    }

    #[test]
    fn the_list_names_every_check_once_and_its_level() {
        for width in [40, 60, 100] {
            let text = list(&Style { width, ..Style::default() });
            for check in &CATALOGUE {
                let named = |line: &&str| line.split_whitespace().nth(1) == Some(check.id);
                let lines: Vec<&str> = text.lines().filter(named).collect();
                assert_eq!(lines.len(), 1, "{} in {text}", check.id);
                assert!(lines[0].trim_start().starts_with(check.page().level.name()), "{text}");
            }
        }
    }

    #[test]
    fn colour_adds_nothing_but_colour() {
        let (plain, style) = (Style::default(), Style { color: true, ..Style::default() });
        assert_eq!(crate::report::fixture::without_colour(&list(&style)), list(&plain));
    }
}
