//! What tells one client's address from another's.

use std::net::IpAddr;

/// The leading bits that tell one IPv6 client from another: one client has a whole network of
/// addresses (RFC 6177 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv6Prefix(pub u32);

impl Ipv6Prefix {
    /// Appends an address as a key to count by: all of an IPv4 address, the prefix of another.
    ///
    /// ```
    /// let key = |ip: &str| {
    ///     let mut key = Vec::new();
    ///     policy::Ipv6Prefix(64).append(ip.parse().unwrap(), &mut key);
    ///     key
    /// };
    /// assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:1"));
    /// assert_ne!(key("2001:db8:0:1::1"), key("2001:db8:0:2::1"));
    /// assert_ne!(key("203.0.113.9"), key("203.0.113.10"));
    /// ```
    pub fn append(self, ip: IpAddr, out: &mut Vec<u8>) {
        match ip {
            IpAddr::V4(ip) => out.extend_from_slice(&ip.octets()),
            IpAddr::V6(ip) => {
                let kept = u128::MAX
                    .checked_shl(u128::BITS.saturating_sub(self.0))
                    .unwrap_or(0);
                out.extend_from_slice(&(ip.to_bits() & kept).to_be_bytes());
            }
        }
    }
}
