//! The whole stack on this machine: four proxies and three services as child processes.
//!
//! They end with it: dropping a [`Stack`] kills them, and so does the program's own end.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    net::TcpListener,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::process::{Child, Command};

use crate::{Doors, Error, Member, mint, ready};

/// The programs and files that the stack is made of.
#[derive(Clone, Debug)]
pub struct Programs {
    /// The proxy.
    pub envoy: PathBuf,
    /// `portcullis-service`.
    pub service: PathBuf,
    /// The folder of the shipped configurations.
    pub configurations: PathBuf,
    /// The folder of the plugins.
    pub plugins: PathBuf,
}

/// A running stack.
#[derive(Debug)]
pub struct Stack {
    folder: PathBuf,
    ports: Ports,
    running: Vec<Running>,
}

/// Four proxies compile their plugins on two cores in a second; this is for a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The ports that `envoy/*.yaml` name.
const DOOR: u64 = 8443;
const ADMIN: u64 = 9901;
const SERVICE: u64 = 8080;
const OUTBOUND: u64 = 9000;

impl Stack {
    /// Makes everything anew in `folder`, starts all processes on free ports and waits until they answer.
    ///
    /// # Errors
    /// When something cannot be made or started, ends early, or does not answer in a minute.
    pub async fn start(programs: &Programs, folder: &Path) -> Result<Self, Error> {
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(Error::file(folder))?;
        }
        let ports = Ports::free()?;
        mint(
            &programs.configurations,
            &programs.plugins,
            folder,
            &|member, host, port| ports.place(member, host, port),
        )?;
        let folder = folder.canonicalize().map_err(Error::file(folder))?;
        let mut stack = Self {
            folder,
            ports,
            running: Vec::new(),
        };
        for member in Member::SERVICES {
            stack.start_service(&programs.service, member)?;
        }
        for member in Member::ALL {
            stack.start_proxy(&programs.envoy, member)?;
        }
        let (client, doors) = (stack.client(), stack.doors());
        tokio::select! {
            answer = ready(&client, &doors, PATIENCE) => answer?,
            error = stack.first_to_end() => return Err(error),
        }
        Ok(stack)
    }

    /// Where requests are sent.
    #[must_use]
    pub fn doors(&self) -> Doors {
        Doors {
            edge: self.ports.local(Member::Edge, DOOR),
            payments: self.ports.local(Member::Payments, DOOR),
        }
    }

    /// The folder with what clients hold.
    #[must_use]
    pub fn client(&self) -> PathBuf {
        self.folder.join("client")
    }

    /// Waits until one of the processes ends, which none should.
    pub async fn first_to_end(&mut self) -> Error {
        loop {
            for process in &mut self.running {
                if let Ok(Some(status)) = process.child.try_wait() {
                    return process.ended(status.to_string());
                }
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn start_service(&mut self, program: &Path, member: Member) -> Result<(), Error> {
        let mut command = Command::new(program);
        command.args(["--role", member.name()]);
        command.args(["--listen", &self.ports.local(member, SERVICE)]);
        command.args(["--egress", &self.ports.local(member, OUTBOUND)]);
        self.start_process(command, program, member, "service")
    }

    fn start_proxy(&mut self, program: &Path, member: Member) -> Result<(), Error> {
        let mut command = Command::new(program);
        // Two workers at the edge: a limit has to hold over both.
        let workers = if member == Member::Edge { "2" } else { "1" };
        command.args(["-c", "envoy.json", "--concurrency", workers]);
        command.args(["--disable-hot-restart", "--log-level", "warning"]);
        // The access log is for reading beside the requests, not ten seconds later.
        command.args(["--file-flush-interval-msec", "100"]);
        self.start_process(command, program, member, "envoy")
    }

    fn start_process(
        &mut self,
        mut command: Command,
        program: &Path,
        member: Member,
        what: &str,
    ) -> Result<(), Error> {
        let folder = self.folder.join(member.name());
        let opened = |name: String| {
            let path = folder.join(name);
            File::create(&path)
                .map_err(Error::file(&path))
                .map(|file| (path, file))
        };
        let (_, out) = opened(format!("{what}.out"))?;
        let (log, err) = opened(format!("{what}.log"))?;
        let child = command
            .current_dir(&folder)
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .kill_on_drop(true)
            .spawn()
            .map_err(|source| Error::Start {
                program: program.to_owned(),
                source,
            })?;
        self.running.push(Running {
            name: format!("{member} {what}"),
            log,
            child,
        });
        Ok(())
    }
}

#[derive(Debug)]
struct Running {
    name: String,
    log: PathBuf,
    child: Child,
}

impl Running {
    fn ended(&self, status: String) -> Error {
        const LINES: usize = 15;
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let tail = lines
            .iter()
            .skip(lines.len().saturating_sub(LINES))
            .copied();
        let tail = tail.collect::<Vec<_>>().join("\n");
        Error::Ended {
            name: self.name.clone(),
            status,
            log: self.log.clone(),
            tail,
        }
    }
}

/// A free port for each one that a member's configuration names.
#[derive(Debug)]
struct Ports(BTreeMap<(Member, u64), u16>);

impl Ports {
    fn free() -> Result<Self, Error> {
        // All held until all are known, so that the system gives no port twice.
        let mut held = Vec::new();
        let mut ports = BTreeMap::new();
        for member in Member::ALL {
            for named in [DOOR, ADMIN, SERVICE, OUTBOUND] {
                let listener =
                    TcpListener::bind("127.0.0.1:0").map_err(Error::network("a free port"))?;
                let address = listener
                    .local_addr()
                    .map_err(Error::network("a free port"))?;
                ports.insert((member, named), address.port());
                held.push(listener);
            }
        }
        Ok(Self(ports))
    }

    /// Where `host:port` of a member's configuration is: a service's name means that service's
    /// port, an address its own. Everything is on loopback.
    fn place(&self, member: Member, host: &str, port: u64) -> Option<(String, u16)> {
        let named = Member::SERVICES
            .into_iter()
            .find(|service| service.name() == host);
        let port = self.0.get(&(named.unwrap_or(member), port))?;
        Some(("127.0.0.1".to_owned(), *port))
    }

    fn local(&self, member: Member, port: u64) -> String {
        self.place(member, "127.0.0.1", port)
            .map_or_else(String::new, |(host, port)| format!("{host}:{port}"))
    }
}
