//! The YAML documents of the guide to identity: each is taken as it stands, and each file that it
//! links is there.

mod support;

use support::{check_for, read, repository};

const GUIDE: &str = "docs/identity.md";

#[test]
fn every_document_of_the_guide_is_taken() {
    let text = read(GUIDE);
    let blocks = text.split("```yaml\n").skip(1);
    let documents: Vec<&str> = blocks
        .filter_map(|block| block.split("```").next())
        .filter(|block| block.starts_with("version:"))
        .collect();
    assert_eq!(documents.len(), text.matches("```yaml").count());
    assert!(documents.len() >= 4);
    for document in documents {
        let ran = check_for("spiffe_authz", document).expect(0);
        assert_eq!(ran.lines("warning"), [""; 0], "{document}{}", ran.out);
    }
}

#[test]
fn every_file_that_the_guide_names_is_there() {
    let text = read(GUIDE);
    let folder = repository().join("docs");
    let links = text.split("](").skip(1);
    for link in links.filter_map(|rest| rest.split(['#', ')']).next()) {
        assert!(folder.join(link).exists(), "{link}");
    }
}
