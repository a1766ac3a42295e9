//! What is printed, where, and with which status the program ends. Nobody may be reading any more: that is no fault.

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::cli::arguments::{Color, Options};
use crate::cli::fault::{Code, Envelope, Fault};
use crate::cli::harmless::{colored, json};
use crate::ctrl_c::{self, Presses};

/// What a verb answers.
pub(crate) struct Reply {
    /// For people, with colours; ends with a line break, unless it is empty.
    pub(crate) text: String,
    /// For scripts.
    pub(crate) document: Box<RawValue>,
    /// The status of the program.
    pub(crate) status: u8,
    /// What went wrong, beside the answer; the document has it too.
    pub(crate) fault: Option<Fault>,
}

impl Reply {
    pub(crate) fn new(text: impl Into<String>, document: &impl Serialize) -> Self {
        Reply {
            text: text.into(),
            // Documents are our own types with text for keys.
            document: serde_json::value::to_raw_value(document).unwrap_or_default(),
            status: 0,
            fault: None,
        }
    }

    pub(crate) fn status(self, status: u8) -> Self {
        Reply { status, ..self }
    }
}

/// A fault by itself, as scripts get it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ErrorDocument {
    pub(crate) schema: &'static str,
    pub(crate) error: Envelope,
}

impl ErrorDocument {
    pub(crate) const SCHEMA: &str = "workflow.error/1";
}

/// How things are printed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    form: Form,
    color: Color,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Json,
    JsonLines,
}

impl Form {
    fn of(json: bool, json_lines: bool) -> Self {
        match (json, json_lines) {
            (true, _) => Form::Json,
            (_, true) => Form::JsonLines,
            _ => Form::Text,
        }
    }
}

impl Output {
    pub(crate) fn of(options: &Options) -> Self {
        Output {
            form: Form::of(options.json, options.json_lines),
            color: options.color,
        }
    }

    /// From the words alone, when they could not be understood.
    pub(crate) fn guessed(words: &[std::ffi::OsString]) -> Self {
        let has = |option: &str| words.iter().any(|word| word == option);
        Output {
            form: Form::of(has("--json"), has("--json-lines")),
            color: Color::Auto,
        }
    }

    pub(crate) fn is_text(self) -> bool {
        self.form == Form::Text
    }

    pub(crate) fn is_lines(self) -> bool {
        self.form == Form::JsonLines
    }

    /// Prints an answer and yields the status to end with.
    pub(crate) fn reply(self, reply: &Reply) -> u8 {
        if let Some(fault) = &reply.fault {
            self.tell_fault(fault);
        }
        let printed = match self.form {
            Form::Text => self.write(io::stdout(), &colored(&reply.text)),
            Form::Json => self.write(io::stdout(), &json(&pretty(reply.document.get()))),
            Form::JsonLines => self.write(io::stdout(), &json(&format!("{}\n", reply.document.get()))),
        };
        match printed {
            Ok(()) => reply.status,
            Err(error) => {
                let fault = Fault::new(Code::Io, format!("standard output cannot be written: {error}"));
                self.tell_fault(&fault);
                reply.status.max(fault.code.exit())
            }
        }
    }

    /// Prints what went wrong and yields the status to end with.
    pub(crate) fn fault(self, fault: &Fault) -> u8 {
        let document = ErrorDocument {
            schema: ErrorDocument::SCHEMA,
            error: fault.envelope(),
        };
        let document = serde_json::to_string(&document).unwrap_or_default();
        match self.form {
            Form::Text => {}
            Form::Json => drop(self.write(io::stdout(), &json(&pretty(&document)))),
            Form::JsonLines => self.print_line(&document),
        }
        self.tell_fault(fault);
        fault.code.exit()
    }

    fn tell_fault(self, fault: &Fault) {
        let red = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
        let green = Style::new().bold().fg_color(Some(AnsiColor::Green.into()));
        let mut text = format!("{red}error{red:#}: {}\n", fault.message.trim_end());
        if let Some(fix) = &fault.fix {
            text.push_str(&format!("  {green}fix{green:#}: {fix}\n"));
        }
        self.tell(&text);
    }

