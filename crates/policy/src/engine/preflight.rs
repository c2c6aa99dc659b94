//! CORS preflights: what a browser asks before a request, without the credentials of that request.

use super::target::read_method;
use crate::{Failure, Request};

/// Whether a request is a CORS preflight (Fetch Standard, section 3.2.2), strictly: each of its
/// two headers once.
///
/// # Security
/// Any client can send one; it says nothing about who calls.
pub(super) fn is_preflight(method: &str, request: &Request<'_>) -> Result<bool, Failure> {
    if method != "OPTIONS" {
        return Ok(false);
    }
    let origin = request.header("origin")?;
    let asked = request.header("access-control-request-method")?;
    Ok(
        origin.is_some_and(|origin| !origin.is_empty() && !origin.contains(&b','))
            && asked.is_some_and(|asked| read_method(&asked).is_ok()),
    )
}
