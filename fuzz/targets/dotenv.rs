use launch_ready::variable::dotenv::{is_name, parse};

/// A file of variables: sound, or each fault with its line.
pub(crate) fn dotenv(data: &[u8]) {
    let text = super::text(data);
    let lines = text.split('\n').count();
    match parse(&text) {
        Ok(entries) => {
            for entry in &entries {
                assert!(is_name(&entry.name) && (1..=lines).contains(&entry.line), "{entry:?}");
            }
            // Literal quotes hold everything but themselves.
            let literal = entries.iter().filter(|entry| !entry.value.expose().contains('\''));
            let written: Vec<String> =
                literal.clone().map(|entry| format!("{}='{}'\n", entry.name, entry.value.expose())).collect();
            let again = parse(&written.concat()).expect("what was read can be written");
            let pairs = |entry: &launch_ready::variable::dotenv::Entry| {
                (entry.name.clone(), entry.value.expose().to_owned())
            };
            assert_eq!(again.iter().map(pairs).collect::<Vec<_>>(), literal.map(pairs).collect::<Vec<_>>());
        }
        Err(faults) => {
            assert!(!faults.is_empty() && faults.windows(2).all(|pair| pair[0].line <= pair[1].line));
            assert!(faults.iter().all(|fault| (1..=lines).contains(&fault.line)), "{faults:?}");
        }
    }
}
