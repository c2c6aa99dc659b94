//! Calls to the proxy: bytes in, bytes out, and a [`Result`] for every status.
//!
//! Everything that may fail is a value here, so that the pass can turn it into a denial.

pub(crate) mod abi;
pub(crate) mod callouts;
mod counters;
mod header_map;
mod pairs;
mod shared_data;
mod signatures;

use std::fmt;

pub(crate) use counters::Counters;
pub(crate) use header_map::HeaderMap;
pub(crate) use pairs::Pairs;
pub(crate) use shared_data::SharedData;
pub(crate) use signatures::VerifySignature;

/// A call that the proxy did not carry out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{call} answered {status}")]
pub(crate) struct HostError {
    call: Call,
    status: u32,
}

/// Which call it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Log,
    UnixTime,
    Monotonic,
    Random,
    Configuration,
    Property,
    SetProperty,
    Header,
    Headers,
    SetHeader,
    AddHeader,
    RemoveHeader,
    Respond,
    Close,
    SharedData,
    SetSharedData,
    DefineMetric,
    IncrementMetric,
    RecordMetric,
    Foreign,
    Tick,
    Context,
    Continue,
    Body,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Log => "log",
            Self::UnixTime => "get_current_time_nanoseconds",
            Self::Monotonic => "clock_time_get",
            Self::Random => "random_get",
            Self::Configuration | Self::Body => "get_buffer_bytes",
            Self::Property => "get_property",
            Self::SetProperty => "set_property",
            Self::Header => "get_header_map_value",
            Self::Headers => "get_header_map_pairs",
            Self::SetHeader => "replace_header_map_value",
            Self::AddHeader => "add_header_map_value",
            Self::RemoveHeader => "remove_header_map_value",
            Self::Respond => "send_local_response",
            Self::Close => "close_stream",
            Self::SharedData => "get_shared_data",
            Self::SetSharedData => "set_shared_data",
            Self::DefineMetric => "define_metric",
            Self::IncrementMetric => "increment_metric",
            Self::RecordMetric => "record_metric",
            Self::Foreign => "call_foreign_function",
            Self::Tick => "set_tick_period_milliseconds",
            Self::Context => "set_effective_context",
            Self::Continue => "continue_stream",
        })
    }
}

/// The level of a log line, as the ABI numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Level {
    Info = 2,
    Warn = 3,
    Error = 4,
}
