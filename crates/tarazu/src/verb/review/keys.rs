//! One key for each pair: pressed on a terminal, or read from what is piped in.

use std::io::{IsTerminal, Read, Write};

use console::Term;
use tarazu_fuse::Verdict;

use crate::report::Failure;

/// What was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// s, d or u.
    Verdict(Verdict),
    /// q, or the end of what is piped in.
    Quit,
}

/// Where keys come from.
pub struct Keys {
    terminal: Option<Term>,
}

/// Columns where the width of the terminal is not known, and the most that are used.
const USUAL: usize = 100;
const MOST: usize = 160;

impl Keys {
    /// The terminal, or standard input where that is none.
    pub fn open() -> Self {
        let terminal = (std::io::stdin().is_terminal() && std::io::stdout().is_terminal()).then(Term::stdout);
        Self { terminal }
    }

    /// How wide a page may be.
    pub fn width(&self) -> usize {
        let width = self.terminal.as_ref().and_then(Term::size_checked).map(|(_, columns)| columns.into());
        width.unwrap_or(USUAL).clamp(40, MOST)
    }

    /// The next key that means something; others are passed over.
    pub fn wait(&mut self) -> Result<Key, Failure> {
        std::io::stdout().flush()?;
        loop {
            let Some(pressed) = self.read()? else { return Ok(Key::Quit) };
            match pressed.to_ascii_lowercase() {
                's' => return Ok(Key::Verdict(Verdict::Same)),
                'd' => return Ok(Key::Verdict(Verdict::Different)),
                'u' => return Ok(Key::Verdict(Verdict::Unsure)),
                // Ctrl-C and Ctrl-D, where the terminal hands them over.
                'q' | '\u{3}' | '\u{4}' => return Ok(Key::Quit),
                _ => {}
            }
        }
    }

    fn read(&self) -> Result<Option<char>, Failure> {
        if let Some(terminal) = &self.terminal {
            return match terminal.read_char() {
                Ok(key) => Ok(Some(key)),
                // A key without a character (an arrow), which means nothing here; or Ctrl-C.
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => Ok(None),
                Err(e) => Err(e.into()),
            };
        }
        let mut byte = [0];
        loop {
            match std::io::stdin().read(&mut byte) {
                Ok(0) => return Ok(None),
                Ok(_) => return Ok(Some(byte[0].into())),
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e.into()),
            }
        }
    }
}
