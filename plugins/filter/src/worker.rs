//! One configured plugin in one worker: its policy, its counters, and the pass of a request.
//!
//! Fail-closed is enforced here, once for all plugins: whatever is not a permit that was carried
//! out to its last step is a denial.

mod held;

use std::cell::RefCell;
use std::rc::Rc;

use policy::{
    Decision, Denial, Engine, Failure, HeaderChange, OTHERS, Permit, Reason, Status, Trial, Weight,
    internal,
};

use crate::beside::Beside;
use crate::decision_id::{DecisionId, DecisionIds};
use crate::evidence::Evidence;
use crate::histogram::Histogram;
use crate::host::{Counters, HostError, abi};
use crate::logger::{self, About};
use crate::parking::Later;
use crate::reply;
use crate::stated::Stated;
use crate::tallies::Numbers;

/// What one root context decides with. Nothing of it is shared with another root context.
#[derive(Debug)]
pub(crate) struct Worker {
    plugin: &'static str,
    /// The name of the filter state that says: this plugin let the request pass. The native filter
    /// behind the plugin stops every request that comes without it. One for each plugin, so that in
    /// a chain none speaks for another.
    mark: Vec<u8>,
    /// The name of the filter state that says what decided.
    decision: Vec<u8>,
    /// Its last value; kept to be written over.
    line: RefCell<Vec<u8>>,
    ruling: Ruling,
    /// Errands and held requests, where the document has any.
    beside: Option<Box<dyn Beside>>,
    counters: Counters,
    /// Denials by the name of the limit.
    limits: Counters,
    /// What became of requests, by the name of the client.
    clients: [Counters; 2],
    /// What came of rules on trial.
    trials: Counters,
    ids: DecisionIds,
}

/// How requests are decided.
#[derive(Debug)]
pub(crate) enum Ruling {
    /// By the document; its policies' own numbers are shown as counters.
    Engine(Box<Engine>, Vec<Box<dyn Numbers>>, Vec<Histogram>),
    /// All are denied for one reason.
    DenyAll(Reason),
}

/// What becomes of a request.
#[derive(Clone, Debug)]
#[must_use]
pub(crate) enum Verdict {
    /// It goes on, with the mark; its response is to be changed like this.
    Passed(Vec<HeaderChange>),
    /// It was answered, or is held for good.
    Stopped,
    /// It is held until more is known, and what becomes of its response is told then.
    Held(Rc<Later>),
}

impl Worker {
    pub(crate) fn new(
        plugin: &'static str,
        ruling: Ruling,
        beside: Option<Box<dyn Beside>>,
    ) -> Self {
        Self {
            plugin,
            mark: format!("portcullis.{plugin}.pass").into_bytes(),
            decision: format!("portcullis.{plugin}.decision").into_bytes(),
            line: RefCell::default(),
            ruling,
            beside,
            counters: Counters::default(),
            limits: Counters::default(),
            clients: Default::default(),
            trials: Counters::default(),
            ids: DecisionIds::default(),
        }
    }

    /// Decides on the request that the proxy is calling about, and carries the decision out.
    pub(crate) fn pass(&self, stream: u32) -> Verdict {
        let verdict = self.decide(stream);
        if let Some(beside) = &self.beside {
            beside.see_to_urgent(stream);
        }
        self.show_numbers();
        verdict
    }

    fn decide(&self, stream: u32) -> Verdict {
        let evidence = Evidence::default();
        let decision = match (&self.ruling, &self.beside) {
            (Ruling::DenyAll(reason), _) => Err(Failure::new(*reason, Weight::Fault).into()),
            (Ruling::Engine(engine, ..), None) => engine.decide(&evidence),
            (Ruling::Engine(engine, ..), Some(beside)) => {
                match held::decide_or_hold(engine, &**beside, &evidence, stream) {
                    Ok(decision) => decision,
                    Err(later) => return Verdict::Held(later),
                }
            }
        };
        self.carry_out(decision, &evidence)
    }

    fn carry_out(&self, decision: Decision, evidence: &Evidence) -> Verdict {
        match decision {
            Ok(permit) => {
                self.show_trials(&permit.trials, About::permit(&permit), None);
                match self.permit(&permit) {
                    Ok(()) => return Verdict::Passed(permit.response),
                    Err(fault) => {
                        self.deny(&not_carried_out(permit), self.ids.next(), Some(fault));
                    }
                }
            }
            Err(denial) => {
                let id = self.ids.next();
                self.show_trials(&denial.trials, About::denial(&denial), Some(id));
                self.deny(&denial, id, evidence.fault());
            }
        }
        Verdict::Stopped
    }

    /// How much is on trial, as a gauge. Nothing hangs on it.
    pub(crate) fn show_mode(&self) {
        let rules = match &self.ruling {
            Ruling::Engine(engine, ..) => engine.on_trial(),
            Ruling::DenyAll(_) => 0,
        };
        let name = format!("portcullis.{}.shadow.rules", self.plugin);
        let shown = abi::define_gauge(&name).and_then(|id| abi::record(id, rules as u64));
        if let Err(error) = shown {
            log::warn!("{}: gauge of rules on trial not set: {error}", self.plugin);
        }
    }

