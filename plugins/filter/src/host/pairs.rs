//! Header maps as the proxy takes them: a count, the sizes, then names and values, each with NUL.
//!
//! The layout is the ABI's own (proxy-wasm 0.2.1, "serialized maps"), little-endian.

/// Headers for a reply, serialised.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    count: u32,
    sizes: Vec<u8>,
    text: Vec<u8>,
}

impl Pairs {
    /// Adds a header. A value longer than the ABI can say is left out, which cannot happen to what
    /// this plugin writes.
    pub(crate) fn push(&mut self, name: &str, value: &str) {
        let (Ok(name_size), Ok(value_size)) =
            (u32::try_from(name.len()), u32::try_from(value.len()))
        else {
            return;
        };
        self.count = self.count.saturating_add(1);
        self.sizes.extend_from_slice(&name_size.to_le_bytes());
        self.sizes.extend_from_slice(&value_size.to_le_bytes());
        for text in [name, value] {
            self.text.extend_from_slice(text.as_bytes());
            self.text.push(0);
        }
    }

    /// The bytes for the proxy.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        let mut bytes = self.count.to_le_bytes().to_vec();
        bytes.extend_from_slice(&self.sizes);
        bytes.extend_from_slice(&self.text);
        bytes
    }
}
