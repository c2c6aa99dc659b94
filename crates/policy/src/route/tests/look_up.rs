//! Look-ups in tables written by hand.

use super::{conflicts, find, table};

#[test]
fn the_narrowest_decides_whatever_the_order() {
    let routes = [
        "/**",
        "/v1/**",
        "GET /v1/orders/{id}",
        "GET /v1/orders/7",
        "POST /v1/orders",
        "/v1/orders/**",
    ];
    let asked = [
        ("GET /", 0),
        ("GET /v2", 0),
        ("GET /v1", 1),
        ("GET /v1/x/y", 1),
        ("GET /v1/orders/8", 2),
        ("GET /v1/orders/7", 3),
        ("POST /v1/orders", 4),
        ("PUT /v1/orders", 5),
        ("POST /v1/orders/7", 5),
        ("GET /v1/orders/7/x", 5),
    ];
    let mut order: Vec<usize> = (0..routes.len()).collect();
    for _ in 0..routes.len() {
        order.rotate_left(1);
        let turned: Vec<&str> = order.iter().map(|at| routes[*at]).collect();
        assert_eq!(conflicts(&turned), Vec::<String>::new());
        let table = table(&turned);
        for (request, expected) in asked {
            let found = find(&table, request).map(|at| order[at as usize]);
            assert_eq!(found, Some(expected), "{request}");
        }
    }
}

#[test]
fn hosts_and_ports_narrow() {
    let table = table(&[
        "/**",
        "*.example.org/**",
        "*.api.example.org/**",
        "shop.example.org/**",
        "shop.example.org:8443/**",
    ]);
    for (request, expected) in [
        ("other.org/", 0),
        ("/", 0),
        ("example.org/", 0),
        ("x.example.org/", 1),
        ("a.b.example.org/", 1),
        ("v1.api.example.org/", 2),
        ("api.example.org/", 1),
        ("shop.example.org/", 3),
        ("shop.example.org:443/", 3),
        ("shop.example.org:8443/", 4),
    ] {
        assert_eq!(find(&table, request), Some(expected), "{request}");
    }
}

#[test]
fn nothing_matches_by_chance() {
    let table = table(&["GET /a/{id}", "POST /b", "x.org/c"]);
    for request in ["GET /a", "GET /a/b/c", "PUT /b", "GET /", "y.org/c", "/c"] {
        assert_eq!(find(&table, request), None, "{request}");
    }
}
