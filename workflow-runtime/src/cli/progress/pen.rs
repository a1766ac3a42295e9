//! The thread that writes: a terminal that is stopped, or a pipe that nobody reads, keeps nothing but it.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::cli::output::Output;
use crate::cli::progress::scene::Scene;
use crate::cli::progress::screen::Screen;

/// How often what goes on is drawn again.
const FRAME: Duration = Duration::from_millis(80);

const NAME: &str = "workflow-progress";

/// What is to be written.
enum Stroke {
    /// Prose, to standard error.
    Line(String),
    /// A document, to standard output.
    Document(String),
    End,
}

/// Writes, on a thread of its own.
pub(super) struct Pen {
    strokes: Sender<Stroke>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Pen {
    /// `scene`: what is drawn below the lines, if anything is.
    pub(super) fn new(output: Output, scene: Option<Arc<Mutex<Scene>>>) -> io::Result<Self> {
        let (strokes, received) = channel();
        let picture = scene.map(|scene| Picture {
            scene,
            screen: Arc::new(Mutex::new(Screen::new(output))),
        });
        if let Some(picture) = &picture {
            make_way_for_panics(&picture.screen);
        }
        let writing = move || match picture {
            Some(picture) => picture.follow(&received, output),
            None => write(&received, output),
        };
        let thread = thread::Builder::new().name(NAME.to_owned()).spawn(writing)?;
        Ok(Pen {
            strokes,
            thread: Mutex::new(Some(thread)),
        })
    }

    pub(super) fn line(&self, line: String) {
        self.stroke(Stroke::Line(line));
    }

    pub(super) fn document(&self, document: String) {
        self.stroke(Stroke::Document(document));
    }

    /// Once all is written.
    pub(super) fn end(&self) {
        self.stroke(Stroke::End);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            drop(thread.join());
        }
    }

    fn stroke(&self, stroke: Stroke) {
        // After the end nobody listens.
        drop(self.strokes.send(stroke));
    }
}

fn write(strokes: &Receiver<Stroke>, output: Output) {
    for stroke in strokes {
        match stroke {
            Stroke::Line(line) => output.tell(&line),
            Stroke::Document(document) => output.print_line(&document),
            Stroke::End => return,
        }
    }
}

/// What goes on, in a terminal.
struct Picture {
    scene: Arc<Mutex<Scene>>,
    screen: Arc<Mutex<Screen>>,
}

impl Picture {
    fn follow(&self, strokes: &Receiver<Stroke>, output: Output) {
        let mut due = Instant::now();
        loop {
            let wait = due.saturating_duration_since(Instant::now());
            match strokes.recv_timeout(wait) {
                Ok(Stroke::Line(line)) => {
                    self.screen().tell(&line);
                    due = Instant::now();
                }
                Ok(Stroke::Document(document)) => output.print_line(&document),
                Err(RecvTimeoutError::Timeout) => {
                    self.draw();
                    due = Instant::now() + FRAME;
                }
                Ok(Stroke::End) | Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.screen().clear();
    }

    fn draw(&self) {
        let mut screen = self.screen();
        screen.measure();
        let room = screen.room();
        let rows = {
            let scene = self.scene.lock().unwrap_or_else(PoisonError::into_inner);
            scene.rows(room, Instant::now())
        };
        screen.draw(&rows);
    }

    fn screen(&self) -> std::sync::MutexGuard<'_, Screen> {
        self.screen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a step that panics prints comes where the rows are, so they are taken away before.
fn make_way_for_panics(screen: &Arc<Mutex<Screen>>) {
    let (screen, before) = (Arc::downgrade(screen), std::panic::take_hook());
    std::panic::set_hook(Box::new(move |panic| {
        let is_writing = thread::current().name() == Some(NAME);
        let screen = screen.upgrade().filter(|_| !is_writing);
        let mut screen = screen
            .as_ref()
            .map(|screen| screen.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(screen) = &mut screen {
            screen.clear();
        }
        before(panic);
    }));
}
