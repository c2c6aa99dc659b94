//! What this policy is given from outside, by whoever puts the policies together.

use std::rc::Rc;

use policy::{Store, Workloads};

use crate::Signatures;
use crate::cache::Random;
use crate::remote::FetchTallies;

/// The seams of one document.
#[derive(Clone)]
pub(crate) struct Seams {
    /// Who verifies signatures.
    pub(crate) signatures: Rc<dyn Signatures>,
    /// The reader of SPIFFE IDs; without it no JWT-SVIDs are taken.
    pub(crate) spiffe_ids: Option<SpiffeIds>,
    /// Who knows the caller as a workload.
    pub(crate) workloads: Option<Rc<dyn Workloads>>,
    /// Who counts over all workers.
    pub(crate) budgets: Option<Rc<dyn policy::Budgets>>,
    /// Random bytes.
    pub(crate) random: Option<Random>,
    /// Where all workers find the key sets that one of them has fetched.
    pub(crate) store: Rc<dyn Store>,
    /// How fetching them goes.
    pub(crate) fetches: Rc<FetchTallies>,
}

/// Whether a text is a SPIFFE ID in a trust domain. A seam: this crate does not know SPIFFE IDs, and
/// who puts the policies together hands in the one reader of them.
pub type SpiffeIds = fn(subject: &str, trust_domain: &str) -> bool;
