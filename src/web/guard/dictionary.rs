//! Dictionaries of structured fields (RFC 9651 section 3.2): only whether a text is one.

/// True for a dictionary; browsers ignore the whole header where it is none.
pub fn is_dictionary(text: &str) -> bool {
    let mut rest = Rest(text.trim_matches(' '));
    while !rest.0.is_empty() {
        if rest.member().is_none() {
            return false;
        }
        rest.skip(&[' ', '\t']);
        if rest.0.is_empty() {
            return true;
        }
        if rest.take(',').is_none() {
            return false;
        }
        rest.skip(&[' ', '\t']);
        // A comma promises one more.
        if rest.0.is_empty() {
            return false;
        }
    }
    true
}

/// What is left to read.
struct Rest<'t>(&'t str);

impl Rest<'_> {
    fn skip(&mut self, any: &[char]) {
        self.0 = self.0.trim_start_matches(any);
    }

    fn take(&mut self, c: char) -> Option<()> {
        self.0 = self.0.strip_prefix(c)?;
        Some(())
    }

    /// Takes characters as long as they fit; at least one.
    fn while_(&mut self, fits: impl Fn(char) -> bool) -> Option<()> {
        let end = self.0.find(|c| !fits(c)).unwrap_or(self.0.len());
        self.0 = self.0.get(end..)?;
        (end > 0).then_some(())
    }

    fn key(&mut self) -> Option<()> {
        if !self.0.starts_with(|c: char| c.is_ascii_lowercase() || c == '*') {
            return None;
        }
        self.while_(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-.*".contains(c))
    }

    fn member(&mut self) -> Option<()> {
        self.key()?;
        if self.take('=').is_some() {
            if self.0.starts_with('(') { self.inner_list()? } else { self.bare_item()? }
        }
        self.parameters()
    }

    fn inner_list(&mut self) -> Option<()> {
        self.take('(')?;
        loop {
            self.skip(&[' ']);
            if self.take(')').is_some() {
                return Some(());
            }
            self.bare_item()?;
            self.parameters()?;
            if !self.0.starts_with([' ', ')']) {
                return None;
            }
        }
    }

    fn parameters(&mut self) -> Option<()> {
        while self.take(';').is_some() {
            self.skip(&[' ']);
            self.key()?;
            if self.take('=').is_some() {
                self.bare_item()?;
            }
        }
        Some(())
    }

    fn bare_item(&mut self) -> Option<()> {
        match self.0.chars().next()? {
            '"' => self.string(),
            ':' => {
                self.take(':')?;
                self.skip_base64();
                self.take(':')
            }
            '?' => {
                self.take('?')?;
                self.take('0').or_else(|| self.take('1'))
            }
            c if c.is_ascii_digit() || c == '-' => {
                let _ = self.take('-');
                self.while_(|c| c.is_ascii_digit() || c == '.')
            }
            c if c.is_ascii_alphabetic() || c == '*' => {
                self.while_(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~:/".contains(c))
            }
            _ => None,
        }
    }

    fn skip_base64(&mut self) {
        let _ = self.while_(|c| c.is_ascii_alphanumeric() || "+/=".contains(c));
    }

    fn string(&mut self) -> Option<()> {
        self.take('"')?;
        loop {
            let _ = self.while_(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\'));
            if self.take('"').is_some() {
                return Some(());
            }
            self.take('\\')?;
            self.take('"').or_else(|| self.take('\\'))?;
        }
    }
}
