//! The host layer: drives a policy engine from the proxy's calls, and carries its decisions out.
//!
//! The only crate that names proxy-wasm, so that policies stay plain functions of bytes, and the
//! place where fail-closed is enforced once for all plugins.
//!
//! A plugin is its name and its policies:
//!
//! ```ignore
//! filter::plugin!("spiffe_authz", |_seams| vec![Box::new(Identity::new())]);
//! ```
//!
//! What a request meets: [`policy::Engine`] decides on evidence that is fetched from the proxy when
//! it is asked for; a permit changes headers, states outcomes and what decided in filter state and sets the mark
//! `wasm.portcullis.<plugin>.pass` last of all; a denial is counted, logged and answered. A call that fails
//! on the way, whichever it is, makes the permit a denial.

mod beside;
mod decision_id;
mod document;
mod errands;
mod evidence;
mod histogram;
mod host;
mod logger;
mod parking;
mod reply;
mod root;
mod seams;
mod stated;
mod tallies;
mod worker;

pub use root::Policies;
pub use seams::Seams;

/// Not for use by name: what the macros below expand to.
#[doc(hidden)]
pub mod expansion {
    use proxy_wasm::traits::RootContext;
    pub use proxy_wasm::{main, set_root_context};

    use crate::Policies;
    use crate::root::{Names, Root};

    /// The root context of a plugin.
    #[must_use]
    pub fn root(
        id: u32,
        name: &'static str,
        file: &'static str,
        policies: Policies,
    ) -> Box<dyn RootContext> {
        crate::logger::install();
        Box::new(Root::new(id, Names { name, file }, policies))
    }
}

/// Makes this crate a plugin: its name in counters and logs, and what makes its policies.
#[macro_export]
macro_rules! plugin {
    ($name:literal, $policies:expr $(,)?) => {
        const _: () = {
            $crate::expansion::main!({ $crate::install!($name, $policies) });
        };
    };
}

/// What [`plugin!`] does when the proxy starts the VM, for a proxy in the same process.
#[macro_export]
macro_rules! install {
    ($name:literal, $policies:expr $(,)?) => {
        $crate::expansion::set_root_context(|id| {
            $crate::expansion::root(id, $name, concat!($name, ".wasm"), $policies)
        })
    };
}
