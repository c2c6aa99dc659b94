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

proptest! {
    /// Two sets meet where some ID is in both, and never only for want of patience.
    #[test]
    fn tries_meet_where_one_id_is_in_both(ones in texts(), twos in texts(), threes in texts()) {
        let parse = |texts: Vec<String>| -> Vec<IdTemplate> {
            texts.iter().map(|text| text.parse().unwrap()).collect()
        };
        let [ones, twos, threes] = [ones, twos, threes].map(parse);
        let expected = ones.iter().any(|one| {
            let both = twos.iter().filter_map(|two| one.intersection(two));
            both.into_iter().any(|both| threes.iter().any(|three| both.intersection(three).is_some()))
        });
        let tries = [ones, twos, threes].map(|part| Trie::of(&part.iter().collect::<Vec<_>>()));
        let mut patience = crate::id_trie::Patience { steps: 100_000, depth: 64 };
        prop_assert_eq!(Trie::meet(&tries.each_ref(), &mut patience), expected);
    }
}

#[test]
fn ten_thousand_beside_ten_thousand_do_not_take_a_look_at_each_pair() {
    let parse = |text: String| text.parse::<IdTemplate>().unwrap();
    let trie = |of: &dyn Fn(usize) -> String| {
        let templates: Vec<IdTemplate> = (0..10_000).map(|n| parse(of(n))).collect();
        Trie::of(&templates.iter().collect::<Vec<_>>())
    };
    let open = trie(&|n| format!("spiffe://td/ns/a{n}/sa/{{x}}"));
    let other = trie(&|n| format!("spiffe://td/ns/b{n}/sa/{{x}}"));
    let mut patience = crate::id_trie::Patience {
        steps: 100,
        depth: 64,
    };
    assert!(!Trie::meet(&[&open, &other], &mut patience));
    assert!(patience.steps > 90, "{patience:?}");
}
