//! The README is held true: its tables are generated from the program.

use launch_ready::report::markdown_tables::{checks_table, exit_table};

const README: &str = include_str!("../../README.md");

#[test]
fn the_readmes_tables_are_the_programs() {
    for (name, table) in [("checks", checks_table()), ("exit codes", exit_table())] {
        assert!(README.contains(table.trim()), "README.md: the table of {name} should be\n\n{table}");
    }
}

#[test]
fn the_readme_names_every_command_and_option_that_it_shows() {
    let shown = README.lines().filter_map(|line| line.trim().strip_prefix("launch-ready "));
    for line in shown {
        let command = line.split_whitespace().next().unwrap_or_default();
        assert!(
            ["check", "explain", "schema", "generate"].contains(&command),
            "README.md shows `launch-ready {line}`"
        );
    }
}
