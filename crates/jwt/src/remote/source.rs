//! The life of one provider's key set in one worker, and of its one fetch in all of them.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use policy::{Answer, Call, Errand, Store, StoreError, Swap, Wait};

use super::answer::{self, FetchFault};
use super::board::Board;
use super::bytes::checksum;
use super::shared::Shared;
use super::state::{Flight, State, Target};
use super::step::{Unavailable, UnknownKid};
use super::{FetchTallies, Location, Origin, Settings, discovery, tallies};
use crate::KeySet;

/// One provider's keys as a worker has them.
#[derive(Debug)]
pub struct KeySource {
    name: Box<str>,
    settings: Settings,
    board: Board,
    state: RefCell<State>,
    tallies: Rc<FetchTallies>,
}

impl KeySource {
    /// A source that has nothing yet, with its name for the log. It does not touch the store.
    #[must_use]
    pub fn new(name: &str, settings: Settings, store: Rc<dyn Store>) -> Self {
        let board = Board::new(store, &settings.identity());
        Self {
            name: name.into(),
            settings,
            board,
            state: RefCell::default(),
            tallies: Rc::default(),
        }
    }

    /// The same, counted there.
    #[must_use]
    pub fn counting(mut self, tallies: &Rc<FetchTallies>) -> Self {
        self.tallies = Rc::clone(tallies);
        self
    }

    /// The keys, if a set is there and not too old.
    ///
    /// # Errors
    /// There is none, or the issuer has not been heard for longer than `max_stale`.
    pub fn keys(&self, now: Duration) -> Result<Rc<KeySet>, Unavailable> {
        let state = self.state.borrow();
        let fetched = state.shared.fetched;
        match state.keys() {
            Some(keys) if now <= fetched.saturating_add(self.settings.max_stale) => {
                Ok(Rc::clone(keys))
            }
            _ => {
                let wait = state.shared.not_before.saturating_sub(now);
                let retry_after = wait.max(Duration::from_secs(1));
                Err(Unavailable { retry_after })
            }
        }
    }

    /// The keys as of the last poll, which is a tick ago at most; so no clock is asked.
    ///
    /// # Errors
    /// As of [`Self::keys`].
    pub fn current(&self) -> Result<Rc<KeySet>, Unavailable> {
        let polled = self.state.borrow().polled;
        self.keys(polled)
    }

    /// Counts the sets that this worker has had, of which the last is in use; `None` where none is.
    #[must_use]
    pub fn edition(&self) -> Option<u64> {
        self.current().ok()?;
        Some(self.state.borrow().editions)
    }

    /// The number of the set in use: what was verified with another is not verified with this one.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.state.borrow().generation()
    }

    /// Says that a token names a `kid` which the set does not have.
    ///
    /// # Security
    /// A client chooses `kid`s. Within `unknown_kid_interval` the issuer is asked once; every other
    /// unknown `kid` is refused at once, so that random ones neither reach the issuer nor hold a request.
    pub fn unknown_kid(&self, kid: &str, now: Duration) -> UnknownKid {
        let mut state = self.state.borrow_mut();
        if state.unknown.holds(kid, now) {
            return UnknownKid::Unknown;
        }
        if state.is_asking(now) {
            return UnknownKid::Asking;
        }
        if state.shared.may_be_early(&self.settings, now) {
            state.wanted = true;
            return UnknownKid::Asking;
        }
        let until = now.saturating_add(self.settings.unknown_kid_interval);
        state.unknown.add(kid, until);
        UnknownKid::Unknown
    }

    /// What came of a fetch. After a failure the last good set stays in use, and the next try waits.
    pub(super) fn came(&self, now: Duration, answer: Answer) -> Result<Option<Call>, FetchFault> {
        let flight = self.state.borrow_mut().flight.take();
        // One that comes after its time was given up already.
        let flight = flight.ok_or(FetchFault::Fenced)?;
        let outcome = answer::body(answer).and_then(|body| match &flight.target {
            Target::Discovery(from) => {
                discovery::keys_at(&body, &self.settings.issuer, from).map(Some)
            }
            Target::Keys => self.publish(now, flight.nonce, &body).map(|()| None),
        });
        if let Err(fault) = &outcome {
            tallies::count(&self.tallies.failures);
            if *fault == FetchFault::NoCluster {
                tallies::count(&self.tallies.no_cluster);
            }
        }
        match outcome {
            Ok(Some(keys)) => {
                let target = Target::Keys;
                self.state.borrow_mut().flight = Some(Flight { target, ..flight });
                Ok(Some(self.call(&keys)))
            }
            Ok(None) => Ok(None),
            Err(fault) => {
                self.give_up(now, flight.nonce);
                Err(fault)
            }
        }
    }

    /// Puts a set where all workers find it, if the lease is still ours, and takes it.
    fn publish(&self, now: Duration, nonce: u64, body: &[u8]) -> Result<(), FetchFault> {
        let keys = KeySet::fetched(body, &self.settings.algorithms)?;
        // In this order: whoever took the lease after us has changed the slot since it was read, or
        // is the holder already.
        let slots = self.board.slots()?;
        let (shared, version) = self.board.look(&self.settings, now)?;
        if shared.holder != nonce {
            return Err(FetchFault::Fenced);
        }
        let mut state = self.state.borrow_mut();
        let digest = checksum(body);
        let mut next = shared.confirmed(now);
        let unchanged = state.has(&shared, digest);
        if !unchanged {
            next.generation = shared.generation.max(state.generation()).saturating_add(1);
            next.publisher = nonce;
            if self.board.put(next, body, &slots)? == Swap::Lost {
                return Err(FetchFault::Fenced);
            }
        }
        if self.board.swap(next, version)? == Swap::Lost {
            return Err(FetchFault::Fenced);
        }
        state.shared = next;
        if !unchanged {
            self.take(&mut state, &next, Some((keys, digest)));
        }
        Ok(())
    }

    /// Gives the lease back after a failure, so that the next try can be another worker's. Where that
    /// fails, the lease ends by itself.
    fn give_up(&self, now: Duration, nonce: u64) {
        let Ok((shared, version)) = self.board.look(&self.settings, now) else {
            return;
        };
        let next = shared.failed(now);
        if shared.holder == nonce && self.board.swap(next, version) == Ok(Swap::Done) {
            self.state.borrow_mut().shared = next;
        }
    }

    /// Takes the set that the board says is in use; whether it is another than ours.
    fn take_newer(&self, state: &mut State) -> Result<bool, StoreError> {
        let shared = state.shared;
        if shared.generation == 0 || state.is_of(&shared) {
            return Ok(false);
        }
        let read = self.board.body(shared)?.and_then(|body| {
            let keys = KeySet::fetched(&body, &self.settings.algorithms).ok()?;
            Some((keys, checksum(&body)))
        });
        self.take(state, &shared, read);
        Ok(true)
    }

    fn take(&self, state: &mut State, shared: &Shared, read: Option<(KeySet, u64)>) {
        if read.is_some() {
            tallies::count(&self.tallies.sets);
        }
        state.take(shared, read);
    }

    fn call(&self, location: &Location) -> Call {
        Call {
            ticket: 0, // one at a time
            cluster: Rc::clone(&self.settings.cluster),
            method: "GET",
            https: location.is_https(),
            authority: location.authority().into(),
            path: location.path().into(),
            headers: vec![
                ("accept", ACCEPTED.into()),
                ("user-agent", "portcullis".into()),
            ],
            body: Vec::new(),
            timeout: self.settings.timeout,
        }
    }
}

