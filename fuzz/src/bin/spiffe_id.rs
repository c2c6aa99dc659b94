//! SPIFFE IDs, trust domains and templates out of any bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use spiffe::{IdSet, IdTemplate, SpiffeId, TrustDomain};

fuzz_target!(|bytes: &[u8]| {
    let domain = TrustDomain::parse(bytes);
    if let Ok(domain) = &domain {
        assert_eq!(domain.as_str().as_bytes(), bytes);
    }
    let id = SpiffeId::parse(bytes);
    if let Ok(id) = &id {
        assert!(domain.is_err(), "both a domain and an ID");
        assert_eq!(id.to_string().as_bytes(), bytes);
        let text = format!("spiffe://{}{}", id.trust_domain(), id.path());
        assert_eq!(text.as_bytes(), bytes);
        assert!(id.trust_domain().parse::<TrustDomain>().is_ok());
        assert!(bytes.len() <= SpiffeId::MAX_BYTES);
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        assert!(id.is_err());
        return;
    };
    let Ok(template) = text.parse::<IdTemplate>() else {
        assert!(id.is_err(), "an ID is a template of itself");
        return;
    };
    assert_eq!(template.to_string().parse::<IdTemplate>().as_ref(), Ok(&template));
    assert_eq!(template.intersection(&template), Some(template.clone()));
    let set: IdSet = [&template].into_iter().collect();
    for other in [text, "spiffe://example.org/ns/shop/sa/web", "spiffe://a/b"] {
        if let Ok(other) = other.parse::<SpiffeId>() {
            assert_eq!(set.contains(&other), template.matches(&other));
        }
    }
    if let Ok(id) = &id {
        assert!(template.is_exact() && template.matches(id));
    }
});
