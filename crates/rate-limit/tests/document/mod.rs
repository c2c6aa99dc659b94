//! What an engine would do: compiles a section against three routes, and asks its gates.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test's own tools: each file takes what it needs, and a panic fails the test"
)]

use std::borrow::Cow;
use std::rc::Rc;
use std::time::Duration;

use policy::language::{Fields, Json, Place, Report};
use policy::{
    Attribute, Attributes, Context, Denial, Fact, Failure, Gate, HeaderChange, Learnt, Mode,
    Permit, Policy, Presence, Request, RouteId, RouteNames, Source, Store, Trust, Unreadable,
};
use rate_limit::Limits;

/// Routes 0 to 2; `orders` verifies a token and an identity, and may verify one of the provider
/// `old`; the others nothing.
pub struct Routes;

const ROUTES: [&str; 3] = ["health", "orders", "other"];

impl RouteNames for Routes {
    fn find(&self, name: &str) -> Option<RouteId> {
        let found = (0..).zip(ROUTES).find(|(_, route)| *route == name);
        found.map(|(id, _)| RouteId(id))
    }

    fn names(&self) -> Vec<&str> {
        ROUTES.to_vec()
    }

    fn unverified(&self, _section: &str, source: Option<&str>) -> Vec<(RouteId, &str)> {
        let mut all = vec![(RouteId(0), "health"), (RouteId(2), "other")];
        all.extend((source == Some("old")).then_some((RouteId(1), "orders")));
        all
    }

    fn looking_for(&self, _section: &str, source: Option<&str>) -> Vec<RouteId> {
        match source {
            Some("unused") => Vec::new(),
            _ => vec![RouteId(1)],
        }
    }
}

/// Headers, and the verified principals, which the tests give as headers too.
struct Known;

#[derive(Debug)]
struct Header(String, Trust);

impl Attribute for Header {
    fn append(&self, context: &Context<'_>, out: &mut Vec<u8>) -> Result<Presence, Failure> {
        if self.0 == "remote.ip" {
            let ip = context.request.remote_ip()?;
            out.extend_from_slice(ip.unwrap().to_string().as_bytes());
            return Ok(Presence::Present);
        }
        Ok(match context.request.header(&self.0)? {
            Some(value) => {
                out.extend_from_slice(&value);
                Presence::Present
            }
            None => Presence::Absent,
        })
    }

    fn trust(&self) -> Trust {
        self.1
    }

    fn source(&self) -> Option<&str> {
        let (provider, _) = self.0.strip_prefix("jwt[")?.split_once(']')?;
        Some(provider)
    }
}

impl Attributes for Known {
    fn resolve(
        &self,
        text: &str,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Option<Rc<dyn Attribute>> {
        let header = text.strip_prefix("request.headers[");
        let (name, trust) = match (text, header.and_then(|name| name.strip_suffix(']'))) {
            (text, _) if text.starts_with("jwt") => (text, Trust::Verified("jwt")),
            ("remote.ip" | "route", _) => (text, Trust::Unverified),
            ("source.principal", _) => (text, Trust::Verified("identity")),
            (_, Some(name)) => (name, Trust::Unverified),
            _ => {
                report.error(place, format_args!("unknown attribute \"{text}\""));
                return None;
            }
        };
        Some(Rc::new(Header(name.to_owned(), trust)))
    }
}

/// What is said about a section: its gates, and the report.
pub fn compile<S: Store + 'static>(store: &Rc<S>, section: &str) -> (Vec<Box<dyn Gate>>, Report) {
    let (_, gates, report) = policy(store, section);
    (gates, report)
}

