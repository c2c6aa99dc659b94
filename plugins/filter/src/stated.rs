//! What decided, in one line for filter state: access logs and later filters read it, never a client.
//!
//! `verdict=permit;reason=-;route=orders;rule=-;shadow=-`: five parts in this order, `-` for none.
//! Names and codes are of closed sets or out of the document, and none of them holds `;` or `,`.

use std::io::Write;

use policy::{Denial, Permit, Trial};

/// How many rules on trial are named for one request; a document may have any number of them.
const MAX_TRIALS: usize = 16;

/// A decision, as far as it is stated.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stated<'a> {
    Permit(&'a Permit),
    Denial(&'a Denial),
}

impl Stated<'_> {
    /// Writes the line in place of what is there.
    pub(crate) fn write(self, line: &mut Vec<u8>) {
        line.clear();
        let (verdict, route, trials) = match self {
            Self::Permit(permit) => ("permit", &permit.route, &permit.trials),
            Self::Denial(denial) => ("deny", &denial.route, &denial.trials),
        };
        let (reason, rule) = match self {
            Self::Permit(_) => (None, None),
            Self::Denial(denial) => (Some(denial.reason.code()), denial.rule.as_deref()),
        };
        for (name, value) in [
            ("verdict=", Some(verdict)),
            (";reason=", reason),
            (";route=", route.as_deref()),
            (";rule=", rule),
        ] {
            line.extend_from_slice(name.as_bytes());
            line.extend_from_slice(value.unwrap_or("-").as_bytes());
        }
        line.extend_from_slice(b";shadow=");
        if trials.is_empty() {
            line.push(b'-');
        }
        write_trials(trials, line);
    }
}

fn write_trials(trials: &[Trial], line: &mut Vec<u8>) {
    for (index, trial) in trials.iter().enumerate() {
        if index > 0 {
            line.push(b',');
        }
        if index == MAX_TRIALS {
            line.extend_from_slice(b"more");
            return;
        }
        let _ = write!(line, "{trial}"); // writing to a Vec does not fail
    }
}

#[cfg(test)]
mod tests {
    use policy::{Failure, Rule, Weight, internal};

    use super::*;

    fn text(stated: Stated<'_>) -> String {
        let mut line = b"what was there".to_vec();
        stated.write(&mut line);
        String::from_utf8(line).unwrap()
    }

    fn trial(rule: Rule, denies: bool) -> Trial {
        Trial {
            rule,
            reason: denies.then_some(internal::STATE),
            by: None,
        }
    }

    #[test]
    fn five_parts_in_order() {
        let mut permit = Permit::default();
        assert_eq!(
            text(Stated::Permit(&permit)),
            "verdict=permit;reason=-;route=-;rule=-;shadow=-"
        );
        permit.route = Some("orders".into());
        permit.trials = vec![
            trial(Rule::Document, false),
            trial(Rule::Deny("a".into()), true),
        ];
        assert_eq!(
            text(Stated::Permit(&permit)),
            "verdict=permit;reason=-;route=orders;rule=-;shadow=permit@document,deny:internal.state@deny[a]"
        );
        let mut denial = Denial::from(Failure::new(internal::HOST_CALL, Weight::Fault));
        denial.rule = Some("per-user".into());
        assert_eq!(
            text(Stated::Denial(&denial)),
            "verdict=deny;reason=internal.host_call;route=-;rule=per-user;shadow=-"
        );
    }

    #[test]
    fn a_line_is_bounded_whatever_is_on_trial() {
        let permit = Permit {
            trials: vec![trial(Rule::Require("x".into()), true); 1_000],
            ..Permit::default()
        };
        let line = text(Stated::Permit(&permit));
        assert!(line.ends_with(",more"), "{line}");
        assert_eq!(line.matches("require[x]").count(), MAX_TRIALS);
    }
}
