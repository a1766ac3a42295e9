//! A small HTTP client over one connection, as a client of the service would have it.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use http_body_util::{BodyExt, Full};
use hyper::{
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
    header,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::failure::{During, Failure, Outcome};

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// `GET`.
    pub method: String,
    /// With the query.
    pub path: String,
    /// For `Authorization: Bearer`.
    pub token: Option<String>,
    /// Of the body.
    pub content_type: Option<String>,
    /// Whatever else the head says.
    pub headers: Vec<(String, String)>,
    /// What is sent.
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// With names in lower case.
    pub headers: BTreeMap<String, String>,
    /// What came back.
    pub body: Vec<u8>,
    /// From sending to the last byte, in microseconds.
    pub elapsed_us: u64,
}

/// A client of one service.
#[derive(Debug)]
pub struct Client {
    address: SocketAddr,
    connection: Option<SendRequest<Full<Bytes>>>,
}

/// How long one answer may take before the service counts as hanging.
const PATIENCE: Duration = Duration::from_secs(20);

impl Call {
    /// A request without a token and without a body.
    pub fn new(method: impl Into<String>, path: impl Into<String>) -> Self {
        Call {
            method: method.into(),
            path: path.into(),
            token: None,
            content_type: None,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// With a token.
    #[must_use]
    pub fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// With one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// With a body of JSON.
    #[must_use]
    pub fn with_json(self, body: &Value) -> Self {
        self.with_body("application/json", body.to_string())
    }

    /// With any body.
    #[must_use]
    pub fn with_body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.content_type = Some(content_type.to_owned());
        self.body = body.into();
        self
    }
}

impl Reply {
    /// The body as JSON; null where there is none.
    ///
    /// # Errors
    /// When it is not JSON.
    pub fn json(&self) -> Outcome<Value> {
        if self.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&self.body).during("reading the body of an answer")
    }

    /// A header, if it came.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(&name.to_ascii_lowercase()).map(String::as_str)
    }
}

impl Client {
    /// Connects when the first request is sent.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        Client {
            address,
            connection: None,
        }
    }

    /// Where the service is.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends a request and reads the answer whole.
    ///
    /// # Errors
    /// When the service cannot be reached, hangs or breaks off.
    pub async fn send(&mut self, call: &Call) -> Outcome<Reply> {
        let attempt = || format!("{} {}", call.method, call.path);
        let sent = tokio::time::timeout(PATIENCE, self.exchange(call)).await;
        let reply = sent.during(attempt())?.during(attempt());
        if reply.is_err() {
            self.connection = None;
        }
        reply
    }

    async fn exchange(&mut self, call: &Call) -> Outcome<Reply> {
        let mut open = self.connection.take();
        if let Some(connection) = &mut open
            && connection.ready().await.is_err()
        {
            open = None;
        }
        let mut connection = match open {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let mut request = hyper::Request::builder()
            .method(call.method.as_str())
            .uri(call.path.as_str())
            .header(header::HOST, self.address.to_string());
        if let Some(token) = &call.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(content_type) = &call.content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        let request = request
            .body(Full::new(Bytes::from(call.body.clone())))
            .during("putting the request together")?;
        let begun = Instant::now();
        let response = connection.send_request(request).await.during("sending")?;
        let status = response.status().as_u16();
        let headers = response.headers().iter().map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        });
        let headers = headers.collect();
        let body = response
            .into_body()
            .collect()
            .await
            .during("reading the answer")?
            .to_bytes()
            .to_vec();
        let elapsed_us = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.connection = Some(connection);
        Ok(Reply {
            status,
            headers,
            body,
            elapsed_us,
        })
    }

    async fn connect(&self) -> Outcome<SendRequest<Full<Bytes>>> {
        let stream = TcpStream::connect(self.address)
            .await
            .during(format_args!("connecting to {}", self.address))?;
        stream.set_nodelay(true).map_err(Failure::new)?;
        let (connection, driving) = handshake(TokioIo::new(stream))
            .await
            .during("greeting the service")?;
        // It ends by itself when the client is dropped or the service closes.
        tokio::spawn(driving);
        Ok(connection)
    }
}
