//! What goes wrong on the way to a server.

use tests::restate::free;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use workflow_restate::__remote;

use super::server::server;

#[tokio::test]
async fn the_ingress_is_not_taken_for_the_admin_api() {
    let Some(server) = server() else {
        return;
    };
    let error = __remote(&server.ingress_url())
        .unwrap()
        .list()
        .await
        .unwrap_err()
        .to_string();
    println!("{error}");
    assert!(
        error.contains("is the ingress of a Restate server, not its admin API"),
        "{error}"
    );
    assert!(error.contains("port 9070"), "{error}");
}

#[derive(Clone, Copy)]
enum Answer {
    Says(u16, &'static str),
    /// It hangs up in the middle.
    Half,
    NoHttp,
    Silence,
}

use Answer::{Half, NoHttp, Says, Silence};

const KNOWN: Answer = Says(200, r#"{"version":"1.7.1"}"#);

/// Answers requests so, and with the last again and again.
async fn pretend(answers: &[Answer]) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let last = *answers.last().unwrap();
    let answers: Vec<_> = answers.into();
    let mut answers = answers.into_iter().chain(std::iter::repeat(last));
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut buffer = [0; 4096];
            while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {
                let answer = answers.next().unwrap();
                let text = match answer {
                    Says(status, body) => {
                        format!(
                            "HTTP/1.1 {status} So\r\ncontent-length: {}\r\n\r\n{body}",
                            body.len()
                        )
                    }
                    Half => "HTTP/1.1 200 So\r\ncontent-length: 500\r\n\r\n{\"services\":[".to_owned(),
                    NoHttp => "SSH-2.0-OpenSSH_9.2\r\n".to_owned(),
                    Silence => std::future::pending().await,
                };
                if stream.write_all(text.as_bytes()).await.is_err() || !matches!(answer, Says(..)) {
                    break;
                }
            }
        }
    });
    format!("http://{at}")
}

const MOVES: Answer = Says(
    500,
    r#"{"message":"Datafusion error: External error: node lookup for partition 1 failed"}"#,
);
const NO_PLANS: Answer = Says(200, r#"{"services":[]}"#);
const NONE: Answer = Says(200, r#"{"rows":[]}"#);

#[tokio::test]
async fn a_partition_that_nobody_leads_just_now_is_waited_for() {
    let url = pretend(&[KNOWN, NO_PLANS, MOVES, MOVES, NONE]).await;
    assert!(__remote(&url).unwrap().list().await.unwrap().is_empty());
}

#[tokio::test]
async fn faults_of_the_way_are_named_with_their_remedy() {
    let nobody = format!("http://127.0.0.1:{}", free());
    let cases = [
        (nobody, "nothing can be reached at"),
        (
            "http://no-such-host.invalid:9070".to_owned(),
            "nothing can be reached at",
        ),
        (
            pretend(&[Says(200, "<html>hi</html>")]).await,
            "is no Restate server: it says 200: <html>hi</html>; give the address of the admin",
        ),
        (
            pretend(&[Says(401, "")]).await,
            "is no Restate server: it says 401",
        ),
        (pretend(&[NoHttp]).await, "is no Restate server: "),
        (
            pretend(&[Says(200, r#"{"version":"1.6.2"}"#)]).await,
            "has version 1.6.2; use one of version 1.7 or a later 1.x",
        ),
        (
            pretend(&[KNOWN, Half]).await,
            "was lost: end of file before message length reached; do it again",
        ),
        (
            pretend(&[KNOWN, Says(200, r#"{"services":{}}"#)]).await,
            "cannot be read",
        ),
        (
            pretend(&[KNOWN, Says(500, r#"{"message":"too busy"}"#)]).await,
            "answers 500: too busy; see the log of the server",
        ),
        (
            pretend(&[KNOWN, Says(401, "")]).await,
            "answers 401; it asks for a permission",
        ),
    ];
    for (url, part) in cases {
        let error = __remote(&url).unwrap().list().await.unwrap_err().to_string();
        println!("{error}");
        assert!(error.contains(part) && error.contains(&url), "{error}");
    }
}

#[tokio::test]
#[cfg(feature = "tls")]
async fn an_address_that_speaks_without_tls_is_named() {
    let plain = pretend(&[KNOWN]).await;
    let url = plain.replace("http://", "https://");
    let error = __remote(&url).unwrap().list().await.unwrap_err().to_string();
    println!("{error}");
    assert!(
        error.contains("no TLS with `https://127.0.0.1:") && error.contains("write `http://`"),
        "{error}"
    );
}

#[tokio::test]
async fn a_server_that_falls_silent_is_not_waited_for_for_ever() {
    let url = pretend(&[KNOWN, Says(200, "?"), Silence]).await;
    let remote = __remote(&url).unwrap();
    remote.list().await.unwrap_err();
    // The connection stands, so the next timer is that of the answer.
    tokio::time::pause();
    let error = remote.list().await.unwrap_err().to_string();
    println!("{error}");
    assert!(error.contains("did not answer within 30 s"), "{error}");
}

#[tokio::test]
async fn a_server_that_is_started_again_is_waited_for() {
    let away = Says(
        500,
        r#"{"message":"Datafusion error: External error: node N1:2 was shut down"}"#,
    );
    let gone = Says(503, "");
    let [services, rows] = [Says(200, r#"{"services":[]}"#), Says(200, r#"{"rows":[]}"#)];
    let url = pretend(&[KNOWN, Half, gone, services, away, Half, away, rows]).await;
    let listed = __remote(&url).unwrap().list().await.unwrap();
    assert!(listed.is_empty());
}
