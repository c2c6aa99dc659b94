//! The source `istio_waypoint`: whom a waypoint proxy of Istio's ambient mesh states as the caller.
//!
//! The waypoint's outer listener ends the tunnel and writes the URI SANs of its peer, joined by commas, into
//! filter state; the listener that filters run on has no TLS at all.

use policy::Reason;

use crate::{SpiffeId, reason};

/// The caller in the value of `io.istio.peer_principal`; `None` where it states nobody.
///
/// # Errors
/// It states something else than exactly one workload's SPIFFE ID.
pub(super) fn read(principal: &[u8]) -> Result<Option<SpiffeId>, Reason> {
    // What Envoy writes for a peer without a URI SAN, and where empty values are left out.
    if matches!(principal, b"" | b"-") {
        return Ok(None);
    }
    // A comma is no letter of an ID: several of them are not read as one.
    SpiffeId::parse(principal)
        .ok()
        .filter(|id| !id.path().is_empty())
        .map(Some)
        .ok_or(reason::BAD_PEER_PRINCIPAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_id_is_a_caller() {
        let id = "spiffe://mesh.test/ns/shop/sa/web";
        let read = |principal: &str| read(principal.as_bytes());
        assert_eq!(read(id).unwrap().unwrap().as_str(), id);
        assert_eq!((read(""), read("-")), (Ok(None), Ok(None)));
        for principal in [
            "spiffe://mesh.test/a,spiffe://mesh.test/b",
            "spiffe://mesh.test/a,",
            ",spiffe://mesh.test/a",
            "spiffe://mesh.test/a;spiffe://mesh.test/b",
            "spiffe://mesh.test",
            "spiffe://mesh.test/",
            "mesh.test/ns/shop/sa/web",
            "SPIFFE://mesh.test/a",
            " spiffe://mesh.test/a",
            "spiffe://mesh.test/a\0",
            "--",
            "https://mesh.test/a",
            "\u{e9}",
        ] {
            assert_eq!(
                read(principal),
                Err(reason::BAD_PEER_PRINCIPAL),
                "{principal:?}"
            );
        }
        assert_eq!(super::read(b"\xff"), Err(reason::BAD_PEER_PRINCIPAL));
        let long = "spiffe://mesh.test/".to_owned() + &"a".repeat(SpiffeId::MAX_BYTES);
        assert_eq!(read(&long), Err(reason::BAD_PEER_PRINCIPAL));
    }
}
