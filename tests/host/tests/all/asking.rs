//! A policy that asks another service about each request that says `x-ask`, and holds it meanwhile; of
//! one that says `x-tell` it tells the service, and lets it go on.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use filter::Seams;
use policy::language::{Fields, Report};
use policy::{
    Answer, Attributes, Call, Context, Errand, Failure, Gate, HeaderChange, Permit, Policy, Reason,
    RouteNames, Stage, Status, StoreError, Vocabulary, Wait, Weight,
};

/// How long a request is held at most.
pub(crate) const LONGEST: Duration = Duration::from_secs(2);

thread_local! {
    /// How often the gate before the one that asks was passed.
    pub(crate) static PASSED: Cell<u32> = const { Cell::new(0) };
}

pub(crate) fn asking() {
    filter::install!("asking", |seams: &Seams| {
        seams.run_errands();
        vec![Box::new(Asking(Rc::default())) as Box<dyn Policy>]
    });
}

/// The same, where somebody forgot to say so.
pub(crate) fn forgetful() {
    filter::install!("forgetful", |_| vec![
        Box::new(Asking(Rc::default())) as Box<dyn Policy>
    ]);
}

struct Asking(Rc<Service>);

#[derive(Debug, Default)]
struct Service {
    last: Cell<u64>,
    queue: RefCell<VecDeque<u64>>,
    /// What came of each question: whether the request may pass.
    told: RefCell<BTreeMap<u64, bool>>,
}

#[derive(Debug)]
struct Ticket {
    number: u64,
    service: Rc<Service>,
}

impl Policy for Asking {
    fn vocabulary(&self) -> Vocabulary {
        Vocabulary {
            section: "asking",
            has_conditions: false,
            attributes: &[],
        }
    }

    fn read(&mut self, _: &mut Fields<'_>, _: &mut Report) {}

    fn gates(
        &mut self,
        _: &dyn RouteNames,
        _: &dyn Attributes,
        _: &mut Report,
    ) -> Vec<Box<dyn Gate>> {
        vec![Box::new(Counts), Box::new(Asks(Rc::clone(&self.0)))]
    }

    fn errands(&self) -> Vec<Rc<dyn Errand>> {
        vec![Rc::clone(&self.0) as Rc<dyn Errand>]
    }

    fn on_permit(&self, _: &Context<'_>, permit: &mut Permit) -> Result<(), Failure> {
        let told = HeaderChange::Set("x-told".into(), b"yes".to_vec());
        permit.response.push(told);
        Ok(())
    }
}

#[derive(Debug)]
struct Counts;

impl Gate for Counts {
    fn stage(&self) -> Stage {
        Stage::AfterRoute
    }

    fn pass(&self, _: &Context<'_>) -> Result<(), Failure> {
        PASSED.set(PASSED.get() + 1);
        Ok(())
    }
}

#[derive(Debug)]
struct Asks(Rc<Service>);

impl Gate for Asks {
    fn stage(&self) -> Stage {
        Stage::AfterRoute
    }

    fn pass(&self, context: &Context<'_>) -> Result<(), Failure> {
        if context.request.header("x-tell")?.is_some() {
            self.0.ask();
        }
        if context.request.header("x-ask")?.is_none() {
            return Ok(());
        }
        let ticket = context.learnt.find::<Ticket>().unwrap_or_else(|| {
            let number = self.0.ask();
            let service = Rc::clone(&self.0);
            let ticket = Rc::new(Ticket { number, service });
            context.learnt.put(Rc::clone(&ticket));
            ticket
        });
        let told = self.0.told.borrow().get(&ticket.number).copied();
        let over = Reason::new("rate_limit.exceeded", Status::TooManyRequests);
        match told {
            Some(true) => Ok(()),
            Some(false) => Err(Failure::new(over, Weight::NotAllowed)),
            None => {
                let unknown = Reason::new("rate_limit.unavailable", Status::Unavailable);
                Err(Failure::new(unknown, Weight::Fault).until(ticket))
            }
        }
    }
}

impl Service {
    fn ask(&self) -> u64 {
        let number = self.last.get() + 1;
        self.last.set(number);
        self.queue.borrow_mut().push_back(number);
        number
    }
}

impl Wait for Ticket {
    fn is_over(&self, _: Duration) -> bool {
        self.service.told.borrow().contains_key(&self.number)
    }

    fn longest(&self) -> Duration {
        LONGEST
    }
}

impl Errand for Service {
    fn name(&self) -> &'static str {
        "asking"
    }

    fn poll(&self, _: Duration, _: &dyn Fn() -> Option<u64>) -> Result<Option<Call>, StoreError> {
        Ok(self.queue.borrow_mut().pop_front().map(|ticket| Call {
            ticket,
            cluster: "limits".into(),
            method: "POST",
            https: false,
            authority: "limits.test".into(),
            path: "/ask".into(),
            headers: vec![
                ("content-type", "application/grpc".into()),
                ("te", "trailers".into()),
            ],
            body: vec![0, 0, 0, 0, 1, 7],
            timeout: Duration::from_millis(1_500),
        }))
    }

    fn answered(&self, _: Duration, ticket: u64, answer: Answer) -> Result<Option<Call>, String> {
        let good = Answer::Response {
            status: 200,
            content_type: Some(b"application/grpc".to_vec()),
            body: b"pass".to_vec(),
            grpc_status: Some(0),
        };
        self.told.borrow_mut().insert(ticket, answer == good);
        Ok(None)
    }

    fn is_urgent(&self) -> bool {
        !self.queue.borrow().is_empty()
    }
}
