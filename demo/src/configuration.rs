//! The shipped configurations with what only a running demo knows filled in.
//!
//! Three things are changed, and nothing else: the issuer's JWK set, and, where all proxies share
//! one machine, ports and host names. So what the demo shows holds for the files a user copies.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{Error, Member};

/// Where a socket address (host, port) of a member's configuration is in this run.
///
/// `None` leaves it as it is.
pub type Places<'a> = dyn Fn(Member, &str, u64) -> Option<(String, u16)> + 'a;

/// A proxy's configuration, read from `envoy/`.
#[derive(Clone, Debug)]
pub struct Configuration {
    path: PathBuf,
    value: Value,
}

impl Configuration {
    /// Reads the configuration of a member's proxy.
    ///
    /// # Errors
    /// When the file cannot be read or is not YAML.
    pub fn read(folder: &Path, member: Member) -> Result<Self, Error> {
        let path = folder.join(member.configuration());
        let text = fs::read_to_string(&path).map_err(Error::file(&path))?;
        match serde_saphyr::from_str(&text) {
            Ok(value) => Ok(Self { path, value }),
            Err(error) => {
                let problem = error.to_string();
                Err(Error::Configuration { path, problem })
            }
        }
    }

    /// Puts the issuer's keys where the document holds a JWK set.
    ///
    /// # Errors
    /// When an edge's configuration has no place for one.
    pub fn with_jwks(mut self, jwks: &Value) -> Result<Self, Error> {
        let mut places = 0_usize;
        walk(&mut self.value, &mut |value| {
            if let Some(inline) = value.pointer_mut("/jwks/inline") {
                *inline = jwks.clone();
                places += 1;
            }
        });
        if places == 0 {
            let problem = "no jwks.inline to put the issuer's keys into".to_owned();
            return Err(Error::Configuration {
                path: self.path,
                problem,
            });
        }
        Ok(self)
    }

    /// Moves socket addresses to where they are in this run.
    #[must_use]
    pub fn with_places(mut self, member: Member, places: &Places<'_>) -> Self {
        walk(&mut self.value, &mut |value| {
            let Some(socket) = value
                .get_mut("socket_address")
                .and_then(Value::as_object_mut)
            else {
                return;
            };
            let address = socket.get("address").and_then(Value::as_str);
            let port = socket.get("port_value").and_then(Value::as_u64);
            if let (Some(address), Some(port)) = (address, port)
                && let Some((host, port)) = places(member, address, port)
            {
                socket.insert("address".to_owned(), json!(host));
                socket.insert("port_value".to_owned(), json!(port));
            }
        });
        self
    }

    /// Writes it as JSON, which Envoy reads as well.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        fs::write(path, format!("{:#}\n", self.value)).map_err(Error::file(path))
    }
}

/// Every value of a document, parents before children.
fn walk(value: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    visit(value);
    match value {
        Value::Object(members) => members.values_mut().for_each(|member| walk(member, visit)),
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, visit)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped(member: Member) -> Configuration {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../envoy");
        Configuration::read(&folder, member).unwrap()
    }

    #[test]
    fn the_issuers_keys_reach_the_document() {
        let keys = json!({"keys": [{"kid": "mine"}]});
        let edge = shipped(Member::Edge).with_jwks(&keys).unwrap();
        let text = edge.value.to_string();
        assert!(text.contains(r#""kid":"mine""#));
        assert!(!text.contains("replace-me"));
    }

    #[test]
    fn a_configuration_without_a_place_for_keys_is_refused() {
        let error = shipped(Member::Orders).with_jwks(&json!({})).unwrap_err();
        assert!(
            error.to_string().contains("service.yaml: no jwks.inline"),
            "{error}"
        );
    }

    #[test]
    fn every_socket_address_is_asked_for_and_only_those_known_are_moved() {
        let moved = shipped(Member::Orders).with_places(Member::Orders, &|_, host, port| {
            (host == "payments").then(|| ("10.0.0.1".into(), 1000 + u16::try_from(port).unwrap()))
        });
        let text = moved.value.to_string();
        assert!(
            text.contains(r#"{"address":"10.0.0.1","port_value":9443}"#),
            "{text}"
        );
        assert!(text.contains(r#"{"address":"catalog","port_value":8443}"#));
        assert!(!text.contains(r#""address":"payments""#));
    }
}
