//! Small policies of the tests' own, to ask the filter for each thing that it can do.

use std::rc::Rc;

use filter::Seams;
use policy::language::{Fields, Place, Report};
use policy::{
    Attributes, Context, Denial, Expected, Fact, Failure, Gate, HeaderChange, Learnt, Permit,
    Policy, Reason, RouteNames, Stage, Status, Store, Swap, Vocabulary, Weight, internal,
};

use crate::proxy::with;

/// A document that lets every request in, and one route that lets nobody in.
pub(crate) const OPEN: &str = r#"{"version": "v1", "routes": [
    {"name": "all", "paths": ["/**"], "allow": "any"},
    {"name": "closed", "paths": ["/closed"], "allow": "none"}
]}"#;

/// No policy but the routes.
pub(crate) fn routes() {
    filter::install!("routes", |_| Vec::new());
}

/// Writes `x-user`, and states who it was.
pub(crate) fn writer() {
    filter::install!("writer", |_| vec![
        Box::new(Probe::new(Writes)) as Box<dyn Policy>
    ]);
}

/// Counts requests in the shared store, and shows the count.
pub(crate) fn counting() {
    filter::install!("counting", |seams: &Seams| {
        seams.tallies(&Rc::new(()), |()| {
            [("counted", with(|state| u64::from(state.last_number)))]
        });
        vec![Box::new(Probe::new(Counts(seams.store()))) as Box<dyn Policy>]
    });
}

/// Asks for every fact and every clock, and states what it was told.
pub(crate) fn curious() {
    filter::install!("curious", |_| vec![
        Box::new(Probe::new(Asks)) as Box<dyn Policy>
    ]);
}

/// Tells the client something, whatever is decided; `x-over` is over a limit of that name, and
/// `x-client` names the client that a request is counted under.
pub(crate) fn telling() {
    filter::install!("telling", |_| vec![
        Box::new(Probe::new(Tells)) as Box<dyn Policy>
    ]);
}

/// What a probe does for a request.
trait Deed: std::fmt::Debug + Clone + 'static {
    fn pass(&self, context: &Context<'_>) -> Result<(), Failure> {
        let _ = context;
        Ok(())
    }
    fn on_permit(&self, context: &Context<'_>, permit: &mut Permit) {
        let _ = (context, permit);
    }
    fn on_denial(&self, learnt: &Learnt, denial: &mut Denial) {
        let _ = (learnt, denial);
    }
    fn written(&self) -> Vec<Rc<str>> {
        Vec::new()
    }
}

/// A policy around one deed.
struct Probe<D>(D);

impl<D: Deed> Probe<D> {
    const fn new(deed: D) -> Self {
        Self(deed)
    }
}

impl<D: Deed> Policy for Probe<D> {
    fn vocabulary(&self) -> Vocabulary {
        Vocabulary {
            section: "probe",
            has_conditions: true,
            attributes: &[],
        }
    }

    fn read(&mut self, document: &mut Fields<'_>, report: &mut Report) {
        if document.take("probe").is_some() {
            report.warning(&Place::top().field("probe"), "a warning\nof two lines");
        }
    }

    fn gates(
        &mut self,
        _routes: &dyn RouteNames,
        _attributes: &dyn Attributes,
        _report: &mut Report,
    ) -> Vec<Box<dyn Gate>> {
        vec![Box::new(Deeds(self.0.clone()))]
    }

    fn written_headers(&self) -> Vec<Rc<str>> {
        self.0.written()
    }

    fn on_permit(&self, context: &Context<'_>, permit: &mut Permit) -> Result<(), Failure> {
        self.0.on_permit(context, permit);
        Ok(())
    }

    fn on_denial(&self, learnt: &Learnt, denial: &mut Denial) {
        self.0.on_denial(learnt, denial);
    }
}

#[derive(Debug)]
struct Deeds<D>(D);

impl<D: Deed> Gate for Deeds<D> {
    fn stage(&self) -> Stage {
        Stage::AfterRoute
    }

    fn pass(&self, context: &Context<'_>) -> Result<(), Failure> {
        self.0.pass(context)
    }
}

#[derive(Clone, Debug)]
struct Writes;

