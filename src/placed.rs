//! What is wrong in a text, and where.

use std::fmt;
use std::ops::Range;

/// Something about a text, and where in the text it is: how each standard tells its errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<K> {
    /// What it is.
    pub kind: K,
    /// Where, in bytes of the text. What is missing is missing at an empty place.
    pub span: Range<usize>,
}

impl<K: fmt::Display> fmt::Display for Placed<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (byte {})", self.kind, self.span.start)
    }
}

impl<K: fmt::Debug + fmt::Display> std::error::Error for Placed<K> {}
