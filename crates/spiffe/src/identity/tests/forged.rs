//! Statements that a client or a proxy on the way has made up, each by hand.

use super::forwarded::{EDGE, GATEWAY, OTHER, OURS, SERVICE, element, own, verdict, verdict_with};
use super::world::{CHECKOUT, Connection};

#[track_caller]
fn forged(elements: &[&str]) {
    let peer = Connection::of(GATEWAY).stating(elements);
    assert_eq!(verdict(&peer), "spiffe.bad_statement", "{elements:#?}");
}

#[test]
fn what_a_stranger_states_is_not_looked_at() {
    let stranger = || {
        Connection::of("spiffe://example.org/ns/shop/sa/stranger")
            .stating(&[&element(GATEWAY, CHECKOUT), &own()])
    };
    let peer = stranger();
    assert_eq!(verdict(&peer), "spiffe.untrusted_forwarder");
    assert_eq!(peer.headers.take(), [""; 0], "it is not even asked for");
    // With a source of its own it is itself, whatever it states.
    for sources in [
        r#"["peer_certificate", "forwarded_client_cert"]"#,
        r#"["forwarded_client_cert", "peer_certificate"]"#,
    ] {
        let identity = format!(
            r#"{{"sources": {sources},
                "trusted_forwarders": ["spiffe://example.org/ns/edge/sa/{{any}}"]}}"#
        );
        assert_eq!(verdict_with(&identity, &stranger()), "spiffe.not_allowed");
    }
    let mut plain = Connection::plain();
    plain.xfcc = stranger().xfcc;
    assert_eq!(verdict(&plain), "spiffe.missing_identity");
}

#[test]
fn an_element_that_is_not_the_forwarders_is_refused() {
    let stated = element(GATEWAY, CHECKOUT);
    forged(&[&element(EDGE, CHECKOUT), &own()]);
    forged(&[&element(SERVICE, CHECKOUT), &own()]);
    forged(&[&stated.replace("gateway", "Gateway"), &own()]);
    forged(&[&stated.replace("gateway", "gateway/x"), &own()]);
    // The forwarder passed on what it got, and appended nothing.
    forged(&[&element(EDGE, CHECKOUT), &element(SERVICE, GATEWAY)]);
    // Our own listener's element with the digest of an earlier certificate is nobody's.
    forged(&[&stated, &own().replace(OURS, OTHER)]);
    forged(&[&stated, &own().replace(OURS, "")]);
    forged(&[&stated, &own().replace(&format!("Hash={OURS};"), "")]);
}

#[test]
fn an_element_lacks_nothing_and_has_nothing_twice() {
    let stated = element(GATEWAY, CHECKOUT);
    for (part, instead) in [
        (format!("By={GATEWAY};"), String::new()),
        (format!("Hash={OTHER};"), String::new()),
        (format!(";URI={CHECKOUT}"), String::new()),
        (format!("Hash={OTHER}"), "Hash=00".to_owned()),
        (format!("Hash={OTHER}"), format!("Hash=\"{OTHER}\"")),
        (CHECKOUT.to_owned(), String::new()),
        (CHECKOUT.to_owned(), "spiffe://example.org".to_owned()),
        (CHECKOUT.to_owned(), "https://example.org/a".to_owned()),
        (CHECKOUT.to_owned(), format!("\"{CHECKOUT}\"")),
        (GATEWAY.to_owned(), format!("\"{GATEWAY}\"")),
        (CHECKOUT.to_owned(), format!("spiffe://a/b;URI={CHECKOUT}")),
        (CHECKOUT.to_owned(), format!("{CHECKOUT};URI=spiffe://a/b")),
        (CHECKOUT.to_owned(), format!("{CHECKOUT};uri={CHECKOUT}")),
        (GATEWAY.to_owned(), format!("{GATEWAY};By={GATEWAY}")),
        (CHECKOUT.to_owned(), format!("{CHECKOUT};Hash={OURS}")),
        (CHECKOUT.to_owned(), format!("{CHECKOUT};x=y")),
        (CHECKOUT.to_owned(), format!("{CHECKOUT};")),
        (CHECKOUT.to_owned(), format!("{CHECKOUT} ")),
        (CHECKOUT.to_owned(), format!("{CHECKOUT}%2fadmin")),
    ] {
        assert!(stated.contains(&part), "{part}");
        forged(&[&stated.replace(&part, &instead), &own()]);
    }
}

