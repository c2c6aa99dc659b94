//! The other readings of a request: what a server might take its host and path for.

use crate::route::Target;
use crate::{Ambiguity, NormalPath};

/// All readings but the one a decision is made on; most requests have none.
pub(super) struct Readings {
    paths: Vec<NormalPath<'static>>,
    /// The host with the dot it came with: to a router that keeps the dot, no host of the document.
    dotted: Option<String>,
}

impl Readings {
    pub(super) fn of(
        path: &NormalPath<'_>,
        dotted: Option<String>,
        normal: impl Fn(NormalPath<'static>) -> NormalPath<'static>,
    ) -> Self {
        Self {
            paths: path.other_readings().map(normal).collect(),
            dotted,
        }
    }

    /// What makes any of the paths ambiguous, with that of the first.
    pub(super) fn ambiguity_with(&self, first: Ambiguity) -> Ambiguity {
        let others = self.paths.iter().map(NormalPath::ambiguity);
        others.fold(first, Ambiguity::with)
    }

    /// The targets that other servers may see in place of this one.
    pub(super) fn others<'t>(&'t self, target: &Target<'t>) -> impl Iterator<Item = Target<'t>> {
        let target = *target;
        let hosts = [Some(target.host), self.dotted.as_deref().map(Some)];
        hosts
            .into_iter()
            .flatten()
            .flat_map(move |host| {
                let paths = self.paths.iter().map(NormalPath::as_bytes);
                std::iter::once(target.path)
                    .chain(paths)
                    .map(move |path| Target {
                        host,
                        path,
                        ..target
                    })
            })
            .skip(1)
    }
}
