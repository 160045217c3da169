//! The page of an error: what happened, what to do.

use maud::{Markup, html};

use super::{Page, Width};

/// An error for a person.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// HTTP status: the heading follows from it.
    pub status: u16,
    /// What happened.
    pub message: &'a str,
    /// What to do now.
    pub hint: &'a str,
    /// Whether a person is signed in.
    pub signed_in: bool,
}

fn heading(status: u16) -> &'static str {
    match status {
        401 | 403 => "This is not open to you",
        404 => "There is no such page",
        405 => "That cannot be done here",
        409 => "That does not fit how things stand",
        413 => "That is too large",
        429 => "Too many at once",
        400..=499 => "That did not work",
        503 => "Not just now",
        _ => "Something went wrong here",
    }
}

/// The error as markup.
pub fn page(view: &View<'_>) -> Markup {
    let title = heading(view.status);
    let shell = Page { title, signed_in: view.signed_in, width: Width::Narrow, ..Page::default() };
    shell.around(&html! {
        h1 { (title) }
        p.lead { (view.message) }
        p { (view.hint) }
        div.actions {
            @if view.signed_in { a.button href="/chats" { "Go to your chats" } }
            @else { a.button href="/" { "Go to the start page" } }
        }
        p.meta { "Status " (view.status) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_happened_and_what_to_do() {
        let view = View {
            status: 404,
            message: "Nothing stands at <this> address.",
            hint: "Check the address.",
            signed_in: false,
        };
        let page = page(&view).into_string();
        for part in ["&lt;this&gt;", "Check the address.", "<h1>There is no such page</h1>"] {
            assert!(page.contains(part), "{part}: {page}");
        }
    }
}
