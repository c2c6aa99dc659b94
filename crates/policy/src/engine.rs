//! The pass: one request through limits, guards and its route, to one decision.

mod attempt;
mod preflight;
mod readings;
mod rules;
mod target;
mod trial;

use std::borrow::Cow;
use std::rc::Rc;

use attempt::Patience;
use readings::Readings;
use rules::{Asked, Matched, named};
pub(crate) use rules::{Rules, Unmatched};
use target::{read_method, read_port};
use trial::{Record, is_internal};

use crate::reason::request as bad_request;
use crate::request::host;
use crate::route::Target;
use crate::{
    Context, Decision, Failure, Gate, HeaderChange, Learnt, Mode, NormalPath, Permit, Policy,
    Request, Rule, Source, Stage, Weight,
};

/// A compiled document: decides requests, holds no clock and no connection.
pub struct Engine {
    mode: Mode,
    rules: Rules,
    /// Rules on trial, where there are any.
    trial: Option<Box<Rules>>,
    before: Vec<Rc<dyn Gate>>,
    after: Vec<Rc<dyn Gate>>,
    /// Those of the later stage that are on trial.
    after_on_trial: Vec<Rc<dyn Gate>>,
    policies: Vec<Box<dyn Policy>>,
    /// Headers that we may set, with their underscore variants.
    written: Vec<Rc<str>>,
    needs_port: bool,
}

impl Engine {
    pub(crate) fn new(
        mode: Mode,
        rules: Rules,
        trial: Rules,
        gates: Vec<Rc<dyn Gate>>,
        policies: Vec<Box<dyn Policy>>,
    ) -> Self {
        let (before, after): (Vec<_>, Vec<_>) = gates
            .into_iter()
            .partition(|gate| gate.stage() == Stage::BeforeIdentity);
        let (after_on_trial, after) = after
            .into_iter()
            .partition(|gate| gate.mode() == Mode::Shadow);
        let mut written: Vec<Rc<str>> = Vec::new();
        for header in policies.iter().flat_map(|policy| policy.written_headers()) {
            for variant in variants(&header) {
                if !written.iter().any(|known| **known == *variant) {
                    written.push(variant.into());
                }
            }
        }
        Self {
            mode,
            needs_port: rules.use_ports(),
            rules,
            trial: (trial.count() > 0).then(|| Box::new(trial)),
            before,
            after,
            after_on_trial,
            policies,
            written,
        }
    }

    /// How many routes, guards and limits are on trial: all of them where the document is.
    #[must_use]
    pub fn on_trial(&self) -> usize {
        let after = self.after.iter().chain(&self.after_on_trial);
        let gates = self.before.iter().chain(after);
        let trial = self.trial.as_ref().map_or(0, |rules| rules.count());
        match self.mode {
            Mode::Shadow => self.rules.count().saturating_add(gates.count()),
            Mode::Enforce => gates.filter(|gate| gate.mode() == Mode::Shadow).count(),
        }
        .saturating_add(trial)
    }

    /// Decides one request, at once.
    ///
    /// # Errors
    /// The denial. Whatever fails on the way is one; there is no way to a permit but through the
    /// route that lets the request in, and the mode of a document that is on trial as a whole.
    ///
    /// # Security
    /// Headers that a policy writes are hidden from the whole decision and removed on a permit, so
    /// that a client cannot state them. Rules on trial change nothing but the record.
    pub fn decide(&self, source: &dyn Source) -> Decision {
        self.decide_at_last(source, &self.learnt())
    }

