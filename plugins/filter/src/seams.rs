//! What the host layer gives to policies.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use policy::{ProxySignatures, Store, Unreadable};

use crate::beside::{Attendant, Begin};
use crate::histogram::Histogram;
use crate::host::{SharedData, VerifySignature, abi};
use crate::tallies::{Numbers, Tallies};

/// The seams between policies and the proxy, for the constructors of policies.
#[derive(Default)]
pub struct Seams {
    store: Rc<SharedData>,
    tallies: RefCell<Vec<Box<dyn Numbers>>>,
    histograms: RefCell<Vec<Histogram>>,
    announced: RefCell<Vec<Announced>>,
    begin: Cell<Option<Begin>>,
}

impl Seams {
    /// Values that all workers of the proxy share.
    #[must_use]
    pub fn store(&self) -> Rc<dyn Store> {
        Rc::clone(&self.store) as Rc<dyn Store>
    }

    /// Random bytes of the proxy.
    ///
    /// # Errors
    /// The host call failed.
    pub fn random() -> Result<[u8; 16], Unreadable> {
        abi::random().map_err(|_| Unreadable)
    }

    /// Shows numbers of a policy, ones that only grow, each as the counter `portcullis.<plugin>.<name>`.
    pub fn tallies<T: 'static, const N: usize>(
        &self,
        of: &Rc<T>,
        read: fn(&T) -> [(&'static str, u64); N],
    ) {
        self.tallies
            .borrow_mut()
            .push(Box::new(Tallies::new(of, read)));
    }

    /// Shows values that a policy has seen as the histogram `portcullis.<plugin>.<name>`. `take`
    /// gives those that it has not given before; it is asked after each request.
    pub fn histogram<T: 'static>(&self, name: &'static str, of: &Rc<T>, take: fn(&T) -> Vec<u64>) {
        let of = Rc::clone(of);
        self.histograms.borrow_mut().push(Histogram {
            name,
            take: Box::new(move || take(&of)),
            id: Cell::new(None),
        });
    }

    /// The proxy's own function for signatures. Whether it has one, and a right one, is for the
    /// policy to find out.
    #[must_use]
    pub fn signatures() -> Rc<dyn ProxySignatures> {
        Rc::new(VerifySignature)
    }

    /// Shows what a policy has found out about the proxy, once the document is taken: a number as
    /// the gauge `portcullis.<plugin>.<name>`, and a line in the log.
    pub fn announce<T: 'static>(
        &self,
        name: &'static str,
        of: &Rc<T>,
        read: fn(&T) -> (u64, String),
    ) {
        let of = Rc::clone(of);
        self.announced.borrow_mut().push(Announced {
            name,
            read: Box::new(move || read(&of)),
        });
    }

    /// Shows what is to be announced. Nothing hangs on it.
    pub(crate) fn show_announced(&self, plugin: &str) {
        for Announced { name, read } in &*self.announced.borrow() {
            let (number, line) = read();
            log::info!("{plugin}: {line}");
            let gauge = abi::define_gauge(&format!("portcullis.{plugin}.{name}"));
            if let Err(error) = gauge.and_then(|id| abi::record(id, number)) {
                log::warn!("{plugin}: gauge {name} not set: {error}");
            }
        }
    }

    /// Runs the errands of the policies. A plugin that says this is named in `scripts/env.sh`, which
    /// has the proxy call it for ticks and answers; one that does not takes no document that needs them.
    pub fn run_errands(&self) {
        self.begin.set(Some(Attendant::begin));
    }

    pub(crate) const fn begin(&self) -> Option<Begin> {
        self.begin.get()
    }

    pub(crate) fn into_numbers(self) -> (Vec<Box<dyn Numbers>>, Vec<Histogram>) {
        (self.tallies.into_inner(), self.histograms.into_inner())
    }
}

impl std::fmt::Debug for Seams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seams(..)")
    }
}

/// What is shown once, at start.
struct Announced {
    name: &'static str,
    read: Box<dyn Fn() -> (u64, String)>,
}
