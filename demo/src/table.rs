//! The table that the demo ends with.

use std::fmt;

/// One request and what came of it.
#[derive(Clone, Debug)]
pub struct Line {
    /// Which door was asked, and as whom.
    pub who: String,
    /// Method and path.
    pub request: String,
    /// Status and reason code that the policy asks for.
    pub expected: String,
    /// Status and reason code that came.
    pub got: String,
}

impl Line {
    /// Whether what came is what the policy says.
    #[must_use]
    pub fn as_expected(&self) -> bool {
        self.expected == self.got
    }
}

/// All lines, printed in columns.
#[derive(Clone, Debug)]
pub struct Table {
    lines: Vec<Line>,
}

impl Table {
    /// A table of these lines.
    #[must_use]
    pub const fn new(lines: Vec<Line>) -> Self {
        Self { lines }
    }

    /// How many lines are not as the policy says.
    #[must_use]
    pub fn unexpected(&self) -> usize {
        self.lines.iter().filter(|line| !line.as_expected()).count()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |heading: &str, cell: fn(&Line) -> &str| {
            let longest = self.lines.iter().map(|line| cell(line).len()).max();
            longest.unwrap_or_default().max(heading.len())
        };
        let who = width("who", |line| &line.who);
        let request = width("request", |line| &line.request);
        let expected = width("by the policy", |line| &line.expected);
        writeln!(
            f,
            "  {:who$}  {:request$}  {:expected$}  came",
            "who", "request", "by the policy"
        )?;
        for line in &self.lines {
            let mark = if line.as_expected() { ' ' } else { '!' };
            let Line {
                who: asked_as,
                request: asked,
                expected: wanted,
                got,
            } = line;
            writeln!(
                f,
                "{mark} {asked_as:who$}  {asked:request$}  {wanted:expected$}  {got}"
            )?;
        }
        let unexpected = self.unexpected();
        if unexpected == 0 {
            write!(f, "{} rows, each as the policy says", self.lines.len())
        } else {
            write!(
                f,
                "{unexpected} of {} rows differ from the policy (marked !)",
                self.lines.len()
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(expected: &str, got: &str) -> Line {
        Line {
            who: "edge".into(),
            request: "GET /".into(),
            expected: expected.into(),
            got: got.into(),
        }
    }

    #[test]
    fn a_row_that_differs_is_counted_and_marked() {
        let table = Table::new(vec![
            line("200 permitted", "200 permitted"),
            line("401 jwt.missing", "200 permitted"),
        ]);
        assert_eq!(table.unexpected(), 1);
        let text = table.to_string();
        assert!(
            text.contains("\n! edge  GET /    401 jwt.missing  200 permitted\n"),
            "{text}"
        );
        assert!(
            text.ends_with("1 of 2 rows differ from the policy (marked !)"),
            "{text}"
        );
    }

    #[test]
    fn all_as_expected_says_so() {
        let table = Table::new(vec![line("200 permitted", "200 permitted")]);
        assert!(
            table
                .to_string()
                .ends_with("1 rows, each as the policy says")
        );
    }
}
