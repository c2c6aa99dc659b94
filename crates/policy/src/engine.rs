//! The pass: one request through limits, guards and its route, to one decision.

mod readings;
mod target;

use std::borrow::Cow;
use std::rc::Rc;

use readings::Readings;
use target::{read_method, read_port};

use crate::condition::Who;
use crate::document::guards::Guard;
use crate::document::routes::{Route, Routes};
use crate::reason::{request as bad_request, route as reason};
use crate::request::host;
use crate::route::{Found, RouteTable, Target};
use crate::{
    Ambiguity, Context, Decision, Denial, Failure, Gate, HeaderChange, Learnt, NormalPath, Permit,
    Policy, Request, RouteId, Source, Stage, Weight,
};

/// Headers that would change the method behind the policy's back.
const METHOD_OVERRIDES: [&str; 3] = [
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
];

/// A compiled document: decides requests, holds no clock and no connection.
pub struct Engine {
    table: RouteTable,
    routes: Routes,
    deny: Vec<Guard>,
    require: Vec<Guard>,
    before: Vec<Rc<dyn Gate>>,
    after: Vec<Rc<dyn Gate>>,
    policies: Vec<Box<dyn Policy>>,
    /// Headers that we may set, with their underscore variants.
    written: Vec<Rc<str>>,
    fold_case: bool,
    needs_port: bool,
}

/// A route that matched, with its number.
type Matched<'e> = Option<(RouteId, &'e Route, Found)>;

impl Engine {
    pub(crate) fn new(
        table: RouteTable,
        routes: Routes,
        deny: Vec<Guard>,
        require: Vec<Guard>,
        gates: Vec<Rc<dyn Gate>>,
        policies: Vec<Box<dyn Policy>>,
        fold_case: bool,
    ) -> Self {
        let (before, after) = gates
            .into_iter()
            .partition(|gate| gate.stage() == Stage::BeforeIdentity);
        let needs_port = table.uses_ports()
            || deny
                .iter()
                .chain(&require)
                .any(|guard| guard.matching.uses_ports());
        let mut written: Vec<Rc<str>> = Vec::new();
        for header in policies.iter().flat_map(|policy| policy.written_headers()) {
            if header.contains('-') {
                written.push(header.replace('-', "_").into());
            }
            written.push(header);
        }
        Self {
            table,
            routes,
            deny,
            require,
            before,
            after,
            policies,
            written,
            fold_case,
            needs_port,
        }
    }

    /// Decides one request.
    ///
    /// # Errors
    /// The denial. Whatever fails on the way is one; there is no way to a permit but through the
    /// route that lets the request in.
    ///
    /// # Security
    /// Headers that a policy writes are hidden from the whole decision and removed on a permit, so
    /// that a client cannot state them.
    pub fn decide(&self, source: &dyn Source) -> Decision {
        let request = Request::hiding(source, &self.written);
        let learnt = Learnt::default();
        let mut matched: Matched<'_> = None;
        self.pass(&request, &learnt, &mut matched)
            .map_err(|failure| {
                let mut denial = Denial::from(failure);
                denial.route = matched.map(|(_, route, _)| Rc::clone(&route.name));
                for policy in &self.policies {
                    policy.on_denial(&learnt, &mut denial);
                }
                denial
            })
    }

    fn pass<'e>(
        &'e self,
        request: &Request<'_>,
        learnt: &Learnt,
        matched: &mut Matched<'e>,
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
        let path = self.normal(NormalPath::read(&raw_path));
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
        let readings = Readings::of(&path, dotted, |path| self.normal(path));
        *matched = self.find(&target);
        self.check_readings(&path, &readings, &target, matched)?;

