//! Templates and host patterns that are refused.

use super::*;

#[test]
fn templates_say_what_is_wrong_with_them() {
    for (text, part) in [
        ("v1", "begin with"),
        ("/a/*/b", "inside a segment"),
        ("/a*", "inside a segment"),
        ("/a/**/b", "only at the end"),
        ("/a//b", "empty segment"),
        ("/{}", "needs a name"),
        ("/{a-b}", "needs a name"),
        ("/x{a}", "around a whole"),
        ("/a?b=1", "query"),
        ("/a/../b", "one way"),
        ("/a%2fb", "one way"),
        ("/a;b", "one way"),
    ] {
        let told = PathTemplate::parse(text, false).unwrap_err();
        assert!(told.contains(part), "{text}: {told}");
    }
    for text in [
        "*", "*.*.org", "a*.org", "API.org", "a.org:80", "http://a", "",
    ] {
        assert!(HostPattern::parse(text).is_err(), "{text}");
    }
}
