//! How much memory a token takes: nothing to speak of where it is known, and little however bent it is.
#![expect(
    unsafe_code,
    reason = "counting bytes needs an allocator of the test's own"
)]

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::borrow::Cow;
use std::cell::Cell;
use std::time::Duration;

use fixtures::{Algorithm, Issuer, Jws};
use policy::{Engine, Fact, Source, Unreadable};
use serde_json::{Value, json};
use support::{NOW, claims, code, document, engine, issuer, provider};

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static BYTES: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

impl Counting {
    fn grow(bytes: usize) {
        CALLS.set(CALLS.get() + 1);
        BYTES.set(BYTES.get().wrapping_add(bytes));
        PEAK.set(PEAK.get().max(BYTES.get()));
    }
}

// SAFETY: every call is handed on to the system's allocator as it came. Growing in place is left to
// the default: a new block, a copy, and the old one freed, as in the worst case.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::grow(layout.size());
        // SAFETY: the caller's own contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        BYTES.set(BYTES.get().wrapping_sub(layout.size()));
        // SAFETY: the caller's own contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A request whose header is there already, as in the proxy's memory.
struct Borrowed(String);

impl Source for Borrowed {
    fn header(&self, name: &str) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        Ok(match name {
            ":method" => Some(Cow::Borrowed(b"GET")),
            ":authority" => Some(Cow::Borrowed(b"shop.test")),
            ":path" => Some(Cow::Borrowed(b"/0")),
            "authorization" => Some(Cow::Borrowed(self.0.as_bytes())),
            _ => None,
        })
    }

    fn fact(&self, _fact: Fact) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        Ok(None)
    }

    fn unix_time(&self) -> Result<Duration, Unreadable> {
        Ok(Duration::from_secs(NOW))
    }

    fn monotonic(&self) -> Result<Duration, Unreadable> {
        Ok(Duration::ZERO)
    }
}

/// What a decision about a token came to, how many allocations it made, and the most bytes that it
/// held at one time.
fn measured(engine: &Engine, token: &str) -> (&'static str, usize, usize) {
    let request = Borrowed(format!("Bearer {token}"));
    let (calls, before) = (CALLS.get(), BYTES.get());
    PEAK.set(before);
    let decision = engine.decide(&request);
    let measured = (CALLS.get() - calls, PEAK.get() - before);
    (code(&decision), measured.0, measured.1)
}

fn edge(more: Value) -> (Issuer, Engine) {
    let login = issuer("login", Algorithm::Es256);
    let section = json!({"providers": [provider("login", &login, more)]});
    let (engine, _) = engine(&document(&section, &[json!({"jwt": "login"})]));
    (login, engine)
}

#[test]
fn a_hit_parses_nothing_however_much_the_token_says() {
    let (login, engine) = edge(json!({}));
    let mut allocations = Vec::new();
    for groups in [0, 20, 150] {
        let groups: Vec<String> = (0..groups).map(|n| format!("group number {n}")).collect();
        let token = login.sign(&claims(&login, json!({"groups": groups})));
        let (first, parsing, _) = measured(&engine, &token);
        let (again, calls, peak) = measured(&engine, &token);
        assert_eq!((first, again), ("permit", "permit"));
        assert!(parsing > groups.len() + 10, "the first time it is parsed");
        assert!(peak < 2_000, "{peak} bytes");
        allocations.push(calls);
    }
    assert!(
        allocations.iter().all(|calls| *calls == allocations[0]),
        "{allocations:?}"
    );
}

/// Tokens of at most so many bytes, made to take as much memory as they can.
fn bent(login: &Issuer, most: usize) -> Vec<(&'static str, String)> {
    let header = br#"{"alg":"ES256","kid":"es256"}"#;
    let room = (most - 150) * 3 / 4 - 40;
    let filled = |start: &str, part: &dyn Fn(usize) -> String, end: &str| {
        let mut text = start.to_owned();
        for number in 0.. {
            let part = part(number);
            if text.len() + part.len() + end.len() > room {
                break;
            }
            text.push_str(&part);
        }
        text + end
    };
    let mut tokens = Vec::new();
    let mut add = |name, payload: &str| {
        tokens.push((
            name,
            Jws::raw(header, payload.as_bytes()).signed_by(login.key()),
        ));
        let signature = [0; 64];
        let as_header = Jws::raw(payload.as_bytes(), b"{}").with_signature(&signature);
        tokens.push((name, as_header));
    };
    add("numbers", &filled("{\"a\":[0", &|_| ",0".into(), "]}"));
    add("texts", &filled("{\"a\":[\"\"", &|_| ",\"\"".into(), "]}"));
    add("lists", &filled("{\"a\":[[]", &|_| ",[]".into(), "]}"));
    let member = |n: usize| format!(",\"{n:x}\":0");
    add("members", &filled("{\"exp\":0", &member, "}"));
    add(
        "one name",
        &filled("{\"exp\":0", &|_| ",\"a\":0".into(), "}"),
    );
    let object = |n: usize| format!(",{{\"{n:x}\":{{}}}}");
    add("objects", &filled("{\"a\":[0", &object, "]}"));
    add("nested", &filled("{\"a\":", &|_| "[".into(), ""));
    add("maps", &filled("{\"a\":", &|_| "{\"a\":".into(), ""));
    add("text", &filled("{\"a\":\"", &|_| "x".into(), "\"}"));
    add(
        "escapes",
        &filled("{\"a\":\"", &|_| "\\u0041".into(), "\"}"),
    );
    add("digits", &filled("{\"a\":", &|_| "9".into(), "}"));
    add("exponent", &filled("{\"a\":1e", &|_| "9".into(), "}"));
    add("blanks", &filled("{", &|_| " ".into(), "}"));
    tokens.push(("dots", ".".repeat(most)));
    tokens.push(("letters", "A".repeat(most)));
    tokens.push(("signature", format!("e30.e30.{}", "A".repeat(most - 10))));
    tokens.push(("header", format!("{}.e30.AAAA", "A".repeat(most - 10))));
    tokens
}

#[test]
fn a_bent_token_takes_less_than_64_kilobytes() {
    let (login, engine) = edge(json!({}));
    let most = 8_192;
    for (name, token) in bent(&login, most) {
        assert!(
            token.len() <= most && token.len() > most - 300 || name == "nested",
            "{name}"
        );
        let (code, _, peak) = measured(&engine, &token);
        assert!(code.starts_with("jwt."), "{name}: {code}");
        assert!(peak < 64 * 1024, "{name}: {peak} bytes, {code}");
    }
    let (code, calls, peak) = measured(&engine, &"A".repeat(1 << 20));
    assert_eq!(code, "jwt.too_large");
    assert!(calls < 20 && peak < 2_000, "{calls} {peak}");
}

#[test]
fn the_largest_tokens_that_can_be_allowed_take_a_few_times_their_size() {
    let most = 65_536;
    let (login, engine) = edge(json!({"max_token_bytes": most}));
    for (name, token) in bent(&login, most) {
        let (code, _, peak) = measured(&engine, &token);
        assert!(code.starts_with("jwt."), "{name}: {code}");
        assert!(peak < 9 * most, "{name}: {peak} bytes, {code}");
    }
}

#[test]
fn an_honest_token_of_many_groups_is_taken() {
    let (login, engine) = edge(json!({}));
    let groups: Vec<String> = (0..400).map(|n| format!("team-{n:05}")).collect();
    let token = login.sign(&claims(&login, json!({"groups": groups})));
    assert!(token.len() < 8_192, "{}", token.len());
    let (code, ..) = measured(&engine, &token);
    assert_eq!(code, "permit");
}
