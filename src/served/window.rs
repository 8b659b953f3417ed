//! A text that comes in chunks, looked at block by block. Each place is looked at once, with some of the
//! text before it and behind it.

/// From how many bytes on a block is looked at.
const BLOCK: usize = 192 * 1024;
/// What is kept of the text before the place that is looked at.
const BEFORE: usize = 4 * 1024;
/// What must be there of the text behind it.
const AFTER: usize = 32 * 1024;

/// The text around the place that is looked at.
#[derive(Debug, Default)]
pub(super) struct Window {
    text: Vec<u8>,
    /// The first byte of `text` that was not looked at.
    from: usize,
    /// Line and column of its first byte, from 0.
    line: usize,
    column: usize,
}

/// A part of a text in which everything that begins in `from..to` is to be found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block<'a> {
    pub(super) text: &'a [u8],
    pub(super) from: usize,
    pub(super) to: usize,
    line: usize,
    column: usize,
}

impl Block<'_> {
    /// Line and column of a place, in bytes from 1.
    pub(super) fn position(&self, at: usize) -> (usize, usize) {
        let before = &self.text[..at];
        let lines = memchr::memchr_iter(b'\n', before).count();
        match memchr::memrchr(b'\n', before) {
            Some(last) => (self.line + lines + 1, at - last),
            None => (self.line + 1, self.column + at + 1),
        }
    }

    /// Up to so many bytes before a place.
    pub(super) fn before(&self, at: usize, most: usize) -> &[u8] {
        &self.text[at.saturating_sub(most)..at]
    }

    /// Up to so many bytes from a place on.
    pub(super) fn behind(&self, at: usize, most: usize) -> &[u8] {
        let at = at.min(self.text.len());
        &self.text[at..self.text.len().min(at + most)]
    }
}

impl Window {
    /// More of the text.
    pub(super) fn push(&mut self, chunk: &[u8], look: &mut dyn FnMut(Block)) {
        for part in chunk.chunks(BLOCK) {
            self.text.extend_from_slice(part);
            if self.text.len() >= BLOCK + BEFORE + AFTER {
                self.look(self.text.len() - AFTER, look);
            }
        }
    }

    /// The text is over.
    pub(super) fn finish(&mut self, look: &mut dyn FnMut(Block)) {
        self.look(self.text.len(), look);
    }

    fn look(&mut self, to: usize, look: &mut dyn FnMut(Block)) {
        let block = Block { text: &self.text, from: self.from, to, line: self.line, column: self.column };
        look(block);
        let drop = to.saturating_sub(BEFORE);
        let (line, column) = block.position(drop);
        (self.line, self.column) = (line - 1, column - 1);
        self.text.drain(..drop);
        self.from = to - drop;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The places of all `x` in a text that comes in chunks.
    fn places(text: &[u8], chunk: usize) -> Vec<(usize, usize)> {
        let (mut window, mut found) = (Window::default(), Vec::new());
        let mut look = |block: Block| {
            let own = memchr::memchr_iter(b'x', &block.text[block.from..block.to]);
            found.extend(own.map(|at| block.position(block.from + at)));
        };
        text.chunks(chunk).for_each(|chunk| window.push(chunk, &mut look));
        window.finish(&mut look);
        found
    }

    #[test]
    fn each_place_is_seen_once_and_rightly_counted() {
        let mut text = b"x\n.x\n".to_vec();
        text.extend(std::iter::repeat_n(b'.', 3 * BLOCK));
        text.extend(b"x\nx");
        for chunk in [1000, 8192, BLOCK, 10 * BLOCK] {
            assert_eq!(places(&text, chunk), [(1, 1), (2, 2), (3, 3 * BLOCK + 1), (4, 1)], "{chunk}");
        }
    }

    #[test]
    fn memory_does_not_grow_with_the_text() {
        let mut window = Window::default();
        for _ in 0..200 {
            window.push(&vec![b'.'; 64 * 1024], &mut |_| {});
        }
        assert!(window.text.capacity() <= 4 * BLOCK);
    }
}
