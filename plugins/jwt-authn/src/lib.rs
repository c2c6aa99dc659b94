//! The `jwt_authn` plugin: who the user is, by a verified token.
//!
//! At the edge; everything it decides is in the crate `jwt`.

use jwt::Tokens;
use spiffe::SpiffeId;

filter::plugin!("jwt_authn", |_seams| vec![Box::new(
    Tokens::new().with_spiffe_ids(SpiffeId::is_in)
)]);