/// The policy of a section, its gates, and the report.
pub fn policy<S: Store + 'static>(
    store: &Rc<S>,
    section: &str,
) -> (Limits, Vec<Box<dyn Gate>>, Report) {
    let document = Json::parse(format!(r#"{{"rate_limit": {section}}}"#).as_bytes()).unwrap();
    let mut report = Report::default();
    let top = Place::top();
    let mut fields = Fields::open(&document, &top, &mut report).unwrap();
    let mut limits = Limits::new(Rc::clone(store) as Rc<dyn Store>, || Ok([7; 16]));
    limits.read(&mut fields, &mut report);
    let gates = limits.gates(&Routes, &Known, &mut report);
    (limits, gates, report)
}

/// The gates of a section that is right.
pub fn gates<S: Store + 'static>(store: &Rc<S>, section: &str) -> Vec<Box<dyn Gate>> {
    let (gates, report) = compile(store, section);
    assert_eq!(report.errors(), [""; 0]);
    gates
}

/// A request.
#[derive(Clone, Default)]
pub struct Asked {
    pub headers: Vec<(&'static str, &'static str)>,
    pub address: Option<&'static str>,
    pub route: Option<(u32, &'static str)>,
    pub at: Duration,
    /// The proxy does not answer.
    pub silent: bool,
}

impl Asked {
    pub fn on(id: u32, name: &'static str) -> Self {
        let route = Some((id, name));
        Self {
            route,
            ..Self::default()
        }
    }

    pub fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl Source for Asked {
    fn header(&self, name: &str) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        let found = self.headers.iter().find(|(header, _)| *header == name);
        Ok(found.map(|(_, value)| Cow::Borrowed(value.as_bytes())))
    }

    fn fact(&self, fact: Fact) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        let address = self.address.filter(|_| fact == Fact::SourceAddress);
        Ok(address.map(|address| Cow::Borrowed(address.as_bytes())))
    }

    fn unix_time(&self) -> Result<Duration, Unreadable> {
        Err(Unreadable) // limits have no business with the date
    }

    fn monotonic(&self) -> Result<Duration, Unreadable> {
        if self.silent {
            Err(Unreadable)
        } else {
            Ok(self.at)
        }
    }
}

/// Asks every gate, in order.
pub fn pass(gates: &[Box<dyn Gate>], asked: &Asked) -> Result<(), Failure> {
    with_context(asked, |context| {
        gates.iter().try_for_each(|gate| gate.pass(context))
    })
}

/// Asks every gate, and then the policy for what the client is told, permitted or denied.
pub fn told(limits: &Limits, gates: &[Box<dyn Gate>], asked: &Asked) -> Vec<(String, String)> {
    with_context(asked, |context| {
        let passed = gates.iter().try_for_each(|gate| gate.pass(context));
        match passed {
            Ok(()) => {
                let mut permit = Permit::default();
                limits.on_permit(context, &mut permit).unwrap();
                let changes = permit.response.into_iter();
                let told = changes.map(|change| match change {
                    HeaderChange::Add(name, value) => (format!("+{name}"), value),
                    HeaderChange::Set(name, value) => (format!("={name}"), value),
                    HeaderChange::Remove(name) => panic!("removes {name}"),
                });
                told.map(|(name, value)| (name, String::from_utf8(value).unwrap()))
                    .collect()
            }
            Err(failure) => {
                let mut denial = Denial::from(failure);
                limits.on_denial(context.learnt, &mut denial);
                let headers = denial.headers.into_iter();
                headers
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect()
            }
        }
    })
}

/// What a part of a policy would see of the request.
pub fn with_context<T>(asked: &Asked, then: impl FnOnce(&Context<'_>) -> T) -> T {
    in_mode(Mode::Enforce, asked, then)
}

/// The same for rules of a mode.
pub fn in_mode<T>(mode: Mode, asked: &Asked, then: impl FnOnce(&Context<'_>) -> T) -> T {
    let request = Request::new(asked);
    let learnt = Learnt::in_mode(mode);
    let name: Rc<str> = asked.route.map_or("", |(_, name)| name).into();
    let route = asked.route.map(|(id, _)| (RouteId(id), &name));
    then(&Context {
        request: &request,
        learnt: &learnt,
        route,
    })
}
