//! Reasons of the plugin's own faults: always a denial, never a pass.

use crate::{Failure, Unreadable, Weight};

crate::reasons! {
    /// A call to the proxy failed.
    HOST_CALL = "internal.host_call", Unavailable,
        "The proxy did not answer a call of the plugin. The log line names the call; look for a \
         proxy version that this plugin does not know.";
    /// Shared state failed.
    STATE = "internal.state", Unavailable,
        "The shared table could not be read or written, or the proxy's compare-and-swap was found \
         not to hold. Look at the log of the proxy's start.";
    /// There is no policy to decide with.
    NOT_CONFIGURED = "config.invalid", Unavailable,
        "The plugin has no configuration that it could compile, so it denies everything. Run \
         `portcullis check` on the document.";
}

impl From<Unreadable> for Failure {
    fn from(_: Unreadable) -> Self {
        Self::new(HOST_CALL, Weight::Fault)
    }
}