    /// Something that is likely to be a mistake, and keeps nobody from anything.
    pub(crate) fn warn(self, text: &str) {
        let yellow = Style::new().bold().fg_color(Some(AnsiColor::Yellow.into()));
        self.tell(&format!("{yellow}warning{yellow:#}: {text}\n"));
    }

    /// A document in a line, while a verb goes on.
    pub(crate) fn print_line(self, document: &str) {
        drop(self.write(io::stdout(), &(json(document).into_owned() + "\n")));
    }

    /// Prose beside the answer, to standard error.
    pub(crate) fn tell(self, text: &str) {
        // Whoever closed standard error does not want to hear of it.
        drop(self.write(io::stderr(), &colored(text)));
    }

    /// Whether standard error is a terminal on which something can be drawn again and again.
    pub(crate) fn draws(self) -> bool {
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        self.form == Form::Text && io::stderr().is_terminal() && !is_dumb
    }

    /// A text as it is drawn on standard error.
    pub(crate) fn painted(self, text: &str) -> String {
        let text = colored(text);
        match self.choice(&io::stderr()) {
            ColorChoice::Never => strip_str(&text).to_string(),
            _ => text.into_owned(),
        }
    }

    /// Whether somebody sits there who can be asked.
    pub(crate) fn can_ask(self) -> bool {
        self.form == Form::Text && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks for a line; `None` at the end of the input. Ctrl-C ends the program here.
    pub(crate) fn ask(self, question: &str) -> Option<String> {
        let is_answered = self.end_on_ctrl_c();
        self.tell(question);
        let mut answer = String::new();
        let read = io::stdin().read_line(&mut answer);
        is_answered.store(true, Ordering::Relaxed);
        if !answer.ends_with('\n') {
            self.tell("\n");
        }
        match read {
            Ok(length) if length > 0 => Some(answer.trim().to_owned()),
            _ => None,
        }
    }

    /// Ends the program on Ctrl-C as an answer to what is asked, and later on too, unless it is a run that stops.
    /// Yields what is to be set once the question is answered.
    fn end_on_ctrl_c(self) -> Arc<AtomicBool> {
        let is_answered = Arc::new(AtomicBool::new(false));
        let answered = Arc::clone(&is_answered);
        // If it cannot be listened for, the system ends the program.
        if let Ok(mut presses) = Presses::new() {
            tokio::spawn(async move {
                presses.next().await;
                if ctrl_c::is_listened_for() {
                    return;
                }
                let message = match answered.load(Ordering::Relaxed) {
                    true => "stopped by Ctrl-C",
                    false => "nothing was done",
                };
                self.tell("\n");
                let status = self.fault(&Fault::new(Code::Interrupted, message));
                std::process::exit(i32::from(status));
            });
        }
        is_answered
    }

    fn choice(self, stream: &impl anstream::stream::RawStream) -> ColorChoice {
        match self.color {
            Color::Auto => AutoStream::choice(stream),
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        }
    }

    fn write<S: anstream::stream::RawStream + anstream::stream::AsLockedWrite>(
        self,
        stream: S,
        text: &str,
    ) -> io::Result<()> {
        let choice = self.choice(&stream);
        let mut stream = AutoStream::new(stream, choice);
        let written = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }
}

/// JSON for people, its keys in the order in which they were written.
pub(crate) fn pretty(json: &str) -> String {
    let mut pretty = Vec::new();
    let mut from = serde_json::Deserializer::from_str(json);
    let mut to = serde_json::Serializer::pretty(&mut pretty);
    let written = serde_transcode::transcode(&mut from, &mut to).ok();
    let pretty = written.and_then(|()| String::from_utf8(pretty).ok());
    pretty.unwrap_or_else(|| json.to_owned()) + "\n"
}
