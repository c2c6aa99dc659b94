//! The rows of the table: what the proxy runs, and what the caller sends it.

use std::net::SocketAddr;

use serde_json::Value;

use crate::{
    callout::{Service, cluster},
    growth, interface, native,
    opa::{self, Rule},
    plugin::{Document, Key, plugin, reference},
    scale::Scale,
    traffic::Traffic,
    world::World,
};

/// One row.
pub(crate) struct Row {
    /// The name by which budgets and plots speak of it.
    pub(crate) name: &'static str,
    /// What it is, for the table.
    pub(crate) what: &'static str,
    /// The HTTP filters.
    pub(crate) filters: Vec<Value>,
    /// Clusters that they call.
    pub(crate) clusters: Vec<Value>,
    /// Whether they ask for a route with a cluster.
    pub(crate) routed: bool,
    /// What is sent.
    pub(crate) traffic: Traffic,
    /// Whether latency is measured too.
    pub(crate) timed: bool,
    /// Whether it is in the table of how it grows, and not in that of all rows.
    pub(crate) grown: bool,
    /// What Open Policy Agent is asked, where it is the service.
    pub(crate) agent: Option<Rule>,
    /// A dear row gets only one of so many requests.
    pub(crate) one_of: u32,
}

impl Row {
    pub(crate) const fn new(name: &'static str, what: &'static str, filters: Vec<Value>) -> Self {
        Self {
            name,
            what,
            filters,
            clusters: Vec::new(),
            routed: false,
            traffic: Traffic::same(),
            timed: false,
            grown: false,
            agent: None,
            one_of: 1,
        }
    }

    pub(crate) const fn timed(mut self) -> Self {
        self.timed = true;
        self
    }

    /// With a service to ask, in the cluster `callout`.
    fn asking(mut self, address: SocketAddr) -> Self {
        self.clusters.push(cluster("callout", address));
        self
    }

    pub(crate) const fn grown(mut self) -> Self {
        self.grown = true;
        self
    }

    pub(crate) const fn one_of(mut self, requests: u32) -> Self {
        self.one_of = requests;
        self
    }

    const fn routed(mut self) -> Self {
        self.routed = true;
        self
    }

    const fn sent(mut self, traffic: Traffic) -> Self {
        self.traffic = traffic;
        self
    }
}

/// All rows, in the order of the table.
#[must_use]
pub(crate) fn all(world: &World, scale: &Scale) -> Vec<Row> {
    let mut rows = bare();
    rows.extend(interface::rows());
    rows.extend(natives(world));
    rows.extend(alone(world, scale));
    rows.extend(gateways(world));
    rows.extend(callouts());
    rows.extend(opa::rows());
    rows.extend(growth::rows());
    rows
}

fn bare() -> Vec<Row> {
    vec![
        Row::new("none", "no filter", vec![]).timed(),
        Row::new("empty", "an empty wasm filter", vec![reference("empty")]).timed(),
        Row::new(
            "empty-chatty",
            "the same, exporting every callback",
            vec![reference("chatty")],
        ),
        Row::new(
            "seal",
            "the seal alone (`rbac` on filter state)",
            vec![native::open_seal()],
        ),
    ]
}

fn natives(world: &World) -> Vec<Row> {
    let first_sight = Traffic::same().first_sight();
    let chain = |cached| {
        vec![
            native::local_ratelimit(),
            native::jwt_authn(world, cached),
            native::rbac(FEW),
        ]
    };
    vec![
        Row::new(
            "rbac",
            "native `rbac`, 10 principals",
            vec![native::rbac(FEW)],
        ),
        Row::new(
            "jwt-native-first",
            "native `jwt_authn`, no cache, new tokens",
            vec![native::jwt_authn(world, false)],
        )
        .sent(first_sight),
        Row::new(
            "jwt-native-cached",
            "native `jwt_authn`, cache, one token",
            vec![native::jwt_authn(world, true)],
        ),
        Row::new(
            "limit-native",
            "native `local_ratelimit`, one bucket",
            vec![native::local_ratelimit()],
        ),
        Row::new(
            "limit-native-address",
            "native `local_ratelimit`, a bucket per address, one address",
            vec![native::local_ratelimit_by_address()],
        )
        .routed(),
        Row::new(
            "chain-native",
            "native chain of three, token cached",
            chain(true),
        )
        .timed(),
        Row::new(
            "chain-native-first",
            "native chain of three, new tokens",
            chain(false),
        )
        .sent(first_sight),
    ]
}