    fn pass<'e>(
        &'e self,
        request: &Request<'_>,
        learnt: &Learnt,
        patience: Patience,
        matched: &mut Matched<'e>,
        record: &mut Record,
    ) -> Result<Permit, Failure> {
        let method = request.header(":method")?;
        let method = method
            .as_deref()
            .ok_or_else(|| fault(bad_request::BAD_METHOD))?;
        let method = read_method(method)?;
        let host = request.header(":authority")?;
        let dotted = host.as_deref().is_some_and(host::is_dotted);
        let host = host.map(host::read).transpose()?;
        let port = if self.needs_port {
            read_port(request)?
        } else {
            None
        };
        let raw_path = match request.header(":path")? {
            // CONNECT has no path (RFC 9110 §9.3.6); a route that names the method is asked with the root
            None if method == "CONNECT" => Cow::Borrowed(b"/".as_slice()),
            Some(path) => path,
            None => return Err(fault(bad_request::AMBIGUOUS_PATH)),
        };
        let path = self.rules.normal(NormalPath::read(&raw_path));
        let target = Target {
            host: host.as_deref(),
            port,
            method,
            path: path.as_bytes(),
        };
        let dotted = host
            .as_deref()
            .filter(|_| dotted)
            .map(|host| format!("{host}."));
        let readings = Readings::of(&path, dotted, |path| self.rules.normal(path));
        let asked = Asked {
            path: &path,
            readings: &readings,
            target,
        };
        *matched = self.rules.find(&target);
        self.rules.check_readings(&asked, *matched)?;

        let context = Context {
            request,
            learnt,
            route: named(*matched),
        };
        record.ask_all(&self.before, &context)?;
        let mut decided = self.judge(&asked, *matched, &context, record);
        if let (Err(failure), Patience::None) = (&mut decided, patience) {
            failure.wait = None;
        }
        match (&self.trial, &decided) {
            (None, _) => {}
            (Some(_), Err(failure)) if is_internal(failure) || failure.wait.is_some() => {}
            (Some(trial), _) => {
                let learnt = Learnt::in_mode(Mode::Shadow);
                trial.try_out(request, &asked, *matched, &learnt, record);
                record.remember(&self.policies, &learnt);
            }
        }
        decided
    }

    /// Guards, the route and what comes behind it.
    fn judge(
        &self,
        asked: &Asked<'_>,
        matched: Matched<'_>,
        context: &Context<'_>,
        record: &mut Record,
    ) -> Result<Permit, Failure> {
        self.rules.check_guards(asked, context)?;
        self.rules.check_route(&asked.target, matched, context)?;
        record.ask_all(&self.after, context)?;
        let permit = self.permit(context)?;
        // last, so that nothing a limit on trial learns is in the permit
        self.after_on_trial
            .iter()
            .try_for_each(|gate| record.ask(&**gate, context))?;
        Ok(permit)
    }

    fn permit(&self, context: &Context<'_>) -> Result<Permit, Failure> {
        let mut permit = self.stripped(context.request)?;
        for policy in &self.policies {
            policy.on_permit(context, &mut permit)?;
        }
        Ok(permit)
    }

    /// A permit that removes what a client may not state, and says nothing of its own.
    fn stripped(&self, request: &Request<'_>) -> Result<Permit, Failure> {
        let mut permit = Permit::default();
        for header in &self.written {
            if request.has_written_header(header)? {
                permit.changes.push(HeaderChange::Remove(Rc::clone(header)));
            }
        }
        Ok(permit)
    }

    /// What becomes of a decision where the document is on trial: it is noted, and the request
    /// passes without a word about who calls. A fault of ours stays one.
    fn waive(
        &self,
        decided: Result<Permit, Failure>,
        request: &Request<'_>,
        record: &mut Record,
    ) -> Result<Permit, Failure> {
        match decided {
            Err(failure) if is_internal(&failure) => Err(failure),
            Err(failure) => {
                record.note(Rule::Document, Some(&failure));
                self.stripped(request)
            }
            Ok(permit) => {
                record.note(Rule::Document, None);
                Ok(permit)
            }
        }
    }

    fn principal(&self, learnt: &Learnt) -> Option<Rc<str>> {
        let mut policies = self.policies.iter();
        policies.find_map(|policy| policy.principal(learnt))
    }
}

/// A header's name with its dashes as underscores and the other way round, each by itself: upstreams
/// that hand headers on as variables take all of these for one. The name itself comes last.
fn variants(name: &str) -> Vec<String> {
    const MOST: usize = 4; // 16 variants; beyond that the further dashes stay as they are
    let mut variants = vec![name.to_owned()];
    let marks = name
        .bytes()
        .enumerate()
        .filter(|(_, byte)| b"-_".contains(byte));
    for (at, byte) in marks.take(MOST) {
        let other = if byte == b'-' { "_" } else { "-" };
        for mut variant in variants.clone() {
            variant.replace_range(at..=at, other);
            variants.push(variant);
        }
    }
    variants.reverse();
    variants
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Engine(..)")
    }
}

const fn fault(reason: crate::Reason) -> Failure {
    Failure::new(reason, Weight::Fault)
}
