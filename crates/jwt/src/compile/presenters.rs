//! `presented_by`: who may present a provider's JWT-SVIDs.

use std::rc::Rc;

use policy::Workloads;
use policy::language::{Place, Report};

use crate::document::ProviderModel;
use crate::presenters::Presenters;
use crate::profile::Profile;

/// The word for the workload that the token names.
const SUBJECT: &str = "subject";

/// What the provider says about it, or what is wrong with that.
pub(super) fn of(
    model: &ProviderModel,
    workloads: Option<&Rc<dyn Workloads>>,
    place: &Place<'_>,
    report: &mut Report,
) -> Option<Presenters> {
    let listed = &model.presented_by.as_ref()?.0;
    let place = place.field("presented_by");
    if model.profile != Profile::JwtSvid {
        let message = "goes with profile: jwt_svid alone: only its sub is a workload; other tokens \
                       are bound by certificate_bound";
        report.error(&place, message);
        return None;
    }
    let Some(workloads) = workloads else {
        let message =
            "this plugin knows no callers, so anybody could present them; load gateway.wasm";
        report.error(&place, message);
        return None;
    };
    let mut subject = false;
    let mut others = Vec::new();
    for (index, text) in listed.iter().enumerate() {
        let text = text.as_str();
        if text == SUBJECT {
            subject = true;
            continue;
        }
        match workloads.template(text) {
            Ok(template) => others.push(template),
            Err(why) => {
                let message = format!(
                    "\"{text}\" is neither the word \"subject\" nor a SPIFFE ID template: {why}"
                );
                report.error(&place.index(index), message);
            }
        }
    }
    Some(Presenters::new(Rc::clone(workloads), subject, others))
}
