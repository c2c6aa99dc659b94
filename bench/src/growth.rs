//! How what a request costs grows with the document: ten, a thousand and ten thousand principals or
//! routes, in the same rounds as all other rows.

use std::fmt::Write;

use crate::{
    native,
    page::plus_minus,
    plugin::{Document, plugin},
    row::{FEW, Row},
    run::Run,
};

/// The rows that no other table has.
#[must_use]
pub(crate) fn rows() -> Vec<Row> {
    let identity = |count| plugin("spiffe_authz", &Document::new().identity(count));
    let routes = |count| plugin("spiffe_authz", &Document::new().identity(FEW).routes(count));
    let row = |name, filter| Row::new(name, name, vec![filter]).grown();
    vec![
        row("identity-1000", identity(1_000)),
        row("identity-10000", identity(10_000)),
        // Each principal costs it 0.6 us.
        row("rbac-1000", native::rbac(1_000)).one_of(4),
        row("rbac-10000", native::rbac(10_000)).one_of(20),
        row("routes-10", routes(10)),
        row("routes-10000", routes(10_000)),
    ]
}

/// What requests cost, by the size of the document.
#[must_use]
pub(crate) fn table(run: &Run) -> String {
    let mut text = String::from(
        "### How it grows: added to no filter, us\n\n\
         | | 10 | 1,000 | 10,000 | 10,000 over 10 |\n| --- | ---: | ---: | ---: | ---: |\n",
    );
    for series in GROWTH {
        let _ = write!(text, "| {} |", series.what);
        let has = |name: &&str| run.lanes.iter().any(|lane| lane.name == *name);
        for name in series.rows {
            let added = has(&name).then(|| plus_minus(run.added(name, "none")));
            let _ = write!(text, " {} |", added.unwrap_or_default());
        }
        let [few, _, many] = series.rows;
        let over = [few, many]
            .iter()
            .all(has)
            .then(|| plus_minus(run.ratio(many, few)));
        let _ = writeln!(text, " {} |", over.unwrap_or_default());
    }
    text.push_str("\nThe caller is the last of a list, and has no other route than with ten.\n");
    text
}

/// Rows that differ in the size of their document alone.
struct Series {
    /// What grows.
    what: &'static str,
    /// The rows with ten, a thousand and ten thousand of it, by name; where there is no row, an empty one.
    rows: [&'static str; 3],
}

/// The series of the table of how it grows.
const GROWTH: [Series; 3] = [
    Series {
        what: "`spiffe_authz.wasm`, by principals",
        rows: ["identity", "identity-1000", "identity-10000"],
    },
    Series {
        what: "native `rbac`, by principals",
        rows: ["rbac", "rbac-1000", "rbac-10000"],
    },
    Series {
        what: "`spiffe_authz.wasm`, by routes",
        rows: ["routes-10", "", "routes-10000"],
    },
];
