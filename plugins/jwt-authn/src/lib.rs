//! The jwt_authn plugin.
