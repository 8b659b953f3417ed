//! `${NAME}` in headers: the value comes from the environment.

use crate::secret::{Environment, Secret};

/// The names of the variables in a text, in their order.
pub(super) fn names(text: &str) -> Vec<&str> {
    text.split("${").skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

/// The text with the values in it.
///
/// # Errors
///
/// The name of the first variable that is not set, in words.
pub(super) fn filled(text: &str, environment: &Environment) -> Result<Secret, String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        let Some((name, after)) = behind.split_once('}') else { break };
        let value = environment.get(name).ok_or_else(|| format!("{name} is not set here"))?;
        filled.push_str(before);
        filled.push_str(value.expose());
        rest = after;
    }
    filled.push_str(rest);
    Ok(Secret::new(filled))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_by_values() {
        let environment = Environment::default().with("A", Secret::new("1")).with("B", Secret::new("2"));
        let text = |text| filled(text, &environment).map(|secret| secret.expose().to_owned());
        assert_eq!(text("Bearer ${A}"), Ok("Bearer 1".into()));
        assert_eq!(text("${A}${B}$"), Ok("12$".into()));
        assert_eq!(text("x ${A"), Ok("x ${A".into()));
        assert_eq!(text("${C}"), Err("C is not set here".into()));
        assert_eq!(names("${A} and ${B}"), ["A", "B"]);
    }
}
