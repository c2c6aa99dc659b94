//! One service of the demo: `portcullis-service --role orders`.
//!
//! It listens on loopback only: everything from elsewhere comes through the proxy beside it.
#![forbid(unsafe_code)]

use std::{error::Error, net::SocketAddr};

use clap::Parser;
use portcullis_demo::{Role, router};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

/// A service of the shop.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Which service to play.
    #[arg(long)]
    role: Role,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The outbound listener of the proxy beside it.
    #[arg(long, default_value = "127.0.0.1:9000")]
    egress: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let listener = TcpListener::bind(arguments.listen).await?;
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    axum::serve(listener, router(arguments.role, &arguments.egress))
        .with_graceful_shutdown(async move {
            // As process 1 of a container, nothing else ends it.
            tokio::select! {
                _ = terminated.recv() => {}
                _ = interrupted.recv() => {}
            }
        })
        .await?;
    Ok(())
}
