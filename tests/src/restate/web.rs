//! One request over HTTP, as little as the tests need of it: no library stands between a test and what was said.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// For one request.
const PATIENCE: Duration = Duration::from_secs(30);

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// As in `200`.
    pub status: u16,
    /// The text of it.
    pub body: String,
}

impl Answer {
    /// Whether it was done.
    pub fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The text as JSON; `null` if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// Asks an address on loopback, `http://127.0.0.1:8080/path`: `GET` without a body, else `POST` of JSON. Waits no longer
/// than half a minute; blocks the thread.
///
/// # Errors
///
/// If nobody is there, or the answer does not come or is cut off.
pub fn ask(url: &str, body: Option<&Value>) -> io::Result<Answer> {
    ask_within(PATIENCE, url, body)
}

pub(super) fn ask_within(patience: Duration, url: &str, body: Option<&Value>) -> io::Result<Answer> {
    match body {
        None => exchange(patience, "GET", url, ""),
        Some(body) => exchange(patience, "POST", url, &body.to_string()),
    }
}

/// As [`ask`], by another method, as in `PATCH`, and without a body.
///
/// # Errors
///
/// As there.
pub fn order(method: &str, url: &str) -> io::Result<Answer> {
    exchange(PATIENCE, method, url, "")
}

fn exchange(patience: Duration, method: &str, url: &str, body: &str) -> io::Result<Answer> {
    let deadline = Instant::now() + patience;
    let rest = url.strip_prefix("http://").ok_or(io::ErrorKind::InvalidInput)?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let address: SocketAddr = host.parse().map_err(io::Error::other)?;
    let mut stream = TcpStream::connect_timeout(&address, patience)?;
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(patience))?;
    let request = format!(
        "{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\naccept: application/json\r\n\
        content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes())?;
    let read = all_of(&mut stream, deadline)?;
    understood(&read).ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "the answer is cut off"))
}

fn all_of(stream: &mut TcpStream, deadline: Instant) -> io::Result<Vec<u8>> {
    let mut read = Vec::new();
    let mut part = [0; 16_384];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut part)? {
            0 => return Ok(read),
            count => read.extend_from_slice(&part[..count]),
        }
    }
}

/// Only what is whole: a server that is killed leaves half of an answer.
fn understood(read: &[u8]) -> Option<Answer> {
    let end = read.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&read[..end]).ok()?.to_ascii_lowercase();
    let body = &read[end + 4..];
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let header = |name: &str| {
        head.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    };
    let body = if header("transfer-encoding") == Some("chunked") {
        joined(body)?
    } else {
        let length = header("content-length").map_or(Some(body.len()), |length| length.parse().ok())?;
        body.get(..length)?.to_vec()
    };
    let body = String::from_utf8(body).ok()?;
    Some(Answer { status, body })
}

fn joined(mut chunks: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = chunks.windows(2).position(|two| two == b"\r\n")?;
        let length = usize::from_str_radix(std::str::from_utf8(&chunks[..end]).ok()?, 16).ok()?;
        if length == 0 {
            return Some(body);
        }
        let from = end + 2;
        body.extend_from_slice(chunks.get(from..from + length)?);
        chunks = chunks.get(from + length + 2..)?;
    }
}

/// Tells a server by its admin address where a service listens; yields what the server calls it.
///
/// # Panics
///
/// If the server does not take it in half a minute.
pub fn register(admin: &str, service: &str) -> String {
    let told = json!({"uri": service, "force": false});
    let began = Instant::now();
    loop {
        let answer = ask(&format!("{admin}/deployments"), Some(&told));
        match answer {
            Ok(answer) if answer.is_good() => {
                return answer.json()["id"].as_str().unwrap_or_default().to_owned();
            }
            _ if began.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(50)),
            answer => panic!("{admin} does not take the service at {service}: {answer:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, understood};

    #[test]
    fn only_a_whole_answer_is_one() {
        let good = |body: &str| {
            Some(Answer {
                status: 200,
                body: body.to_owned(),
            })
        };
        let cases: [(&str, Option<Answer>); 6] = [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", good("{}")),
            ("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{}", None),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n3\r\n {}\r\n0\r\n\r\n",
                good("[] {}"),
            ),
            (
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n[]\r\n3\r\n {",
                None,
            ),
            ("HTTP/1.1 200 OK\r\ncontent-le", None),
            ("", None),
        ];
        for (read, answer) in cases {
            assert_eq!(understood(read.as_bytes()), answer, "{read}");
        }
    }
}
