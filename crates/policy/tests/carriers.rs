//! Credentials in headers, cookies and parameters: read in one way, and taken out again.

mod support;

use policy::{Carried, Carrier, HeaderChange, Permit, Request};
use support::Plain;

fn request() -> Plain {
    Plain::new(
        "GET",
        "shop.example.org",
        "/v1/search?a=1&key=K&token=T&b=%2f",
    )
    .with("cookie", "a=1; key=K; token=T")
    .with("x-key", "K")
}

fn carriers() -> [Carrier; 3] {
    [
        Carrier::header("x-key", ""),
        Carrier::cookie("key"),
        Carrier::param("key"),
    ]
}

#[test]
fn each_carrier_gives_what_stands_in_it() {
    let plain = request();
    let request = Request::new(&plain);
    for carrier in carriers() {
        let carried = carrier.read(&request).unwrap();
        assert_eq!(carried, Carried::Token(b"K".into()), "{carrier:?}");
    }
    for carrier in [
        Carrier::header("x-other", ""),
        Carrier::cookie("other"),
        Carrier::param("other"),
    ] {
        assert_eq!(carrier.read(&request).unwrap(), Carried::Nothing);
    }
}

#[test]
fn what_two_policies_remove_is_one_change_a_header() {
    let plain = request();
    let request = Request::new(&plain);
    let mut permit = Permit::default();
    for carrier in carriers() {
        carrier.remove(&request, &mut permit).unwrap();
        carrier.remove(&request, &mut permit).unwrap(); // nothing more to do
    }
    let set = |name: &str, value: &str| HeaderChange::Set(name.into(), value.into());
    let remove = |name: &str| HeaderChange::Remove(name.into());
    assert_eq!(
        permit.changes,
        [
            remove("x-key"),
            set("cookie", "a=1; token=T"),
            set(":path", "/v1/search?a=1&token=T&b=%2f"),
        ]
    );
    for carrier in [Carrier::cookie("token"), Carrier::param("token")] {
        carrier.remove(&request, &mut permit).unwrap();
    }
    Carrier::cookie("a").remove(&request, &mut permit).unwrap();
    Carrier::cookie("b").remove(&request, &mut permit).unwrap();
    assert_eq!(
        permit.changes,
        [
            remove("x-key"),
            remove("cookie"),
            set(":path", "/v1/search?a=1&b=%2f"),
        ]
    );
}
