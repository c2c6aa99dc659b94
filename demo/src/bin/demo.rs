//! The demo: `portcullis-demo run`, `up`, `mint`, `round`.
//!
//! `run` and `up` play everything on this machine; `mint` and `round` are its two halves, for a
//! stack that somebody else starts (containers).
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what it prints is what it is for"
)]

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::{Args, Parser, Subcommand};
use portcullis_demo::{Doors, Error, Programs, Stack, Table, is_minted, mint, ready, round};
use tokio::signal::unix::{SignalKind, signal};

/// A small shop behind a real Envoy, and a round of requests that shows what is decided.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Start everything here, send the round, stop everything.
    Run(Local),
    /// Start everything here and leave it running until Ctrl-C.
    Up(Local),
    /// Only make certificates, tokens and working folders.
    Mint {
        #[command(flatten)]
        sources: Sources,
        /// Where to make them.
        #[arg(long)]
        out: PathBuf,
    },
    /// Only send the round, to a stack that runs.
    Round {
        /// The folder `client` that `mint` made.
        #[arg(long)]
        client: PathBuf,
        /// The edge, `HOST:PORT`.
        #[arg(long)]
        edge: String,
        /// The proxy beside payments, `HOST:PORT`.
        #[arg(long)]
        payments: String,
    },
}

#[derive(Debug, Args)]
struct Sources {
    /// The folder of the shipped configurations.
    #[arg(long, default_value = "envoy")]
    configurations: PathBuf,
    /// The folder of the plugins.
    #[arg(long, default_value = "dist")]
    plugins: PathBuf,
}

#[derive(Debug, Args)]
struct Local {
    #[command(flatten)]
    sources: Sources,
    /// The proxy.
    #[arg(long, default_value = ".tools/envoy/bin/envoy")]
    envoy: PathBuf,
    /// The working folder; it is made anew.
    #[arg(long, default_value = ".demo")]
    folder: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    match carry_out(Arguments::parse().task).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn carry_out(task: Task) -> Result<ExitCode, Error> {
    match task {
        Task::Run(local) => {
            let stack = started(&local).await?;
            let table = round(&stack.client(), &stack.doors()).await?;
            Ok(verdict(&table))
        }
        Task::Up(local) => {
            let mut stack = started(&local).await?;
            println!("{}", invitation(&local, &stack.doors()));
            let mut interrupted = signal(SignalKind::interrupt()).map_err(signals)?;
            let mut terminated = signal(SignalKind::terminate()).map_err(signals)?;
            tokio::select! {
                _ = interrupted.recv() => Ok(ExitCode::SUCCESS),
                _ = terminated.recv() => Ok(ExitCode::SUCCESS),
                error = stack.first_to_end() => Err(error),
            }
        }
        Task::Mint { sources, out } => {
            let Sources {
                configurations,
                plugins,
            } = sources;
            if is_minted(&configurations, &plugins, &out) {
                println!("{} is there already", out.display());
            } else {
                mint(&configurations, &plugins, &out, &|_, _, _| None)?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Task::Round {
            client,
            edge,
            payments,
        } => {
            let doors = Doors { edge, payments };
            ready(&client, &doors, Duration::from_secs(60)).await?;
            Ok(verdict(&round(&client, &doors).await?))
        }
    }
}

async fn started(local: &Local) -> Result<Stack, Error> {
    let programs = Programs {
        envoy: absolute(&local.envoy)?,
        service: absolute(&beside_this_program("portcullis-service")?)?,
        configurations: local.sources.configurations.clone(),
        plugins: local.sources.plugins.clone(),
    };
    eprintln!("starting the edge, three services and their proxies ...");
    Stack::start(&programs, &local.folder).await
}

fn verdict(table: &Table) -> ExitCode {
    println!("{table}");
    if table.unexpected() == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Lines to copy into a shell.
fn invitation(local: &Local, doors: &Doors) -> String {
    let client = local.folder.join("client");
    let client = client.display();
    let edge = doors.edge.replace("127.0.0.1", "https://localhost");
    let payments = doors.payments.replace("127.0.0.1", "https://localhost");
    let web = format!("curl -i --cacert {client}/web-ca.crt");
    let bearer =
        |token: &str| format!("-H \"authorization: Bearer $(cat {client}/tokens/{token})\"");
    let mesh = |name: &str| {
        format!(
            "curl -i --cacert {client}/bundle.crt --cert {client}/{name}.crt --key {client}/{name}.key"
        )
    };
    format!(
        "\
The shop is open. Try, in another terminal and this folder:

# anybody may look at products
{web} {edge}/v1/products
# orders take a token: 401 without one, 200 with one
{web} {edge}/v1/orders
{web} {reader} {edge}/v1/orders
# writing takes more than reading: 403; three orders a minute, the fourth is 429
{web} {reader} -X POST {edge}/v1/orders
{web} {hurried} -X POST {edge}/v1/orders
# payments takes charges from orders alone: 201 and 403
{orders} -X POST {payments}/v1/charges
{catalog} -X POST {payments}/v1/charges

Logs, configurations and more tokens are in {folder}/. Ctrl-C ends it.",
        reader = bearer("reader"),
        hurried = bearer("hurried"),
        orders = mesh("orders"),
        catalog = mesh("catalog"),
        folder = local.folder.display(),
    )
}

fn beside_this_program(name: &str) -> Result<PathBuf, Error> {
    let this = std::env::current_exe().map_err(Error::file("/proc/self/exe"))?;
    Ok(this.with_file_name(name))
}

fn absolute(path: &PathBuf) -> Result<PathBuf, Error> {
    path.canonicalize().map_err(Error::file(path))
}

fn signals(source: std::io::Error) -> Error {
    Error::network("waiting for Ctrl-C")(source)
}
