//! The spiffe_authz plugin.
