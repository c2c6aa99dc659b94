//! The service as an errand: whoever drives it carries its calls out.

use std::borrow::Cow;
use std::rc::Rc;
use std::time::Duration;

use policy::{Answer, Call, Errand, StoreError, Wait};

use super::service::Service;
use super::ticket::Ticket;
use crate::Moment;

/// The one method of the service.
const PATH: &str = "/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit";

impl Errand for Service {
    fn name(&self) -> &'static str {
        "rate_limit.service"
    }

    fn poll(
        &self,
        now: Duration,
        random: &dyn Fn() -> Option<u64>,
    ) -> Result<Option<Call>, StoreError> {
        let Some(now) = Moment::from_reading(now) else {
            return Ok(None); // a clock that no limit believes either
        };
        Ok(self.next(now, random).map(|outgoing| Call {
            ticket: outgoing.ticket,
            cluster: Rc::clone(&self.settings.cluster),
            method: "POST",
            https: false,
            authority: (*self.settings.cluster).into(),
            path: PATH.into(),
            headers: vec![
                ("content-type", Cow::Borrowed("application/grpc")),
                ("te", Cow::Borrowed("trailers")),
            ],
            body: outgoing.body,
            timeout: self.settings.timeout,
        }))
    }

    fn answered(&self, now: Duration, ticket: u64, answer: Answer) -> Result<Option<Call>, String> {
        let Some(now) = Moment::from_reading(now) else {
            return Ok(None);
        };
        self.came(now, ticket, answer)
            .map(|()| None)
            .map_err(|fault| fault.to_string())
    }

    fn is_urgent(&self) -> bool {
        self.is_asking()
    }
}

impl Wait for Ticket {
    fn is_over(&self, now: Duration) -> bool {
        self.said().is_some() || now >= self.deadline
    }
}
