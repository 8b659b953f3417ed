//! The line that says what is being waited for. Only on a terminal.

use indicatif::{ProgressBar, ProgressStyle};

use crate::observed::Remote;
use crate::probe::Progress;

pub(super) fn line(shown: bool) -> Box<dyn Progress> {
    if shown { Box::new(Line::new()) } else { Box::new(crate::probe::Silent) }
}

struct Line(ProgressBar);

impl Line {
    fn new() -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) =
            ProgressStyle::with_template("  {bar:24} {pos}/{len} answered, waiting for {wide_msg}")
        {
            bar.set_style(style);
        }
        Self(bar)
    }
}

impl Progress for Line {
    fn waiting(&self, asked: usize, answered: usize, current: &str) {
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        self.0.set_length(count(asked));
        self.0.set_position(count(answered));
        self.0.set_message(Remote::new(current).to_string());
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
