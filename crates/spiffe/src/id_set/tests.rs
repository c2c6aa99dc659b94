use proptest::prelude::*;

use super::*;

fn id(text: &str) -> SpiffeId {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    let segment = prop_oneof![3 => "[ab]", 1 => Just("{x}".to_owned())];
    let template = ("[de]", prop::collection::vec(segment, 0..4), any::<bool>());
    let text = template.prop_map(|(domain, segments, rest)| {
        let rest = rest.then(|| "**".to_owned());
        let path = segments.into_iter().chain(rest);
        path.fold(format!("spiffe://{domain}"), |text, segment| {
            text + "/" + &segment
        })
    });
    prop::collection::vec(text, 0..12)
}

proptest! {
    #[test]
    fn a_set_holds_what_one_of_its_templates_matches(
        texts in texts(),
        domain in "[de]",
        segments in prop::collection::vec("[abc]", 0..5),
    ) {
        let templates: Vec<IdTemplate> = texts.iter().map(|text| text.parse().unwrap()).collect();
        let id = id(&segments.iter().fold(format!("spiffe://{domain}"), |t, s| t + "/" + s));
        let one_by_one = templates.iter().any(|template| template.matches(&id));
        let set: IdSet = templates.iter().collect();
        prop_assert_eq!(set.contains(&id), one_by_one);
    }
}

#[test]
fn an_empty_set_holds_nobody() {
    assert!(!IdSet::default().contains(&id("spiffe://td/a")));
}

#[test]
fn ten_thousand_templates_are_told_apart() {
    let templates = (0..10_000).map(|n| format!("spiffe://td/team{n}/{{service}}"));
    let set: IdSet = templates
        .map(|text| text.parse::<IdTemplate>().unwrap())
        .collect();
    assert!(set.contains(&id("spiffe://td/team9999/web")));
    assert!(!set.contains(&id("spiffe://td/team10000/web")));
    assert!(!set.contains(&id("spiffe://td/team9999")));
}

#[test]
fn the_longest_id_and_the_deepest_template_are_within_reach() {
    let deep = "/a".repeat((SpiffeId::MAX_BYTES - "spiffe://td/{x}".len()) / 2);
    let template: IdTemplate = format!("spiffe://td{deep}/{{x}}").parse().unwrap();
    let set: IdSet = std::iter::once(template).collect();
    assert!(set.contains(&id(&format!("spiffe://td{deep}/z"))));
    assert!(!set.contains(&id(&format!("spiffe://td{deep}"))));
}
