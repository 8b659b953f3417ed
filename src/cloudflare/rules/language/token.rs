//! The words of an expression.

/// A word, a text, or a sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// Fields, operators, numbers, addresses.
    Word(String),
    /// What stands between quotes, as it is meant.
    Text(String),
    /// `(`, `)`, `{`, `}`, `[`, `]`, `,`, `$`, and operators made of signs.
    Sign(&'static str),
}

/// Longer ones first.
const SIGNS: [&str; 19] =
    ["&&", "||", "^^", "==", "!=", "<=", ">=", "(", ")", "{", "}", "[", "]", ",", "$", "<", ">", "~", "!"];

/// Most words that are looked at.
const MOST: usize = 4000;

/// `None` for what is no expression.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() && found.len() < MOST {
        let (token, behind) = next(rest)?;
        found.push(token);
        rest = behind.trim_start();
    }
    rest.is_empty().then_some(found)
}

fn next(rest: &str) -> Option<(Token, &str)> {
    if let Some(text) = rest.strip_prefix('"') {
        return quoted(text);
    }
    if let Some((token, behind)) = raw(rest) {
        return Some((token, behind));
    }
    if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        return Some((Token::Sign(sign), rest.get(sign.len()..)?));
    }
    let is_word = |c: char| c.is_ascii_alphanumeric() || "_.:/*-".contains(c);
    let end = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
    (end > 0).then(|| (Token::Word(rest[..end].to_owned()), &rest[end..]))
}

fn quoted(text: &str) -> Option<(Token, &str)> {
    let mut meant = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((Token::Text(meant), text.get(at + 1..)?)),
            '\\' => meant.push(chars.next()?.1),
            c => meant.push(c),
        }
    }
    None
}

/// `r"..."`, `r#"..."#`
fn raw(rest: &str) -> Option<(Token, &str)> {
    let rest = rest.strip_prefix('r')?;
    let marks = rest.bytes().take_while(|byte| *byte == b'#').count();
    let body = rest.get(marks..)?.strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(marks));
    let (text, behind) = body.split_once(&end)?;
    Some((Token::Text(text.to_owned()), behind))
}

/// Without brackets around the whole.
pub(super) fn bare(tokens: &[Token]) -> &[Token] {
    let [Token::Sign("("), inner @ .., Token::Sign(")")] = tokens else { return tokens };
    let mut depth = 0_i32;
    for token in inner {
        match token {
            Token::Sign("(") => depth += 1,
            Token::Sign(")") => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return tokens;
        }
    }
    bare(inner)
}