fn alone(world: &World, scale: &Scale) -> Vec<Row> {
    let identity = || plugin("spiffe_authz", &Document::new().identity(FEW));
    let token = || plugin("jwt_authn", &Document::new().token(world));
    let limit = |keys| plugin("rate_limit", &Document::new().limit(Key::Address, keys));
    let addresses = scale.addresses;
    vec![
        Row::new(
            "identity",
            "`spiffe_authz.wasm`, 10 principals",
            vec![identity()],
        ),
        Row::new("token-first", "`jwt_authn.wasm`, new tokens", vec![token()])
            .sent(Traffic::same().first_sight()),
        Row::new("token-repeat", "`jwt_authn.wasm`, one token", vec![token()]),
        Row::new(
            "limit-one",
            "`rate_limit.wasm` by address, one address",
            vec![limit(65_536)],
        ),
        Row::new(
            "limit-many",
            "`rate_limit.wasm` by address, a million addresses",
            vec![limit(1 << 20)],
        )
        .sent(Traffic::same().many_addresses(addresses)),
        Row::new(
            "chain-plugins",
            "three of our plugins in a chain",
            vec![limit(65_536), token(), identity()],
        ),
    ]
}

fn gateways(world: &World) -> Vec<Row> {
    let gateway = |document: &Document| plugin("gateway", document);
    let one = Document::new().identity(FEW);
    let two = one.clone().token(world);
    let three = two.clone().limit(Key::Address, 65_536);
    let by_claim = two.clone().limit(Key::Claim, 65_536);
    vec![
        Row::new("gateway-1", "`gateway.wasm`: identity", vec![gateway(&one)]),
        Row::new(
            "gateway-2",
            "`gateway.wasm`: identity, token",
            vec![gateway(&two)],
        ),
        Row::new(
            "gateway-3",
            "`gateway.wasm`: identity, token, limit by address",
            vec![gateway(&three)],
        )
        .timed(),
        Row::new(
            "gateway-3-claim",
            "`gateway.wasm`: identity, token, limit by claim",
            vec![gateway(&by_claim)],
        ),
        Row::new(
            "gateway-3-first",
            "`gateway.wasm`: all three, new tokens",
            vec![gateway(&three)],
        )
        .sent(Traffic::same().first_sight()),
        Row::new(
            "gateway-3-sealed",
            "`gateway.wasm`: all three, and the seal",
            vec![gateway(&three), native::seal("gateway")],
        )
        .timed(),
    ]
}

/// What others do in place of deciding in the proxy: they ask a service, for every request.
fn callouts() -> Vec<Row> {
    let authorization = Service::Authorization.start();
    let limits = Service::RateLimit.start();
    vec![
        Row::new(
            "ext-authz",
            "native `ext_authz` asking a service that says yes",
            vec![native::ext_authz()],
        )
        .asking(authorization)
        .timed(),
        Row::new(
            "ratelimit",
            "native `ratelimit` asking a service that says yes",
            vec![native::ratelimit()],
        )
        .asking(limits)
        .routed()
        .timed(),
        Row::new(
            "wasm-callout",
            "an empty wasm filter asking a service that says yes",
            vec![reference("callout")],
        )
        .asking(authorization)
        .timed(),
    ]
}

/// What the memory and the configure time of `gateway.wasm` are measured with.
pub(crate) fn all_policies(world: &World) -> Document {
    Document::new()
        .identity(FEW)
        .token(world)
        .limit(Key::Address, 65_536)
}

/// Principals of a plain row.
pub(crate) const FEW: usize = 10;
