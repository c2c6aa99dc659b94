//! The pages that hold what was measured: in docs/, between marks.

use std::{fs, path::Path};

/// Replaces the table of this name in a page of docs/, where `PORTCULLIS_WRITE_PROOF` asks for it.
///
/// # Panics
/// When the page or its marks are not there.
pub fn write_table(page: &str, name: &str, table: &str) {
    if std::env::var_os("PORTCULLIS_WRITE_PROOF").is_none() {
        return;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(page);
    let page = fs::read_to_string(&path).expect("the page");
    let (begin, end) = (
        format!("<!-- {name} -->\n"),
        format!("<!-- end of {name} -->"),
    );
    let (before, rest) = page.split_once(&begin).expect("the table's mark");
    let (_, after) = rest.split_once(&end).expect("the table's end");
    fs::write(&path, format!("{before}{begin}\n{table}\n{end}{after}")).expect("the page");
}
