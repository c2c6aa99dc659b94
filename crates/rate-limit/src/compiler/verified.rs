//! Keys of verified facts: whether anything verifies them where the limit counts.

use policy::language::{Place, Report};
use policy::{Attribute, Trust};

use super::{Compiler, written};
use crate::LimitEntry;
use crate::key::Key;
use crate::limit::Scope;

impl Compiler<'_> {
    /// Refuses a key that nothing verifies, and one that some request can reach the limit without,
    /// unless the entry says what becomes of such a request.
    pub(super) fn check_verified(
        &self,
        entry: &LimitEntry,
        key: &Key,
        scope: &Scope,
        place: &Place<'_>,
        report: &mut Report,
    ) {
        for (index, section, attribute) in key.verified() {
            let place = place.index(index);
            let name = written(entry, index);
            if !self.check_looked_for(name, attribute, scope, &place, report)
                || entry.missing.is_some()
            {
                continue;
            }
            let unverified = self.routes.unverified(section, attribute.source());
            let hole = unverified.into_iter().find(|(id, _)| scope.includes(*id));
            if let Some((_, route)) = hole {
                report.error(
                    &place,
                    format_args!(
                        "routes[{route}] verifies no {}, so {name} is missing there; narrow with \
                         \"routes: [...]\" or say \"missing: share\" or \"skip\"",
                        credential(section, attribute)
                    ),
                );
            }
        }
    }

    /// Refuses an attribute that never has a value where the limit counts, since nothing there
    /// verifies what it is of.
    pub(super) fn check_looked_for(
        &self,
        name: &str,
        attribute: &dyn Attribute,
        scope: &Scope,
        place: &Place<'_>,
        report: &mut Report,
    ) -> bool {
        let Trust::Verified(section) = attribute.trust() else {
            return true;
        };
        let looking = self.routes.looking_for(section, attribute.source());
        let is_known =
            attribute.verifies_itself() || looking.into_iter().any(|id| scope.includes(id));
        if !is_known {
            report.error(
                place,
                format_args!(
                    "nothing verifies a {} where this limit counts, so {name} is never there; ask \
                     for it in a route's \"allow\", or remove it here",
                    credential(section, attribute)
                ),
            );
        }
        is_known
    }
}

/// What a section verifies, in a sentence.
fn credential(section: &str, attribute: &dyn Attribute) -> String {
    let what = match section {
        "jwt" => "token",
        "identity" => "identity",
        "api_key" => "API key",
        _ => section,
    };
    match attribute.source() {
        Some(source) => format!("{what} of \"{source}\""),
        None => what.to_owned(),
    }
}
