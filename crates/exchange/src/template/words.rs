//! Words of the exchange's own in templates: those about one-time codes, and the languages.

/// Languages that a template can be in: the platform's list.
pub const LANGUAGES: &[&str] = &[
    "af", "sq", "ar", "ar_AE", "ar_EG", "ar_LB", "ar_MA", "ar_QA", "az", "be_BY", "bn", "bn_IN",
    "bg", "ca", "zh_CN", "zh_HK", "zh_TW", "hr", "cs", "da", "prs_AF", "nl", "nl_BE", "en",
    "en_AE", "en_AU", "en_CA", "en_GB", "en_GH", "en_IE", "en_IN", "en_JM", "en_MY", "en_NZ",
    "en_QA", "en_SG", "en_UG", "en_US", "en_ZA", "et", "fil", "fi", "fr", "fr_BE", "fr_CA",
    "fr_CH", "fr_CI", "fr_MA", "ka", "de", "de_AT", "de_CH", "el", "gu", "ha", "he", "hi", "hu",
    "id", "ga", "it", "ja", "kn", "kk", "rw_RW", "ko", "ky_KG", "lo", "lv", "lt", "mk", "ms", "ml",
    "mr", "nb", "ps_AF", "fa", "pl", "pt_BR", "pt_PT", "pa", "ro", "ru", "sr", "si_LK", "sk", "sl",
    "es", "es_AR", "es_CL", "es_CO", "es_CR", "es_DO", "es_EC", "es_ES", "es_HN", "es_MX", "es_PA",
    "es_PE", "es_UY", "sw", "sv", "ta", "te", "th", "tr", "uk", "ur", "uz", "vi", "zu",
];

/// The words of an authentication template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeWords {
    /// The body, with the code as `{{1}}`.
    pub body: &'static str,
    /// The advice.
    pub advice: &'static str,
    /// The footer, with the minutes as `{{1}}`.
    pub expires: &'static str,
    /// The button's.
    pub copy: &'static str,
    /// The button's when an app takes the code.
    pub autofill: &'static str,
}

const ENGLISH: CodeWords = CodeWords {
    body: "*{{1}}* is your verification code.",
    advice: "For your security, do not share this code.",
    expires: "This code expires in {{1}} minutes.",
    copy: "Copy code",
    autofill: "Autofill",
};

const OTHERS: &[(&str, CodeWords)] = &[
    (
        "de",
        CodeWords {
            body: "*{{1}}* ist dein Bestätigungscode.",
            advice: "Gib diesen Code zu deiner Sicherheit nicht weiter.",
            expires: "Dieser Code läuft in {{1}} Minuten ab.",
            copy: "Code kopieren",
            autofill: "Automatisch ausfüllen",
        },
    ),
    (
        "fr",
        CodeWords {
            body: "Votre code de vérification est *{{1}}*.",
            advice: "Pour votre sécurité, ne le partagez pas.",
            expires: "Ce code expire dans {{1}} minutes.",
            copy: "Copier le code",
            autofill: "Remplir",
        },
    ),
    (
        "nl",
        CodeWords {
            body: "*{{1}}* is je verificatiecode.",
            advice: "Deel deze code voor je veiligheid met niemand.",
            expires: "Deze code verloopt over {{1}} minuten.",
            copy: "Code kopiëren",
            autofill: "Automatisch invullen",
        },
    ),
    (
        "es",
        CodeWords {
            body: "Tu código de verificación es *{{1}}*.",
            advice: "Por tu seguridad, no lo compartas.",
            expires: "Este código caduca en {{1}} minutos.",
            copy: "Copiar código",
            autofill: "Autocompletar",
        },
    ),
    (
        "it",
        CodeWords {
            body: "*{{1}}* è il tuo codice di verifica.",
            advice: "Per la tua sicurezza, non condividerlo.",
            expires: "Questo codice scade tra {{1}} minuti.",
            copy: "Copia codice",
            autofill: "Compila",
        },
    ),
    (
        "pt",
        CodeWords {
            body: "*{{1}}* é o seu código de verificação.",
            advice: "Para sua segurança, não o partilhe.",
            expires: "Este código expira em {{1}} minutos.",
            copy: "Copiar código",
            autofill: "Preencher",
        },
    ),
];

/// The words in a language; English for those that we have none of.
pub fn about_codes(language: &str) -> CodeWords {
    let base = language.split('_').next().unwrap_or_default();
    OTHERS.iter().find(|(of, _)| *of == base).map_or(ENGLISH, |(_, words)| *words)
}
