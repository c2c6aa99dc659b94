//! The table of `docs/path-confusion.md`: written on demand, else compared.

use std::{env, fs, path::Path};

use crate::run::Seen;

/// Writes the table when `PORTCULLIS_WRITE_DOCS=1` is set.
///
/// # Panics
/// When it is not set and the page has another table.
pub(crate) fn compare(seen: &[Seen]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/path-confusion.md");
    let page = fs::read_to_string(&path).expect("the page is there");
    let (head, written) = page
        .split_once(MARK)
        .expect("the page has a place for its table");
    let table = table(seen);
    if env::var("PORTCULLIS_WRITE_DOCS").is_ok_and(|value| value == "1") {
        fs::write(&path, format!("{head}{MARK}{table}")).expect("the page can be written");
        return;
    }
    for (said, is) in written.lines().zip(table.lines()) {
        assert_eq!(said, is, "left: the page, right: what the servers did");
    }
    assert_eq!(written.lines().count(), table.lines().count());
}

fn table(seen: &[Seen]) -> String {
    let rows = seen.iter().map(|seen| {
        format!(
            "| {} | {} | {} | {} | {} | {} | {} |\n",
            seen.case.name,
            code(&seen.case.shown()),
            seen.shipped.shown(),
            seen.defaults.shown(),
            seen.envoy.shown(),
            seen.nginx.shown(),
            seen.axum.shown(),
        )
    });
    format!(
        "\n\n| case | request | shipped | defaults | Envoy | nginx | axum |\n|---|---|---|---|---|---|---|\n{}",
        rows.collect::<String>()
    )
}

/// Text as code in a cell: what would end either, or is not seen, as `\xNN`.
fn code(text: &str) -> String {
    let escaped: String = text
        .chars()
        .map(|character| match character {
            '|' => "\\|".to_owned(),
            ' '..='~' => character.to_string(),
            other => format!("\\x{:02x}", u32::from(other)),
        })
        .collect();
    if escaped.contains('`') {
        return format!("`` {escaped} ``");
    }
    format!("`{escaped}`")
}

const MARK: &str = "<!-- the table: written by the test, see above -->";
