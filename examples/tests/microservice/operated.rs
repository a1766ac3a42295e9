//! What is done with a finished run: its service is started, broken, rolled out and taken back.

use std::{
    error::Error,
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use super::{Place, Serving, Tested, json, said};

const ORDER: &str = r#"{"customer":"c-1","email":"ada@customers.example","lines":[{"sku":"tea-1","quantity":1},{"sku":"tea-2","quantity":2},{"sku":"tea-3","quantity":3}]}"#;

/// The answer to a request, whole.
fn ask(address: &str, method: &str, path: &str, body: &str) -> Result<String, Box<dyn Error>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

fn orders(place: &Place, definition: &str, stock: &str) -> Result<Serving, Box<dyn Error>> {
    let mut command = place.command(&["serve", "orders", "--port", "0"]);
    command.arg("--definition").arg(place.out().join(definition));
    command.args(["--stock", &format!("http://{stock}")]);
    Serving::start(command)
}

/// The same service before and after `add_resilience`, and a stock that takes three seconds for an answer.
pub(super) fn a_slow_stock_makes_callers_wait_without_a_guard(place: &Place) -> Tested {
    let stock = Serving::start(place.command(&["serve", "stock", "--port", "0", "--slow-by-ms", "3000"]))?;
    let wait = |definition| -> Result<(Duration, String), Box<dyn Error>> {
        let service = orders(place, definition, &stock.address)?;
        let begun = Instant::now();
        let answer = ask(&service.address, "POST", "/orders", ORDER)?;
        Ok((begun.elapsed(), answer))
    };
    let (bare, confirmed) = wait("service/2-interfaces.json")?;
    let (guarded, pending) = wait("service/3-resilience.json")?;
    assert!(confirmed.contains(" 201 "), "{confirmed}");
    assert!(pending.contains(" 202 "), "{pending}");
    assert!(bare >= Duration::from_secs(3), "three lines took {bare:?}");
    assert!(guarded < bare * 3 / 4, "{guarded:?} is hardly less than {bare:?}");
    Ok(())
}

/// Nobody listens where stock is; then somebody does.
pub(super) fn orders_taken_without_stock_are_confirmed_later(place: &Place) -> Tested {
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let service = orders(place, "service.json", &format!("127.0.0.1:{port}"))?;
    let taken = ask(&service.address, "POST", "/orders", ORDER)?;
    assert!(taken.contains(" 202 "), "{taken}");
    for path in ["/health/alive", "/health/ready"] {
        let answer = ask(&service.address, "GET", path, "")?;
        assert!(answer.contains(" 200 "), "{path} without stock: {answer}");
    }
    let metrics = ask(&service.address, "GET", "/metrics", "")?;
    assert!(
        metrics.contains("stock_calls_total{outcome=\"unreachable\"}"),
        "{metrics}"
    );
    let id = taken
        .split("\"id\":\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .ok_or("no id")?;
    let _stock = Serving::start(place.command(&["serve", "stock", "--port", &port.to_string()]))?;
    let begun = Instant::now();
    loop {
        let shown = ask(&service.address, "GET", &format!("/orders/{id}"), "")?;
        if shown.contains("\"confirmed\"") {
            return Ok(());
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{shown}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The roll-out of a version with a fault ends with all traffic where it was; a good one fails no request.
pub(super) fn a_bad_version_is_rolled_back(place: &Place) -> Tested {
    let out = place.out();
    let folder = out.to_str().ok_or("no path")?;
    for (fault, broken) in [("errors", "`answers`"), ("slow", "`answers in time`")] {
        let output = place.command(&["roll-out", folder, "--fault", fault]).output()?;
        let text = said(&output);
        assert_eq!(output.status.code(), Some(1), "{fault}: {text}");
        assert!(
            text.contains("all traffic went back: at 10 %") && text.contains(broken),
            "{fault}: {text}"
        );
        assert_eq!(
            json(&out.join("deployment/traffic.json"))?["percent"],
            0,
            "{fault}"
        );
    }
    let output = place.command(&["roll-out", folder]).output()?;
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    assert!(text.contains(" meanwhile, 0 failed"), "{text}");
    assert_eq!(json(&out.join("deployment/traffic.json"))?["percent"], 100);
    Ok(())
}

/// `undo` shifts the traffic back and removes what was set up.
pub(super) fn what_was_done_is_taken_back(place: &Place) -> Tested {
    let output = place.command(&["undo", "sample", "--yes"]).output()?;
    assert!(output.status.success(), "{}", said(&output));
    let out = place.out();
    assert_eq!(json(&out.join("deployment/traffic.json"))?["percent"], 0);
    for gone in [
        "infrastructure/pipeline.yaml",
        "infrastructure/Dockerfile",
        "infrastructure/compose.yaml",
        "infrastructure/discovery.json",
        "infrastructure/registry/orders",
    ] {
        assert!(!out.join(gone).exists(), "{gone} is still there");
    }
    assert!(
        out.join("reports/load.json").is_file(),
        "reports are not taken back"
    );
    Ok(())
}
