//! The `spiffe_authz` plugin: who may call, by the workload's SPIFFE ID.
//!
//! Between services, behind mutual TLS; everything it decides is in the crate `spiffe`.

use spiffe::Identity;

filter::plugin!("spiffe_authz", |_seams| vec![Box::new(Identity::new())]);
