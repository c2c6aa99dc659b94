//! What is refused because no route is the narrower.

use super::{conflicts, find, table};

#[test]
fn conflicts_are_refused_with_an_example() {
    let told = conflicts(&["/v1/charges/**", "GET /v1/**"]);
    assert_eq!(
        told,
        [
            "routes[r0] and routes[r1]: both match GET /v1/charges and neither is the narrower; \
        give \"r1\" methods or a narrower path, or add a route for GET /v1/charges/**"
        ]
    );
    assert!(
        conflicts(&["shop.example.org/**", "/admin/**"])[0]
            .contains("both match shop.example.org/admin ")
    );
    assert!(conflicts(&["/a/{x}", "/{y}/b"])[0].contains("both match /a/b "));
    assert!(conflicts(&["/a/**", "/{x}/b/**"])[0].contains("both match /a/b "));
    assert!(conflicts(&["GET /a", "GET /a"])[0].contains("remove GET /a from one"));
    assert!(
        conflicts(&["*.example.org/a", "GET x.example.org/{p}"])[0]
            .contains("GET x.example.org/a ")
    );
}

#[test]
fn a_third_route_settles_a_conflict() {
    let routes = ["/v1/charges/**", "GET /v1/**", "GET /v1/charges/**"];
    assert_eq!(conflicts(&routes), Vec::<String>::new());
    assert_eq!(find(&table(&routes), "GET /v1/charges/7"), Some(2));
    assert_eq!(find(&table(&routes), "PUT /v1/charges/7"), Some(0));
}
