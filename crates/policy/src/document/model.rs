//! The models of the document's own parts: routes, guards and the request section.

use crate::Mode;
use crate::language::{Json, Model, Name, Place, Report, Shape, Text, Whole};

crate::words! {
    /// The version of the language.
    pub(crate) enum Version {
        /// The first, and so far the only one.
        V1 = "v1",
    }
}

crate::words! {
    /// What a route may accept in a path, though two servers could read it differently.
    pub(crate) enum Accepted {
        /// `%2f`.
        EncodedSlash = "encoded_slash",
        /// `%5c` or a raw backslash.
        EncodedBackslash = "encoded_backslash",
        /// `//`.
        EmptySegment = "empty_segment",
        /// `;`.
        Semicolon = "semicolon",
        /// `%252f` and the like.
        DoubleEncoding = "double_encoding",
    }
}

crate::model! {
    /// How requests are read.
    pub(crate) struct RequestModel {
        /// Compare paths without case; set it when the upstream folds case.
        default case_insensitive_paths: bool = false, "false";
        /// Let a CORS preflight (OPTIONS with `origin` and `access-control-request-method`) pass
        /// without the condition of its route. A route must match it, OPTIONS among its methods or
        /// none listed; `allow: none`, `deny`, `require` and limits still hold. Any client can send
        /// one, so the upstream must do nothing else for OPTIONS.
        default bypass_cors_preflight: bool = false, "false";
    }
}

/// `any`, `none` or a condition, kept until the policies read it.
#[derive(Clone, Debug)]
pub(crate) struct WhoModel(pub(crate) Json);

impl Model for WhoModel {
    fn read(value: &Json, _place: &Place<'_>, _report: &mut Report) -> Option<Self> {
        Some(Self(value.clone()))
    }

    fn shape() -> Shape {
        Shape::Either(vec![Shape::Words(&["any", "none"]), Shape::Condition])
    }
}

crate::model! {
    /// One route: which requests it is for, and whom it lets in.
    pub(crate) struct RouteModel {
        /// Its name in logs and metrics; unique.
        required name: Name, "give the route a name; it stands in logs and metrics";
        /// Path templates: literal segments, `{name}` for exactly one, `**` at the end for any rest;
        /// at most 64 segments. gRPC: `/pkg.Service/Method`.
        required paths: Vec<Text>, "list at least one path; [\"/**\"] is every path";
        /// Methods in upper case; left out: any but CONNECT. GET does not include HEAD.
        optional methods: Vec<Text>;
        /// Hosts in lower case without port; `*.example.org` for every name below. Left out: any.
        optional hosts: Vec<Text>;
        /// The listener's ports; left out: any.
        optional ports: Vec<Whole<1, 65535>>;
        /// Whom it lets in.
        required allow: WhoModel, "write a condition, \"any\" (no condition) or \"none\" (always denied)";
        /// What this route accepts in a path though two servers could read it differently.
        optional accept_ambiguous: Vec<Accepted>;
        /// `shadow`: on trial. The other routes decide as if this one were not there, and what it
        /// would have decided is recorded.
        optional mode: Mode;
    }
    instead [
        ("path", "paths: [...]"), ("prefix", "paths: [\"/prefix/**\"]"), ("method", "methods: [...]"),
        ("host", "hosts: [...]"), ("requires", "allow"), ("from", "allow"), ("to", "paths and methods"),
        ("when", "when inside of allow"), ("notPaths", "a narrower route; there are no not_ forms"),
        ("action", "allow"),
    ];
}

crate::model! {
    /// A guard over all routes: `deny` refuses whom it names, `require` refuses whom it does not.
    pub(crate) struct GuardModel {
        /// Its name in the log; unique in its list.
        required name: Name, "give the entry a name; it stands in the log";
        /// Whom it is about.
        required who: WhoModel, "write a condition, or \"any\" for everybody";
        /// Paths; left out: any.
        optional paths: Vec<Text>;
        /// Methods; left out: any.
        optional methods: Vec<Text>;
        /// Hosts; left out: any.
        optional hosts: Vec<Text>;
        /// Ports; left out: any.
        optional ports: Vec<Whole<1, 65535>>;
        /// `shadow`: on trial. It denies nobody, and whom it would have denied is recorded.
        optional mode: Mode;
    }
}
