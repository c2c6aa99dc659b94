//! The root context: reads the configuration, and makes a context for each request.
//!
//! While a configuration is replaced, the old root and the new one live side by side in one VM, so
//! all that bears policy hangs on its root and nothing is global.

use std::rc::Rc;

use policy::language::Report;
use policy::{HeaderChange, Policy, compile, internal};
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType};

use crate::beside::Beside;
use crate::errands::Announced;
use crate::host::{HostError, abi};
use crate::parking::Later;
use crate::worker::{Ruling, Verdict, Worker};
use crate::{Seams, document};

/// What a plugin brings: its policies, made anew for each configuration.
pub type Policies = fn(&Seams) -> Vec<Box<dyn Policy>>;

/// What a plugin is called.
#[derive(Clone, Copy)]
pub(crate) struct Names {
    /// In counters and logs: `gateway`.
    pub(crate) name: &'static str,
    /// In messages about the document: `gateway.wasm`.
    pub(crate) file: &'static str,
}

/// A plugin as the proxy sees it.
pub(crate) struct Root {
    id: u32,
    names: Names,
    policies: Policies,
    worker: Rc<Worker>,
}

impl Root {
    /// A root that denies everything until it is configured.
    pub(crate) fn new(id: u32, names: Names, policies: Policies) -> Self {
        let ruling = Ruling::DenyAll(internal::NOT_CONFIGURED);
        Self {
            id,
            names,
            policies,
            worker: Rc::new(Worker::new(names.name, ruling, None)),
        }
    }

    /// What to decide by, and what is done beside; `None` where the document is refused. That is a
    /// function of its bytes alone: whatever the proxy does wrong here makes a ruling that denies.
    fn ruling(&self, size: usize) -> Option<(Ruling, Option<Box<dyn Beside>>)> {
        if size == 0 {
            log::error!("{NO_DOCUMENT}");
            return None;
        }
        let deny_all = || (Ruling::DenyAll(internal::HOST_CALL), None);
        let document = match configuration(size) {
            Ok(document) => document,
            Err(fault) => {
                log::error!("configuration not read, denying all: {fault}");
                return Some(deny_all());
            }
        };
        let seams = Seams::default();
        let policies = (self.policies)(&seams);
        let compiled = compile(&document::text(&document), self.names.file, policies);
        let (Ok((_, report)) | Err(report)) = &compiled;
        log_report(report);
        let (engine, _) = compiled.ok()?;
        let errands = engine.errands();
        let beside = match (errands.is_empty(), seams.begin()) {
            (true, _) => None,
            (false, None) => {
                log::error!("{}: {NO_ERRANDS}", self.names.file);
                return None;
            }
            (false, Some(begin)) => match begin(self.id, errands) {
                Ok(beside) => Some(beside),
                Err(fault) => {
                    log::error!("no ticks, denying all: {fault}");
                    return Some(deny_all());
                }
            },
        };
        seams.show_announced(self.names.name);
        let (tallies, histograms) = seams.into_numbers();
        let ruling = Ruling::Engine(Box::new(engine), tallies, histograms);
        Some((ruling, beside))
    }
}

impl Context for Root {
    fn on_http_call_response(&mut self, number: u32, headers: usize, body: usize, trailers: usize) {
        let announced = Announced {
            headers,
            body,
            trailers,
        };
        self.worker.answered(number, announced);
    }
}

impl RootContext for Root {
    fn on_configure(&mut self, size: usize) -> bool {
        self.worker.end();
        let ruling = self.ruling(size);
        let accepted = ruling.is_some();
        let (ruling, beside) = ruling.unwrap_or((Ruling::DenyAll(internal::NOT_CONFIGURED), None));
        self.worker = Rc::new(Worker::new(self.names.name, ruling, beside));
        if accepted {
            self.worker.show_mode();
        }
        accepted
    }

    fn on_tick(&mut self) {
        self.worker.tick();
    }

    /// Not of the proxy's: see [`callouts::enter_root`](crate::host::callouts::enter_root).
    fn on_queue_ready(&mut self, _queue: u32) {
        self.worker.poll();
    }

    fn create_http_context(&self, id: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Stream {
            id,
            worker: Rc::clone(&self.worker),
            response: Vec::new(),
            later: None,
        }))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

/// A tick outlives its root, and so would a request that is held.
impl Drop for Root {
    fn drop(&mut self) {
        self.worker.end();
    }
}

/// One request.
struct Stream {
    id: u32,
    worker: Rc<Worker>,
    /// What the permit says about the response; empty until there is one. The request cannot be
    /// asked for it later: in a response's call its headers are gone.
    response: Vec<HeaderChange>,
    /// The same of a request that was held.
    later: Option<Rc<Later>>,
}

impl Context for Stream {}

impl HttpContext for Stream {
    fn on_http_request_headers(&mut self, _count: usize, _end_of_stream: bool) -> Action {
        match self.worker.pass(self.id) {
            Verdict::Passed(response) => {
                self.response = response;
                Action::Continue
            }
            Verdict::Stopped => Action::Pause,
            Verdict::Held(later) => {
                self.later = Some(later);
                Action::Pause
            }
        }
    }

    fn on_http_response_headers(&mut self, _count: usize, _end_of_stream: bool) -> Action {
        if let Some(later) = &self.later {
            self.response = later.take();
        }
        self.worker.respond(&self.response);
        self.response.clear(); // headers before the last ones (1xx) are not told twice
        Action::Continue
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if self.later.is_some() {
            self.worker.leave(self.id);
        }
    }
}

/// The document, whole: a part of one could mean more than the whole.
fn configuration(size: usize) -> Result<Vec<u8>, Fault> {
    let document = abi::configuration(size)?.unwrap_or_default();
    if document.len() == size {
        Ok(document)
    } else {
        Err(Fault::Size)
    }
}

fn log_report(report: &Report) {
    for line in report.errors() {
        log::error!("{line}");
    }
    if report.more_errors() > 0 {
        log::error!("and {} more errors", report.more_errors());
    }
    for line in report.warnings() {
        log::warn!("warning: {line}");
    }
    for line in report.notes() {
        log::info!("note: {line}");
    }
}

/// Why a configuration could not be read.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Call(#[from] HostError),
    #[error("its size is not the one announced")]
    Size,
}

const NO_DOCUMENT: &str = "no configuration: write the document under `configuration` of the \
    plugin (in Envoy as google.protobuf.Struct or StringValue, in a WasmPlugin as pluginConfig)";

const NO_ERRANDS: &str =
    "the document needs calls to other services, which this plugin makes none of";