    /// Counts what came of the rules on trial, and logs who would have been denied. Nothing that
    /// fails here bears on the request.
    fn show_trials(&self, trials: &[Trial], about: About<'_>, id: Option<DecisionId>) {
        let plugin = self.plugin;
        let mut id = id;
        for trial in trials {
            let Some(reason) = trial.reason else {
                let name = || format!("portcullis.{plugin}.shadow.permitted");
                let _ = self.trials.add(1, "permitted", name);
                continue;
            };
            let code = reason.code();
            let name = || format!("portcullis.{plugin}.shadow.denied.{code}");
            let _ = self.trials.add(1, code, name);
            let id = *id.get_or_insert_with(|| self.ids.next());
            logger::trial(plugin, trial, reason, about, id);
        }
    }

    fn state(&self, stated: Stated<'_>) -> Result<(), HostError> {
        let mut line = self.line.borrow_mut();
        stated.write(&mut line);
        abi::set_property(&self.decision, &line)
    }

    /// Carries a permit out. The mark, filter state `wasm.portcullis.<plugin>.pass`, comes last: whoever finds it behind the plugin knows that
    /// everything before it was done.
    fn permit(&self, permit: &Permit) -> Result<(), HostError> {
        for change in &permit.changes {
            abi::change(abi::Headers::Request, change)?;
        }
        if permit
            .changes
            .iter()
            .any(|change| !is_stripped_credential(change))
        {
            // The proxy may have chosen its route by a header as it came in. Proxies that do not
            // know the call clear their choice with every header change.
            let _ = abi::foreign("clear_route_cache", &[])?;
        }
        let outcomes = permit.outcomes.iter().map(|(name, value)| (*name, value));
        let facts = permit.facts.iter().map(|(name, value)| (&**name, value));
        for (name, value) in outcomes.chain(facts) {
            abi::set_property(&[b"portcullis.", name.as_bytes()].concat(), value)?;
        }
        self.counters.add(1, "permitted", || {
            format!("portcullis.{}.permitted", self.plugin)
        })?;
        if let Some(client) = &permit.client {
            let [permitted, _] = &self.clients;
            self.count_named(permitted, "client_permitted", client);
        }
        self.state(Stated::Permit(permit))?;
        abi::set_property(&self.mark, b"1")
    }

    /// Changes the response of a request that was permitted. The upstream has served it by now, so
    /// that a header which cannot be written is only logged.
    pub(crate) fn respond(&self, changes: &[HeaderChange]) {
        for change in changes {
            if let Err(error) = abi::change(abi::Headers::Response, change) {
                log::warn!("{}: a response's header not written: {error}", self.plugin);
                return;
            }
        }
    }

    /// A number that cannot be shown now is shown with a later request. A value that cannot be
    /// recorded is lost: the next one comes in a minute.
    fn show_numbers(&self) {
        let Ruling::Engine(_, tallies, histograms) = &self.ruling else {
            return;
        };
        for numbers in tallies {
            numbers.tell_news(&mut |number, ahead| {
                let name = || format!("portcullis.{}.{number}", self.plugin);
                self.counters.add(ahead, number, name).is_ok()
            });
        }
        for histogram in histograms {
            let _ = histogram.show(self.plugin);
        }
    }

    fn deny(&self, denial: &Denial, id: DecisionId, fault: Option<HostError>) {
        let code = denial.reason.code();
        let plugin = self.plugin;
        // A denial stands whether or not it could be counted and logged.
        let _ = self
            .counters
            .add(1, code, || format!("portcullis.{plugin}.denied.{code}"));
        if let Some(rule) = &denial.rule {
            let _ = abi::set_property(DENIED_BY, rule.as_bytes());
            if denial.reason.status() == Status::TooManyRequests {
                self.count_named(&self.limits, "limited", rule);
            }
        }
        if let Some(client) = &denial.client {
            let [_, denied] = &self.clients;
            self.count_named(denied, "client_denied", client);
        }
        let _ = self.state(Stated::Denial(denial));
        logger::denial(plugin, denial, id, fault);
        if let Err(error) = reply::send(denial, id) {
            log::error!("no reply sent: {error}");
        }
    }

    /// Counts under a name of the document. Nothing hangs on it.
    fn count_named(&self, counters: &Counters, what: &str, name: &str) {
        let most = NAMED.saturating_add(usize::from(counters.knows(OTHERS)));
        let key = if name == OTHERS || counters.has_room(name, most) {
            name
        } else {
            OTHERS
        };
        let plugin = self.plugin;
        let _ = counters.add(1, key, || format!("portcullis.{plugin}.{what}.{key}"));
    }
}

/// Whether a change only takes a credential out of where every credential goes. Routes are not chosen by
/// its bytes, and choosing anew costs as much as a policy.
fn is_stripped_credential(change: &HeaderChange) -> bool {
    matches!(change, HeaderChange::Remove(name) if &**name == "authorization")
}

/// The filter state with the name of the guard or limit that denied.
const DENIED_BY: &[u8] = b"portcullis.denied_by";

/// How many limits, and how many clients, have a counter of their own; the names are the document's,
/// and a proxy never forgets a counter.
const NAMED: usize = 100;

/// The denial in place of a permit that the proxy did not let us carry out.
fn not_carried_out(permit: Permit) -> Denial {
    let mut denial = Denial::from(Failure::new(internal::HOST_CALL, Weight::Fault));
    denial.route = permit.route;
    denial.trials = permit.trials;
    denial
}
