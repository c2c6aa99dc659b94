//! The YAML documents of the guides: each is taken as it stands, and each file that they link is there.

mod support;

use support::{check_for, read, repository};

/// The guides, each with the plugin that takes its documents, and how many they are at least.
const GUIDES: [(&str, &str, usize); 4] = [
    ("docs/identity.md", "spiffe_authz", 4),
    ("docs/tokens.md", "jwt_authn", 4),
    ("docs/api-keys.md", "gateway", 3),
    ("docs/key-sets.md", "jwt_authn", 1),
];

#[test]
fn every_document_of_the_guides_is_taken() {
    for (guide, plugin, least) in GUIDES {
        let text = read(guide);
        let blocks = text.split("```yaml\n").skip(1);
        let documents: Vec<&str> = blocks
            .filter_map(|block| block.split("```").next())
            .filter(|block| block.starts_with("version:"))
            .collect();
        // a cluster is the proxy's, and validated with it: tests/envoy/tests/shipped.rs
        let clusters = text.matches("```yaml\nclusters:").count();
        let blocks = text.matches("```yaml").count();
        assert_eq!(documents.len() + clusters, blocks, "{guide}");
        assert!(documents.len() >= least, "{guide}");
        for document in documents {
            let ran = check_for(plugin, document).expect(0);
            assert_eq!(ran.lines("warning"), [""; 0], "{document}{}", ran.out);
        }
    }
}

#[test]
fn every_file_that_a_guide_names_is_there() {
    let folder = repository().join("docs");
    for (guide, ..) in GUIDES {
        let text = read(guide);
        let links = text.split("](").skip(1);
        for link in links.filter_map(|rest| rest.split(['#', ')']).next()) {
            assert!(folder.join(link).exists(), "{guide}: {link}");
        }
    }
}
