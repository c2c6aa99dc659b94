//! YAML and JSON texts, read into values without the surprises of YAML.
//!
//! A text is read by several programs: this one, Envoy, kubectl. What they would read differently
//! (`no`, `0755`, `1_000`, merge keys) is an error here, because a document that means two things
//! is worse than one that does not load.

use policy::language::{Json, Place, Report};
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};

use crate::ordered;

/// The largest file in bytes: a document is 1 MiB at most, an Envoy configuration around it is
/// larger.
pub(crate) const MAX_FILE_BYTES: u64 = 16 << 20;

/// The most values of one file, so that aliases cannot grow without bound.
const MAX_NODES: usize = 4_000_000;

/// One document of a text.
#[derive(Debug)]
pub(crate) struct Reading {
    /// As Envoy reads it: `no` is false, `1_000` a number.
    pub(crate) json: Json,
    /// With such words left as text, to see where it makes a difference; `None` for JSON, which
    /// has one reading.
    pub(crate) cautious: Option<Json>,
}

/// Reads a text of one or more documents. Documents that are empty are left out.
///
/// # Errors
/// What is wrong with the text, with line and column.
pub(crate) fn read(text: &str) -> Result<Vec<Reading>, String> {
    let json_error = match text.trim_start().bytes().next() {
        Some(b'{' | b'[') => match Json::parse(text.as_bytes()) {
            Ok(json) => {
                let cautious = None;
                return Ok(vec![Reading { json, cautious }]);
            }
            Err(error) => Some(error),
        },
        _ => None,
    };
    let lenient = serde_saphyr::from_multiple_with_options::<Json>(text, options(Words::AsEnvoy));
    let lenient = match (lenient, json_error) {
        (Ok(lenient), _) => lenient,
        (Err(_), Some(error)) => return Err(format!("neither JSON nor YAML: {error}")),
        (Err(error), None) => return Err(explain(&error)),
    };
    let cautious = serde_saphyr::from_multiple_with_options::<Json>(text, options(Words::AsText));
    let cautious = cautious.map_err(|error| explain(&error))?;
    let pair = |(json, cautious)| Reading {
        json,
        cautious: Some(cautious),
    };
    Ok(lenient.into_iter().zip(cautious).map(pair).collect())
}

/// Reports every value that other programs would read differently.
pub(crate) fn report_quirks(json: &Json, cautious: &Json, place: &Place<'_>, report: &mut Report) {
    match (json, cautious) {
        (Json::Object(members), Json::Object(others)) => {
            for ((name, value), (_, other)) in members.iter().zip(others) {
                report_quirks(value, other, &place.field(name), report);
            }
        }
        (Json::List(items), Json::List(others)) => {
            for (index, (item, other)) in items.iter().zip(others).enumerate() {
                report_quirks(item, other, &place.item(index, item), report);
            }
        }
        (value, Json::Text(written)) if value.text().is_none() => {
            let (kind, plain) = (value.kind(), ordered::compact(value));
            report.error(
                place,
                format_args!(
                    "{written} is {kind} to some readers of YAML and a string to others; write \
                     \"{written}\" or {plain}"
                ),
            );
        }
        _ => {}
    }
}

fn explain(error: &serde_saphyr::Error) -> String {
    if let serde_saphyr::Error::MergeKeyNotAllowed { location } = error {
        let line = location.line();
        return format!(
            "line {line}: a merge key (<<) is merged by some readers of YAML and a plain field to \
             Envoy; write the fields out"
        );
    }
    format!("not YAML: {error}")
}

/// How words are read that YAML 1.1 and 1.2 disagree on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    AsEnvoy,
    AsText,
}

fn options(words: Words) -> serde_saphyr::Options {
    let as_text = words == Words::AsText;
    serde_saphyr::options! {
        // told by place, with all other errors
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: as_text,
        leading_zero_numbers_as_strings: as_text,
        underscored_numbers_as_strings: as_text,
        reject_unsupported_tags: true,
        with_snippet: false, // one problem, one line
        budget: serde_saphyr::budget! { max_nodes: MAX_NODES },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Json {
        let mut readings = read(text).unwrap();
        assert_eq!(readings.len(), 1, "{text}");
        readings.remove(0).json
    }

    #[test]
    fn yaml_reads_as_the_json_it_means() {
        for (yaml, json) in [
            (
                "a: 1\nb: [x, \"1\", true]\n",
                r#"{"a":1,"b":["x","1",true]}"#,
            ),
            ("a:\n", r#"{"a":null}"#),
            ("a: 1\na: 2\n", r#"{"a":1,"a":2}"#),
            ("a: &x [1]\nb: *x\n", r#"{"a":[1],"b":[1]}"#),
            ("{a: 1e2, b: 100.0}", r#"{"a":100,"b":100}"#),
            ("a: no\n", r#"{"a":false}"#),
            ("200: x\n", r#"{"200":"x"}"#),
            ("a: |\n  b\n", r#"{"a":"b\n"}"#),
        ] {
            assert_eq!(one(yaml), Json::parse(json.as_bytes()).unwrap(), "{yaml}");
        }
    }

    #[test]
    fn documents_of_one_text_are_read_apart() {
        assert_eq!(read("a: 1\n---\nb: 2\n---\n").unwrap().len(), 2);
        assert_eq!(read("# nothing\n").unwrap().len(), 0);
    }

    #[test]
    fn what_is_not_plain_yaml_is_refused() {
        for text in [
            "a: [1",
            "a: {<<: {b: 1}}",
            "{\"a\": ",
            "a: *unknown",
            "a: !vault x",
            "a: .inf",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_cloud_of_aliases_is_refused() {
        let ten = |item: &str| [item; 10].join(", ");
        let levels = (1..9).map(|level| {
            let below = ten(&format!("*a{}", level - 1));
            format!("a{level}: &a{level} [{below}]")
        });
        let first = format!("a0: &a0 [{}]", ten("x"));
        let lines: Vec<String> = std::iter::once(first).chain(levels).collect();
        assert!(read(&lines.join("\n")).is_err());
    }

    #[test]
    fn words_with_two_readings_are_told_by_place() {
        let reading = read("{values: [no, \"no\", 0755, 1_000, 12, true], name: x}")
            .unwrap()
            .remove(0);
        let mut report = Report::default();
        let cautious = reading.cautious.unwrap();
        report_quirks(&reading.json, &cautious, &Place::top(), &mut report);
        let places: Vec<_> = report
            .errors()
            .iter()
            .filter_map(|line| line.split_once(':'))
            .map(|(place, _)| place)
            .collect();
        assert_eq!(places, ["values[0]", "values[2]", "values[3]"]);
    }
}
