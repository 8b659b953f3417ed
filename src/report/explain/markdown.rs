//! The pages' Markdown, as plain text for a terminal: paragraphs, headings, lists, code blocks.

use crate::report::style::{Ink, Style};
use crate::report::text::{blanks, clean, wrap_with};

/// A piece of a page.
#[derive(Debug, PartialEq, Eq)]
enum Block {
    Heading(String),
    Paragraph(String),
    /// The mark (`-`, `1.`) and the text.
    Item(String, String),
    /// Lines as they stand.
    Code(Vec<String>),
}

/// The lines, wrapped and indented.
pub(super) fn render(text: &str, indent: usize, style: &Style) -> Vec<String> {
    let blocks = parse(text);
    let mut lines = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        let tight = matches!(
            (block, index.checked_sub(1).map(|i| &blocks[i])),
            (Block::Item(..), Some(Block::Item(..))) | (_, Some(Block::Heading(_)) | None)
        );
        if !tight {
            lines.push(String::new());
        }
        lines.extend(block_lines(block, indent, style));
    }
    lines
}

fn block_lines(block: &Block, indent: usize, style: &Style) -> Vec<String> {
    let margin = blanks(indent);
    match block {
        Block::Heading(text) => vec![format!("{margin}{}", style.paint(Ink::Strong, text))],
        Block::Paragraph(text) => wrap_with(text, style.columns(), &margin, &margin),
        Block::Item(mark, text) => {
            let hanging = blanks(indent + mark.len() + 1);
            wrap_with(text, style.columns(), &format!("{margin}{mark} "), &hanging)
        }
        Block::Code(code) => {
            code.iter().map(|line| format!("{margin}    {line}").trim_end().to_owned()).collect()
        }
    }
}

fn parse(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    let mut open = false;
    while let Some(line) = lines.next() {
        let line = line.trim_end();
        if line.trim_start().starts_with("```") {
            let code = lines.by_ref().take_while(|line| !line.trim_start().starts_with("```"));
            blocks.push(Block::Code(code.map(code_line).collect()));
            open = false;
        } else if line.is_empty() {
            open = false;
        } else if let Some(heading) = heading(line) {
            blocks.push(Block::Heading(heading));
            open = false;
        } else if line.starts_with('|') {
            table_line(&mut blocks, line);
            open = false;
        } else if let Some((mark, text)) = item(line) {
            blocks.push(Block::Item(mark.to_owned(), inline(text)));
            open = true;
        } else {
            paragraph(&mut blocks, open, line);
            open = true;
        }
    }
    blocks
}

fn heading(line: &str) -> Option<String> {
    let text = line.trim_start_matches('#');
    (text.len() < line.len() && text.starts_with(' ')).then(|| inline(text))
}

/// `- text`, `* text` or `1. text`
fn item(line: &str) -> Option<(&str, &str)> {
    let (mark, text) = line.trim_start().split_once(' ')?;
    let number =
        mark.strip_suffix('.').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    (mark == "-" || mark == "*" || number).then_some((mark, text))
}

/// Joins the line to the text before it, where that goes on.
fn paragraph(blocks: &mut Vec<Block>, open: bool, line: &str) {
    match blocks.last_mut().filter(|_| open) {
        Some(Block::Paragraph(text) | Block::Item(_, text)) => {
            text.push(' ');
            text.push_str(&inline(line));
        }
        _ => blocks.push(Block::Paragraph(inline(line))),
    }
}

/// A table reads well as it stands.
fn table_line(blocks: &mut Vec<Block>, line: &str) {
    match blocks.last_mut() {
        Some(Block::Code(lines)) if lines.first().is_some_and(|first| first.starts_with('|')) => {
            lines.push(code_line(line));
        }
        _ => blocks.push(Block::Code(vec![code_line(line)])),
    }
}

/// Keeps the indent of code, which [`clean`] would take away.
fn code_line(line: &str) -> String {
    let text = line.trim_start();
    format!("{}{}", blanks(line.len() - text.len()), clean(text))
}

/// Inline code keeps its marks; bold text loses them.
fn inline(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(i, part)| if i % 2 == 0 { part.replace("**", "") } else { part.to_owned() });
    clean(&parts.collect::<Vec<_>>().join("`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "A **bold** word\nand `code`.\n\n## How to fix it\n\nDo:\n\n- one thing that is\n  long\n- another\n\n1. first\n\n```yaml\nhosts:\n  apex: {}\n\n  www: redirect\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n";

    #[test]
    fn a_page() {
        let style = Style { width: 40, ..Style::default() };
        insta::assert_snapshot!(render(PAGE, 2, &style).join("\n"), @r"
    A bold word and `code`.

    How to fix it
    Do:

    - one thing that is long
    - another
    1. first

        hosts:
          apex: {}

          www: redirect

        | a | b |
        |---|---|
        | 1 | 2 |
    ");
    }

    #[test]
    fn stars_inside_code_are_kept() {
        assert_eq!(inline("**a** `/**`"), "a `/**`");
    }
}
