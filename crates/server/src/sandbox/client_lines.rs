//! `strowger dev --for CLIENT`: the exact lines that point a public client at this sandbox, and
//! nothing else of it changes. They are those of the programs in `e2e/clients`, which run them; the
//! last two were read from those products' sources.

use super::Bot;

/// The clients that there are lines for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Client {
    /// The credentials as environment variables
    Env,
    /// curl
    Curl,
    /// pywa (Python)
    Pywa,
    /// @kapso/whatsapp-cloud-api (JavaScript)
    Kapso,
    /// whatsapp-api-js (JavaScript)
    WhatsappApiJs,
    /// whatsapp-business-rs (Rust)
    BusinessRs,
    /// whatsapp, Meta's archived SDK (JavaScript); needs TLS on port 443
    WhatsappNode,
    /// facebook-business (Python), management calls
    BusinessSdk,
    /// Chatwoot
    Chatwoot,
    /// Typebot
    Typebot,
}

/// The lines. `base` is the sandbox's address without a slash at its end.
pub fn lines(client: Client, base: &str, bot: &Bot) -> String {
    let Bot { phone_number_id: number, waba_id, app_id, .. } = bot;
    let (token, secret, verify) = (&bot.access_token, &bot.app_secret, &bot.verify_token);
    match client {
        Client::Env => env(base, bot),
        Client::Curl => {
            format!("curl -H 'Authorization: Bearer {token}' '{base}/v25.0/{number}'\n")
        }
        Client::Pywa => format!(
            "wa = WhatsApp(\n    \
                 phone_id=\"{number}\",\n    \
                 token=\"{token}\",\n    \
                 app_id=\"{app_id}\",\n    \
                 app_secret=\"{secret}\",\n    \
                 waba_id=\"{waba_id}\",\n    \
                 verify_token=\"{verify}\",\n    \
                 # callback_url=\"http://127.0.0.1:8000\", server=..., as in production\n\
             )\n\
             wa.api._session.base_url = \"{base}/v25.0\"\n"
        ),
        Client::Kapso => format!(
            "const client = new WhatsAppClient({{\n  \
               accessToken: \"{token}\",\n  \
               baseUrl: \"{base}\",\n\
             }});\n\
             const phoneNumberId = \"{number}\";\n"
        ),
        Client::WhatsappApiJs => format!(
            "const wa = new WhatsAppAPI({{\n  \
               token: \"{token}\",\n  \
               appSecret: \"{secret}\",\n  \
               webhookVerifyToken: \"{verify}\",\n  \
               ponyfill: {{\n    \
                 fetch: (url, init) =>\n      \
                   fetch(String(url).replace(\"https://graph.facebook.com\", \"{base}\"), init),\n  \
               }},\n\
             }});\n\
             const phoneId = \"{number}\";\n"
        ),
        Client::BusinessRs => format!(
            "# Cargo.toml: whatsapp-business-rs = {{ features = [\"test-mode\", ...] }}\n\
             export API_BASE_URL_FOR_TESTING={base}\n\
             // Rust:\n\
             let client = Client::new(\"{token}\").await?;\n\
             let manager = client.message(\"{number}\");\n\
             let auth = Auth::secret((\"{app_id}\", \"{secret}\"));\n"
        ),
        Client::WhatsappNode => whatsapp_node(bot),
        Client::BusinessSdk => format!(
            "FacebookSession.GRAPH = \"{base}\"\n\
             api = FacebookAdsApi.init(\"{app_id}\", \"{secret}\", \"{token}\")\n\
             account = WhatsAppBusinessAccount(\"{waba_id}\", api=api)\n"
        ),
        Client::Chatwoot => format!("export WHATSAPP_CLOUD_BASE_URL={base}\n"),
        Client::Typebot => format!("export WHATSAPP_CLOUD_API_URL={base}\n"),
    }
}

fn env(base: &str, bot: &Bot) -> String {
    let Bot { phone_number_id: number, waba_id, app_id, .. } = bot;
    let (token, secret, verify) = (&bot.access_token, &bot.app_secret, &bot.verify_token);
    format!(
        "export WHATSAPP_BASE_URL={base}\n\
             export WHATSAPP_PHONE_NUMBER_ID={number}\n\
             export WHATSAPP_ACCESS_TOKEN={token}\n\
             export WHATSAPP_BUSINESS_ACCOUNT_ID={waba_id}\n\
             export WHATSAPP_APP_ID={app_id}\n\
             export WHATSAPP_APP_SECRET={secret}\n\
             export WHATSAPP_VERIFY_TOKEN={verify}\n"
    )
}

fn whatsapp_node(bot: &Bot) -> String {
    let Bot { phone_number_id: number, waba_id, app_id, .. } = bot;
    let (token, secret, verify) = (&bot.access_token, &bot.app_secret, &bot.verify_token);
    format!(
        "# a host only, always TLS on 443: strowger dev --tls-listen 127.0.0.2:443 \
             --tls-local 127.0.0.2\n\
             export WA_BASE_URL=127.0.0.2\n\
             export NODE_EXTRA_CA_CERTS={{the certificate that strowger dev names}}\n\
             export WA_PHONE_NUMBER_ID={number}\n\
             export WA_BUSINESS_ACCOUNT_ID={waba_id}\n\
             export CLOUD_API_ACCESS_TOKEN={token}\n\
             export CLOUD_API_VERSION=v25.0\n\
             export M4D_APP_ID={app_id}\n\
             export M4D_APP_SECRET={secret}\n\
             export WEBHOOK_VERIFICATION_TOKEN={verify}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum as _;
    use exchange::id::{AccountId, AppId, AssistantId};

    #[test]
    fn every_client_is_told_where_and_who() {
        let bot = Bot {
            name: "Bot".into(),
            phone_number_id: AssistantId(100_000_000_000_001),
            number: "99900000000001".into(),
            waba_id: AccountId(100_000_000_000_002),
            app_id: AppId(100_000_000_000_003),
            app_secret: "s3cret".into(),
            access_token: "EAAtoken".into(),
            verify_token: "sesame".into(),
        };
        for client in Client::value_variants() {
            let lines = lines(*client, "http://127.0.0.1:8080", &bot);
            let name = client.to_possible_value().expect("shown").get_name().to_owned();
            assert!(lines.ends_with('\n') && !lines.contains("  \n"), "{name}: {lines}");
            let where_to = if *client == Client::WhatsappNode { "127.0.0.2" } else { ":8080" };
            assert!(lines.contains(where_to), "{name}: {lines}");
            let by_address_alone = matches!(client, Client::Chatwoot | Client::Typebot);
            assert!(by_address_alone || lines.contains("EAAtoken"), "{name}: {lines}");
        }
        let pywa = lines(Client::Pywa, "http://h:1", &bot);
        assert!(pywa.contains("\n    token=\"EAAtoken\",\n"), "{pywa}");
        assert!(pywa.ends_with("\nwa.api._session.base_url = \"http://h:1/v25.0\"\n"), "{pywa}");
    }
}
