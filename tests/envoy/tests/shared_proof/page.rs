//! The page that holds what was measured: docs/shared-limits.md, between marks.

use std::{fs, path::Path};

/// Replaces the table of this name, where `PORTCULLIS_WRITE_PROOF` asks for it.
pub(crate) fn write(name: &str, table: &str) {
    if std::env::var_os("PORTCULLIS_WRITE_PROOF").is_none() {
        return;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/shared-limits.md");
    let page = fs::read_to_string(&path).unwrap();
    let (begin, end) = (
        format!("<!-- {name} -->\n"),
        format!("<!-- end of {name} -->"),
    );
    let (before, rest) = page.split_once(&begin).expect("the table's mark");
    let (_, after) = rest.split_once(&end).expect("the table's end");
    fs::write(&path, format!("{before}{begin}\n{table}\n{end}{after}")).unwrap();
}
