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
            ["check", "plan", "apply", "rollback", "init", "explain", "schema", "generate"]
                .contains(&command),
            "README.md shows `launch-ready {line}`"
        );
    }
}

/// The pictures of runs are real: every line of them is a line of the demo (numbers aside, which are dates and
/// times).
#[test]
fn the_readmes_pictures_are_the_demos_output() {
    let demo =
        std::path::Path::new(env!("CARGO_BIN_EXE_launch-ready")).with_file_name("examples").join("demo");
    if !demo.is_file() {
        // `cargo test` builds the examples; `cargo test --test it` alone does not.
        #[expect(clippy::print_stderr, reason = "a skipped test says so")]
        {
            eprintln!("skipped: the demo is not built");
        }
        return;
    }
    let output = std::process::Command::new(demo)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .output()
        .expect("the demo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let without_digits = |line: &str| line.replace(|c: char| c.is_ascii_digit(), "");
    let real: Vec<String> = String::from_utf8_lossy(&output.stdout).lines().map(without_digits).collect();
    let blocks = README.split("```text\n").skip(1).filter_map(|rest| rest.split("```").next());
    let pictures: Vec<&str> = blocks.filter(|block| block.starts_with("$ launch-ready")).collect();
    assert_eq!(pictures.len(), 2);
    for line in pictures.iter().flat_map(|picture| picture.lines()).filter(|line| line.trim() != "...") {
        assert!(real.contains(&without_digits(line)), "the demo does not print `{line}`");
    }
}

#[test]
fn the_readmes_spec_is_a_good_one() {
    let spec = README.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a spec");
    let outcome =
        crate::run::launch_ready(&["check".into(), "-".into(), "--only".into(), "spec".into()], spec);
    assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.err);
    assert!(
        outcome.out.contains("passed (partial run): ") && !outcome.out.contains("warning"),
        "{}",
        outcome.out
    );
}
