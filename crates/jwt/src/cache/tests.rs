use proptest::prelude::*;

use super::*;

fn claims(subject: &str) -> Rc<Claims> {
    let json = serde_json::json!({"exp": 1, "iss": "i", "sub": subject}).to_string();
    Rc::new(Claims::parse(json.as_bytes()).expect("claims"))
}

fn print(token: &[u8]) -> Fingerprint {
    Fingerprint::of(token, &Secret::default())
}

const AGE: u64 = 100;

fn stamp(generation: Generation, at: u64) -> Stamp {
    Stamp::new(generation, Duration::from_secs(at))
}

/// Any moment, under the first keys.
fn now() -> Stamp {
    stamp(Generation::default(), 1_000)
}

fn cache(tokens: usize, bytes: usize) -> TokenCache {
    let age = Duration::from_secs(AGE);
    TokenCache::new(Bounds { tokens, bytes, age })
}

fn put(cache: &mut TokenCache, token: &[u8]) {
    let subject = String::from_utf8_lossy(token);
    cache.keep(0, print(token), token, now(), &claims(&subject));
}

fn has(cache: &TokenCache, token: &[u8]) -> bool {
    cache.find(0, print(token), token, now()).is_some()
}

/// As [`has`], but the token does not count as used for it.
fn keeps(cache: &TokenCache, token: &[u8]) -> bool {
    cache.slots.iter().any(|slot| *slot.token == *token)
}

#[test]
fn exact_bytes_of_one_provider_are_found() {
    let mut cache = cache(10, 10_000);
    put(&mut cache, b"token");
    let found = cache.find(0, print(b"token"), b"token", now()).unwrap();
    assert_eq!(found.principal(), Some("i/token"));
    assert!(cache.find(1, print(b"token"), b"token", now()).is_none());
    assert!(!has(&cache, b"Token"));
    // Even where the fingerprints are alike, the bytes decide.
    assert!(cache.find(0, print(b"token"), b"other", now()).is_none());
}

#[test]
fn two_tokens_of_one_fingerprint_never_stand_for_each_other() {
    let mut cache = cache(10, 10_000);
    let same = Fingerprint(7);
    cache.keep(0, same, b"a", now(), &claims("a"));
    cache.keep(0, same, b"b", now(), &claims("b"));
    assert!(cache.find(0, same, b"a", now()).is_none());
    assert_eq!(
        cache.find(0, same, b"b", now()).unwrap().principal(),
        Some("i/b")
    );
    assert_eq!((cache.slots.len(), cache.index.len()), (1, 1));
}

#[test]
fn a_token_in_use_outlives_those_seen_once() {
    let mut cache = cache(3, 10_000);
    put(&mut cache, b"used");
    for n in 0..50_u8 {
        assert!(has(&cache, b"used"), "after {n}");
        put(&mut cache, &[n]);
    }
    assert!(has(&cache, &[49]), "the newest is kept");
    assert_eq!(cache.slots.len(), 3);
}

#[test]
fn of_tokens_seen_once_the_oldest_go_first() {
    let mut cache = cache(5, 10_000);
    for n in 0..50_u8 {
        put(&mut cache, &[n]);
        for kept in n.saturating_sub(4)..=n {
            assert!(keeps(&cache, &[kept]), "{kept} after {n}");
        }
    }
}

#[test]
fn what_was_verified_counts_for_a_while_and_under_its_keys_alone() {
    let (first, second) = (Generation::default(), Generation::of(1));
    let mut cache = cache(10, 10_000);
    let print = print(b"a");
    cache.keep(0, print, b"a", stamp(first, 1_000), &claims("a"));
    for (now, found) in [
        (stamp(first, 1_000), true),
        (stamp(first, 1_000 + AGE - 1), true),
        (stamp(first, 1_000 + AGE), false),
        (stamp(first, 999), false), // the clock was set back
        (stamp(second, 1_000), false),
    ] {
        assert_eq!(cache.find(0, print, b"a", now).is_some(), found, "{now:?}");
    }
    cache.keep(0, print, b"a", stamp(second, 1_200), &claims("a"));
    assert!(cache.find(0, print, b"a", stamp(second, 1_200)).is_some());
    assert!(cache.find(0, print, b"a", stamp(first, 1_200)).is_none());
    assert_eq!(cache.slots.len(), 1, "the new took the place of the old");
}

#[test]
fn zero_keeps_nothing() {
    for (tokens, bytes) in [(0, 10_000), (10, 0), (10, 20)] {
        let mut cache = cache(tokens, bytes);
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
        let mut cache = cache(max_tokens, max_bytes);
        for (name, length, look) in steps {
            let token = [format!("{name}.").into_bytes(), vec![b'x'; length]].concat();
            if look {
                let found = cache.find(0, print(&token), &token, now());
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

#[test]
fn a_secret_is_asked_for_once_and_makes_other_fingerprints() {
    let asked = Rc::new(Cell::new(0));
    let source = |byte: u8| {
        let asked = Rc::clone(&asked);
        let random: Random = Rc::new(move || {
            asked.set(asked.get() + 1);
            Ok([byte; 16])
        });
        Secret::new(Some(random))
    };
    let (one, other) = (source(1), source(2));
    assert_eq!(asked.get(), 0, "not before a token comes");
    let of = Fingerprint::of;
    assert_eq!(of(b"a", &one), of(b"a", &one));
    assert_ne!(of(b"a", &one), of(b"a", &other));
    assert_ne!(of(b"a", &one), of(b"b", &one));
    assert_eq!(asked.get(), 2);
    let failing = Secret::new(Some(Rc::new(|| Err(Unreadable))));
    assert_eq!(of(b"a", &failing), of(b"a", &Secret::default()));
}
