//! The discovery document of an issuer (OpenID Connect Discovery 1.0 §3, RFC 8414 §2).

use policy::language::{Json, Place, Report};

use super::{FetchFault, Location};

/// Where the document says that the keys are.
///
/// # Errors
/// It is no such document, is another issuer's, or leads away from the host that gave it.
///
/// # Security
/// The issuer must be ours, byte by byte (Discovery §4.3, RFC 8414 §3.3), and the keys must be on the
/// host that the document came from: who can change a document must not move trust elsewhere.
pub(super) fn keys_at(body: &[u8], issuer: &str, from: &Location) -> Result<Location, FetchFault> {
    let document = Json::parse(body).map_err(|_| FetchFault::Discovery)?;
    let mut report = Report::default();
    document.report_duplicates(&Place::top(), &mut report);
    let text = |name| document.member(name).and_then(Json::text);
    let (Some(named), Some(uri), false) = (text("issuer"), text("jwks_uri"), report.is_refused())
    else {
        return Err(FetchFault::Discovery);
    };
    if named != issuer {
        return Err(FetchFault::OtherIssuer);
    }
    let keys: Location = uri.parse().map_err(|_| FetchFault::Discovery)?;
    if keys.authority() != from.authority() || keys.is_https() != from.is_https() {
        return Err(FetchFault::OtherHost);
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(document: &str) -> Result<String, FetchFault> {
        let from = "https://login.example.org/.well-known/openid-configuration";
        let keys = keys_at(
            document.as_bytes(),
            "https://login.example.org",
            &from.parse().unwrap(),
        );
        keys.map(|location| location.to_string())
    }

    #[test]
    fn a_document_leads_to_the_keys_of_its_own_issuer_and_host() {
        let keys = "https://login.example.org/keys";
        let good = r#"{"issuer":"https://login.example.org","jwks_uri":"https://login.example.org/keys","x":[]}"#;
        assert_eq!(read(good).as_deref(), Ok(keys));
        for (from, to, fault) in [
            (
                "https://login.example.org\",",
                "https://login.example.org/\",",
                FetchFault::OtherIssuer,
            ),
            (
                "https://login.example.org\",",
                "https://evil.example\",",
                FetchFault::OtherIssuer,
            ),
            ("org/keys", "org.evil.example/keys", FetchFault::OtherHost),
            ("org/keys", "org:8443/keys", FetchFault::OtherHost),
            (
                "https://login.example.org/keys",
                "http://login.example.org/keys",
                FetchFault::OtherHost,
            ),
            (
                "https://login.example.org/keys",
                "/keys",
                FetchFault::Discovery,
            ),
            ("\"jwks_uri\"", "\"jwks\"", FetchFault::Discovery),
            ("\"issuer\"", "\"iss\"", FetchFault::Discovery),
            (
                "\"x\":[]",
                "\"issuer\":\"https://evil.example\"",
                FetchFault::Discovery,
            ),
            ("\"x\":[]}", "", FetchFault::Discovery),
        ] {
            let bent = good.replacen(from, to, 1);
            assert_ne!(bent, good);
            assert_eq!(read(&bent), Err(fault), "{bent}");
        }
    }
}
