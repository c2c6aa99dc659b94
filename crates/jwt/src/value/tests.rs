use std::time::Duration;

use proptest::prelude::*;

use super::*;

fn deep(levels: usize) -> Vec<u8> {
    let mut text = "[".repeat(levels);
    text.push_str(&"]".repeat(levels));
    text.into_bytes()
}

#[test]
fn what_is_not_one_strict_value_is_refused() {
    let refused: [&[u8]; 14] = [
        b"",
        b" ",
        b"{",
        b"{} {}",
        b"{'a': 1}",
        b"{\"a\": 1,}",
        b"{\"a\": 1, \"a\": 1}",
        b"{\"a\": 1, \"\\u0061\": 2}",
        b"{\"x\": [{\"b\": {\"c\": 1, \"d\": 2, \"c\": 3}}]}",
        b"1e400",
        b"01",
        b"NaN",
        b"\"\\ud800\"",
        b"\"\xff\"",
    ];
    for text in refused {
        assert!(Value::parse(text).is_none(), "{}", text.escape_ascii());
    }
    let most = usize::from(MAX_DEPTH);
    assert!(Value::parse(&deep(most)).is_some());
    assert!(Value::parse(&deep(most + 1)).is_none());
    assert!(Value::parse(&deep(100_000)).is_none());
}

#[test]
fn members_are_found_on_every_level() {
    let value = Value::parse(br#"{"b": {"z": 1, "y": ["q"]}, "a": null, "": 2}"#).unwrap();
    assert!(value.member("a") == Some(&Value::Null));
    assert!(value.member("") == Some(&Value::Whole(2)));
    assert!(value.at(&["b".into(), "z".into()]) == Some(&Value::Whole(1)));
    assert!(value.at(&["b".into(), "y".into(), "q".into()]).is_none());
    assert!(value.member("c").is_none());
}

#[test]
fn dates_are_seconds_whole_or_not_and_hostile_ones_are_none() {
    let cases: [(&str, Option<Duration>); 12] = [
        ("0", Some(Duration::ZERO)),
        ("1300819380", Some(Duration::from_secs(1_300_819_380))),
        (
            "1300819380.5",
            Some(Duration::from_millis(1_300_819_380_500)),
        ),
        ("1.5e9", Some(Duration::from_secs(1_500_000_000))),
        ("9007199254740991", Some(Duration::from_secs(MAX_DATE))),
        ("9007199254740992", None),
        ("18446744073709551615", None),
        ("1e300", None),
        ("-1", None),
        ("-0.5", None),
        ("\"1300819380\"", None),
        ("null", None),
    ];
    for (text, date) in cases {
        assert_eq!(
            Value::parse(text.as_bytes()).unwrap().date(),
            date,
            "{text}"
        );
    }
}

#[test]
fn many_members_are_read_in_reasonable_time() {
    // 60 kB of members, the worst a token can hold: quadratic search would take seconds.
    let members: Vec<String> = (0..4_000).map(|n| format!("\"{n:010}\":0")).collect();
    let text = format!("{{{}}}", members.join(","));
    assert!(
        Value::parse(text.as_bytes())
            .unwrap()
            .member("0000003999")
            .is_some()
    );
}

#[test]
fn more_values_than_a_text_of_its_length_needs_are_refused() {
    let list = |values: usize, blanks: usize| {
        let values = vec!["0"; values].join(",");
        format!("[{values}{}]", " ".repeat(blanks))
    };
    // The list itself is a value too.
    for (values, blanks, read) in [
        (255, 0, true),
        (256, 0, false),
        (256, 12 * 257, true),
        (999, 12_000 - 1_999, true),
        (1_100, 12_000 - 2_300, false),
    ] {
        let text = list(values, blanks);
        assert_eq!(
            Value::parse(text.as_bytes()).is_some(),
            read,
            "{values} in {}",
            text.len()
        );
    }
}

proptest! {
    #[test]
    fn hostile_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Some(value) = Value::parse(&bytes) {
            let _ = (value.date(), value.scalar(), value.footprint());
        }
    }

    #[test]
    fn hostile_json_never_panics(text in r#"[\[\]{}":,0-9eE.\\ua-c+-]{0,60}"#) {
        let _ = Value::parse(text.as_bytes()).map(|value| (value.date(), value.footprint()));
    }

    #[test]
    fn what_serde_writes_is_read_back(text in any::<String>(), number in any::<i64>()) {
        let json = serde_json::json!({"t": text, "n": number}).to_string();
        let value = Value::parse(json.as_bytes()).unwrap();
        prop_assert_eq!(value.member("t").and_then(Value::text), Some(text.as_str()));
        prop_assert!(value.member("n") == Some(&Value::Whole(number)));
    }
}
