//! What is a mark and what is not. The cases are those the browser's reading is tested with.

use super::Marked;
use maud::Render;

fn shown(text: &str) -> String {
    Marked::read(text).render().into_string().replace(" dir=\"auto\"", "")
}

#[test]
fn marks_become_elements() {
    let cases = [
        ("*bold* _italic_ ~gone~", "<p><strong>bold</strong> <em>italic</em> <s>gone</s></p>"),
        ("*a _b_ c*", "<p><strong>a <em>b</em> c</strong></p>"),
        ("`x` and ```y```", "<p><code>x</code> and <code>y</code></p>"),
        ("(*bold*).", "<p>(<strong>bold</strong>).</p>"),
        ("a\nb\n\nc", "<p>a\nb</p><p>c</p>"),
    ];
    for (text, html) in cases {
        assert_eq!(shown(text), html, "{text}");
    }
}

#[test]
fn what_only_looks_like_a_mark_stays_text() {
    for text in
        ["2*3*4", "snake_case_name", "* ", "**", "a * b * c", "*open", "_a\nb_", "`", "~ x ~"]
    {
        assert_eq!(shown(text).trim(), format!("<p>{text}</p>").trim(), "{text}");
    }
}

#[test]
fn lists_quotes_and_blocks() {
    assert_eq!(shown("- a\n- b"), "<ul><li>a</li><li>b</li></ul>");
    assert_eq!(shown("* a\n\n* b"), "<ul><li>a</li></ul><ul><li>b</li></ul>");
    assert_eq!(shown("1. a\n\n2. b"), "<ol start=\"1\"><li>a</li><li>b</li></ol>");
    assert_eq!(
        shown("> a\n> *b*\nc"),
        "<blockquote><p>a\n<strong>b</strong></p></blockquote><p>c</p>"
    );
    let block = "<pre tabindex=\"0\" dir=\"ltr\"><code>let *x* = 1;</code></pre>";
    assert_eq!(shown("see\n```\nlet *x* = 1;\n```"), format!("<p>see</p>{block}"));
}

#[test]
fn addresses_become_links_and_nothing_else_does() {
    let link = |href: &str, text: &str| {
        format!("<a href=\"{href}\" rel=\"noopener noreferrer\" target=\"_blank\">{text}</a>")
    };
    let page = link("https://a.example/x_y_z", "https://a.example/x_y_z");
    assert_eq!(shown("See https://a.example/x_y_z."), format!("<p>See {page}.</p>"));
    assert_eq!(
        shown("www.a.example"),
        format!("<p>{}</p>", link("https://www.a.example", "www.a.example"))
    );
    let wiki = "https://a.example/b_(c)";
    assert_eq!(shown(&format!("({wiki})")), format!("<p>({})</p>", link(wiki, wiki)));
    for text in ["javascript:alert(1)", "https://", "https://a@b.example", "xhttps://a.example"] {
        assert!(!shown(text).contains("<a "), "{text}");
    }
}

#[test]
fn markup_in_a_text_is_text() {
    assert_eq!(shown("*<b>&*"), "<p><strong>&lt;b&gt;&amp;</strong></p>");
    let sly = shown("https://a.example/\"onclick=alert(1)");
    assert!(sly.contains("href=\"https://a.example/\""), "{sly}");
}

#[test]
fn plain_words_lose_the_marks() {
    assert_eq!(Marked::read("*Hi*\n\n- a\n- `b`\n> c").plain(), "Hi a, b c");
}

/// No text of the longest length takes long: the work is counted by time here only to fail at
/// all when it grows with the square.
#[test]
fn dense_marks_end() {
    for piece in ["*a ", "_*~", "`", "```", "> ", "1. ", "https://a.b/(", "*_~`a`~_*"] {
        let text = piece.repeat(4096 / piece.len());
        assert!(!shown(&text).is_empty());
    }
}
