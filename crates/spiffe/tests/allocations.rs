//! A known caller is let in without an allocation of this crate's own.
#![expect(
    unsafe_code,
    reason = "counting allocations needs an allocator of the test's own"
)]
#![expect(clippy::unwrap_used, reason = "it is a test from end to end")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use policy::language::{Fields, Json, Place, Report};
use policy::{Context, Fact, Leaf, Learnt, Policy, Request, Source, Unreadable};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's own contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's own contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A connection whose answers cost nothing.
struct Connection(Vec<u8>);

impl Source for Connection {
    fn header(&self, _name: &str) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        Err(Unreadable)
    }

    fn fact(&self, fact: Fact) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        Ok(match fact {
            Fact::Mtls => Some(Cow::Borrowed(b"true")),
            Fact::PeerDigest => Some(Cow::Borrowed(&[b'a'; 64])),
            Fact::PeerCertificate => Some(Cow::Borrowed(&self.0)),
            _ => None,
        })
    }

    fn unix_time(&self) -> Result<Duration, Unreadable> {
        Ok(Duration::from_secs(1_767_225_600)) // 2026-01-01
    }

    fn monotonic(&self) -> Result<Duration, Unreadable> {
        Err(Unreadable)
    }
}

fn certificate() -> Vec<u8> {
    let mut params = rcgen::CertificateParams::default();
    params.not_before = rcgen::date_time_ymd(2025, 12, 31);
    params.not_after = rcgen::date_time_ymd(2026, 1, 2);
    params.key_usages = vec![rcgen::KeyUsagePurpose::DigitalSignature];
    let id = "spiffe://example.org/ns/shop/sa/web".try_into().unwrap();
    params.subject_alt_names = vec![rcgen::SanType::URI(id)];
    let key = rcgen::KeyPair::generate().unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    pem.replace("\r\n", "\n")
        .replace('\n', "%0A")
        .replace(' ', "%20")
        .into_bytes()
}

fn leaves() -> Vec<Box<dyn Leaf>> {
    let mut report = Report::default();
    let condition = Json::parse(
        br#"{"principals": ["spiffe://example.org/ns/{any}/sa/web", "spiffe://example.org/x"]}"#,
    );
    let (condition, top) = (condition.unwrap(), Place::top());
    let mut fields = Fields::open(&condition, &top, &mut report).unwrap();
    let leaves = spiffe::Identity::new().condition(&mut fields, &mut report);
    assert!(!report.is_refused() && leaves.len() == 1);
    leaves
}

/// Allocations of one request with a fresh [`Learnt`].
fn allocations(ask: impl FnOnce(&Learnt)) -> usize {
    let learnt = Learnt::default();
    let before = ALLOCATIONS.get();
    ask(&learnt);
    ALLOCATIONS.get() - before
}

#[test]
fn a_known_caller_is_let_in_without_allocating() {
    let (connection, leaves) = (Connection(certificate()), leaves());
    let ask = |learnt: &Learnt| {
        let request = Request::new(&connection);
        let context = Context {
            request: &request,
            learnt,
            route: None,
        };
        assert!(leaves.iter().all(|leaf| leaf.holds(&context).is_ok()));
    };
    assert!(
        allocations(ask) > 10,
        "the first time the certificate is read"
    );
    let fact: Rc<u8> = Rc::new(0);
    let learning = allocations(|learnt| learnt.put(Rc::clone(&fact)));
    assert_eq!(allocations(ask), learning, "no more than to keep one fact");
}
