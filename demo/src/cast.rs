//! Who takes part: the edge and three services, with their names and SPIFFE IDs.
//!
//! The names are those that `envoy/*.yaml` write as host names and in their documents.

use std::fmt;

/// One proxy of the demo; all but the edge stand beside a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Member {
    /// The HTTPS edge.
    Edge,
    /// The service with the products.
    Catalog,
    /// The service that takes orders and calls the two others.
    Orders,
    /// The service that charges.
    Payments,
}

impl Member {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Edge, Self::Catalog, Self::Orders, Self::Payments];

    /// The services, without the edge.
    pub const SERVICES: [Self; 3] = [Self::Catalog, Self::Orders, Self::Payments];

    /// Its name: host name, folder, role.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Edge => "edge",
            Self::Catalog => "catalog",
            Self::Orders => "orders",
            Self::Payments => "payments",
        }
    }

    /// Its workload's identity.
    #[must_use]
    pub const fn spiffe_id(self) -> &'static str {
        match self {
            Self::Edge => "spiffe://example.org/ns/edge/sa/gateway",
            Self::Catalog => "spiffe://example.org/ns/shop/sa/catalog",
            Self::Orders => "spiffe://example.org/ns/shop/sa/orders",
            Self::Payments => "spiffe://example.org/ns/shop/sa/payments",
        }
    }

    /// The configuration in `envoy/` that its proxy runs.
    #[must_use]
    pub const fn configuration(self) -> &'static str {
        match self {
            Self::Edge => "edge.yaml",
            Self::Catalog | Self::Orders | Self::Payments => "service.yaml",
        }
    }

    /// The secrets in `envoy/sds/` that the configuration names.
    #[must_use]
    pub const fn secrets(self) -> &'static [&'static str] {
        match self {
            Self::Edge => &["svid.yaml", "bundle.yaml", "web.yaml"],
            Self::Catalog | Self::Orders | Self::Payments => &["svid.yaml", "bundle.yaml"],
        }
    }

    /// The plugin in `dist/` that the configuration names.
    #[must_use]
    pub const fn plugin(self) -> &'static str {
        match self {
            Self::Edge => "gateway.wasm",
            Self::Catalog | Self::Orders | Self::Payments => "spiffe_authz.wasm",
        }
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
