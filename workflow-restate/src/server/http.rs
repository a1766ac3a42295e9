//! Requests with deadlines, and answers read whole.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, RequestBuilder, Url};
use workflow_runtime::__engine::{misplaced, refused, unavailable};
use workflow_runtime::RuntimeError;

use super::faults::{Lost, innermost};

/// How long it may take to reach an address.
pub(crate) const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take.
pub(crate) const ANSWER: Duration = Duration::from_secs(30);

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// The ingress itself says that something is wrong.
    pub(crate) from_ingress: bool,
    /// A run failed, and the ingress passes that on.
    pub(crate) from_invocation: bool,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Sends it and waits for all of the answer.
pub(crate) async fn ask(request: RequestBuilder) -> Result<Reply, Lost> {
    let response = request.send().await.map_err(|error| Lost::of(&error))?;
    let status = response.status().as_u16();
    let source = response.headers().get("x-restate-error-source");
    let source = source.map(|source| source.as_bytes().to_vec());
    let body = response.bytes().await.map_err(|error| Lost::of(&error))?;
    Ok(Reply {
        status,
        from_ingress: source.as_deref() == Some(b"ingress"),
        from_invocation: source.as_deref() == Some(b"invocation"),
        body: body.to_vec(),
    })
}

/// The address in the form that paths are put behind, and what speaks to it.
pub(crate) fn client(url: &str) -> Result<(String, Client), RuntimeError> {
    let address = Url::parse(url).ok().filter(|url| url.has_host());
    let Some(address) = address.filter(|url| ["http", "https"].contains(&url.scheme())) else {
        return Err(misplaced(format!(
            "`{url}` is no address of a Restate server; write it as in `http://127.0.0.1:9070`"
        )));
    };
    if address.scheme() == "https" && !cfg!(feature = "tls") {
        return Err(misplaced(format!(
            "`{url}` needs TLS, which this program was built without; build `workflow-restate` with its feature `tls`"
        )));
    }
    let client = told(&address)
        .and_then(|builder| builder.build().map_err(|error| innermost(&error)))
        .map_err(|cause| {
            unavailable(format!(
                "cannot speak HTTP: {cause}; see whether the certificates of this system can be read"
            ))
        })?;
    Ok((url.trim_end_matches('/').to_owned(), client))
}

/// How to speak to that address.
fn told(address: &Url) -> Result<ClientBuilder, String> {
    let mut builder = Client::builder().connect_timeout(CONNECT).timeout(ANSWER);
    // Whoever sends elsewhere is not the server.
    builder = builder.redirect(Policy::none());
    if is_local(address) {
        builder = builder.no_proxy();
    }
    #[cfg(feature = "tls")]
    let builder = builder.tls_backend_preconfigured(super::tls::config()?);
    Ok(builder)
}

fn is_local(url: &Url) -> bool {
    matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

/// A run id as a part of a path.
pub(crate) fn segment(id: &str) -> Result<String, RuntimeError> {
    // Even written as `%2e` a path swallows them.
    if ["", ".", ".."].contains(&id) {
        return Err(refused(format!(
            "a run on Restate cannot have the id `{id}`; choose another"
        )));
    }
    Ok(utf8_percent_encode(id, UNRESERVED).to_string())
}

#[cfg(test)]
mod tests {
    use super::{client, segment};

    #[test]
    fn ids_stay_one_part_of_the_path() {
        let cases = [
            ("it's", "it%27s"),
            ("a/b", "a%2Fb"),
            ("ü", "%C3%BC"),
            ("%", "%25"),
            ("a b.c-d", "a%20b.c-d"),
        ];
        for (id, path) in cases {
            assert_eq!(segment(id).unwrap(), path);
        }
        for id in ["", ".", ".."] {
            assert!(segment(id).unwrap_err().is_refused());
        }
    }

    #[test]
    fn what_is_no_address_is_named() {
        for url in [
            "localhost:9070",
            "127.0.0.1:9070",
            "",
            "ftp://x",
            "http://",
            "9070",
        ] {
            let error = client(url).unwrap_err().to_string();
            assert!(error.contains("write it as in"), "{error}");
        }
        assert_eq!(
            client("http://127.0.0.1:9070/").unwrap().0,
            "http://127.0.0.1:9070"
        );
    }

    #[test]
    #[cfg(feature = "tls")]
    fn https_is_spoken() {
        let (address, _) = client("https://example.org:9070").unwrap();
        assert_eq!(address, "https://example.org:9070");
    }

    #[test]
    #[cfg(not(feature = "tls"))]
    fn https_names_the_feature_that_it_needs() {
        let error = client("https://example.org:9070").unwrap_err().to_string();
        assert!(error.contains("feature `tls`"), "{error}");
    }
}
