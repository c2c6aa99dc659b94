//! The `jwt_authn` plugin: who the user is, by a verified token.
//!
//! At the edge; everything it decides is in the crate `jwt`.

use jwt::Tokens;

filter::plugin!("jwt_authn", |_seams| vec![Box::new(Tokens::new())]);
