//! Why a call to the service brought nothing, for the log. It quotes nothing of the answer.

use super::wire::{CurrentLimit, DescriptorStatus, Malformed, Unit};

/// What went wrong with a call, or with what it said about one limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceFault {
    /// No answer in time.
    #[error("no answer in time")]
    NoResponse,
    /// The cluster is not there.
    #[error(
        "no such cluster in this Envoy; define it in static_resources.clusters, with HTTP/2 towards \
         the service"
    )]
    NoCluster,
    /// The proxy did not take the call.
    #[error("the proxy did not take the call")]
    NotSent,
    /// Another HTTP status than 200.
    #[error("answered with status {0}; the cluster must speak HTTP/2 to a gRPC service")]
    Status(u16),
    /// Another gRPC status than OK: the service could not reach its store, for example.
    #[error("answered with gRPC status {0}")]
    GrpcStatus(u32),
    /// Not the message that belongs here.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Another number of statuses than was asked about.
    #[error("answered about another number of limits than it was asked about")]
    Statuses,
    /// The service goes by no limit: it lets everything pass.
    #[error(
        "the service knows no limit for this domain; give it a configuration file with this \
         domain, which may be empty else"
    )]
    UnknownDomain,
    /// The service goes by another limit than it was told.
    #[error("the service goes by another limit than it was told; it must honour overrides")]
    OtherLimit,
}

impl ServiceFault {
    /// Whether a status speaks of the limit that was asked about.
    ///
    /// # Security
    /// A service that does not know the domain says OK to everything, and names no limit.
    pub(super) fn of(status: &DescriptorStatus, requests: u32, unit: Unit) -> Result<(), Self> {
        let limit = status.limit.ok_or(Self::UnknownDomain)?;
        let asked = CurrentLimit {
            requests,
            unit: unit.number(),
        };
        if limit == asked {
            Ok(())
        } else {
            Err(Self::OtherLimit)
        }
    }
}
