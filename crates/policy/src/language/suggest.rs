//! The nearest name to a mistyped one.

/// The word nearest to `name` by edits, if it is near enough to be meant.
///
/// ```
/// use policy::language::nearest;
/// assert_eq!(nearest("audience", ["issuer", "audiences"]), Some("audiences"));
/// assert_eq!(nearest("colour", ["issuer", "audiences"]), None);
/// ```
pub fn nearest<'a>(name: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let reach = (name.chars().count() / 3).max(1);
    words
        .into_iter()
        .map(|word| (distance(name, word), word))
        .filter(|(distance, _)| *distance <= reach)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// Edits between two words (Levenshtein), letters compared without case, `-` as `_`.
fn distance(a: &str, b: &str) -> usize {
    let fold = |c: char| {
        if c == '-' {
            '_'
        } else {
            c.to_ascii_lowercase()
        }
    };
    let b: Vec<char> = b.chars().map(fold).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().map(fold).enumerate() {
        let mut corner = i;
        let mut left = i.saturating_add(1);
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, to) in row.iter_mut().skip(1).zip(&b) {
            let swap = corner.saturating_add(usize::from(from != *to));
            corner = *cell;
            left = swap
                .min(corner.saturating_add(1))
                .min(left.saturating_add(1));
            *cell = left;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}
