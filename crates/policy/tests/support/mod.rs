//! A request of plain values, and a policy whose one credential is a header `x-badge`.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "only tests are built with this, each with its own part of it"
)]

use std::borrow::Cow;
use std::rc::Rc;
use std::time::Duration;

use policy::language::{
    FieldShape, Fields, Json, ObjectShape, Presence as Here, Report, Shape, Text,
};
use policy::{
    Attribute, AttributeName, Context, Engine, Fact, Failure, HeaderChange, Leaf, Permit, Policy,
    Presence, Reason, Source, Status, Trust, Unreadable, Vocabulary, Wait, Weight, language::Place,
};

/// A request of plain values. A header named `!` in it makes every question fail.
#[derive(Clone, Default)]
pub struct Plain {
    pub headers: Vec<(String, Vec<u8>)>,
    pub facts: Vec<(Fact, Vec<u8>)>,
}

impl Plain {
    pub fn new(method: &str, host: &str, path: &str) -> Self {
        Self::default()
            .with(":method", method)
            .with(":authority", host)
            .with(":path", path)
    }

    pub fn with(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers
            .push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(header, _)| header != name);
        self
    }

    pub fn from(mut self, address: &str) -> Self {
        self.facts
            .push((Fact::SourceAddress, address.as_bytes().to_vec()));
        self
    }
}

impl Source for Plain {
    fn header(&self, name: &str) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        if self.headers.iter().any(|(header, _)| header == "!") {
            return Err(Unreadable);
        }
        let values: Vec<&[u8]> = self
            .headers
            .iter()
            .filter(|(header, _)| header == name)
            .map(|(_, value)| value.as_slice())
            .collect();
        Ok((!values.is_empty()).then(|| Cow::Owned(values.join(&b','))))
    }

    fn fact(&self, fact: Fact) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        Ok(self
            .facts
            .iter()
            .find(|(known, _)| *known == fact)
            .map(|(_, value)| Cow::Borrowed(value.as_slice())))
    }

    fn unix_time(&self) -> Result<Duration, Unreadable> {
        Ok(Duration::from_secs(1_700_000_000))
    }

    fn monotonic(&self) -> Result<Duration, Unreadable> {
        Ok(Duration::from_secs(1_000))
    }
}

pub const MISSING: Reason = Reason::new("badge.missing", Status::Unauthorized);
pub const WRONG: Reason = Reason::new("badge.wrong", Status::Forbidden);
pub const BROKEN: Reason = Reason::new("badge.broken", Status::Unavailable);

/// The section `identity` for tests: whoever shows `x-badge: NAME` is NAME.
pub struct Badges;

/// What a request with the badge `coming` waits for.
#[derive(Debug)]
struct Coming;

impl Wait for Coming {
    fn is_over(&self, _: Duration) -> bool {
        false
    }
}

#[derive(Debug)]
struct Badge(Vec<String>);

impl Leaf for Badge {
    fn holds(&self, context: &Context<'_>) -> Result<(), Failure> {
        match context.request.header("x-badge")? {
            None => Err(Failure::new(MISSING, Weight::Missing)),
            Some(badge) if &*badge == b"coming" => {
                Err(Failure::new(WRONG, Weight::NotEnough).until(Rc::new(Coming)))
            }
            Some(badge) if &*badge == b"broken" => Err(Failure::new(BROKEN, Weight::Fault)),
            Some(badge) => {
                context.learnt.put(Rc::new(badge.to_vec()));
                let known = self.0.iter().any(|name| name.as_bytes() == &*badge);
                if known {
                    Ok(())
                } else {
                    Err(Failure::new(WRONG, Weight::NotEnough))
                }
            }
        }
    }

    fn verifies(&self, section: &str) -> bool {
        section == "identity"
    }
}

/// The badge that a leaf has learnt: `source.principal`. As `source.namespace` it claims to verify
/// itself, so that a condition may ask for what was learnt elsewhere.
#[derive(Debug)]
struct Shown {
    verifies_itself: bool,
}

impl Attribute for Shown {
    fn append(&self, context: &Context<'_>, out: &mut Vec<u8>) -> Result<Presence, Failure> {
        let Some(badge) = context.learnt.find::<Vec<u8>>() else {
            return Ok(Presence::Absent);
        };
        out.extend_from_slice(&badge);
        Ok(Presence::Present)
    }

    fn trust(&self) -> Trust {
        Trust::Verified("identity")
    }

    fn verifies_itself(&self) -> bool {
        self.verifies_itself
    }
}

fn condition_shape() -> Shape {
    Shape::Object(ObjectShape {
        about: "",
        fields: vec![FieldShape {
            name: "principals",
            about: "",
            presence: Here::Optional,
            shape: Shape::Text(""),
        }],
        later: &[],
    })
}

impl Policy for Badges {
    fn vocabulary(&self) -> Vocabulary {
        Vocabulary {
            section: "identity",
            has_conditions: true,
            attributes: &["source.principal", "source.namespace"],
        }
    }

    fn read(&mut self, document: &mut Fields<'_>, _report: &mut Report) {
        let _ = document.take("identity");
    }

    fn condition(&self, fields: &mut Fields<'_>, report: &mut Report) -> Vec<Box<dyn Leaf>> {
        match fields.read::<Vec<Text>>("principals", report) {
            Some(Some(names)) => {
                vec![Box::new(Badge(
                    names.iter().map(|name| name.as_str().to_owned()).collect(),
                ))]
            }
            _ => Vec::new(),
        }
    }

    fn attribute(
        &self,
        name: &AttributeName<'_>,
        _place: &Place<'_>,
        _report: &mut Report,
    ) -> Option<Option<Rc<dyn Attribute>>> {
        let verifies_itself = match name.head {
            "source.principal" => false,
            "source.namespace" => true,
            _ => return None,
        };
        Some(Some(Rc::new(Shown { verifies_itself })))
    }

    fn written_headers(&self) -> Vec<Rc<str>> {
        vec!["x-who".into()]
    }

    fn on_permit(&self, context: &Context<'_>, permit: &mut Permit) -> Result<(), Failure> {
        if let Some(badge) = context.learnt.find::<Vec<u8>>() {
            permit
                .changes
                .push(HeaderChange::Set("x-who".into(), badge.to_vec()));
        }
        Ok(())
    }
}

/// Compiles a document whose policy is [`Badges`].
pub fn compile(document: &str) -> Result<(Engine, Report), Report> {
    policy::compile(document.as_bytes(), "badges.wasm", vec![Box::new(Badges)])
}

/// The engine of a document with these routes.
pub fn engine(routes: &str) -> Engine {
    let document = format!(r#"{{"version": "v1", "routes": {routes}}}"#);
    compile(&document).expect("a good document").0
}

/// The code of a decision; `permit` for a permit.
pub fn code(engine: &Engine, request: &Plain) -> &'static str {
    match engine.decide(request) {
        Ok(_) => "permit",
        Err(denial) => denial.reason.code(),
    }
}

/// The value of a JSON text.
pub fn json(text: &str) -> Json {
    Json::parse(text.as_bytes()).unwrap()
}
