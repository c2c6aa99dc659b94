//! The policy without a proxy, on plain values and with a clock that stands still.

use serde_json::Value;
use vectors::{Document, Pure, Vector};

use crate::cases::Case;

/// A compiled document.
pub(crate) struct Policy(Pure);

impl Policy {
    pub(crate) fn new(document: &Value, now: u64) -> Self {
        let document = Document {
            name: "tokens".to_owned(),
            json: document.to_string(),
        };
        Self(Pure::at(&document, now))
    }

    /// `permit`, or the reason code.
    pub(crate) fn judge(&self, case: &Case) -> String {
        let vector = Vector {
            name: case.name.clone(),
            document: "tokens".to_owned(),
            method: "GET".to_owned(),
            path: format!("/{}/7{}", case.provider, case.query),
            host: "shop.test".to_owned(),
            headers: case.headers.clone(),
            peer: None,
            principal: None,
            remote: "127.0.0.1".to_owned(),
            token: None,
            expect: vec![String::new()], // sent once
            not_in_envoy: None,
        };
        self.0.run(&vector).remove(0)
    }
}
