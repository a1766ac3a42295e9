//! What is done with a finished run: its service is started, broken, rolled out and taken back.

use std::{
    error::Error,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    process::Command,
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
    Serving::start(serve_orders(place, definition, stock))
}

fn serve_orders(place: &Place, definition: &str, stock: &str) -> Command {
    let mut command = place.command(&["serve", "orders", "--port", "0"]);
    command.arg("--definition").arg(place.out().join(definition));
    command.args(["--stock", &format!("http://{stock}")]);
    command
}

/// The same service without and with a guard, and a stock that takes a second for an answer.
pub(super) fn a_slow_stock_makes_callers_wait_without_a_guard(place: &Place) -> Tested {
    let stock = Serving::start(place.command(&["serve", "stock", "--port", "0", "--slow-by-ms", "1000"]))?;
    let bare = orders(place, "service/2-interfaces.json", &stock.address)?;
    let guarded = orders(place, "service/5-telemetry.json", &stock.address)?;
    let wait = |service: &Serving| -> Result<(Duration, String), Box<dyn Error>> {
        let begun = Instant::now();
        let answer = ask(&service.address, "POST", "/orders", ORDER)?;
        Ok((begun.elapsed(), answer))
    };
    let (long, confirmed) = wait(&bare)?;
    let (short, pending) = wait(&guarded)?;
    assert!(confirmed.contains(" 201 "), "{confirmed}");
    assert!(pending.contains(" 202 "), "{pending}");
    assert!(long >= Duration::from_secs(3), "three lines took {long:?}");
    assert!(short < long * 3 / 4, "{short:?} is hardly less than {long:?}");
    // The calls of a request have one time together, not each its own.
    let metrics = ask(&guarded.address, "GET", "/metrics", "")?;
    let counted = "stock_calls_total{outcome=\"out_of_time\"}";
    assert!(metrics.contains(counted), "{metrics}");
    Ok(())
}

/// Waits until the metrics of a service say that.
fn until_metrics_say(address: &str, line: &str) -> Tested {
    let begun = Instant::now();
    loop {
        let metrics = ask(address, "GET", "/metrics", "")?;
        if metrics.lines().any(|it| it == line) {
            return Ok(());
        }
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "not `{line}`: {metrics}"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// More callers at the same time than the bulkhead has places, and a stock that fails each time: all are answered, some without
/// asking, and then nobody asks for a while.
pub(super) fn a_stock_that_fails_is_left_alone(place: &Place) -> Tested {
    const CALLERS: usize = 48;
    let stock = Serving::start(place.command(&["serve", "stock", "--port", "0", "--slow-by-ms", "1000"]))?;
    let service = orders(place, "service.json", &stock.address)?;
    let address = service.address.as_str();
    let answers: Vec<_> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..CALLERS)
            .map(|_| {
                scope.spawn(|| ask(address, "POST", "/orders", ORDER).map_err(|error| error.to_string()))
            })
            .collect();
        asking
            .into_iter()
            .map(std::thread::ScopedJoinHandle::join)
            .collect()
    });
    for answer in answers {
        let answer = answer.map_err(|_| "a caller panicked")??;
        assert!(answer.contains(" 202 "), "{answer}");
    }
    let metrics = ask(address, "GET", "/metrics", "")?;
    for outcome in ["timeout", "full", "circuit_open"] {
        let counted = format!("stock_calls_total{{outcome=\"{outcome}\"}}");
        assert!(metrics.contains(&counted), "no `{outcome}`: {metrics}");
    }
    until_metrics_say(address, "stock_circuit_open 1")?;
    until_metrics_say(address, &format!("orders_pending {CALLERS}"))
}

/// What the log says of attempts that were made for one request: their outcomes.
fn attempts(records: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let text = std::fs::read_to_string(records.join("orders.log.jsonl"))?;
    let lines: Vec<serde_json::Value> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let answered = lines.iter().find(|line| line["status"] == 202);
    let trace = &answered.ok_or("no request in the log")?["span"]["trace_id"];
    let of_it = lines.iter().filter(|line| &line["span"]["trace_id"] == trace);
    Ok(of_it
        .filter_map(|line| line["outcome"].as_str().map(str::to_owned))
        .collect())
}

/// Nobody listens where stock is; then somebody does.
pub(super) fn orders_taken_without_stock_are_confirmed_later(place: &Place) -> Tested {
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let records = place.path().join("records");
    let mut command = serve_orders(place, "service.json", &format!("127.0.0.1:{port}"));
    let service = Serving::start({
        command.arg("--records").arg(&records);
        command
    })?;
    let taken = ask(&service.address, "POST", "/orders", ORDER)?;
    assert!(taken.contains(" 202 "), "{taken}");
    for path in ["/health/alive", "/health/ready"] {
        let answer = ask(&service.address, "GET", path, "")?;
        assert!(answer.contains(" 200 "), "{path} without stock: {answer}");
    }
    // Each of the three lines was asked for more than once, until the circuit opened.
    let attempts = attempts(&records)?;
    assert!(
        attempts.len() > 3 && attempts.iter().all(|outcome| outcome == "unreachable"),
        "{attempts:?}"
    );
    until_metrics_say(&service.address, "orders_pending 1")?;
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
            return until_metrics_say(&service.address, "orders_pending 0");
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{shown}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The roll-out of a version with a fault ends with all traffic where it was.
fn is_rolled_back(place: &Place, fault: &str, why: &str) -> Tested {
    let out = place.out();
    let mut command = place.command(&["roll-out"]);
    let output = command.arg(&out).args(["--fault", fault]).output()?;
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{fault}: {text}");
    assert!(
        text.contains(&format!("all traffic went back: {why}"))
            && text.contains(" more went to what was there before"),
        "{fault}: {text}"
    );
    let traffic = json(&out.join("deployment/traffic.json"))?;
    assert_eq!(traffic["percent"], 0, "{fault}");
    Ok(())
}

/// In a place of its own, for it takes long to be sure that a version is late.
pub(super) fn a_late_version_is_rolled_back(place: &Place) -> Tested {
    is_rolled_back(place, "slow", "at 10 %: `answers in time`")
}

/// A version that is not ready, or fails, is rolled back; a good one fails no request.
pub(super) fn a_bad_version_is_rolled_back(place: &Place) -> Tested {
    is_rolled_back(
        place,
        "unready",
        "the new instance answers 503 to whether it is ready",
    )?;
    is_rolled_back(place, "errors", "at 10 %: `answers`")?;
    let output = place.command(&["roll-out"]).arg(place.out()).output()?;
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    assert!(text.contains(" meanwhile, 0 failed"), "{text}");
    let traffic = json(&place.out().join("deployment/traffic.json"))?;
    assert_eq!(traffic["percent"], 100);
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
