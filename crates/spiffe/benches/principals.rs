//! What a list of principals costs a request as it grows: the look-up alone, and the decision.
#![expect(
    clippy::expect_used,
    reason = "a benchmark may end where its own document is refused"
)]

use std::borrow::Cow;
use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion};
use policy::{Engine, Fact, Source, Unreadable, compile};
use spiffe::{IdSet, IdTemplate, Identity, SpiffeId};

const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];

fn exact(at: usize) -> String {
    format!("spiffe://example.org/ns/ns{}/sa/workload-{at}", at % 97)
}

fn template(at: usize) -> String {
    format!("spiffe://example.org/team{at}/{{job}}")
}

/// A request on a connection with a certificate.
struct Connection(Vec<u8>);

impl Source for Connection {
    fn header(&self, name: &str) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        Ok(match name {
            ":method" => Some(Cow::Borrowed(b"GET")),
            ":authority" => Some(Cow::Borrowed(b"shop.example.org")),
            ":path" => Some(Cow::Borrowed(b"/v1/orders")),
            _ => None,
        })
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

/// The certificate of a caller, as the proxy states it.
fn certificate(id: &str) -> Vec<u8> {
    let mut params = rcgen::CertificateParams::default();
    params.not_before = rcgen::date_time_ymd(2025, 12, 31);
    params.not_after = rcgen::date_time_ymd(2026, 1, 2);
    params.is_ca = rcgen::IsCa::ExplicitNoCa;
    params.key_usages = vec![rcgen::KeyUsagePurpose::DigitalSignature];
    let id = id.try_into().expect("an ID is IA5");
    params.subject_alt_names = vec![rcgen::SanType::URI(id)];
    let key = rcgen::KeyPair::generate().expect("a key");
    let pem = params.self_signed(&key).expect("a certificate").pem();
    let pem = pem.replace("\r\n", "\n").replace('\n', "%0A");
    pem.replace(' ', "%20").into_bytes()
}

/// One route that so many principals may call, and a tenth as many templates.
fn engine(count: usize) -> Engine {
    let ids = (0..count).map(exact).chain((0..count / 10).map(template));
    let ids: Vec<String> = ids.map(|id| format!(r#""{id}""#)).collect();
    let document = format!(
        r#"{{"version": "v1", "routes": [{{"name": "orders", "paths": ["/v1/orders"], "allow": {{"principals": [{}]}}}}]}}"#,
        ids.join(",")
    );
    let compiled = compile(
        document.as_bytes(),
        "bench.wasm",
        vec![Box::new(Identity::new())],
    );
    compiled.expect("a good document").0
}

/// What is listed, by number, and which ID is asked for.
type Kind<'a> = (&'a str, &'a dyn Fn(usize) -> String, &'a str);

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let kinds: [Kind<'_>; 4] = [
        ("exact", &exact, "spiffe://example.org/ns/ns7/sa/workload-7"),
        (
            "exact, none",
            &exact,
            "spiffe://example.org/ns/ns7/sa/workload-8",
        ),
        ("templates", &template, "spiffe://example.org/team7/batch"),
        (
            "templates, none",
            &template,
            "spiffe://example.org/team7/a/b",
        ),
    ];
    for (kind, ids, asked) in kinds {
        let asked: SpiffeId = asked.parse().expect("a good ID");
        let mut group = criterion.benchmark_group(format!("contains/{kind}"));
        for size in SIZES {
            let parse = |at| ids(at).parse::<IdTemplate>().expect("a good template");
            let set: IdSet = (0..size).map(parse).collect();
            group.bench_with_input(BenchmarkId::from_parameter(size), &asked, |b, asked| {
                b.iter(|| set.contains(black_box(asked)));
            });
        }
        group.finish();
    }
    let caller = Connection(certificate(&exact(7)));
    let mut group = criterion.benchmark_group("decide");
    for size in SIZES {
        let engine = engine(size);
        engine.decide(&caller).expect("the caller is in the list");
        group.bench_with_input(BenchmarkId::from_parameter(size), &caller, |b, caller| {
            b.iter(|| engine.decide(black_box(caller)));
        });
    }
    group.finish();
    criterion.final_summary();
}
