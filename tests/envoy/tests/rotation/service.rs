//! One trust domain whose CA is replaced, and with it every SVID.

use fixtures::Ca;
use portcullis_envoy_tests::{Client, until};

use crate::{
    load::Load,
    shop::{Shop, charge},
};

async fn is_believed(client: &Client) -> bool {
    client.try_send(&charge().to_bytes()).await.is_ok()
}

#[tokio::test]
async fn a_ca_and_all_svids_change_under_load_and_no_request_fails() {
    let (old, new) = (Ca::new("example.org"), Ca::new("example.org"));
    let both = [&old, &new];
    let shop = Shop::start(&old).await;
    let (of_old, of_new) = (shop.client(both, &old), shop.client(both, &new));
    assert!(is_believed(&of_old).await && !is_believed(&of_new).await);
    let direct = Load::start(shop.client(both, &old), charge);
    let through_orders = Load::start(shop.orders.client(), charge);

    // Both CAs are believed ...
    shop.believe(&both).await;
    until("the new CA to be believed", async || {
        is_believed(&of_new).await.then_some(())
    })
    .await;
    // ... everybody becomes of the new one ...
    let payments = shop.become_of(&new);
    direct.goes_on_as(of_new.clone());
    until("clients to see the new certificate", async || {
        let connection = of_new.connect().await.ok()?;
        connection.server_is(&payments).then_some(())
    })
    .await;
    until("the upstream to see the new identity", async || {
        (through_orders.peers() >= 2).then_some(())
    })
    .await;
    // ... and the old one goes, with the sessions and, soon, the connections of its SVIDs.
    assert!(is_believed(&of_old).await);
    let mut held = of_old.connect().await.unwrap();
    assert!(held.is_resumed());
    assert_eq!(held.send(&charge()).await.status, 200);
    shop.believe(&[&new]).await;
    until("the old CA to be refused", async || {
        (!is_believed(&shop.client(both, &old)).await).then_some(())
    })
    .await;
    assert!(!is_believed(&of_old).await, "its session was resumed");
    until("a connection from before to be closed", async || {
        let response = held.send(&charge()).await;
        assert_eq!(response.status, 200);
        (response.header("connection") == ["close"]).then_some(())
    })
    .await;

    let (sent, through) = (direct.requests(), through_orders.requests());
    until("more requests under the new CA alone", async || {
        (direct.requests() > sent && through_orders.requests() > through + 20).then_some(())
    })
    .await;
    let (direct, through_orders) = (direct.stop().await, through_orders.stop().await);
    assert_eq!(direct.failures, [""; 0]);
    assert_eq!(through_orders.failures, [""; 0]);
    assert_eq!((direct.peers.len(), through_orders.peers.len()), (2, 2));
}

#[tokio::test]
async fn what_cannot_be_read_leaves_the_old_in_place() {
    let ca = Ca::new("example.org");
    let other = Ca::new("example.org");
    let shop = Shop::start(&ca).await;
    let client = shop.client([&ca, &other], &ca);
    let refused = || shop.payments.log().matches("Failed to reload").count();
    for (file, text) in [
        ("certs/bundle.crt", "no certificate"),
        // Half of a new pair.
        (
            "certs/svid.crt",
            other.svid(crate::shop::PAYMENTS).cert_pem(),
        ),
    ] {
        let before = refused();
        shop.payments.replace_file(file, text);
        until("the proxy to say so", async || {
            (refused() > before).then_some(())
        })
        .await;
        assert!(is_believed(&client).await, "{file}");
    }
}
