//! The parts of a condition that name workloads: `principals` and its two short forms.
//!
//! The short forms are Istio's, and stand for a template in the own trust domain; they mean no
//! more than that, so everything is decided on full SPIFFE IDs.

use std::borrow::Cow;

use policy::language::{Json, Model, Place, Report, Shape, Text};

use crate::spiffe_id::check_segment;
use crate::{IdTemplate, TrustDomain};

policy::model! {
    /// Which workloads a condition is for.
    pub struct Who {
        /// SPIFFE ID templates: `{name}` is one segment, `**` at the end any rest, the trust
        /// domain literal.
        optional principals: Vec<IdTemplate>;
        /// `NAMESPACE/ACCOUNT`, or `NAMESPACE/*` for all of a namespace: short for
        /// `spiffe://TRUST_DOMAIN/ns/NAMESPACE/sa/ACCOUNT` in `identity.trust_domain`.
        optional service_accounts: Vec<ServiceAccount>;
        /// `NAMESPACE`: short for `spiffe://TRUST_DOMAIN/ns/NAMESPACE/sa/{any}`.
        optional namespaces: Vec<Namespace>;
    }
}

/// A service account as `NAMESPACE/ACCOUNT`, or all of a namespace as `NAMESPACE/*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAccount(pub(super) ShortForm);

/// A Kubernetes namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace(pub(super) ShortForm);

/// A text that is short for a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ShortForm {
    written: Box<str>,
    namespace: Box<str>,
    account: Option<Box<str>>,
}

impl ShortForm {
    /// The template it stands for.
    pub(super) fn within(&self, domain: &TrustDomain) -> IdTemplate {
        IdTemplate::service_account(domain, &self.namespace, self.account.as_deref())
    }

    /// It as the document has it.
    pub(super) fn written(&self) -> &str {
        &self.written
    }

    /// The path of the template it stands for.
    pub(super) fn path(&self) -> String {
        let account = self.account.as_deref().unwrap_or("{any}");
        format!("/ns/{}/sa/{account}", self.namespace)
    }
}

impl Model for ServiceAccount {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        let text = Text::read(value, place, report)?;
        let written = text.as_str();
        if is_uri(written, place, report) {
            return None;
        }
        let (namespace, account) = match written.split_once('/') {
            Some((namespace, "*")) => (namespace, None),
            Some((namespace, account)) => (namespace, Some(account)),
            None => ("", None),
        };
        if is_segment(namespace) && account.is_none_or(is_segment) {
            return Some(Self(ShortForm {
                written: written.into(),
                namespace: namespace.into(),
                account: account.map(Into::into),
            }));
        }
        let meant: Cow<'_, str> = if is_segment(written) {
            format!("\"{written}/*\" for every account of a namespace, or ").into()
        } else {
            "".into()
        };
        report.error(
            place,
            format_args!(
                "\"{written}\" is not a service account; write {meant}\"NAMESPACE/ACCOUNT\""
            ),
        );
        None
    }

    fn shape() -> Shape {
        Shape::Pattern(r"^[A-Za-z0-9._-]+/([A-Za-z0-9._-]+|\*)$", "service account")
    }
}

impl Model for Namespace {
    fn read(value: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        let text = Text::read(value, place, report)?;
        let written = text.as_str();
        if is_uri(written, place, report) {
            return None;
        }
        if is_segment(written) {
            return Some(Self(ShortForm {
                written: written.into(),
                namespace: written.into(),
                account: None,
            }));
        }
        match written.split_once('/') {
            Some((namespace, "*")) if is_segment(namespace) => report.error(
                place,
                format_args!("\"{written}\" is not a namespace; write \"{namespace}\""),
            ),
            Some(_) => report.error(
                place,
                format_args!(
                    "\"{written}\" is not a namespace; a namespace with an account goes under \
                     service_accounts"
                ),
            ),
            None => report.error(
                place,
                format_args!(
                    "\"{written}\" is not a namespace; write one name of letters, digits and . - _"
                ),
            ),
        }
        None
    }

    fn shape() -> Shape {
        Shape::Pattern("^[A-Za-z0-9._-]+$", "namespace")
    }
}

/// Reports a full ID where a short form is expected.
fn is_uri(written: &str, place: &Place<'_>, report: &mut Report) -> bool {
    let is_uri = written.contains("://");
    if is_uri {
        report.error(
            place,
            format_args!("\"{written}\" is a full SPIFFE ID; write it under principals"),
        );
    }
    is_uri
}

fn is_segment(text: &str) -> bool {
    check_segment(text.as_bytes()).is_ok()
}
