//! The file that the image is built from.

/// Where it lies.
pub const FILE: &str = "infrastructure/Dockerfile";
/// What the image starts from at run time.
pub const RUNTIME_IMAGE: &str = "debian:13.1-slim";

/// The text: built in one stage, run in another that has no compiler, as a user that may nothing.
#[must_use]
pub fn text() -> String {
    let rust = env!("CARGO_PKG_RUST_VERSION");
    format!(
        r#"# Builds the program once; the same image goes to every environment.
FROM rust:{rust}.0-slim-trixie AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked --package examples --example microservice

FROM {RUNTIME_IMAGE}
RUN groupadd --system --gid 10001 orders \
    && useradd --system --uid 10001 --gid orders --no-create-home orders \
    && mkdir /data \
    && chown orders:orders /data
COPY --from=build /src/target/release/examples/microservice /usr/local/bin/microservice
COPY service.json /etc/orders/service.json
USER 10001:10001
VOLUME ["/data"]
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=2s --start-period=5s --retries=3 \
    CMD ["/usr/local/bin/microservice", "probe", "http://127.0.0.1:8080/health/alive"]
ENTRYPOINT ["/usr/local/bin/microservice", "serve"]
CMD ["orders", "--definition", "/etc/orders/service.json", "--store", "/data/orders.db", "--listen", "0.0.0.0:8080", "--stock", "http://stock:8081"]
"#
    )
}
