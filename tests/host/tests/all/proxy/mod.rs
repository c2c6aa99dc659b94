//! The scripted proxy: starts a plugin, configures it, and sends it requests.

mod abi;
mod state;

use std::sync::atomic::{AtomicU32, Ordering};

pub(crate) use state::{Came, Habit, Known, Reply, with};

/// What the filter told the proxy to do with the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Went {
    /// On to the next filter.
    On,
    /// Nowhere.
    Nowhere,
}

/// A plugin in a proxy of its own.
pub(crate) struct Proxy {
    root: u32,
}

impl Proxy {
    /// Starts the plugin that `install` names; see [`filter::install!`].
    pub(crate) fn start(install: fn()) -> Self {
        with(|state| *state = Known::default());
        install();
        Self::root()
    }

    /// Another root context of the same plugin in the same VM, as during an update.
    pub(crate) fn root() -> Self {
        let root = next_id();
        abi::context_create(root, 0);
        Self { root }
    }

    /// Starts a plugin with a configuration that it must take.
    pub(crate) fn configured(install: fn(), document: &str) -> Self {
        let proxy = Self::start(install);
        assert!(proxy.configure(document.as_bytes()), "refused: {:?}", log());
        proxy
    }

    /// Hands a configuration over; whether the plugin took it.
    pub(crate) fn configure(&self, document: &[u8]) -> bool {
        self.configure_announcing(document, document.len())
    }

    /// The same, with a size that the proxy says and that need not be true.
    pub(crate) fn configure_announcing(&self, document: &[u8], size: usize) -> bool {
        with(|state| state.configuration = document.to_vec());
        abi::configure(self.root, size)
    }

    /// Sends a request through the filter, from its headers to its end.
    pub(crate) fn send(&self, headers: &[(&str, &[u8])]) -> Went {
        with(Known::forget_request);
        let (stream, went) = self.begin(headers);
        Self::end(stream, went);
        went
    }

    /// Sends a request's headers.
    pub(crate) fn begin(&self, headers: &[(&str, &[u8])]) -> (u32, Went) {
        let stream = next_id();
        abi::context_create(stream, self.root);
        with(|state| {
            state.headers = headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.to_vec()))
                .collect();
        });
        match abi::request_headers(stream, headers.len()) {
            0 => (stream, Went::On),
            _ => (stream, Went::Nowhere),
        }
    }

    /// Ends a request; one that went on has a response first.
    pub(crate) fn end(stream: u32, went: Went) {
        if went == Went::On {
            with(|state| state.response_headers = vec![("server".into(), b"upstream".into())]);
            assert_eq!(abi::response_headers(stream, 1), 0, "a response goes on");
        }
        abi::done(stream);
    }

    /// One tick.
    pub(crate) fn tick(&self) {
        abi::tick(self.root);
    }

    /// Brings the answer of a call that the plugin sent.
    pub(crate) fn answer(&self, number: u32, came: Came) {
        with(|state| state.came = came);
        abi::call_response(self.root, number);
    }

    /// The root context ends.
    pub(crate) fn delete(self) {
        abi::done(self.root);
    }

    /// A plain request.
    pub(crate) fn get(&self, path: &str) -> Went {
        self.send(&get(path))
    }
}

/// The headers of a plain request.
pub(crate) const fn get(path: &str) -> [(&str, &[u8]); 4] {
    [
        (":method", b"GET"),
        (":path", path.as_bytes()),
        (":authority", b"api.example.org"),
        (":scheme", b"https"),
    ]
}

/// The one reply to the last request.
pub(crate) fn reply() -> Reply {
    with(|state| {
        assert_eq!(state.replies.len(), 1, "replies to one request");
        state.replies[0].clone()
    })
}

/// The log so far: level and line.
pub(crate) fn log() -> Vec<(u32, String)> {
    with(|state| state.log.clone())
}

/// Whether the last request carries the mark.
pub(crate) fn is_marked() -> bool {
    with(|state| {
        let mark = |name: &String| {
            let plugin = name.strip_prefix("portcullis.");
            plugin.is_some_and(|plugin| plugin.strip_suffix(".pass").is_some())
        };
        let mut marks = state.filter_state.iter().filter(|(name, _)| mark(name));
        marks.any(|(_, value)| value == b"1")
    })
}

/// Ids are never used again: tests may share a thread, and the plugin keeps contexts by id.
fn next_id() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
