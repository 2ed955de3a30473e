//! Small charts as SVG, with a title and a description for those who do not see them.

use std::fmt::Write;

use super::page::escaped;

const SIZE: f64 = 260.0;
const MARGIN: f64 = 42.0;

/// A line of a chart: its name, its class (which gives its colour and dashes), its points from 0 to 1.
pub(super) struct Line<'a> {
    pub name: &'a str,
    pub class: &'static str,
    pub points: Vec<(f64, f64)>,
}

/// A square chart from 0 to 1 on both axes. Where `diagonal` is set, what lies on it is ideal.
pub(super) fn unit_chart(
    title: &str,
    description: &str,
    axes: [&str; 2],
    diagonal: bool,
    lines: &[Line<'_>],
) -> String {
    let side = SIZE + MARGIN + 12.0;
    let mut svg = format!(
        "<svg class=\"chart\" role=\"img\" viewBox=\"0 0 {side} {side}\" width=\"{side}\" height=\"{side}\">\
        <title>{}</title><desc>{}</desc>",
        escaped(title),
        escaped(description)
    );
    let x = |value: f64| MARGIN + value * SIZE;
    let y = |value: f64| 8.0 + (1.0 - value) * SIZE;
    for tick in 0..=4 {
        let value = f64::from(tick) / 4.0;
        let (at_x, at_y) = (x(value), y(value));
        let (left, right, top, bottom) = (x(0.0), x(1.0), y(1.0), y(0.0));
        let _ = write!(
            svg,
            "<line class=\"grid\" x1=\"{at_x}\" x2=\"{at_x}\" y1=\"{top}\" y2=\"{bottom}\"/>\
            <line class=\"grid\" x1=\"{left}\" x2=\"{right}\" y1=\"{at_y}\" y2=\"{at_y}\"/>\
            <text x=\"{at_x}\" y=\"{}\" text-anchor=\"middle\">{value}</text>\
            <text x=\"{}\" y=\"{}\" text-anchor=\"end\">{value}</text>",
            bottom + 14.0,
            left - 4.0,
            at_y + 4.0
        );
    }
    let _ = write!(
        svg,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\
        <text transform=\"translate(11 {}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
        x(0.5),
        y(0.0) + 30.0,
        escaped(axes[0]),
        y(0.5),
        escaped(axes[1])
    );
    if diagonal {
        let _ = write!(
            svg,
            "<line class=\"grid\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>",
            x(0.0),
            y(0.0),
            x(1.0),
            y(1.0)
        );
    }
    for (index, line) in lines.iter().enumerate() {
        let points: Vec<String> =
            line.points.iter().map(|&(a, b)| format!("{:.1},{:.1}", x(a), y(b))).collect();
        let _ = write!(svg, "<polyline class=\"line {}\" points=\"{}\"/>", line.class, points.join(" "));
        for point in line.points.iter().filter(|_| line.points.len() < 20) {
            let _ = write!(
                svg,
                "<circle class=\"dot {}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\"/>",
                line.class,
                x(point.0),
                y(point.1)
            );
        }
        let at = y(0.0) - 10.0 - 16.0 * (lines.len() - 1 - index) as f64;
        let _ = write!(
            svg,
            "<line class=\"line {}\" x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/><text x=\"{}\" y=\"{at}\">{}</text>",
            line.class,
            x(0.0) + 8.0,
            x(0.0) + 32.0,
            at - 4.0,
            at - 4.0,
            x(0.0) + 38.0,
            escaped(line.name)
        );
    }
    svg + "</svg>"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_says_what_it_shows_and_stays_in_its_frame() {
        let line = Line { name: "a<b", class: "one", points: vec![(0.0, 0.0), (1.0, 1.0)] };
        let svg = unit_chart("T & t", "d", ["x", "y"], true, &[line]);
        assert!(svg.contains("<title>T &amp; t</title><desc>d</desc>") && svg.contains("a&lt;b"), "{svg}");
        assert!(svg.contains("points=\"42.0,268.0 302.0,8.0\""), "{svg}");
    }
}
