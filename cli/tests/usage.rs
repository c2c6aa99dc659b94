//! The command line itself: help, wrong usage, forms of output.

mod support;

use support::{check, portcullis};

#[test]
fn json_output_says_the_same() {
    let ran = portcullis(
        &["check", "--format", "json", "-"],
        "version: v1\nroutes: [{name: a, paths: [/a], allow: }]\n",
    )
    .expect(1);
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let file = &json["files"][0];
    assert_eq!(file["file"], "standard input");
    assert!(file["problem"].is_null());
    let document = &file["documents"][0];
    assert_eq!(document["plugin"], "gateway");
    assert_eq!(document["refused"], true);
    let error = document["errors"][0].as_str().unwrap();
    assert!(error.starts_with("routes[a].allow: is null"), "{error}");
    assert_eq!(json["summary"]["refused"], 1);
    assert_eq!(json["summary"]["errors"], 1);
}

#[test]
fn a_pipe_gets_no_colours() {
    assert!(!check("version: v1\n").expect(1).out.contains('\u{1b}'));
}

#[test]
fn wrong_usage_is_told_with_status_2() {
    let ran = portcullis(&["check"], "").expect(2);
    assert!(ran.err.contains("<FILE>"), "{}", ran.err);
    portcullis(&["check", "--plugin", "other", "-"], "").expect(2);
    portcullis(&[], "").expect(2);
}

#[test]
fn help_has_examples() {
    for arguments in [&["--help"][..], &["check", "--help"], &["schema", "--help"]] {
        let ran = portcullis(arguments, "").expect(0);
        assert!(ran.out.contains("Example"), "{arguments:?}");
        assert!(ran.out.contains("portcullis "), "{arguments:?}");
    }
}