/// Envoy escapes neither `By` nor `URI` nor `DNS`: a client whose CA signs any name can close its
/// own element and begin another.
#[test]
fn a_comma_or_semicolon_in_a_clients_name_names_nobody_else() {
    let forged_element = element(GATEWAY, CHECKOUT);
    // ... in the URI SAN
    forged(&[
        &element(GATEWAY, &format!("spiffe://partner.net/a,{forged_element}")),
        &own(),
    ]);
    // ... with a whole chain that would hang together
    forged(&[
        &element(
            GATEWAY,
            &format!(
                "spiffe://partner.net/a,{},{forged_element}",
                element(CHECKOUT, GATEWAY)
            ),
        ),
        &own(),
    ]);
    // ... in a DNS SAN, where the forwarder states names but no URI
    let dns = |name: &str| format!("By={GATEWAY};Hash={OTHER};DNS={name}");
    forged(&[&dns(&format!("a;URI={CHECKOUT}")), &own()]);
    forged(&[&dns(&format!("a,{forged_element}")), &own()]);
    // ... and at the edge of a chain of two
    let at_edge = format!("spiffe://partner.net/a,{}", element(EDGE, CHECKOUT));
    forged(&[&element(EDGE, &at_edge), &element(GATEWAY, EDGE), &own()]);
}

#[test]
fn a_quote_left_open_by_a_client_hides_no_element() {
    let open = "By=x;Subject=\"";
    let close = format!("spiffe://partner.net/a\",{}", element(GATEWAY, CHECKOUT));
    forged(&[open, &element(GATEWAY, &close), &own()]);
    forged(&["Subject=\"CN=a\\", &element(GATEWAY, CHECKOUT), &own()]);
    let subject = |text: &str| {
        format!("By={GATEWAY};Hash={OTHER};Subject=\"{text}\";URI=spiffe://example.org/a")
    };
    let pretends = format!("CN=a\";URI={CHECKOUT};DNS=\"");
    forged(&[&subject(&pretends), &own()]);
    // As Envoy writes such a subject it is a subject.
    let escaped = pretends.replace('"', "\\\"").replace(';', "\\;");
    let peer = Connection::of(GATEWAY).stating(&[&subject(&escaped), &own()]);
    assert_eq!(verdict(&peer), "spiffe.not_allowed");
}

#[test]
fn what_is_no_xfcc_is_refused() {
    forged(&[""]);
    forged(&["", &own()]);
    forged(&[&element(GATEWAY, CHECKOUT), ""]);
    forged(&[&format!(
        "[{{\"by\":\"{GATEWAY}\",\"uri\":\"{CHECKOUT}\"}}]"
    )]);
    forged(&["\u{0}"]);
    let mut peer = Connection::of(GATEWAY);
    peer.xfcc = Some(vec![0xff; 70_000]);
    assert_eq!(verdict(&peer), "spiffe.bad_statement");
}

#[test]
fn a_forwarder_whose_own_certificate_is_bad_states_nobody() {
    use crate::testing::{NOT_AFTER, svid, uri};
    let stated = [element(GATEWAY, CHECKOUT)];
    let stated = [stated[0].as_str()];
    let expired = Connection::of(GATEWAY).stating(&stated).at(NOT_AFTER + 1);
    assert_eq!(verdict(&expired), "spiffe.svid_expired");
    let mut two = svid(GATEWAY);
    two.subject_alt_names.push(uri("spiffe://example.org/b"));
    let two = Connection::with(&two).stating(&stated);
    assert_eq!(verdict(&two), "spiffe.several_uri_sans");
}
