//! The exit codes, the same for every command and format.

use std::process::ExitCode;

use crate::report::VerdictWord;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Ready, or what was asked for is done.
    Ready = 0,
    /// Something is wrong with the launch.
    NotReady = 1,
    /// The command line or the spec is wrong, or the tool itself failed.
    Usage = 2,
    /// Nothing failed, but something could not be observed.
    Undetermined = 3,
    /// Stopped from the keyboard.
    Interrupted = 130,
}

impl Exit {
    /// Every way to end, in the order of the codes.
    pub const ALL: [Self; 5] =
        [Self::Ready, Self::NotReady, Self::Usage, Self::Undetermined, Self::Interrupted];

    /// The number that the shell sees.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The exit of several runs: a failure beats "could not tell", which beats ready.
    pub fn worst(exits: impl IntoIterator<Item = Self>) -> Self {
        let order = |exit: &Self| match exit {
            Self::Ready => 0,
            Self::Undetermined => 1,
            Self::NotReady => 2,
            Self::Usage => 3,
            Self::Interrupted => 4,
        };
        exits.into_iter().max_by_key(order).unwrap_or(Self::Ready)
    }

    /// What the number means, in a clause.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Ready => "ready, or done",
            Self::NotReady => "not ready: a check failed",
            Self::Usage => "usage or spec error",
            Self::Undetermined => {
                "could not tell: nothing failed, but something that had to be observed could not be"
            }
            Self::Interrupted => "interrupted",
        }
    }
}

impl From<VerdictWord> for Exit {
    fn from(verdict: VerdictWord) -> Self {
        match verdict {
            VerdictWord::Ready | VerdictWord::Passed => Self::Ready,
            VerdictWord::NotReady => Self::NotReady,
            VerdictWord::Undetermined => Self::Undetermined,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_the_promised_ones() {
        assert_eq!(Exit::ALL.map(Exit::code), [0, 1, 2, 3, 130]);
    }

    #[test]
    fn only_a_verdict_without_doubt_ends_with_zero() {
        let words =
            [VerdictWord::Ready, VerdictWord::Passed, VerdictWord::NotReady, VerdictWord::Undetermined];
        assert_eq!(words.map(|word| Exit::from(word).code()), [0, 0, 1, 3]);
    }
}
