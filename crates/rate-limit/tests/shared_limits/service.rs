//! A worker with its errand, driven by hand.

use std::rc::Rc;
use std::time::Duration;

use policy::{Answer, Call, Context, Errand, Failure, Gate, Learnt, Policy, Request, RouteId};
use prost::Message;
use rate_limit::wire::{framed, unframed};
use rate_limit::{Limits, Tallies};

use crate::api::{
    DescriptorStatus, Duration as Time, RateLimit, RateLimitRequest, RateLimitResponse,
};
use crate::document::{Asked, policy};
use crate::support::Contested;

pub(crate) struct Worker {
    pub(crate) limits: Limits,
    gates: Vec<Box<dyn Gate>>,
    errand: Rc<dyn Errand>,
    pub(crate) now: Duration,
}

impl Worker {
    pub(crate) fn new(service: &str, limits: &str) -> Self {
        let section = format!(
            r#"{{"service": {{"cluster": "ratelimit", "domain": "shop", {service}}}, "limits": [{limits}]}}"#
        );
        let (limits, gates, report) = policy(&Rc::new(Contested::default()), &section);
        assert_eq!(report.errors(), [""; 0]);
        let [errand] = &limits.errands()[..] else {
            panic!("one errand")
        };
        Self {
            errand: Rc::clone(errand),
            limits,
            gates,
            now: Duration::from_secs(1_000),
        }
    }

    /// Asks every gate, with what the request has learnt.
    pub(crate) fn pass(&self, asked: &Asked, learnt: &Learnt) -> Result<(), Failure> {
        let asked = Asked {
            at: self.now,
            ..asked.clone()
        };
        let request = Request::new(&asked);
        let name: Rc<str> = asked.route.map_or("", |(_, name)| name).into();
        let context = Context {
            request: &request,
            learnt,
            route: asked.route.map(|(id, _)| (RouteId(id), &name)),
        };
        self.gates.iter().try_for_each(|gate| gate.pass(&context))
    }

    /// The call that it makes now.
    pub(crate) fn call(&self) -> Option<Call> {
        self.errand.poll(self.now, &|| Some(77)).unwrap()
    }

    pub(crate) fn is_urgent(&self) -> bool {
        self.errand.is_urgent()
    }

    pub(crate) fn answer(&self, call: &Call, answer: Answer) -> Result<(), String> {
        self.errand
            .answered(self.now, call.ticket, answer)
            .map(|next| assert_eq!(next, None))
    }

    /// Answers a call: each question by this code and this much left, and the clock besides.
    pub(crate) fn say(&self, call: &Call, code: i32, left: u32) {
        let asked = question(call);
        let statuses = asked.descriptors.iter().map(|descriptor| {
            let limit = descriptor.limit.unwrap();
            DescriptorStatus {
                code,
                current_limit: Some(RateLimit {
                    requests_per_unit: limit.requests_per_unit,
                    unit: limit.unit,
                    name: String::new(),
                }),
                limit_remaining: left,
                duration_until_reset: Some(Time {
                    seconds: 30,
                    nanos: 0,
                }),
            }
        });
        let response = RateLimitResponse {
            overall_code: code,
            statuses: statuses.collect(),
            ..RateLimitResponse::default()
        };
        self.answer(call, body(framed(&response.encode_to_vec())))
            .unwrap();
    }

    pub(crate) fn tally(&self, read: impl Fn(&Tallies) -> u64) -> u64 {
        read(&self.limits.tallies())
    }
}

pub(crate) const OK: i32 = 1;
pub(crate) const OVER: i32 = 2;

/// What a call asks.
pub(crate) fn question(call: &Call) -> RateLimitRequest {
    RateLimitRequest::decode(unframed(&call.body).unwrap()).unwrap()
}

/// An answer with this body.
pub(crate) fn body(body: Vec<u8>) -> Answer {
    Answer::Response {
        status: 200,
        content_type: Some(b"application/grpc".to_vec()),
        body,
        grpc_status: Some(0),
    }
}
