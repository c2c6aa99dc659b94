//! What the upstream gets of a token: not the token, unless asked for, and the claims it is to be
//! told.

use std::rc::Rc;

use policy::{Context, HeaderChange, Permit};

use crate::provider::AfterUse;
use crate::seen::{Entry, Seen, Verdict};
use crate::verifier::Verifier;

impl Verifier {
    /// Header changes and outcomes of a permitted request.
    ///
    /// # Security
    /// A token that was looked at and not taken (another alternative let the request in) is
    /// removed too: the upstream must not mistake it for one that was verified. A token that no
    /// rule asked about is left alone.
    pub(crate) fn on_permit(&self, context: &Context<'_>, permit: &mut Permit) {
        let Some(seen) = context.learnt.find::<Seen>() else {
            return;
        };
        let entries = seen.in_order();
        self.remove_tokens(&entries, permit);
        let mut written: Vec<&Rc<str>> = Vec::new();
        for entry in &entries {
            let (Verdict::Good(claims), Some(provider)) =
                (&entry.verdict, self.providers.get(entry.provider))
            else {
                continue;
            };
            for claim in &provider.claim_headers {
                if written.contains(&&claim.header) {
                    continue; // the first provider's word stands
                }
                if let Some(value) = claim.value(claims) {
                    let header = Rc::clone(&claim.header);
                    permit.changes.push(HeaderChange::Set(header, value));
                    written.push(&claim.header);
                }
            }
        }
        if let Some((number, claims)) = seen.verified(None)
            && let Some(provider) = self.providers.get(number)
        {
            let name = provider.name.as_bytes().to_vec();
            permit.outcomes.push(("jwt_provider", name));
            if let Some(principal) = claims.principal() {
                permit
                    .outcomes
                    .push(("jwt_principal", principal.into_bytes()));
            }
        }
    }

    fn remove_tokens(&self, entries: &[Entry], permit: &mut Permit) {
        let mut removed: Vec<usize> = entries
            .iter()
            .flat_map(|entry| entry.carriers.clone())
            .collect();
        removed.sort_unstable();
        removed.dedup();
        // A header with a token that any provider took and forwards stays.
        removed.retain(|carrier| {
            !entries.iter().any(|entry| {
                let provider = self.providers.get(entry.provider);
                entry.carriers.contains(carrier)
                    && matches!(entry.verdict, Verdict::Good(_))
                    && provider.is_some_and(|one| one.after_use == AfterUse::Forward)
            })
        });
        for number in removed {
            if let Some(carrier) = self.carriers.get(number) {
                let change = HeaderChange::Remove(Rc::clone(&carrier.header));
                if !permit.changes.contains(&change) {
                    permit.changes.push(change);
                }
            }
        }
    }
}