        let context = Context {
            request,
            learnt,
            route: matched.as_ref().map(|(id, route, _)| (*id, &route.name)),
        };
        self.before
            .iter()
            .try_for_each(|gate| gate.pass(&context))?;
        self.check_guards(&target, &readings, &context)?;
        self.check_route(&target, *matched, &context)?;
        self.after.iter().try_for_each(|gate| gate.pass(&context))?;
        self.permit(&context)
    }

    fn normal<'p>(&self, path: NormalPath<'p>) -> NormalPath<'p> {
        if self.fold_case { path.folded() } else { path }
    }

    fn find(&self, target: &Target<'_>) -> Matched<'_> {
        let found = self.table.find(target)?;
        Some((found.route, self.routes.route(found.route)?, found))
    }

    /// Whatever can be read in another way passes only where all readings lead to one route, and an
    /// ambiguous path only where that route accepts it.
    fn check_readings(
        &self,
        path: &NormalPath<'_>,
        readings: &Readings,
        target: &Target<'_>,
        matched: &Matched<'_>,
    ) -> Result<(), Failure> {
        let accepted = matched.map_or(Ambiguity::NONE, |(_, route, _)| route.accepted);
        let ambiguity = readings.ambiguity_with(path.ambiguity());
        if ambiguity.is_mixed() || !ambiguity.is_within(accepted) {
            return Err(fault(bad_request::AMBIGUOUS_PATH));
        }
        let route = |matched: Matched<'_>| matched.map(|(id, _, _)| id);
        for other in readings.others(target) {
            if route(self.find(&other)) != route(*matched) {
                return Err(fault(if other.path == target.path {
                    bad_request::BAD_HOST
                } else {
                    bad_request::AMBIGUOUS_PATH
                }));
            }
        }
        Ok(())
    }

    /// A guard holds where any reading is one of its requests.
    fn check_guards(
        &self,
        target: &Target<'_>,
        readings: &Readings,
        context: &Context<'_>,
    ) -> Result<(), Failure> {
        let holds = |guard: &&Guard| {
            guard.matching.matches(target)
                || readings
                    .others(target)
                    .any(|other| guard.matching.matches(&other))
        };
        for guard in self.deny.iter().filter(holds) {
            let hit = match &guard.who {
                Who::Any => true,
                Who::None => false,
                Who::If(condition) => match condition.holds(context) {
                    Ok(()) => true,
                    Err(failure) if failure.weight == Weight::Fault => return Err(failure),
                    Err(_) => false,
                },
            };
            if hit {
                let mut failure = Failure::new(reason::DENIED, Weight::NotAllowed);
                failure.rule = Some(Rc::clone(&guard.name));
                return Err(failure);
            }
        }
        for guard in self.require.iter().filter(holds) {
            if let Who::If(condition) = &guard.who {
                condition.holds(context).map_err(|mut failure| {
                    failure.rule = Some(Rc::clone(&guard.name));
                    failure
                })?;
            }
        }
        Ok(())
    }

    fn check_route(
        &self,
        target: &Target<'_>,
        matched: Matched<'_>,
        context: &Context<'_>,
    ) -> Result<(), Failure> {
        let connect = target.method == "CONNECT";
        let Some((_, route, found)) = matched else {
            if self.routes.is_empty() && !connect {
                return Ok(()); // limits alone: the load check allows it only where nothing is asked
            }
            let reason = if connect {
                bad_request::CONNECT
            } else {
                reason::UNMATCHED
            };
            return Err(Failure::new(reason, Weight::NotAllowed));
        };
        if connect && !found.by_method {
            return Err(Failure::new(bad_request::CONNECT, Weight::NotAllowed));
        }
        if found.by_method {
            for header in METHOD_OVERRIDES {
                if context.request.has_header(header)? {
                    return Err(fault(bad_request::METHOD_OVERRIDE));
                }
            }
        }
        match &route.allow {
            Who::Any => Ok(()),
            Who::None => Err(Failure::new(reason::NOT_ALLOWED, Weight::NotAllowed)),
            Who::If(condition) => condition.holds(context),
        }
    }

    fn permit(&self, context: &Context<'_>) -> Result<Permit, Failure> {
        let mut permit = Permit {
            route: context.route.map(|(_, name)| Rc::clone(name)),
            ..Permit::default()
        };
        for header in &self.written {
            if context.request.has_written_header(header)? {
                permit.changes.push(HeaderChange::Remove(Rc::clone(header)));
            }
        }
        for policy in &self.policies {
            policy.on_permit(context, &mut permit)?;
        }
        Ok(permit)
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Engine(..)")
    }
}

const fn fault(reason: crate::Reason) -> Failure {
    Failure::new(reason, Weight::Fault)
}
