use super::segment_html;
use crate::document::Document;

fn blocks(html: &str) -> Vec<String> {
    let document = segment_html(html);
    document.blocks.iter().map(|block| document.block_text(block).to_owned()).collect()
}

fn source<'a>(html: &'a str, document: &Document<'_>, index: usize) -> &'a str {
    &html[document.blocks[index].source.clone()]
}

#[test]
fn inline_tags_join_and_block_tags_part() {
    assert_eq!(
        blocks("<div>One <b>t</b>wo<span> three</span></div>four<p>five"),
        ["One two three", "four", "five"]
    );
    assert_eq!(
        blocks("<ul><li>a<li>b</ul><table><tr><td>c<td>d<tr><td>e</table>"),
        ["a", "b", "c", "d", "e"]
    );
}

#[test]
fn what_is_not_for_reading_is_no_block() {
    let html = "<head><title>T</title><style>p{}</style></head><body><script>var a='<p>no</p>'</script>\
        <svg><title>no</title><path/></svg><template><p>no</p></template><iframe>no</iframe><p>yes</p>";
    assert_eq!(blocks(html), ["yes"]);
    assert_eq!(segment_html(html).metadata.title, "T");
}

#[test]
fn noscript_text_is_a_block_and_marked() {
    let document = segment_html("<p>a</p><noscript><div>b &amp; <i>c</i></div><p>d</noscript><p>e");
    let found: Vec<_> =
        document.blocks.iter().map(|b| (document.block_text(b), b.context.region.noscript)).collect();
    assert_eq!(found, [("a", false), ("b & c", true), ("d", true), ("e", false)]);
}

#[test]
fn pre_keeps_its_lines() {
    assert_eq!(blocks("<pre>let a = 1;\n\n  let b = 2;</pre>"), ["let a = 1;", "let b = 2;"]);
}

#[test]
fn ranges_point_at_the_text_in_the_source() {
    let html = "<p>\n  Fünf <b>Äpfel</b> </p><div>R&amp;D</div>";
    let document = segment_html(html);
    assert_eq!(source(html, &document, 0), "Fünf <b>Äpfel");
    assert_eq!(source(html, &document, 1), "R&amp;D");
}

#[test]
fn context_tells_links_headings_and_regions() {
    let html =
        "<nav><a href=/>Home</a> now</nav><main><h2>Head</h2><ul><li hidden><strong>x</strong></ul></main>";
    let document = segment_html(html);
    let [nav, head, item] = &document.blocks[..] else { panic!("{:?}", document.blocks) };
    assert!(nav.context.region.nav && nav.context.links == 1 && nav.context.link_chars == 4);
    assert!(head.context.heading == 2 && head.context.region.main && !head.context.region.nav);
    assert!(item.context.region.hidden && item.context.list_depth == 1 && item.context.emphasis_chars == 1);
}

#[test]
fn a_page_without_head_or_body_tags_has_blocks() {
    assert_eq!(blocks("<title>T</title><div>a</div>"), ["a"]);
    assert_eq!(blocks("<html><head><title>T</title><div>a</div>"), ["a"]);
    assert_eq!(blocks("plain"), ["plain"]);
}

#[test]
fn metadata_is_collected_in_the_same_pass() {
    let html = r#"<html lang="de"><head><meta property="og:title" content="Zins"><link rel=canonical href="https://a.example/1">
        <script type="application/ld+json">{"@type":"Article","isAccessibleForFree":false}</script></head><p>x"#;
    let metadata = segment_html(html).metadata;
    assert_eq!((metadata.language.as_str(), metadata.og_title.as_str()), ("de", "Zins"));
    assert_eq!(metadata.canonical, "https://a.example/1");
    assert_eq!(metadata.accessible_for_free, Some(false));
}

