//! Tables for the README, made from the same data that the program runs on.

use crate::check::{CATALOGUE, Check};
use crate::exit::Exit;

/// One row for each check, in the catalogue's order.
pub fn checks_table() -> String {
    let rows = CATALOGUE.iter().map(check_row);
    table(["check", "level", "fixed by", "what it finds"], rows)
}

/// One row for each exit code.
pub fn exit_table() -> String {
    let rows = Exit::ALL.iter().map(|exit| [format!("**{}**", exit.code()), exit.meaning().to_owned()]);
    table(["code", "meaning"], rows)
}

fn check_row(check: &Check) -> [String; 4] {
    let page = check.page();
    let fix = page.fix.clone().unwrap_or_default();
    [format!("`{}`", check.id), page.level.name().to_owned(), fix, page.fail.clone()]
}

fn table<const N: usize>(head: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let head = format!("| {} |\n|{}\n", head.join(" | "), "---|".repeat(N));
    let rows = rows.map(|row| {
        let cells = row.map(|cell| cell.replace('|', "\\|").replace('\n', " "));
        format!("| {} |\n", cells.join(" | "))
    });
    std::iter::once(head).chain(rows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes() {
        insta::assert_snapshot!(exit_table(), @r"
    | code | meaning |
    |---|---|
    | **0** | ready, or done |
    | **1** | not ready: a check failed |
    | **2** | usage or spec error |
    | **3** | could not tell: nothing failed, but something that had to be observed could not be |
    | **130** | interrupted |
    ");
    }

    #[test]
    fn every_check_has_a_row() {
        let table = checks_table();
        assert_eq!(table.lines().count(), CATALOGUE.len() + 2);
        let row = "| `spec/inline-secret` | error |  | The spec holds a literal secret |";
        assert!(table.lines().any(|line| line == row), "{table}");
    }

    #[test]
    fn a_bar_in_a_cell_is_escaped() {
        let rows = std::iter::once(["a|b".to_owned()]);
        assert_eq!(table(["x"], rows), "| x |\n|---|\n| a\\|b |\n");
    }
}
