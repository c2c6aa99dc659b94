//! A small HTTP client: plain towards a proxy's outbound listener, TLS towards the doors.
//!
//! One connection for each request, so that each one is met by a handshake of its own, and a
//! refused handshake is an outcome like any other.

use std::{error::Error as StdError, fmt, io, path::Path, sync::Arc};

use http_body_util::{BodyExt as _, Full};
use hyper::{Request, StatusCode, body::Bytes, client::conn::http1, http::HeaderMap};
use hyper_util::rt::TokioIo;
use rustls::{AlertDescription, ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

use crate::Error;

/// An answer, with its body read.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Reply {
    /// The reason code that a denial's problem document carries (RFC 9457), if there is one.
    #[must_use]
    pub fn code(&self) -> Option<String> {
        let problem: serde_json::Value = serde_json::from_slice(&self.body).ok()?;
        Some(problem.get("code")?.as_str()?.to_owned())
    }
}

/// What came of a request.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The peer answered.
    Answered(Reply),
    /// The peer ended the TLS handshake with an alert: it does not talk to this client at all.
    Refused(AlertDescription),
    /// Nobody answered.
    Unreachable(String),
}

impl fmt::Display for Outcome {
    /// As the table shows it: status and reason code.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered(reply) => {
                let status = reply.status.as_u16();
                match reply.code() {
                    Some(code) => write!(f, "{status} {code}"),
                    None if reply.status.is_success() => write!(f, "{status} permitted"),
                    None => write!(f, "{status} without a reason code"),
                }
            }
            Self::Refused(_) => f.write_str("no TLS handshake"),
            Self::Unreachable(why) => write!(f, "no answer: {why}"),
        }
    }
}

/// How requests are sent.
#[derive(Clone)]
pub struct Client {
    tls: Option<Arc<ClientConfig>>,
}

impl Client {
    /// Without TLS, towards loopback.
    #[must_use]
    pub const fn plain() -> Self {
        Self { tls: None }
    }

    /// TLS without a client certificate, trusting the authority in a file.
    ///
    /// # Errors
    /// When the file holds no certificate.
    pub fn anonymous(authority: &Path) -> Result<Self, Error> {
        let tls = builder(authority)?.with_no_client_auth();
        Ok(Self {
            tls: Some(Arc::new(tls)),
        })
    }

    /// TLS with the client certificate `NAME.crt` and `NAME.key` of a folder.
    ///
    /// # Errors
    /// When a file cannot be read or certificate and key do not fit.
    pub fn identified(authority: &Path, folder: &Path, name: &str) -> Result<Self, Error> {
        let (cert, key) = (
            folder.join(format!("{name}.crt")),
            folder.join(format!("{name}.key")),
        );
        let chain = CertificateDer::pem_file_iter(&cert)
            .and_then(Iterator::collect)
            .map_err(|error| credential(&cert, &error))?;
        let key_der =
            PrivateKeyDer::from_pem_file(&key).map_err(|error| credential(&key, &error))?;
        let tls = builder(authority)?
            .with_client_auth_cert(chain, key_der)
            .map_err(|error| credential(&cert, &error))?;
        Ok(Self {
            tls: Some(Arc::new(tls)),
        })
    }

    /// Sends one request to an address (`HOST:PORT`) and reads the whole answer.
    pub async fn send(&self, address: &str, request: Request<Full<Bytes>>) -> Outcome {
        match self.attempt(address, request).await {
            Ok(reply) => Outcome::Answered(reply),
            Err(error) => alert(error.as_ref())
                .map_or_else(|| Outcome::Unreachable(error.to_string()), Outcome::Refused),
        }
    }

    async fn attempt(
        &self,
        address: &str,
        request: Request<Full<Bytes>>,
    ) -> Result<Reply, Failure> {
        let stream = TcpStream::connect(address).await?;
        let Some(tls) = &self.tls else {
            return exchange(stream, request).await;
        };
        let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
        let name = ServerName::try_from(host.to_owned())?;
        let stream = TlsConnector::from(Arc::clone(tls))
            .connect(name, stream)
            .await?;
        exchange(stream, request).await
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("tls", &self.tls.is_some())
            .finish()
    }
}

type Failure = Box<dyn StdError + Send + Sync>;

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Reply, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // The connection does the reading and writing; its error is the one that tells of an alert.
    let connection = tokio::spawn(connection);
    let answer = sender.send_request(request).await;
    drop(sender);
    let response = match answer {
        Ok(response) => response,
        Err(error) => {
            return Err(connection
                .await
                .ok()
                .and_then(Result::err)
                .unwrap_or(error)
                .into());
        }
    };
    let (parts, body) = response.into_parts();
    let body = body.collect().await?.to_bytes();
    Ok(Reply {
        status: parts.status,
        headers: parts.headers,
        body,
    })
}

fn builder(
    authority: &Path,
) -> Result<rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert>, Error> {
    let mut roots = RootCertStore::empty();
    let certificates: Vec<_> = CertificateDer::pem_file_iter(authority)
        .and_then(Iterator::collect)
        .map_err(|error| credential(authority, &error))?;
    for certificate in certificates {
        roots
            .add(certificate)
            .map_err(|error| credential(authority, &error))?;
    }
    Ok(ClientConfig::builder().with_root_certificates(roots))
}

fn credential(path: &Path, problem: &dyn fmt::Display) -> Error {
    Error::Credential {
        path: path.to_owned(),
        problem: problem.to_string(),
    }
}

/// The TLS alert behind an error, however deep.
fn alert(error: &(dyn StdError + 'static)) -> Option<AlertDescription> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(rustls::Error::AlertReceived(alert)) = error.downcast_ref() {
            return Some(*alert);
        }
        // An io::Error hides what it wraps from `source()`: it skips to the wrapped one's source.
        next = match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}
