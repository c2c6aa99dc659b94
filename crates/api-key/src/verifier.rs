//! The compiled section: whose key a request carries, and what the upstream gets of it.

use std::fmt;
use std::rc::Rc;

use policy::{
    Carried, Carrier, Challenge, Context, Failure, HeaderChange, Learnt, Permit, Reason, Request,
    Unreadable, Weight,
};

use crate::keys::Keys;
use crate::seen::{Known, Seen, Verdict};
use crate::{Digest, MAX_KEY_BYTES, reason};

/// The compiled section, shared by all leaves and attributes of a document.
pub(crate) struct Verifier {
    pub(crate) keys: Keys,
    pub(crate) carriers: Vec<Carrier>,
    pub(crate) challenge: Rc<Challenge>,
    pub(crate) client_id_header: Option<Rc<str>>,
    pub(crate) after_use: AfterUse,
}

/// What becomes of the key of a request that passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AfterUse {
    /// The upstream does not see it.
    Remove,
    /// The upstream gets it too, but for one that was looked at and is not live.
    Forward,
}

impl Verifier {
    /// What the request's key is; looked at once.
    ///
    /// # Errors
    /// The proxy did not answer. A bad key is no error here but a verdict.
    pub(crate) fn look(&self, context: &Context<'_>) -> Result<Rc<Seen>, Unreadable> {
        if let Some(seen) = context.learnt.find::<Seen>() {
            return Ok(seen);
        }
        let mut carriers = Vec::new();
        let mut found = None;
        for (number, carrier) in self.carriers.iter().enumerate() {
            match carrier.read(context.request)? {
                Carried::Nothing => continue,
                Carried::Several => {}
                Carried::Token(key) => found = Some(key),
            }
            carriers.push(number);
        }
        let verdict = match (found, carriers.as_slice()) {
            (_, []) => Verdict::Absent,
            (Some(key), [_]) => self.judge(&key, context.request)?,
            _ => Verdict::Bad(reason::SEVERAL, None),
        };
        let seen = Rc::new(Seen { verdict, carriers });
        context.learnt.put(Rc::clone(&seen));
        Ok(seen)
    }

    fn judge(&self, key: &[u8], request: &Request<'_>) -> Result<Verdict, Unreadable> {
        let digest = (key.len() <= MAX_KEY_BYTES).then(|| Digest::of(key));
        let Some(key) = digest.and_then(|digest| self.keys.find(&digest)) else {
            return Ok(Verdict::Bad(reason::UNKNOWN, None));
        };
        let known = Known {
            client: key.client,
            mark: key.digest.mark(),
        };
        Ok(match key.not_after {
            Some(last) if request.unix_time()?.as_secs() > last.as_secs() => {
                Verdict::Bad(reason::EXPIRED, Some(known))
            }
            _ => Verdict::Good(known),
        })
    }

    /// Why a key that is not taken is not, for whoever asked for it.
    pub(crate) fn refuse(&self, reason: Reason, known: Option<Known>) -> Failure {
        let weight = match reason {
            reason::SEVERAL => Weight::Fault, // the request cannot be read in one way
            reason::WRONG_CLIENT => Weight::NotEnough,
            reason::MISSING => Weight::Missing,
            _ => Weight::Bad,
        };
        let mut failure = Failure::new(reason, weight);
        if matches!(weight, Weight::Missing | Weight::Bad) {
            failure = failure.challenged(&self.challenge);
        }
        failure.rule = known
            .and_then(|known| self.keys.client(known.client))
            .cloned();
        failure
    }

    /// The client whose live key was looked at for this request, taken or not: for the log alone.
    pub(crate) fn verified(&self, learnt: &Learnt) -> Option<&Rc<str>> {
        self.keys.client(good(learnt)?.client)
    }

    /// The client by whose key a part of the conditions holds.
    ///
    /// # Security
    /// Not every live key is taken: with one that its route does not take, beside a token that it
    /// does, a caller could else be somebody else to limits and upstream.
    pub(crate) fn taken(&self, learnt: &Learnt) -> Option<&Rc<str>> {
        let known = good(learnt)?;
        let taken = learnt.has_shown(crate::SECTION, known.client);
        self.keys.client(known.client).filter(|_| taken)
    }

    /// Header changes and outcomes of a permitted request.
    ///
    /// # Errors
    /// The proxy did not answer.
    ///
    /// # Security
    /// Unless keys are forwarded, none of them reaches an upstream, whichever rule let the request
    /// in. One that was looked at and is not live never does: the upstream must not mistake it for one
    /// that was verified. Only a client whose key let the request in is spoken of.
    pub(crate) fn on_permit(
        &self,
        context: &Context<'_>,
        permit: &mut Permit,
    ) -> Result<(), Unreadable> {
        let seen = context.learnt.find::<Seen>();
        let good = good(context.learnt);
        for (number, carrier) in self.carriers.iter().enumerate() {
            let carries = seen.as_ref().map(|seen| seen.carriers.contains(&number));
            let goes = match (self.after_use, carries) {
                (AfterUse::Remove, None) => carrier.read(context.request)? != Carried::Nothing,
                (AfterUse::Remove, Some(carries)) => carries,
                (AfterUse::Forward, carries) => carries == Some(true) && good.is_none(),
            };
            if goes {
                carrier.remove(context.request, permit)?;
            }
        }
        if let (Some(known), Some(client)) = (good, self.taken(context.learnt)) {
            if let Some(header) = &self.client_id_header {
                let told = HeaderChange::Set(Rc::clone(header), client.as_bytes().to_vec());
                permit.changes.push(told);
            }
            let mark = format!("{:08x}", known.mark).into_bytes();
            permit
                .outcomes
                .push(("api_key_client", client.as_bytes().to_vec()));
            permit.outcomes.push(("api_key_mark", mark));
            permit.client = self.keys.counted(known.client).cloned();
        }
        Ok(())
    }

    /// What a request with a key that was looked at, live or not, is counted under.
    pub(crate) fn counted(&self, learnt: &Learnt) -> Option<&Rc<str>> {
        match learnt.find::<Seen>()?.verdict {
            Verdict::Good(known) | Verdict::Bad(_, Some(known)) => self.keys.counted(known.client),
            Verdict::Absent | Verdict::Bad(_, None) => None,
        }
    }
}

/// The live key that was looked at for this request.
fn good(learnt: &Learnt) -> Option<Known> {
    match learnt.find::<Seen>()?.verdict {
        Verdict::Good(known) => Some(known),
        Verdict::Absent | Verdict::Bad(..) => None,
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verifier({} clients)", self.keys.clients().len())
    }
}
