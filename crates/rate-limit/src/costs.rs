//! What a request costs: how much of a limit it takes.

use policy::{Context, RouteId};

/// The costs of one limit.
#[derive(Clone, Debug)]
pub(crate) struct Costs {
    /// Of a request on any other route, or on none.
    pub(crate) otherwise: u32,
    /// By route, sorted.
    pub(crate) routes: Vec<(RouteId, u32)>,
}

impl Costs {
    /// The cost of the request.
    pub(crate) fn of(&self, context: &Context<'_>) -> u32 {
        let Some((route, _)) = context.route else {
            return self.otherwise;
        };
        let found = self.routes.binary_search_by_key(&route, |(id, _)| *id).ok();
        let found = found.and_then(|at| self.routes.get(at));
        found.map_or(self.otherwise, |(_, cost)| *cost)
    }

    /// The most that a request can cost.
    pub(crate) fn largest(&self) -> u32 {
        let routes = self.routes.iter().map(|(_, cost)| *cost);
        routes.fold(self.otherwise, u32::max)
    }
}
