//! `envoy.service.ratelimit.v3` on the wire: what is asked, what is answered, and the frame of gRPC
//! around both.
//!
//! By hand: two messages with few fields, where a library would weigh more than this policy. Tests
//! hold it against one. What is read is hostile: bounded, and refused where it is odd.

mod frame;
mod reader;
mod request;
mod response;
mod unit;
mod writer;

pub use frame::{framed, unframed};
pub use reader::Malformed;
pub use request::{Descriptor, RateLimitRequest};
pub use response::{Code, CurrentLimit, DescriptorStatus, MAX_STATUSES, RateLimitResponse};
pub use unit::Unit;
