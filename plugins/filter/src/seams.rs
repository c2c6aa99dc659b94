//! What the host layer gives to policies.

use std::rc::Rc;

use policy::Store;

use crate::host::SharedData;

/// The seams between a policy and the proxy, for the constructors of policies.
#[non_exhaustive]
pub struct Seams {
    /// Values that all workers of the proxy share.
    pub store: Rc<dyn Store>,
}

impl Seams {
    pub(crate) fn new() -> Self {
        Self {
            store: Rc::new(SharedData::default()),
        }
    }
}

impl std::fmt::Debug for Seams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seams(..)")
    }
}