impl Errand for KeySource {
    fn name(&self) -> &str {
        &self.name
    }

    /// Takes a newer set from the board, and fetches where one is due and nobody else does.
    fn poll(
        &self,
        now: Duration,
        random: &dyn Fn() -> Option<u64>,
    ) -> Result<Option<Call>, StoreError> {
        self.state.borrow_mut().polled = now;
        let (shared, version) = self.board.look(&self.settings, now)?;
        let mut state = self.state.borrow_mut();
        state.shared = shared;
        let newer = self.take_newer(&mut state)?;
        // Who wants a key looks into the newer set first, and asks again where it is not in there.
        let wanted = std::mem::take(&mut state.wanted) && !newer;
        // A flight that is over without an answer is one that the proxy never told the end of.
        state.flight = state.flight.take().filter(|flight| now <= flight.until);
        if state.flight.is_some() || shared.is_leased(now) {
            return Ok(None); // the answer on its way is news enough for who wants one
        }
        let early = wanted && shared.may_be_early(&self.settings, now);
        let damaged = state.is_damaged() && shared.may_try(now);
        if !(early || damaged || shared.is_due(&self.settings, now)) {
            return Ok(None);
        }
        let Some(nonce) = random() else {
            return Ok(None);
        };
        let until = now.saturating_add(self.settings.lease());
        let leased = Shared {
            holder: nonce,
            leased_until: until,
            early: if early { now } else { shared.early },
            ..shared
        };
        if self.board.swap(leased, version)? == Swap::Lost {
            state.wanted = wanted; // another worker has just written: look again
            return Ok(None);
        }
        state.shared = leased;
        tallies::count(&self.tallies.fetches);
        if early {
            tallies::count(&self.tallies.early);
        }
        let (location, target) = match &self.settings.origin {
            Origin::Keys(keys) => (keys, Target::Keys),
            Origin::Discovery(document) => (document, Target::Discovery(document.clone())),
        };
        state.flight = Some(Flight {
            nonce,
            until,
            target,
        });
        Ok(Some(self.call(location)))
    }

    fn answered(&self, now: Duration, _: u64, answer: Answer) -> Result<Option<Call>, String> {
        self.came(now, answer).map_err(|fault| match fault {
            FetchFault::NoCluster => format!("cluster \"{}\": {fault}", self.settings.cluster),
            _ => fault.to_string(),
        })
    }
}

/// For a request whose `kid` is not in the set: over when nobody is asking the issuer.
impl Wait for KeySource {
    fn is_over(&self, now: Duration) -> bool {
        !self.state.borrow().is_asking(now)
    }
}

/// What a set or a discovery document may come as.
const ACCEPTED: &str = "application/json, application/jwk-set+json";
