//! What the scripted proxy knows, and what was done to it.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// A local reply.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    /// The request that is answered.
    pub(crate) to: u32,
    pub(crate) status: u32,
    pub(crate) details: String,
    pub(crate) body: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) grpc_status: i32,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find_map(|(other, value)| (other == name).then_some(value.as_str()))
    }
}

/// A request that the plugin sends.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) number: u32,
    pub(crate) cluster: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) timeout: u32,
}

/// What came of one: without headers, nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Came {
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
    pub(crate) trailers: Vec<(String, Vec<u8>)>,
}

/// How shared data behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Habit {
    /// As Envoy's.
    #[default]
    Envoy,
    /// A number for an absent key is a mismatch.
    NeverCreates,
    /// A number that does not fit is not looked at.
    IgnoresNumbers,
    /// Writes are forgotten.
    Forgets,
    /// All values have the number 0.
    NumbersNothing,
    /// A write does not change the number.
    NeverCounts,
}

/// The proxy of this thread.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) configuration: Vec<u8>,
    /// Of the request that is spoken about; those of the others are in `requests`.
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) requests: BTreeMap<u32, Vec<(String, Vec<u8>)>>,
    /// Which context the calls are about.
    pub(crate) speaking: u32,
    /// The contexts there are, with their roots.
    pub(crate) contexts: BTreeMap<u32, u32>,
    /// The period of the ticks, in milliseconds.
    pub(crate) tick: u32,
    pub(crate) sent: Vec<Sent>,
    /// The answer that the plugin is called about.
    pub(crate) came: Came,
    /// The requests that went on after they were held.
    pub(crate) went_on: Vec<u32>,
    pub(crate) response_headers: Vec<(String, Vec<u8>)>,
    pub(crate) properties: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(crate) filter_state: BTreeMap<String, Vec<u8>>,
    pub(crate) shared: BTreeMap<String, (Vec<u8>, u32)>,
    pub(crate) habit: Habit,
    pub(crate) last_number: u32,
    pub(crate) metrics: Vec<(String, u64)>,
    /// Every value that a gauge or a histogram was given.
    pub(crate) recorded: Vec<(String, u64)>,
    pub(crate) log: Vec<(u32, String)>,
    pub(crate) replies: Vec<Reply>,
    pub(crate) is_closed: bool,
    pub(crate) foreign: Vec<String>,
    /// What its functions are given, and what they answer.
    pub(crate) arguments: Vec<u8>,
    pub(crate) answer: Vec<u8>,
    pub(crate) wall_nanoseconds: u64,
    pub(crate) monotonic_nanoseconds: u64,
    /// Every call since the last request began, or since the start.
    pub(crate) calls: Vec<&'static str>,
    /// The calls that fail: by number, and by name.
    pub(crate) failing_call: Option<(usize, u32)>,
    pub(crate) failing: BTreeMap<&'static str, u32>,
}

impl Known {
    /// Notes a call; its status where it is to fail.
    pub(super) fn called(&mut self, name: &'static str) -> Result<(), u32> {
        let number = self.calls.len();
        self.calls.push(name);
        if let Some((failing, status)) = self.failing_call
            && failing == number
        {
            return Err(status);
        }
        match self.failing.get(name) {
            Some(status) => Err(*status),
            None => Ok(()),
        }
    }

    pub(crate) fn is_root(&self, context: u32) -> bool {
        self.contexts.get(&context) == Some(&0)
    }

    /// The calls that follow are about this context.
    pub(super) fn speak(&mut self, context: u32) {
        if self.speaking != context {
            let before = std::mem::take(&mut self.headers);
            self.requests.insert(self.speaking, before);
            self.speaking = context;
            self.headers = self.requests.remove(&context).unwrap_or_default();
        }
    }

    pub(super) fn forget_request(&mut self) {
        self.filter_state.clear();
        self.replies.clear();
        self.calls.clear();
        self.foreign.clear();
        self.is_closed = false;
    }

    /// All values of a header joined by a comma, as the property `request.headers.<name>` has it.
    pub(crate) fn header(&self, name: &str) -> Option<Vec<u8>> {
        let values: Vec<_> = self
            .headers
            .iter()
            .filter(|(other, _)| other == name)
            .map(|(_, value)| value.as_slice())
            .collect();
        (!values.is_empty()).then(|| values.join(&b','))
    }

    pub(crate) fn counter(&self, name: &str) -> u64 {
        self.metrics
            .iter()
            .find_map(|(other, value)| (other == name).then_some(*value))
            .unwrap_or(0)
    }
}

thread_local! {
    static STATE: RefCell<Known> = RefCell::default();
}

/// Looks at the proxy, or changes it.
pub(crate) fn with<T>(f: impl FnOnce(&mut Known) -> T) -> T {
    STATE.with_borrow_mut(f)
}
