//! Blocks of addresses in CIDR notation (RFC 4632, RFC 4291 §2.3).

use std::net::IpAddr;

/// A network, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IpBlock {
    network: IpAddr,
    prefix: u32,
}

impl IpBlock {
    /// Reads `203.0.113.0/24`, `2001:db8::/32` or one address.
    ///
    /// # Errors
    /// What is wrong and what to write instead.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("\"{text}\" is not an address or a CIDR block such as 203.0.113.0/24");
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let network: IpAddr = address.parse().map_err(|_| wrong())?;
        let width = bits(network).1;
        let prefix = match prefix {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits
                .parse::<u32>()
                .ok()
                .filter(|prefix| *prefix <= width)
                .ok_or_else(wrong)?,
            Some(_) => return Err(wrong()),
            None => width,
        };
        let block = Self { network, prefix };
        if !block.contains(network) || block.host_bits() != 0 {
            return Err(format!(
                "\"{text}\" has bits set below its prefix; a block begins at its network address"
            ));
        }
        Ok(block)
    }

    /// Whether an address lies in it.
    pub(crate) fn contains(self, ip: IpAddr) -> bool {
        let ((mine, width), (theirs, other)) = (bits(self.network), bits(ip));
        width == other && shifted(mine, width, self.prefix) == shifted(theirs, width, self.prefix)
    }

    /// Whether any address lies in both.
    pub(super) fn overlaps(self, other: Self) -> bool {
        self.contains(other.network) || other.contains(self.network)
    }

    fn host_bits(self) -> u128 {
        let (value, width) = bits(self.network);
        let kept =
            shifted(value, width, self.prefix).checked_shl(width.saturating_sub(self.prefix));
        value ^ kept.unwrap_or(0)
    }
}

const fn bits(ip: IpAddr) -> (u128, u32) {
    match ip {
        IpAddr::V4(ip) => (ip.to_bits() as u128, 32),
        IpAddr::V6(ip) => (ip.to_bits(), 128),
    }
}

fn shifted(value: u128, width: u32, prefix: u32) -> u128 {
    value.checked_shr(width.saturating_sub(prefix)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_hold_what_they_say() {
        for (block, inside, outside) in [
            ("203.0.113.0/24", "203.0.113.255", "203.0.114.0"),
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.0"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("0.0.0.0/0", "255.255.255.255", "::1"),
            ("::/0", "2001:db8::1", "10.0.0.1"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
        ] {
            let parsed = IpBlock::parse(block).unwrap();
            assert!(parsed.contains(inside.parse().unwrap()), "{block} {inside}");
            assert!(
                !parsed.contains(outside.parse().unwrap()),
                "{block} {outside}"
            );
        }
        for wrong in [
            "",
            "x",
            "10.0.0.0/33",
            "10.0.0.1/8",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "::1/129",
            "10.0.0/8",
        ] {
            assert!(IpBlock::parse(wrong).is_err(), "{wrong}");
        }
    }
}
