//! What a caller asks: one request, whose token and address may be another each time.

use std::io::Write;

/// Which token a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// Always the same.
    Repeated,
    /// One that the proxy has not seen, or forgotten long ago.
    FirstSight,
    /// One of a few, at first sight, or none, in turn.
    Mixed,
}

/// Which address a request says it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// Always the same.
    One,
    /// One of so many, in an order that jumps about.
    OneOf(u32),
}

/// The requests for one row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Traffic {
    token: Token,
    address: Address,
    sent: u32,
}

impl Traffic {
    /// Requests that are all the same.
    #[must_use]
    pub(crate) const fn same() -> Self {
        Self {
            token: Token::Repeated,
            address: Address::One,
            sent: 0,
        }
    }

    /// With another token each time.
    #[must_use]
    pub(crate) const fn first_sight(mut self) -> Self {
        self.token = Token::FirstSight;
        self
    }

    /// From many addresses.
    #[must_use]
    pub(crate) const fn many_addresses(mut self, count: u32) -> Self {
        self.address = Address::OneOf(count);
        self
    }

    /// Everything that a proxy could keep: many callers with their tokens, tokens at first sight and
    /// none, a million addresses. Another start for each thread that sends.
    #[must_use]
    pub(crate) const fn mixed(thread: u32) -> Self {
        Self {
            token: Token::Mixed,
            address: Address::OneOf(1 << 20),
            sent: thread.wrapping_mul(0x1000_0001),
        }
    }

    /// How many addresses there are.
    #[must_use]
    pub(crate) const fn addresses(&self) -> u32 {
        match self.address {
            Address::One => 1,
            Address::OneOf(count) => count,
        }
    }

    /// Writes the next request in place of what is there; the status that must answer it.
    ///
    /// # Panics
    /// When there are fewer tokens than fill a cache.
    pub(crate) fn write_next(&mut self, tokens: &[String], request: &mut Vec<u8>) -> u16 {
        let number = self.sent;
        self.sent = self.sent.wrapping_add(1);
        let token = match self.token {
            Token::Repeated => tokens.first(),
            Token::FirstSight => tokens.get(first_sight(number as usize, tokens.len())),
            Token::Mixed => match number % 16 {
                0 => None,
                1 | 9 => tokens.get(first_sight(number as usize / 8, tokens.len())),
                _ => tokens.get(number as usize % FEW),
            },
        };
        // An odd step and a count that is a power of two: every address comes once before one comes again.
        let address = match self.address {
            Address::One => 7,
            Address::OneOf(count) => number.wrapping_mul(STEP) % count,
        };
        let [_, b, c, d] = address.to_be_bytes();
        request.clear();
        let written = write!(
            request,
            "GET /v1/orders/7 HTTP/1.1\r\nhost: api.example.org\r\nuser-agent: bench\r\n\
             accept: application/json\r\nx-forwarded-for: 10.{b}.{c}.{d}\r\n"
        );
        written.expect("memory");
        if let Some(token) = token {
            write!(request, "authorization: Bearer {token}\r\n").expect("memory");
        }
        request.extend_from_slice(b"\r\n");
        if token.is_some() { 200 } else { 401 }
    }
}

/// A cache may keep its oldest tokens for ever: those that fill it at first are never sent again.
const fn first_sight(number: usize, tokens: usize) -> usize {
    if number < FILL {
        number
    } else {
        FILL + number % (tokens - FILL)
    }
}

/// Tokens that come again and again in mixed traffic.
const FEW: usize = 100;

/// More tokens than a cache holds, ours and the native filter's.
const FILL: usize = 1_100;

const STEP: u32 = 2_654_435_761;
