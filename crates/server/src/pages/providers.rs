//! `GET /providers`: the form of a registration, which works at once.

use std::collections::BTreeMap;

use exchange::limits;
use maud::{Markup, html};

use super::forms::{Field, FieldError, error_summary, radios};
use super::{Here, Page};

/// The form's fields as typed, by name (`docs/api/providers.md`).
pub type Values = BTreeMap<String, String>;

/// The registration form.
#[derive(Debug, Clone, Copy)]
pub struct Register<'a> {
    /// Whether a person is signed in.
    pub signed_in: bool,
    /// What was typed.
    pub values: &'a Values,
    /// What is wrong with it.
    pub errors: &'a [FieldError<'a>],
}

/// The registration form as markup.
pub fn page(view: &Register<'_>) -> Markup {
    let shell = Page {
        title: "Register an assistant",
        signed_in: view.signed_in,
        here: Here::Providers,
        ..Page::default()
    };
    shell.around(&html! {
        (error_summary(view.errors))
        h1 { "Register an assistant" }
        p.lead {
            "It works at once and costs nothing. No human decides and no approval is needed: what \
             you send is compared with "
            a href="/rules#names" { "the published rules" }
            ", the same for everybody, by this program."
        }
        p {
            "You get a number, a token and a webhook secret, and speak the WhatsApp Business Cloud \
             API with them. A bot you already have changes its base address and nothing else."
        }
        (form(view))
        (already())
    })
}

fn already() -> Markup {
    html! {
        section.card.stack {
            h2 { "Already registered?" }
            p { "Your deliveries have a page of their own, which asks for your token." }
            p { "It stands at " code { "/providers/" i { "your phone_number_id" } "/deliveries" } "." }
        }
    }
}

fn form(view: &Register<'_>) -> Markup {
    html! {
        form.stack method="post" action="/providers" data-once {
            (seen(view))
            (handling(view))
            (connection(view))
            div.actions { button.button { "Register" } }
        }
    }
}

impl<'a> Register<'a> {
    fn value(&self, name: &str) -> &'a str {
        self.values.get(name).map_or("", String::as_str)
    }

    fn error(&self, name: &str) -> Option<&'a str> {
        self.errors.iter().find(|error| error.field == name).map(|error| error.message)
    }

    /// A required line of text.
    fn line(&self, name: &'a str, label: &'a str, most: usize, hint: &'a str) -> Field<'a> {
        let (value, error) = (self.value(name), self.error(name));
        Field {
            name,
            label,
            hint,
            value,
            error,
            max: Some(most),
            required: true,
            ..Field::default()
        }
    }

    fn radios(&self, name: &str, question: &str, answers: &[(&str, &str)]) -> Markup {
        radios(name, question, answers, self.value(name), self.error(name))
    }
}

fn seen(view: &Register<'_>) -> Markup {
    let name = "Up to 30 characters. One that looks like a registered name is refused.";
    let details =
        view.line("details", "Details", 400, "What people should know before they choose it.");
    let country = view.line("country", "Country", 2, "Two capital letters, such as BE.");
    let kinds = [("ai", "An AI system"), ("automated", "An automaton without AI")];
    html! {
        fieldset {
            legend { "What people see" }
            (view.line("name", "Name", 30, name))
            (view.line("purpose", "What it is for", 80, "One line."))
            (Field { required: false, kind: "textarea", ..details })
            (view.line("provider", "Who runs it", 60, "The company or person people know."))
            (Field { is_short: true, ..country })
        }
        (view.radios("automation", "What answers?", &kinds))
    }
}

fn handling(view: &Register<'_>) -> Markup {
    let policy = view.line("privacy_policy", "Privacy policy", 500, "An http or https address.");
    let human =
        view.line("human_contact", "How to reach a human", 200, "An address, a number or a page.");
    html! {
        fieldset {
            legend { "What happens to messages" }
            (view.line("data_location", "Where they are kept", 80, "For instance: Belgium."))
            (view.line("retention", "For how long", 80, "For instance: 30 days."))
            (Field { kind: "url", ..policy })
            (Field { required: false, ..human })
        }
        (view.radios("trains", "Are they used for training?", &[("true", "Yes"), ("false", "No")]))
    }
}

fn connection(view: &Register<'_>) -> Markup {
    let email = "For the operator of this exchange; never shown to people.";
    let email = view.line("contact_email", "Your e-mail address", 128, email);
    let callback = "Where your bot receives messages. It is called once now; people see your \
                    assistant as soon as it has answered. You can also set it later.";
    let callback = view.line("callback_url", "Callback address", limits::CALLBACK_CHARS, callback);
    let verify = "What your bot expects in that call. Left empty, one is made for you.";
    let verify = view.line("verify_token", "Verify token", 200, verify);
    html! {
        fieldset {
            legend { "Connection" }
            (Field { kind: "email", autocomplete: "email", ..email })
            (Field { kind: "url", required: false, ..callback })
            (Field { required: false, ..verify })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::count;
    use super::*;

    fn shown(values: &Values, errors: &[FieldError<'_>]) -> String {
        page(&Register { signed_in: false, values, errors }).into_string()
    }

    #[test]
    fn every_field_of_the_api_is_there_once_with_a_label() {
        let page = shown(&Values::default(), &[]);
        for field in [
            "name",
            "contact_email",
            "purpose",
            "details",
            "provider",
            "country",
            "data_location",
            "retention",
            "human_contact",
            "privacy_policy",
            "callback_url",
            "verify_token",
        ] {
            assert_eq!(count(&page, &format!(" name=\"{field}\"")), 1, "{field}");
            assert_eq!(count(&page, &format!("<label for=\"{field}\">")), 1, "{field}");
        }
        assert_eq!(count(&page, "type=\"radio\""), 4);
        assert_eq!(count(&page, " checked"), 0);
    }

    #[test]
    fn what_was_typed_stays_and_errors_lead_to_their_fields() {
        let typed = [("name", "B1rch \"x\""), ("details", "</textarea>"), ("trains", "false")];
        let values: Values =
            typed.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let errors = [FieldError { field: "name", message: "Choose another name." }];
        let page = shown(&values, &errors);
        assert!(page.contains("value=\"B1rch &quot;x&quot;\""), "{page}");
        assert!(page.contains("&lt;/textarea&gt;"));
        assert!(page.contains("<a href=\"#name\">Choose another name.</a>"));
        assert!(page.contains("aria-describedby=\"name-hint name-error\""));
        assert_eq!(count(&page, " checked"), 1);
    }
}
