//! Horizontal bars as SVG, readable on a light and on a dark page.

use std::fmt::Write;

/// One bar.
pub(crate) struct Bar {
    /// What stands beside it.
    pub(crate) label: String,
    /// How long it is.
    pub(crate) value: f64,
    /// Whether it is a plugin of ours, which has a colour of its own.
    pub(crate) ours: bool,
}

/// A plot of bars under a title.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "a handful of bars")]
pub(crate) fn bars(title: &str, bars: &[Bar]) -> String {
    let most = bars.iter().map(|bar| bar.value).fold(1.0, f64::max);
    let height = TOP + LINE * bars.len() as f64 + 10.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"12\" fill=\"#777\">\n\
         <text x=\"10\" y=\"18\" font-size=\"14\">{title}</text>\n"
    );
    for (number, bar) in bars.iter().enumerate() {
        let y = TOP + LINE * number as f64;
        let width = (bar.value.max(0.0) / most * ROOM).max(1.0);
        let colour = if bar.ours { "#2a78c2" } else { "#9a9a9a" };
        let (text, end) = (y + 13.0, LEFT + width + 6.0);
        let label = bar.label.replace('&', "&amp;").replace('<', "&lt;");
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{text}\" text-anchor=\"end\">{label}</text>\
             <rect x=\"{LEFT}\" y=\"{y}\" width=\"{width:.1}\" height=\"16\" fill=\"{colour}\"/>\
             <text x=\"{end:.1}\" y=\"{text}\">{:.1}</text>",
            LEFT - 8.0,
            bar.value,
        );
    }
    svg.push_str("</svg>\n");
    svg
}

const WIDTH: f64 = 900.0;
const LEFT: f64 = 400.0;
const ROOM: f64 = 420.0;
const TOP: f64 = 32.0;
const LINE: f64 = 22.0;
