use proptest::prelude::*;

use super::*;

fn claims(subject: &str) -> Rc<Claims> {
    let json = serde_json::json!({"exp": 1, "iss": "i", "sub": subject}).to_string();
    Rc::new(Claims::parse(json.as_bytes()).expect("claims"))
}

fn put(cache: &mut TokenCache, token: &[u8]) {
    let subject = String::from_utf8_lossy(token);
    cache.keep(0, Fingerprint::of(token), token, &claims(&subject));
}

fn has(cache: &TokenCache, token: &[u8]) -> bool {
    cache.find(0, Fingerprint::of(token), token).is_some()
}

#[test]
fn exact_bytes_of_one_provider_are_found() {
    let mut cache = TokenCache::new(10, 10_000);
    put(&mut cache, b"token");
    let found = cache.find(0, Fingerprint::of(b"token"), b"token").unwrap();
    assert_eq!(found.principal(), Some("i/token"));
    assert!(cache.find(1, Fingerprint::of(b"token"), b"token").is_none());
    assert!(!has(&cache, b"Token"));
    // Even where the fingerprints are alike, the bytes decide.
    assert!(cache.find(0, Fingerprint::of(b"token"), b"other").is_none());
}

#[test]
fn two_tokens_of_one_fingerprint_never_stand_for_each_other() {
    let mut cache = TokenCache::new(10, 10_000);
    let same = Fingerprint(7);
    cache.keep(0, same, b"a", &claims("a"));
    cache.keep(0, same, b"b", &claims("b"));
    assert!(cache.find(0, same, b"a").is_none());
    assert_eq!(cache.find(0, same, b"b").unwrap().principal(), Some("i/b"));
    assert_eq!((cache.slots.len(), cache.index.len()), (1, 1));
}

#[test]
fn a_token_in_use_outlives_those_seen_once() {
    let mut cache = TokenCache::new(3, 10_000);
    put(&mut cache, b"used");
    for n in 0..50_u8 {
        assert!(has(&cache, b"used"), "after {n}");
        put(&mut cache, &[n]);
    }
    assert!(has(&cache, &[49]), "the newest is kept");
    assert_eq!(cache.slots.len(), 3);
}

#[test]
fn zero_keeps_nothing() {
    for (tokens, bytes) in [(0, 10_000), (10, 0), (10, 20)] {
        let mut cache = TokenCache::new(tokens, bytes);
        put(&mut cache, b"token");
        assert!(!has(&cache, b"token"));
        assert_eq!((cache.slots.len(), cache.bytes), (0, 0));
    }
}

proptest! {
    #[test]
    fn bounds_hold_whatever_is_kept(
        steps in proptest::collection::vec((0..40_usize, 0..400_usize, any::<bool>()), 0..200),
        max_tokens in 0..8_usize,
        max_bytes in 0..4_000_usize,
    ) {
        let mut cache = TokenCache::new(max_tokens, max_bytes);
        for (name, length, look) in steps {
            let token = [format!("{name}.").into_bytes(), vec![b'x'; length]].concat();
            if look {
                let found = cache.find(0, Fingerprint::of(&token), &token);
                let text = format!("i/{}", String::from_utf8(token).unwrap());
                prop_assert!(found.is_none_or(|claims| claims.principal() == Some(text.as_str())));
            } else {
                put(&mut cache, &token);
            }
            prop_assert!(cache.slots.len() <= max_tokens && cache.bytes <= max_bytes);
            prop_assert_eq!(cache.index.len(), cache.slots.len());
            prop_assert_eq!(cache.bytes, cache.slots.iter().map(|slot| slot.bytes).sum::<usize>());
            let keys: Vec<_> = cache.index.iter().map(|slot| cache.slots[*slot].key).collect();
            prop_assert!(keys.is_sorted_by(|a, b| a < b), "each slot once, in order");
        }
    }
}
