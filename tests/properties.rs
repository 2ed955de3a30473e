//! What holds for every input.

use dechaff::Detector;
use dechaff::segment::{segment_html, segment_text};
use proptest::prelude::*;

/// Text with the characters that trip parsers, besides any others.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "\\PC{0,12}",
        "[a-zA-Z ,.]{0,40}",
        Just("\n".to_owned()),
        Just("\r\n \u{a0}\u{3000}".to_owned()),
        Just("\0\u{feff}\u{200b}".to_owned()),
        Just("購読する₹900 €5".to_owned()),
    ];
    proptest::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

/// Broken HTML.
fn html() -> impl Strategy<Value = String> {
    let tag = prop_oneof![
        Just("<div class='a b'>"),
        Just("</div>"),
        Just("<p>"),
        Just("</p>"),
        Just("<br/>"),
        Just("<a href=x>"),
        Just("</a>"),
        Just("<table><tr><td>"),
        Just("</table>"),
        Just("<script>"),
        Just("</script>"),
        Just("<noscript>"),
        Just("</noscript>"),
        Just("<!-- "),
        Just("-->"),
        Just("<svg/>"),
        Just("<li>"),
        Just("<pre>"),
        Just("</pre>"),
        Just("<head>"),
        Just("<title>"),
        Just("</title>"),
        Just("&amp;"),
        Just("&#x0;"),
        Just("<"),
        Just("<x"),
        Just("=\"'>"),
        Just("<h1 hidden>"),
    ];
    let piece = prop_oneof![tag.prop_map(str::to_owned), text()];
    proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn markdown_of_any_page_holds_its_words(page in html(), skipped in 0_usize..4) {
        let document = segment_html(&page);
        let kept: Vec<usize> = (0..document.blocks.len()).filter(|block| block % 4 != skipped).collect();
        let markdown = dechaff::markdown::to_markdown(&document, &page, &kept);
        prop_assert_eq!(kept.is_empty(), markdown.trim().is_empty());
    }

    #[test]
    fn text_blocks_are_the_trimmed_lines(text in text()) {
        let document = segment_text(&text);
        let found: Vec<&str> = document.blocks.iter().map(|block| &text[block.source.clone()]).collect();
        let expected: Vec<&str> = text.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn html_blocks_lie_in_the_source_in_order(html in html()) {
        let document = segment_html(&html);
        let mut last = 0;
        for block in &document.blocks {
            prop_assert!(block.source.start <= block.source.end && block.source.end <= html.len());
            prop_assert!(block.source.start >= last);
            last = block.source.start;
            let text = document.block_text(block);
            prop_assert!(!text.trim().is_empty() && text.trim() == text);
            prop_assert!((block.context.element as usize) < document.elements.len());
        }
        for (index, element) in document.elements.iter().enumerate() {
            prop_assert!(element.parent as usize <= index);
        }
    }

    #[test]
    fn probabilities_add_up_and_content_is_a_subsequence_of_the_lines(text in text()) {
        let detector = Detector::new().unwrap();
        let detection = detector.detect_text(&text);
        for probabilities in &detection.probabilities {
            prop_assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-3);
            prop_assert!(probabilities.iter().all(|p| (0.0..=1.0).contains(p)));
        }
        let content = detection.content();
        let mut lines = text.split('\n');
        for kept in content.split('\n').filter(|line| !line.trim().is_empty()) {
            // The last line may have lost its line break with the lines behind it.
            prop_assert!(lines.any(|line| line == kept || line.strip_suffix('\r') == Some(kept)));
        }
    }

    #[test]
    fn any_html_is_labelled(html in html()) {
        let detector = Detector::new().unwrap();
        let detection = detector.detect_html(&html);
        prop_assert_eq!(detection.decisions.len(), detection.document.blocks.len());
        prop_assert!(detection.probabilities.iter().flatten().all(|p| p.is_finite()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn any_lines_are_accounted_for_with_any_number_of_threads(
        texts in proptest::collection::vec((text(), any::<bool>()), 0..30),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("in.jsonl");
        let lines = texts.iter().map(|(text, is_broken)| {
            let line = serde_json::json!({ "text": text }).to_string();
            if *is_broken { line[..line.len() - 1].to_owned() + "\n" } else { line + "\n" }
        });
        std::fs::write(&path, lines.collect::<String>()).unwrap();
        let outputs: Vec<Vec<u8>> = ["1", "3"]
            .into_iter()
            .map(|threads| {
                let mut command = assert_cmd::Command::cargo_bin("dechaff").unwrap();
                let run = command.arg("filter").arg(&path).args(["--quiet", "--threads", threads]).output().unwrap();
                [run.stdout, run.stderr].concat()
            })
            .collect();
        prop_assert_eq!(&outputs[0], &outputs[1]);
        prop_assert_eq!(outputs[0].iter().filter(|&&byte| byte == b'\n').count(), texts.len());
    }
}
