//! The root context: reads the configuration, and makes a context for each request.
//!
//! While a configuration is replaced, the old root and the new one live side by side in one VM, so
//! all that bears policy hangs on its root and nothing is global.

use std::rc::Rc;

use policy::language::Report;
use policy::{HeaderChange, Policy, compile, internal};
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType};

use crate::host::{HostError, abi};
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
    names: Names,
    policies: Policies,
    worker: Rc<Worker>,
}

impl Root {
    /// A root that denies everything until it is configured.
    pub(crate) fn new(names: Names, policies: Policies) -> Self {
        let ruling = Ruling::DenyAll(internal::NOT_CONFIGURED);
        Self {
            names,
            policies,
            worker: Rc::new(Worker::new(names.name, ruling)),
        }
    }

    /// What to decide by; `None` where the document is refused. That is a function of its bytes
    /// alone: whatever the proxy does wrong here makes a ruling that denies.
    fn ruling(&self, size: usize) -> Option<Ruling> {
        if size == 0 {
            log::error!("{NO_DOCUMENT}");
            return None;
        }
        let document = match configuration(size) {
            Ok(document) => document,
            Err(fault) => {
                log::error!("configuration not read, denying all: {fault}");
                return Some(Ruling::DenyAll(internal::HOST_CALL));
            }
        };
        let seams = Seams::default();
        match compile(
            &document::text(&document),
            self.names.file,
            (self.policies)(&seams),
        ) {
            Ok((engine, report)) => {
                log_report(&report);
                seams.show_announced(self.names.name);
                let (tallies, histograms) = seams.into_numbers();
                Some(Ruling::Engine(Box::new(engine), tallies, histograms))
            }
            Err(report) => {
                log_report(&report);
                None
            }
        }
    }
}

impl Context for Root {}

impl RootContext for Root {
    fn on_configure(&mut self, size: usize) -> bool {
        let ruling = self.ruling(size);
        let accepted = ruling.is_some();
        let ruling = ruling.unwrap_or(Ruling::DenyAll(internal::NOT_CONFIGURED));
        self.worker = Rc::new(Worker::new(self.names.name, ruling));
        if accepted {
            self.worker.show_mode();
        }
        accepted
    }

    fn create_http_context(&self, _id: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Stream {
            worker: Rc::clone(&self.worker),
            response: Vec::new(),
        }))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

/// One request.
struct Stream {
    worker: Rc<Worker>,
    /// What the permit says about the response; empty until there is one. The request cannot be
    /// asked for it later: in a response's call its headers are gone.
    response: Vec<HeaderChange>,
}

impl Context for Stream {}

impl HttpContext for Stream {
    fn on_http_request_headers(&mut self, _count: usize, _end_of_stream: bool) -> Action {
        match self.worker.pass() {
            Verdict::Passed(response) => {
                self.response = response;
                Action::Continue
            }
            Verdict::Stopped => Action::Pause,
        }
    }

    fn on_http_response_headers(&mut self, _count: usize, _end_of_stream: bool) -> Action {
        self.worker.respond(&self.response);
        self.response.clear(); // headers before the last ones (1xx) are not told twice
        Action::Continue
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
