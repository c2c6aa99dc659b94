//! Findings as lines for people; each line stands alone, so that it can be grepped.

use super::outcome::{Checked, Outcome, Totals};

/// Whether lines begin in colour.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Colours {
    /// Plain text.
    None,
    /// Escape sequences of a terminal (ECMA-48 SGR).
    Ansi,
}

/// How much a line weighs.
#[derive(Clone, Copy)]
enum Weight {
    Error,
    Warning,
    Note,
}

impl Weight {
    const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }

    const fn colour(self) -> &'static str {
        match self {
            Self::Error => "\u{1b}[1;31m",
            Self::Warning => "\u{1b}[1;33m",
            Self::Note => "\u{1b}[1;36m",
        }
    }
}

/// The lines, with a summary as the last.
pub(super) fn write(outcomes: &[Outcome], totals: &Totals, colours: Colours) -> String {
    let mut page = Page {
        text: String::new(),
        colours,
    };
    for outcome in outcomes {
        page.file(outcome);
    }
    page.text.push_str(&summary(outcomes.len(), totals));
    page.text
}

struct Page {
    text: String,
    colours: Colours,
}

impl Page {
    fn file(&mut self, outcome: &Outcome) {
        let file = &outcome.file;
        for checked in &outcome.documents {
            self.document(file, checked);
        }
        if let Some(problem) = &outcome.problem {
            self.plain(&format!("{file}: not checked"));
            self.line(Weight::Error, problem);
        }
        for skipped in &outcome.skipped {
            self.line(Weight::Note, &format!("{file}: {skipped}"));
        }
    }

    fn document(&mut self, file: &str, checked: &Checked) {
        let (place, plugin) = (&checked.place, checked.plugin.file());
        let remarks = &checked.remarks;
        let verdict = if remarks.is_refused() {
            "refused"
        } else {
            "ok"
        };
        let gap = if place.is_empty() { "" } else { ": " };
        self.plain(&format!("{file}{gap}{place}: {verdict} for {plugin}"));
        for line in &remarks.errors {
            self.line(Weight::Error, line);
        }
        if remarks.more_errors > 0 {
            let more = remarks.more_errors;
            self.line(Weight::Error, &format!("{more} more like these"));
        }
        for line in &remarks.warnings {
            self.line(Weight::Warning, line);
        }
        for line in &remarks.notes {
            self.line(Weight::Note, line);
        }
    }

    fn line(&mut self, weight: Weight, line: &str) {
        let word = weight.word();
        if self.colours == Colours::Ansi {
            self.text.push_str(weight.colour());
            self.text.push_str(word);
            self.text.push_str("\u{1b}[0m: ");
        } else {
            self.text.push_str(word);
            self.text.push_str(": ");
        }
        self.plain(line);
    }

    /// A line, in which nothing can speak to the terminal: names come out of the file.
    fn plain(&mut self, line: &str) {
        for letter in line.chars() {
            if letter.is_control() && letter != '\n' {
                self.text.extend(letter.escape_default());
            } else {
                self.text.push(letter);
            }
        }
        self.text.push('\n');
    }
}

fn summary(files: usize, totals: &Totals) -> String {
    let Totals {
        documents,
        refused,
        unreadable,
        ..
    } = totals;
    let mut parts = vec![format!(
        "{} in {}: {refused} refused",
        count(*documents, "document"),
        count(files, "file"),
    )];
    if *unreadable > 0 {
        parts.push(format!("{} not checked", count(*unreadable, "file")));
    }
    parts.extend([
        count(totals.errors, "error"),
        count(totals.warnings, "warning"),
        count(totals.notes, "note"),
    ]);
    format!("{}\n", parts.join(", "))
}

fn count(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::Plugin;
    use crate::remarks::Remarks;

    fn outcome() -> Outcome {
        let mut remarks = Remarks::default();
        remarks.error("routes[\u{1b}[2Jx]: bad");
        remarks.note("fine");
        let mut outcome = Outcome::new("a.yaml");
        outcome.documents.push(Checked {
            place: String::new(),
            plugin: Plugin::Gateway,
            remarks,
        });
        outcome
    }

    #[test]
    fn a_document_cannot_speak_to_the_terminal() {
        let outcomes = [outcome()];
        let text = write(&outcomes, &Totals::of(&outcomes), Colours::None);
        assert_eq!(
            text,
            "a.yaml: refused for gateway.wasm\nerror: routes[\\u{1b}[2Jx]: bad\nnote: fine\n\
             1 document in 1 file: 1 refused, 1 error, 0 warnings, 1 note\n"
        );
    }

    #[test]
    fn colour_is_in_the_first_word_alone() {
        let outcomes = [outcome()];
        let text = write(&outcomes, &Totals::of(&outcomes), Colours::Ansi);
        assert!(text.contains("\n\u{1b}[1;36mnote\u{1b}[0m: fine\n"));
    }
}
