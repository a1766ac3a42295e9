//! Chromium, looked at through chromedriver: both in processes of their own that end with the test. WebDriver is JSON
//! over HTTP, and what is needed of it here is less than a client for it would bring along.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// How long anything of the browser may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked whether something came to be.
const BEAT: Duration = Duration::from_millis(20);
/// What WebDriver calls an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser that shows one file.
pub(crate) struct Browser {
    driver: Driver,
    session: String,
}

impl Browser {
    /// `None`, and a loud word about it, where there is no Chromium or no chromedriver; with `REQUIRE_TOOLS=1` that is
    /// a failure.
    pub(crate) fn open(file: &Path) -> Option<Browser> {
        let (Some(chromium), Some(chromedriver)) = (found("chromium"), found("chromedriver")) else {
            let required = std::env::var("REQUIRE_TOOLS").is_ok_and(|value| value == "1");
            assert!(!required, "there is no `chromium` or no `chromedriver` in PATH");
            // Past the harness, which keeps what a passing test prints.
            let told =
                "\nSKIPPED: no `chromium` or `chromedriver` in PATH, so no browser has read the report\n";
            std::io::stderr().write_all(told.as_bytes()).ok();
            return None;
        };
        let profile = tempfile::tempdir().expect("a temporary folder can be made");
        let arguments = [
            "--headless".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-quic".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--window-size=1280,900".to_owned(),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        let wanted = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "binary": chromium, "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let driver = Driver::start(&chromedriver, profile);
        let begun = driver.call(
            "POST",
            "/session",
            &json!({ "capabilities": { "alwaysMatch": wanted } }),
        );
        let session = begun["sessionId"]
            .as_str()
            .expect("a session has an id")
            .to_owned();
        let browser = Browser { driver, session };
        // What Chromium asks for on its own page is none of the report's.
        browser.post("url", json!({ "url": "about:blank" }));
        browser.log("performance");
        let url = format!("file://{}", file.display());
        browser.post("url", json!({ "url": url }));
        Some(browser)
    }

    /// What a script returns.
    pub(crate) fn script(&self, script: &str) -> Value {
        self.post("execute/sync", json!({ "script": script, "args": [] }))
    }

    /// Tells Chromium something that WebDriver has no word for.
    pub(crate) fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.post(
            "goog/cdp/execute",
            json!({ "cmd": command, "params": parameters }),
        )
    }

    /// What was logged since the last call, of that kind.
    pub(crate) fn log(&self, kind: &str) -> Vec<Value> {
        let logged = self.post("se/log", json!({ "type": kind }));
        logged.as_array().expect("a log has entries").clone()
    }

    /// Clicks where a person would.
    pub(crate) fn click(&self, selector: &str) {
        let found = self.post("element", json!({ "using": "css selector", "value": selector }));
        let element = found[ELEMENT].as_str().expect("it is an element");
        self.post(&format!("element/{element}/click"), json!({}));
    }

    /// Presses and lets go of a key.
    pub(crate) fn press(&self, key: char) {
        let strokes = ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key }));
        self.post(
            "actions",
            json!({ "actions": [{ "type": "key", "id": "keys", "actions": strokes }] }),
        );
    }

    /// Waits until the script returns true.
    pub(crate) fn until(&self, script: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.script(script) != Value::Bool(true) {
            assert!(Instant::now() < deadline, "it never came to be: {script}");
            sleep(BEAT);
        }
    }

    fn post(&self, what: &str, body: Value) -> Value {
        self.driver
            .call("POST", &format!("/session/{}/{what}", self.session), &body)
    }
}

/// The file of a program.
fn found(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let mut files = std::env::split_paths(&folders).map(|folder| folder.join(program));
    files.find(|file| file.is_file())
}

/// A running chromedriver. However the test ends, it and the browser that it began end with it.
struct Driver {
    child: Child,
    port: u16,
    _profile: TempDir,
}

impl Driver {
    fn start(chromedriver: &Path, profile: TempDir) -> Self {
        // Free a moment ago; should somebody else be faster, the test fails and says so.
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let port = listener.local_addr().expect("it is bound").port();
        drop(listener);
        let child = Command::new(chromedriver)
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let driver = Driver {
            child,
            port,
            _profile: profile,
        };
        let deadline = Instant::now() + PATIENCE;
        while !driver.is_up() {
            assert!(Instant::now() < deadline, "chromedriver never listened");
            sleep(BEAT);
        }
        driver
    }

    fn is_up(&self) -> bool {
        let answer = self.ask("GET", "/status", "");
        answer.is_ok_and(|answer| answer.contains("\"ready\":true"))
    }

    /// What chromedriver answers, or a failure.
    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.ask(method, path, &body.to_string());
        let answer = answer.unwrap_or_else(|error| panic!("{error} at {path}"));
        let mut json: Value = serde_json::from_str(&answer).expect("it is JSON");
        assert!(json["value"]["error"].is_null(), "{body} at {path}: {json}");
        json["value"].take()
    }

    /// The body of the answer. The connection is not waited for to end: chromedriver leaves it open.
    fn ask(&self, method: &str, path: &str, body: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let (port, length) = (self.port, body.len());
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )?;
        let mut answer = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            answer.read_line(&mut line)?;
            match line.to_ascii_lowercase().split_once(':') {
                Some(("content-length", value)) => length = value.trim().parse().unwrap_or(0),
                Some(_) => {}
                None if line.trim().is_empty() => break,
                None => {}
            }
        }
        let mut body = vec![0; length];
        answer.read_exact(&mut body)?;
        Ok(String::from_utf8_lossy(&body).into_owned())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Ends the browsers that are left; only then itself.
        self.ask("GET", "/shutdown", "").ok();
        let deadline = Instant::now() + Duration::from_secs(5);
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
            sleep(BEAT);
        }
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
