//! Fields of Envoy's messages as JSON, where each has two spellings.
//!
//! Protobuf's JSON mapping takes `http_filters` and `httpFilters` alike, and so must whoever
//! judges a file.

use policy::language::Json;

/// The field of this `snake_case` name, in either spelling.
pub(super) fn field<'j>(message: &'j Json, name: &str) -> Option<&'j Json> {
    message
        .member(name)
        .or_else(|| message.member(&camel(name)))
}

/// The field at the end of a way of names.
pub(super) fn at<'j>(message: &'j Json, way: &[&str]) -> Option<&'j Json> {
    way.iter()
        .try_fold(message, |message, name| field(message, name))
}

/// Whether a boolean field is there and true.
pub(super) fn is_true(message: &Json, way: &[&str]) -> bool {
    at(message, way) == Some(&Json::Bool(true))
}

/// Whether a field is there and this text.
pub(super) fn is_text(message: &Json, way: &[&str], text: &str) -> bool {
    at(message, way).and_then(Json::text) == Some(text)
}

/// Whether an `Any` holds a message of this type.
pub(super) fn is_type(any: &Json, name: &str) -> bool {
    any.member("@type")
        .and_then(Json::text)
        .is_some_and(|url| names_type(url, name))
}

/// Whether a type's address ends in this name.
pub(super) fn names_type(url: &str, name: &str) -> bool {
    url.rsplit('/').next() == Some(name)
}

/// The items of a list field; none where it is absent.
pub(super) fn items<'j>(message: &'j Json, name: &str) -> &'j [Json] {
    match field(message, name) {
        Some(Json::List(items)) => items,
        _ => &[],
    }
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_one_field() {
        for json in [
            r#"{"vm_config":{"vm_id":"x"}}"#,
            r#"{"vmConfig":{"vmId":"x"}}"#,
        ] {
            let json = Json::parse(json.as_bytes()).unwrap();
            assert!(is_text(&json, &["vm_config", "vm_id"], "x"));
        }
    }
}
