//! What a table of routes costs as it grows: to compile once, and to decide a request each time.
#![expect(
    clippy::expect_used,
    reason = "a benchmark may end where its own document is refused"
)]

use std::borrow::Cow;
use std::fmt::Write;
use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput};
use policy::{Engine, Fact, Source, Unreadable, compile};

const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];

/// A request of three headers.
struct Plain(&'static str, &'static str);

impl Source for Plain {
    fn header(&self, name: &str) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        Ok(match name {
            ":method" => Some(Cow::Borrowed(b"GET")),
            ":authority" => Some(Cow::Borrowed(self.0.as_bytes())),
            ":path" => Some(Cow::Borrowed(self.1.as_bytes())),
            _ => None,
        })
    }

    fn fact(&self, _: Fact) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        Ok(None)
    }

    fn unix_time(&self) -> Result<Duration, Unreadable> {
        Err(Unreadable)
    }

    fn monotonic(&self) -> Result<Duration, Unreadable> {
        Err(Unreadable)
    }
}

/// A document of so many routes that differ in this.
fn document(count: usize, part: &dyn Fn(usize) -> String) -> String {
    let mut text = r#"{"version": "v1", "routes": ["#.to_owned();
    for at in 0..count {
        let comma = if at == 0 { "" } else { "," };
        let part = part(at);
        let route = write!(
            text,
            r#"{comma}{{"name": "r{at}", {part}, "allow": "any"}}"#
        );
        route.expect("a string takes all");
    }
    text + "]}"
}

fn paths(at: usize) -> String {
    format!(r#""paths": ["/v1/s{}/r{at}"]"#, at % 100)
}

fn hosts(at: usize) -> String {
    format!(r#""hosts": ["h{at}.example.org"], "paths": ["/**"]"#)
}

fn engine(text: &str) -> Engine {
    let compiled = compile(text.as_bytes(), "bench.wasm", Vec::new());
    compiled.expect("a good document").0
}

/// In what routes differ, by number, and a request.
type Kind<'a> = (&'a str, &'a dyn Fn(usize) -> String, Plain);

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let kinds: [Kind<'_>; 2] = [
        ("paths", &paths, Plain("h0.example.org", "/v1/s7/r7")),
        ("hosts", &hosts, Plain("h7.example.org", "/v1/s7/r7")),
    ];
    for (kind, part, request) in &kinds {
        let mut group = criterion.benchmark_group(format!("decide/{kind}"));
        for size in SIZES {
            let engine = engine(&document(size, part));
            group.bench_with_input(BenchmarkId::from_parameter(size), request, |b, request| {
                b.iter(|| engine.decide(black_box(request)));
            });
        }
        group.finish();
        let mut group = criterion.benchmark_group(format!("compile/{kind}"));
        group.sample_size(20);
        for size in SIZES {
            let text = document(size, part);
            group.throughput(Throughput::Elements(u64::try_from(size).unwrap_or(0)));
            group.bench_with_input(BenchmarkId::from_parameter(size), &text, |b, text| {
                b.iter(|| engine(black_box(text)));
            });
        }
        group.finish();
    }
    criterion.final_summary();
}
