use proptest::prelude::*;

use super::*;
use TemplateError::{Braces, Id, OpenTrustDomain, RestNotLast, Star};

fn template(text: &str) -> IdTemplate {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn id(text: &str) -> SpiffeId {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn templates_match_what_they_say() {
    let table = [
        ("spiffe://td/a/b", "spiffe://td/a/b", true),
        ("spiffe://td/a/b", "spiffe://td/a", false),
        ("spiffe://td/a/b", "spiffe://td/a/b/c", false),
        ("spiffe://td/a/b", "spiffe://td/a/B", false),
        ("spiffe://td/a/b", "spiffe://other/a/b", false),
        ("spiffe://td", "spiffe://td", true),
        ("spiffe://td", "spiffe://td/a", false),
        ("spiffe://td/{x}", "spiffe://td/a", true),
        ("spiffe://td/{x}", "spiffe://td", false),
        ("spiffe://td/{x}", "spiffe://td/a/b", false),
        ("spiffe://td/{x}/b", "spiffe://td/a/b", true),
        ("spiffe://td/{x}/b", "spiffe://td/a/c", false),
        ("spiffe://td/**", "spiffe://td", true),
        ("spiffe://td/**", "spiffe://td/a/b/c", true),
        ("spiffe://td/**", "spiffe://td.example/a", false),
        ("spiffe://td/**", "spiffe://t/a", false),
        ("spiffe://td/a/**", "spiffe://td/a", true),
        ("spiffe://td/a/**", "spiffe://td/a/b", true),
        ("spiffe://td/a/**", "spiffe://td/ab", false),
        ("spiffe://td/a/**", "spiffe://td", false),
        ("spiffe://td/{x}/**", "spiffe://td", false),
        ("spiffe://td/{x}/**", "spiffe://td/a", true),
    ];
    for (text, other, expected) in table {
        assert_eq!(
            template(text).matches(&id(other)),
            expected,
            "{text} and {other}"
        );
        let set: crate::IdSet = std::iter::once(template(text)).collect();
        assert_eq!(
            set.contains(&id(other)),
            expected,
            "as a set: {text} and {other}"
        );
    }
}

#[test]
fn wrong_templates_are_refused_for_their_reason() {
    let table = [
        ("spiffe://*/a", OpenTrustDomain),
        ("spiffe://**", OpenTrustDomain),
        ("spiffe://{td}/a", OpenTrustDomain),
        ("spiffe://*.example.org/a", OpenTrustDomain),
        ("spiffe://td/**/a", RestNotLast),
        ("spiffe://td/**/**", RestNotLast),
        ("spiffe://td/**/", RestNotLast),
        ("spiffe://td/*", Star),
        ("spiffe://td/a*", Star),
        ("spiffe://td/***", Star),
        ("spiffe://td/{}", Braces),
        ("spiffe://td/{a-b}", Braces),
        ("spiffe://td/{a}{b}", Braces),
        ("spiffe://td/x{a}", Braces),
        ("spiffe://td/{a", Braces),
        ("spiffe://td/a}", Braces),
        ("spiffe://td/{**}", Braces),
        ("spiffe://td/", Id(IdError::TrailingSlash)),
        ("spiffe://td/a/", Id(IdError::TrailingSlash)),
        ("spiffe://td//a", Id(IdError::EmptySegment)),
        ("spiffe://td/../a", Id(IdError::DotSegment)),
        ("spiffe://td/a%2fb", Id(IdError::BadByte)),
        ("SPIFFE://td/a", Id(IdError::WrongScheme)),
        ("td/a", Id(IdError::WrongScheme)),
        (
            "spiffe:///a",
            Id(IdError::TrustDomain(crate::TrustDomainError::Empty)),
        ),
        (
            "spiffe://TD/a",
            Id(IdError::TrustDomain(crate::TrustDomainError::BadByte)),
        ),
    ];
    for (text, error) in table {
        assert_eq!(text.parse::<IdTemplate>(), Err(error), "{text}");
    }
    let long = format!("spiffe://td/{}", "a".repeat(SpiffeId::MAX_BYTES));
    assert_eq!(long.parse::<IdTemplate>(), Err(Id(IdError::TooLong)));
}

fn any_template() -> impl Strategy<Value = IdTemplate> {
    let segment = prop_oneof![2 => "[ab]", 1 => Just("{x}".to_owned())];
    let segments = prop::collection::vec(segment, 0..4);
    ("[de]", segments, any::<bool>()).prop_map(|(domain, segments, rest)| {
        let rest = rest.then(|| "**".to_owned());
        let path = segments.into_iter().chain(rest);
        template(&path.fold(format!("spiffe://{domain}"), |id, segment| {
            id + "/" + &segment
        }))
    })
}

fn any_id() -> impl Strategy<Value = SpiffeId> {
    ("[de]", prop::collection::vec("[abc]", 0..5)).prop_map(|(domain, segments)| {
        let text = segments
            .iter()
            .fold(format!("spiffe://{domain}"), |id, s| id + "/" + s);
        id(&text)
    })
}

proptest! {
    #[test]
    fn what_is_parsed_prints_as_it_was(template in any_template()) {
        prop_assert_eq!(template.to_string().parse::<IdTemplate>(), Ok(template));
    }

    #[test]
    fn whatever_text_is_a_template_prints_as_it_was(
        text in "spiffe://[a-z.*]{1,3}(/([a-zA-Z.*_-]{0,3}|[{][a-z]{0,2}[}]|[*][*]))*",
    ) {
        if let Ok(template) = text.parse::<IdTemplate>() {
            prop_assert_eq!(template.to_string(), text);
        }
    }

    #[test]
    fn a_template_and_the_set_of_it_agree((template, id) in (any_template(), any_id())) {
        let set: crate::IdSet = std::iter::once(&template).collect();
        prop_assert_eq!(set.contains(&id), template.matches(&id));
    }

    #[test]
    fn an_intersection_matches_what_both_match(
        (a, b, id) in (any_template(), any_template(), any_id()),
    ) {
        let both = a.matches(&id) && b.matches(&id);
        prop_assert_eq!(a.intersection(&b).is_some_and(|t| t.matches(&id)), both);
        prop_assert_eq!(b.intersection(&a).is_some_and(|t| t.matches(&id)), both);
    }

    #[test]
    fn an_id_is_a_template_for_itself_alone(id in any_id(), other in any_id()) {
        let template = template(id.as_str());
        prop_assert!(template.is_exact());
        prop_assert_eq!(template.matches(&other), id == other);
    }
}
