//! A call on its way.

use std::time::Duration;

use policy::Answer;

use super::Ask;
use crate::Moment;
use crate::shared::fault::ServiceFault;
use crate::shared::wire::{DescriptorStatus, RateLimitResponse, unframed};

/// A call, and whose questions are in it.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) ticket: u64,
    pub(super) sent: Moment,
    /// When nobody can believe any more that it will be answered.
    pub(super) until: Moment,
    pub(super) asks: Vec<Ask>,
}

/// What a call brought.
#[derive(Debug)]
pub(super) struct Answers {
    /// A status for each question, in order.
    pub(super) statuses: Vec<DescriptorStatus>,
    /// How long the service's day lasts.
    pub(super) day_lasts: Option<Duration>,
}

impl Flight {
    /// Reads the answer to this call.
    pub(super) fn read(&self, answer: Answer) -> Result<Answers, ServiceFault> {
        let body = match answer {
            Answer::NoResponse => return Err(ServiceFault::NoResponse),
            Answer::NoCluster => return Err(ServiceFault::NoCluster),
            Answer::NotSent => return Err(ServiceFault::NotSent),
            Answer::Response { status, .. } if status != 200 => {
                return Err(ServiceFault::Status(status));
            }
            Answer::Response {
                grpc_status: Some(status),
                ..
            } if status != 0 => return Err(ServiceFault::GrpcStatus(status)),
            Answer::Response { body, .. } => body,
        };
        let mut response = RateLimitResponse::decode(unframed(&body)?)?;
        // the last one is about the clock
        let clock = response.statuses.pop();
        if response.statuses.len() != self.asks.len() {
            return Err(ServiceFault::Statuses);
        }
        Ok(Answers {
            statuses: response.statuses,
            day_lasts: clock.and_then(|status| status.until_reset),
        })
    }
}
