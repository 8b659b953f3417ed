//! What an expression says. What is not understood stays as something that cannot be told.

use super::token::{Token, tokens};

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Not(Box<Expression>),
    And(Box<Expression>, Box<Expression>),
    Xor(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
    /// A field or a function that is true or false by itself.
    Is(Value),
    /// `field operator text`
    Compare(Value, String, String),
    /// `field in {...}`
    In(Value, Vec<String>),
    /// Something that is not understood.
    Unknown,
}

/// What is compared.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Field(String),
    Text(String),
    Call(String, Vec<Value>),
    Unknown,
}

/// Deeper brackets are not looked into.
const DEEPEST: usize = 40;

/// `None` for what is no expression.
pub(super) fn parse(text: &str) -> Option<Expression> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0 };
    let whole = parser.or()?;
    (parser.at == tokens.len()).then_some(whole)
}

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
    depth: usize,
}

type Pair = fn(Box<Expression>, Box<Expression>) -> Expression;

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<&'t Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<&'t Token> {
        let token = self.peek();
        self.at += 1;
        token
    }

    /// Takes the word or the sign, where it is next.
    fn takes(&mut self, words: &[&str]) -> bool {
        let is_next = match self.peek() {
            Some(Token::Word(word)) => words.contains(&word.as_str()),
            Some(Token::Sign(sign)) => words.contains(sign),
            _ => false,
        };
        self.at += usize::from(is_next);
        is_next
    }

    fn chain(
        &mut self,
        words: &[&str],
        part: fn(&mut Self) -> Option<Expression>,
        pair: Pair,
    ) -> Option<Expression> {
        let mut whole = part(self)?;
        while self.takes(words) {
            whole = pair(Box::new(whole), Box::new(part(self)?));
        }
        Some(whole)
    }

    fn or(&mut self) -> Option<Expression> {
        self.chain(&["or", "||"], Self::xor, Expression::Or)
    }

    fn xor(&mut self) -> Option<Expression> {
        self.chain(&["xor", "^^"], Self::and, Expression::Xor)
    }

    fn and(&mut self) -> Option<Expression> {
        self.chain(&["and", "&&"], Self::not, Expression::And)
    }

    fn not(&mut self) -> Option<Expression> {
        self.depth += 1;
        let found = if self.depth > DEEPEST {
            None
        } else if self.takes(&["not", "!"]) {
            self.not().map(|inner| Expression::Not(Box::new(inner)))
        } else if self.takes(&["("]) {
            let inner = self.or();
            inner.filter(|_| self.takes(&[")"]))
        } else {
            self.comparison()
        };
        self.depth -= 1;
        found
    }

    fn comparison(&mut self) -> Option<Expression> {
        let value = self.value()?;
        let operator = match self.peek() {
            Some(Token::Word(word)) if !matches!(word.as_str(), "and" | "or" | "xor") => word.clone(),
            Some(Token::Sign(sign @ ("==" | "!=" | "<" | ">" | "<=" | ">=" | "~"))) => (*sign).to_owned(),
            _ => return Some(Expression::Is(value)),
        };
        self.at += 1;
        let operator = if operator == "strict" {
            self.takes(&["wildcard"]).then(|| "strict wildcard".to_owned())?
        } else {
            operator
        };
        if operator == "in" { self.list(value) } else { self.operand(value, operator) }
    }

    fn operand(&mut self, value: Value, operator: String) -> Option<Expression> {
        match self.next()? {
            Token::Text(text) => Some(Expression::Compare(value, operator, text.clone())),
            Token::Word(_) => Some(Expression::Unknown),
            Token::Sign(_) => None,
        }
    }

    fn list(&mut self, value: Value) -> Option<Expression> {
        if self.takes(&["$"]) {
            self.next()?;
            return Some(Expression::Unknown);
        }
        if !self.takes(&["{"]) {
            return None;
        }
        let (mut texts, mut is_known) = (Vec::new(), true);
        while !self.takes(&["}"]) {
            match self.next()? {
                Token::Text(text) => texts.push(text.clone()),
                _ => is_known = false,
            }
        }
        Some(if is_known { Expression::In(value, texts) } else { Expression::Unknown })
    }

    fn value(&mut self) -> Option<Value> {
        self.depth += 1;
        let value = if self.depth > DEEPEST { None } else { self.one() };
        self.depth -= 1;
        value
    }

    fn one(&mut self) -> Option<Value> {
        let name = match self.next()? {
            Token::Text(text) => return Some(Value::Text(text.clone())),
            Token::Word(word) => word.clone(),
            Token::Sign(_) => return None,
        };
        let mut value = Value::Field(name.clone());
        if self.takes(&["("]) {
            let mut arguments = Vec::new();
            while !self.takes(&[")"]) {
                arguments.push(self.value()?);
                self.takes(&[","]);
            }
            value = Value::Call(name, arguments);
        }
        while self.takes(&["["]) {
            while !self.takes(&["]"]) {
                self.next()?;
            }
            value = Value::Unknown;
        }
        Some(value)
    }
}
