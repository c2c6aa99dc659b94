//! The round: a fixed list of requests, each with what the policy says about it.
//!
//! The list is written by hand from the documents in `envoy/*.yaml`, never from what came back.

use std::{
    fmt, fs,
    path::Path,
    time::{Duration, Instant},
};

use http_body_util::Full;
use hyper::{Method, Request, body::Bytes};

use crate::{Client, Error, Line, Outcome, Table};

use Expected::{Denied, NoHandshake, Permitted};
use Who::{Anybody, Certless, Token, Workload};

/// Where requests are sent: `HOST:PORT` of the edge and of the proxy beside payments.
#[derive(Clone, Debug)]
pub struct Doors {
    /// The edge, HTTPS.
    pub edge: String,
    /// The proxy beside payments, mTLS.
    pub payments: String,
}

/// Who asks.
#[derive(Clone, Copy)]
enum Who {
    /// At the edge, without a token.
    Anybody,
    /// At the edge, with a token.
    Token(&'static str),
    /// At payments' proxy, without a certificate.
    Certless,
    /// At payments' proxy, with a certificate.
    Workload(&'static str),
}

/// What is to come of it.
#[derive(Clone, Copy)]
enum Expected {
    Permitted(u16),
    Denied(u16, &'static str),
    /// No HTTP at all: the TLS handshake fails.
    NoHandshake,
}

struct Row {
    who: Who,
    method: Method,
    path: &'static str,
    times: usize,
    expected: Expected,
}

impl Row {
    fn line(&self) -> Line {
        let times = if self.times > 1 {
            format!(" x{}", self.times)
        } else {
            String::new()
        };
        Line {
            who: self.who.to_string(),
            request: format!("{} {}{times}", self.method, self.path),
            expected: self.expected.to_string(),
            got: String::new(),
        }
    }

    fn request(&self, client: &Path) -> Result<Request<Full<Bytes>>, Error> {
        let mut request = Request::builder()
            .method(&self.method)
            .uri(self.path)
            .header("host", "shop.example.org");
        if let Token(name) = self.who {
            let file = client.join("tokens").join(name);
            let token = fs::read_to_string(&file).map_err(Error::file(file))?;
            request = request.header("authorization", format!("Bearer {token}"));
        }
        request
            .body(Full::default())
            .map_err(|error| Error::Request(error.to_string()))
    }
}

fn rows() -> Vec<Row> {
    let get = |who, path, expected| Row {
        who,
        method: Method::GET,
        path,
        times: 1,
        expected,
    };
    let post = |who, path, times, expected| Row {
        who,
        method: Method::POST,
        path,
        times,
        expected,
    };
    vec![
        get(Anybody, "/v1/products", Permitted(200)),
        get(Anybody, "/v1/orders", Denied(401, "jwt.missing")),
        get(Token("reader"), "/v1/orders", Permitted(200)),
        get(Token("expired"), "/v1/orders", Denied(401, "jwt.expired")),
        get(
            Token("other-audience"),
            "/v1/orders",
            Denied(401, "jwt.wrong_audience"),
        ),
        get(
            Token("other-issuer"),
            "/v1/orders",
            Denied(401, "jwt.unknown_issuer"),
        ),
        get(
            Token("forged"),
            "/v1/orders",
            Denied(401, "jwt.bad_signature"),
        ),
        get(
            Token("unsigned"),
            "/v1/orders",
            Denied(401, "jwt.algorithm_not_allowed"),
        ),
        post(
            Token("reader"),
            "/v1/orders",
            1,
            Denied(403, "jwt.insufficient_scope"),
        ),
        post(Token("writer"), "/v1/orders", 1, Permitted(201)),
        get(Token("writer"), "/admin", Denied(403, "route.unmatched")),
        get(
            Token("reader"),
            "/v1/orders/1;v=2",
            Denied(400, "request.ambiguous_path"),
        ),
        post(Token("hurried"), "/v1/orders", 3, Permitted(201)),
        post(
            Token("hurried"),
            "/v1/orders",
            1,
            Denied(429, "rate_limit.exceeded"),
        ),
        post(Certless, "/v1/charges", 1, NoHandshake),
        post(Workload("stranger"), "/v1/charges", 1, NoHandshake),
        post(
            Workload("catalog"),
            "/v1/charges",
            1,
            Denied(403, "spiffe.not_allowed"),
        ),
        post(Workload("orders"), "/v1/charges", 1, Permitted(201)),
        get(
            Workload("orders"),
            "/v1/charges",
            Denied(403, "route.unmatched"),
        ),
    ]
}

/// Sends the round and gives the table; `client` is the folder that [`crate::mint`] made for clients.
///
/// The limit in it counts per minute: a second round within a minute finds it used up.
///
/// # Errors
/// When a certificate or token cannot be read. A request that fails is a row, not an error.
pub async fn round(client: &Path, doors: &Doors) -> Result<Table, Error> {
    let mut lines = Vec::new();
    for row in rows() {
        let mut line = row.line();
        for _ in 0..row.times {
            line.got = send(client, doors, &row).await?.to_string();
            if !line.as_expected() {
                break;
            }
        }
        lines.push(line);
    }
    Ok(Table::new(lines))
}

/// Waits until every part answers: each row of the round would reach its end.
///
/// # Errors
/// When that takes longer than `patience`, or a certificate cannot be read.
pub async fn ready(client: &Path, doors: &Doors, patience: Duration) -> Result<(), Error> {
    let deadline = Instant::now() + patience;
    // Together these pass every proxy and every service.
    let parts = [
        (Anybody, "/v1/products"),
        (Token("reader"), "/v1/orders"),
        (Workload("orders"), "/healthz"),
    ];
    for (who, path) in parts {
        let row = Row {
            who,
            method: Method::GET,
            path,
            times: 1,
            expected: Permitted(200),
        };
        loop {
            let outcome = send(client, doors, &row).await?;
            if outcome.to_string() == row.expected.to_string() {
                break;
            }
            if Instant::now() > deadline {
                let last = format!("{}: {outcome}", row.line().request);
                return Err(Error::NotReady {
                    seconds: patience.as_secs(),
                    last,
                });
            }
            tokio::time::sleep(POLL).await;
        }
    }
    Ok(())
}

/// How often to ask something that is still starting.
const POLL: Duration = Duration::from_millis(50);

async fn send(folder: &Path, doors: &Doors, row: &Row) -> Result<Outcome, Error> {
    let bundle = folder.join("bundle.crt");
    let (client, door) = match row.who {
        Anybody | Token(_) => (Client::anonymous(&folder.join("web-ca.crt"))?, &doors.edge),
        Certless => (Client::anonymous(&bundle)?, &doors.payments),
        Workload(name) => (Client::identified(&bundle, folder, name)?, &doors.payments),
    };
    Ok(client.send(door, row.request(folder)?).await)
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Anybody => f.write_str("edge: no token"),
            Token(name) => write!(f, "edge: token {name}"),
            Certless => f.write_str("payments: no certificate"),
            Workload(name) => write!(f, "payments: certificate {name}"),
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Permitted(status) => write!(f, "{status} permitted"),
            Denied(status, code) => write!(f, "{status} {code}"),
            NoHandshake => f.write_str("no TLS handshake"),
        }
    }
}
