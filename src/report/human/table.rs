//! The table of areas.

use std::collections::BTreeMap;

use crate::check::{CATALOGUE, Status};
use crate::report::Report;
use crate::report::style::{Ink, Style};
use crate::report::text::{blanks, clean, columns, pad};

const COLUMNS: [(&str, Status, Ink); 4] = [
    ("pass", Status::Pass, Ink::Pass),
    ("fail", Status::Fail, Ink::Error),
    ("unknown", Status::Unknown, Ink::Unknown),
    ("waived", Status::Waived, Ink::Strong),
];

/// One line for each area that something was found in, in the catalogue's order.
pub(super) fn lines(report: &Report, style: &Style) -> Vec<String> {
    let counts = counts(report);
    if counts.is_empty() {
        return Vec::new();
    }
    let wide = counts.keys().map(|(_, area)| columns(area)).max().unwrap_or(0).max(10);
    let heads: Vec<String> = COLUMNS.iter().map(|(head, ..)| format!("  {head}")).collect();
    let header = format!("  {}{}", pad("area", wide), heads.concat());
    let rows = counts.iter().map(|((_, area), row)| format!("  {}{}", pad(area, wide), cells(row, style)));
    std::iter::once(style.paint(Ink::Dim, &header)).chain(rows).collect()
}

/// Counts by area; the number puts the areas in order.
fn counts(report: &Report) -> BTreeMap<(usize, String), [usize; 4]> {
    let mut counts = BTreeMap::new();
    for finding in &report.findings {
        let Some(column) = COLUMNS.iter().position(|(_, status, _)| *status == finding.status) else {
            continue;
        };
        let area = finding.check.split('/').next().unwrap_or_default();
        let order = CATALOGUE.iter().position(|check| check.area() == area).unwrap_or(CATALOGUE.len());
        counts.entry((order, clean(area))).or_insert([0; 4])[column] += 1;
    }
    counts
}

fn cells(row: &[usize; 4], style: &Style) -> String {
    let cell = |(count, (head, _, ink)): (&usize, &(&str, Status, Ink))| {
        let (text, ink) = if *count == 0 { (".".to_owned(), Ink::Dim) } else { (count.to_string(), *ink) };
        let gap = (head.len() + 2).saturating_sub(text.len());
        format!("{}{}", blanks(gap), style.paint(ink, &text))
    };
    row.iter().zip(&COLUMNS).map(cell).collect()
}