impl Deed for Writes {
    fn on_permit(&self, _context: &Context<'_>, permit: &mut Permit) {
        permit
            .changes
            .push(HeaderChange::Set("x-user".into(), b"alice".to_vec()));
        permit
            .outcomes
            .push(("principal", b"spiffe://mesh.test/a".to_vec()));
    }

    fn written(&self) -> Vec<Rc<str>> {
        vec!["x-user".into(), "x-jwt-payload".into()]
    }
}

#[derive(Clone, Debug)]
struct Tells;

/// What [`Tells`] learnt: the client.
struct Asked(Option<Rc<str>>);

impl Deed for Tells {
    fn pass(&self, context: &Context<'_>) -> Result<(), Failure> {
        let client = context.request.header("x-client")?;
        let client = client.map(|client| String::from_utf8_lossy(&client).into());
        context.learnt.put(Rc::new(Asked(client)));
        let Some(limit) = context.request.header("x-over")? else {
            return Ok(());
        };
        let over = Reason::new("rate_limit.exceeded", Status::TooManyRequests);
        let mut failure = Failure::new(over, Weight::Fault);
        failure.rule = Some(String::from_utf8_lossy(&limit).into());
        Err(failure)
    }

    fn on_permit(&self, context: &Context<'_>, permit: &mut Permit) {
        let asked = context.learnt.find::<Asked>();
        permit.client = asked.and_then(|asked| asked.0.clone());
        permit.response = vec![
            HeaderChange::Set("server".into(), b"ours".to_vec()),
            HeaderChange::Add("ratelimit".into(), b"one".to_vec()),
            HeaderChange::Add("ratelimit".into(), b"two".to_vec()),
        ];
    }

    fn on_denial(&self, learnt: &Learnt, denial: &mut Denial) {
        if let Some(asked) = learnt.find::<Asked>() {
            denial.client.clone_from(&asked.0);
            denial.headers.push(("ratelimit", "none".to_owned()));
        }
    }
}

#[derive(Clone)]
struct Counts(Rc<dyn Store>);

impl std::fmt::Debug for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Counts")
    }
}

impl Deed for Counts {
    fn pass(&self, _context: &Context<'_>) -> Result<(), Failure> {
        let broken = |_| Failure::new(internal::STATE, Weight::Fault);
        let stored = self.0.read("count").map_err(broken)?;
        let (count, expected) = match &stored {
            None => (0, Expected::Absent),
            Some(stored) => (stored.value[0], Expected::Version(stored.version)),
        };
        match self
            .0
            .swap("count", &[count + 1], expected)
            .map_err(broken)?
        {
            Swap::Done => Ok(()),
            Swap::Lost => Err(Failure::new(internal::STATE, Weight::Fault)),
        }
    }
}

#[derive(Clone, Debug)]
struct Asks;

/// Every fact that can be asked for, with the name under which [`curious`] states it.
pub(crate) const FACTS: [(Fact, &str); 6] = [
    (Fact::SourceAddress, "address"),
    (Fact::DestinationPort, "port"),
    (Fact::Mtls, "mtls"),
    (Fact::PeerDigest, "digest"),
    (Fact::PeerCertificate, "certificate"),
    (Fact::PeerPrincipal, "peer_principal"),
];

/// What [`Asks`] was told.
struct Told(Vec<(&'static str, Vec<u8>)>);

impl Deed for Asks {
    fn pass(&self, context: &Context<'_>) -> Result<(), Failure> {
        let request = context.request;
        let mut told = Vec::new();
        for (fact, name) in FACTS {
            told.extend(request.fact(fact)?.map(|value| (name, value.into_owned())));
        }
        let anything = request.header("x-anything")?;
        told.extend(anything.map(|value| ("anything", value.into_owned())));
        let clocks = format!("{:?} {:?}", request.unix_time()?, request.monotonic()?);
        told.push(("clocks", clocks.into_bytes()));
        context.learnt.put(Rc::new(Told(told)));
        Ok(())
    }

    fn on_permit(&self, context: &Context<'_>, permit: &mut Permit) {
        let told = context.learnt.find::<Told>().expect("the gate was passed");
        permit.outcomes.extend(told.0.iter().cloned());
    }
}
