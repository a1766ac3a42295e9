//! Somebody who sits at a terminal: a program in a pty, what is on its screen, and keys to press.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::process::Child;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};
use vt100::{Parser, Screen};

/// How long nothing takes that works.
const LONG: Duration = Duration::from_secs(20);

pub(crate) struct Seat {
    pty: Arc<Pty>,
    terminal: Arc<Mutex<Terminal>>,
    reading: Option<JoinHandle<()>>,
    program: Child,
}

struct Terminal {
    parser: Parser,
    /// All that was printed.
    raw: Vec<u8>,
}

impl Seat {
    /// At a terminal of so many columns, with 24 rows.
    pub(crate) fn at(columns: u16, command: Command) -> Self {
        let (pty, pts) = open().expect("there are terminals");
        pty.resize(Size::new(24, columns))
            .expect("a terminal can be resized");
        let program = command.spawn(pts).expect("the program is there");
        let terminal = Arc::new(Mutex::new(Terminal {
            parser: Parser::new(count(24), count(columns), 500),
            raw: Vec::new(),
        }));
        let pty = Arc::new(pty);
        let reading = {
            let (pty, terminal) = (Arc::clone(&pty), Arc::clone(&terminal));
            std::thread::spawn(move || {
                let mut bytes = [0; 4096];
                // It fails at the end, when nobody has the other side.
                while let Ok(length @ 1..) = (&*pty).read(&mut bytes) {
                    let mut terminal = locked(&terminal);
                    terminal.raw.extend_from_slice(&bytes[..length]);
                    terminal.parser.process(&bytes[..length]);
                }
            })
        };
        Seat {
            pty,
            terminal,
            reading: Some(reading),
            program,
        }
    }

    /// Waits for that to be on the screen.
    #[track_caller]
    pub(crate) fn sees(&self, text: &str) {
        self.sees_all(&[text]);
    }

    /// Waits for all of that to be on the screen at once.
    #[track_caller]
    pub(crate) fn sees_all(&self, texts: &[&str]) {
        self.waits(&format!("{texts:?}"), |screen| {
            let shown = screen.join("\n");
            texts.iter().all(|text| shown.contains(text))
        });
    }

    /// Waits for the screen to be such.
    #[track_caller]
    pub(crate) fn waits(&self, what: &str, is_such: impl Fn(&[String]) -> bool) {
        let began = Instant::now();
        loop {
            let rows = self.rows();
            if is_such(&rows) {
                return;
            }
            assert!(
                began.elapsed() < LONG,
                "never seen: {what}; there is\n{}",
                rows.join("\n")
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// What is on the screen, without the empty rows at its end.
    pub(crate) fn rows(&self) -> Vec<String> {
        let terminal = locked(&self.terminal);
        let screen = terminal.parser.screen();
        let columns = screen.size().1.get();
        let rows = screen.rows(0, columns).map(|row| row.trim_end().to_owned());
        let mut rows: Vec<_> = rows.collect();
        while rows.last().is_some_and(String::is_empty) {
            rows.pop();
        }
        rows
    }

    /// What of the terminal is asked.
    pub(crate) fn screen<R>(&self, asked: impl FnOnce(&Screen) -> R) -> R {
        asked(locked(&self.terminal).parser.screen())
    }

    /// All that was printed, escapes and all.
    pub(crate) fn raw(&self) -> String {
        String::from_utf8_lossy(&locked(&self.terminal).raw).into_owned()
    }

    pub(crate) fn types(&self, keys: &str) {
        (&*self.pty)
            .write_all(keys.as_bytes())
            .expect("keys can be pressed");
    }

    pub(crate) fn presses_ctrl_c(&self) {
        self.types("\x03");
    }

    pub(crate) fn makes_it(&self, columns: u16) {
        let mut terminal = locked(&self.terminal);
        terminal.parser.set_size(count(24), count(columns));
        self.pty
            .resize(Size::new(24, columns))
            .expect("a terminal can be resized");
    }

    pub(crate) fn id(&self) -> u32 {
        self.program.id()
    }

    /// With which status it ends; then all that it printed is on the screen.
    #[track_caller]
    pub(crate) fn ends(&mut self) -> Option<i32> {
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.program.try_wait().expect("it is ours") {
                break status;
            }
            assert!(
                began.elapsed() < LONG,
                "it does not end; there is\n{}",
                self.rows().join("\n")
            );
            std::thread::sleep(Duration::from_millis(10));
        };
        if let Some(reading) = self.reading.take() {
            reading.join().expect("reading goes well");
        }
        status.code()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
        if std::thread::panicking() {
            let mut shown = String::new();
            for row in self.rows() {
                let _ = writeln!(shown, "| {row}");
            }
            eprintln!("{shown}");
        }
    }
}

fn locked(terminal: &Mutex<Terminal>) -> MutexGuard<'_, Terminal> {
    terminal.lock().unwrap_or_else(PoisonError::into_inner)
}

fn count(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).expect("a terminal is not empty")
}