#[test]
fn depth_without_end_costs_no_stack_and_loses_no_text() {
    let depth = 100_000;
    let html = format!("{}deep{}<p>after", "<div>".repeat(depth), "</div>".repeat(depth));
    assert_eq!(blocks(&html), ["deep", "after"]);
    let html = format!("{}after", "<b><p><table><td>".repeat(depth));
    assert_eq!(blocks(&html), ["after"]);
}

#[test]
fn scripts_too_deep_for_the_stack_are_no_text() {
    let inside = "<script>var a = 1 < 2;</script><style>p { color: red }</style><svg><text>no</text><path/></b></svg>\
        <template><div>no<template>no</template></div></template>";
    let html =
        format!("{}{inside}<p>deep</p>{}<p>after</p>{inside}", "<div>".repeat(600), "</div>".repeat(600));
    assert_eq!(blocks(&html), ["deep", "after"]);
}

#[test]
fn a_page_of_too_many_blocks_is_refused_and_others_have_few_elements() {
    use crate::{LimitExceeded, Limits};
    let limits = Limits { max_blocks: 10, ..Limits::NONE };
    let within = |html: &str| super::segment_html_within(html, limits);
    assert_eq!(within(&"<td>x".repeat(11)).err(), Some(LimitExceeded::Blocks(10)));
    assert_eq!(within(&format!("<pre>{}", "x\n".repeat(11))).err(), Some(LimitExceeded::Blocks(10)));
    assert!(within(&"<td>x".repeat(10)).is_ok_and(|page| page.blocks.len() == 10));
    assert!(within(&"<b>x</b>".repeat(1000)).is_ok_and(|page| page.elements.len() <= 40));
}

#[test]
fn in_xhtml_every_element_may_close_itself() {
    let inside = "<head><title/><script src='a.js'/><style/></head><p>One<script src='b.js'/> two</p>\
        <iframe src='c'/><p>three</p><textarea/><noscript/><p>four</p><script>no</script>";
    assert_eq!(blocks(&format!("<?xml version='1.0'?>\n{inside}")), ["One two", "three", "four"]);
    let told = super::segment_xhtml_within(inside, crate::Limits::NONE).unwrap();
    assert_eq!(told.blocks.len(), 3);
}

#[test]
fn in_html_a_slash_does_not_end_a_script_or_a_frame() {
    assert_eq!(blocks("<p>a</p><iframe src=x/><p>no</p></iframe><p>b"), ["a", "b"]);
    assert_eq!(blocks("<p>a</p><script src=x /><p>no</p><script>no</script><p>b"), ["a", "b"]);
    assert_eq!(blocks("<p>a</p><iframe src=x /><p>no</p>"), ["a"]);
    assert_eq!(blocks("<p>a</p><style/><p>no</p></style>b<?xml version='1.0'?>"), ["a", "b"]);
}

#[test]
fn a_drawing_ends_where_a_paragraph_begins() {
    assert_eq!(blocks("<p>a</p><svg><g><path><p>b<h2>c</h2><table><tr><td>d</table>"), ["a", "b", "c", "d"]);
    assert_eq!(blocks("<p>a <svg><svg><text>no</text><div>b</div></svg> c"), ["a", "b", "c"]);
    // HTML inside a drawing is part of it.
    assert_eq!(blocks("<p>a</p><svg><foreignObject><div>no</div></foreignObject></svg><p>b"), ["a", "b"]);
    assert_eq!(blocks("<p>a</p><template><svg><p>no</p></svg></template><p>b"), ["a", "b"]);
    assert_eq!(blocks("<p>a <svg><title/><style/><script/><path/></svg>b"), ["a b"]);
}

#[test]
fn the_shadow_root_of_an_element_is_shown_and_other_templates_are_not() {
    let html = "<my-card><template shadowrootmode=open><style>no</style><h2>a</h2><slot></slot></template>b</my-card>\
        <template shadowrootmode><p>no</p></template><template><p>no</p></template>c";
    assert_eq!(blocks(html), ["a", "b", "c"]);
    assert_eq!(blocks("<p>a<template shadowrootmode=closed>b</template>c"), ["a", "b", "c"]);
}
