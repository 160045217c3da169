//! Taking a file in from a request's body: raw, or as a part of a form.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Request};
use axum::http::header;
use exchange::limits;
use http_body_util::BodyExt as _;
use tokio::time::timeout;

use crate::media::{Fault, Fresh, Vault, Writing};

/// As much of a body that will be refused is read and dropped first: a client that is still
/// writing would otherwise lose the answer with the connection.
const DROPPED_BYTES: usize = 32 * 1024 * 1024;
/// Fields of a form beside its file, and bytes of each (ours).
const FIELDS: usize = 32;
const FIELD_BYTES: usize = 4096;

/// A form with a file in it.
#[derive(Debug, Default)]
pub struct Form {
    /// Its other fields.
    pub fields: Vec<(String, String)>,
    /// Its file, if there was one.
    pub file: Option<Part>,
}

/// The file of a form.
#[derive(Debug)]
pub struct Part {
    /// The type that the part says.
    pub label: Option<String>,
    /// The name it was given, without folders.
    pub name: Option<String>,
    /// The file, or why it was not kept.
    pub fresh: Result<Fresh, Fault>,
}

/// Why there is no form, in words.
pub type NoForm = &'static str;

const BROKE_OFF: NoForm = "The body broke off or stood still.";

impl Form {
    /// A field beside the file.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

fn pause() -> Duration {
    Duration::from_millis(limits::UPLOAD_PAUSE_MS.unsigned_abs())
}

/// Reads a form, parts in any order. `most` is told what is known of the file's type by then
/// (the field `type`, the part's own) and says how large it may be.
///
/// # Errors
/// In words, when it is no form or breaks off.
pub async fn form(
    vault: &Vault,
    mut request: Request,
    most: fn(Option<&str>, Option<&str>) -> u64,
) -> Result<Form, NoForm> {
    // Bounded part by part instead.
    DefaultBodyLimit::disable().apply(&mut request);
    let parts = Multipart::from_request(request, &()).await;
    let mut parts = parts.map_err(|_| "The body is not multipart/form-data with a boundary.")?;
    let mut form = Form::default();
    loop {
        let next = timeout(pause(), parts.next_field()).await.map_err(|_| BROKE_OFF)?;
        let Some(field) = next.map_err(|_| "The form cannot be read to its end.")? else {
            return Ok(form);
        };
        let is_file = field.name() == Some("file") || field.file_name().is_some();
        if is_file && form.file.is_none() {
            let label = field.headers().get(header::CONTENT_TYPE);
            let label = label.and_then(|value| value.to_str().ok()).map(str::to_owned);
            let name = field.file_name().and_then(bare_name);
            let most = most(form.field("type"), label.as_deref());
            let fresh = write(vault, most, Pieces::Field(Box::new(field))).await?;
            form.file = Some(Part { label, name, fresh });
        } else {
            let (name, value) = small(field).await?;
            if form.fields.len() >= FIELDS {
                return Err("The form has too many fields.");
            }
            form.fields.push((name, value));
        }
    }
}

/// Reads a body that is the file itself.
///
/// # Errors
/// In words, when it breaks off.
pub async fn raw(vault: &Vault, body: Body, most: u64) -> Result<Result<Fresh, Fault>, NoForm> {
    write(vault, most, Pieces::Body(body)).await
}

/// Reads a body as far as it comes, for uploads that can be taken up again: what breaks off is
/// kept as far as it came.
pub async fn raw_part(vault: &Vault, body: Body, most: u64) -> Result<Fresh, Fault> {
    let mut writing = vault.begin(most).await?;
    let mut pieces = Pieces::Body(body);
    while let Ok(Some(piece)) = pieces.next().await {
        writing.write(&piece).await?;
    }
    writing.finish().await
}

/// The name without folders; `None` when nothing is left.
pub fn bare_name(name: &str) -> Option<String> {
    let bare = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = |c: &char| !c.is_control();
    let bare: String = bare.chars().filter(plain).take(limits::FILENAME_CHARS).collect();
    (!bare.trim().is_empty()).then_some(bare)
}

enum Pieces<'a> {
    Field(Box<Field<'a>>),
    Body(Body),
}

impl Pieces<'_> {
    async fn next(&mut self) -> Result<Option<Bytes>, NoForm> {
        let next = async {
            match self {
                Self::Field(field) => field.chunk().await.map_err(|_| BROKE_OFF),
                Self::Body(body) => match body.frame().await {
                    None => Ok(None),
                    Some(Ok(frame)) => Ok(Some(frame.into_data().unwrap_or_default())),
                    Some(Err(_)) => Err(BROKE_OFF),
                },
            }
        };
        timeout(pause(), next).await.unwrap_or(Err(BROKE_OFF))
    }
}

/// Writes all pieces into a new blob; what is too much or cannot be kept is read and dropped.
async fn write(
    vault: &Vault,
    most: u64,
    mut pieces: Pieces<'_>,
) -> Result<Result<Fresh, Fault>, NoForm> {
    let mut writing: Result<Writing, Fault> = vault.begin(most).await;
    let mut dropped = 0;
    while let Some(piece) = pieces.next().await? {
        match &mut writing {
            Ok(open) => {
                if let Err(fault) = open.write(&piece).await {
                    writing = Err(fault);
                }
            }
            Err(_) => dropped += piece.len(),
        }
        if dropped > DROPPED_BYTES {
            return Err("The file is far too large.");
        }
    }
    Ok(match writing {
        Ok(open) => open.finish().await,
        Err(fault) => Err(fault),
    })
}

async fn small(field: Field<'_>) -> Result<(String, String), NoForm> {
    let name = field.name().unwrap_or_default().chars().take(100).collect();
    let (mut pieces, mut value) = (Pieces::Field(Box::new(field)), Vec::new());
    while let Some(piece) = pieces.next().await? {
        value.extend_from_slice(&piece);
        if value.len() > FIELD_BYTES {
            return Err("A field of the form is too long.");
        }
    }
    let value = String::from_utf8(value).map_err(|_| "A field of the form is not UTF-8.")?;
    Ok((name, value))
}

/// Reads a body away that is refused, as far as that is reasonable.
pub async fn drop_body(body: Body) {
    let (mut pieces, mut dropped) = (Pieces::Body(body), 0);
    while let Ok(Some(piece)) = pieces.next().await {
        dropped += piece.len();
        if dropped > DROPPED_BYTES {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(body: &str) -> Request {
        let kind = "multipart/form-data; boundary=x";
        let body = body.replace('\n', "\r\n");
        Request::post("/").header(header::CONTENT_TYPE, kind).body(Body::from(body)).expect("sound")
    }

    fn vault() -> (tempfile::TempDir, Vault) {
        let folder = tempfile::tempdir().expect("a folder");
        let vault = Vault::open(None, folder.path()).expect("a vault");
        (folder, vault)
    }

    #[tokio::test]
    async fn parts_come_in_any_order() {
        let (_folder, vault) = vault();
        let file = "--x\nContent-Disposition: form-data; name=\"file\"; filename=\"a/b\\c.png\"\n\
            Content-Type: image/png\n\nbytes\n";
        let fields = "--x\nContent-Disposition: form-data; name=\"type\"\n\nimage/png\n";
        for whole in [format!("{file}{fields}--x--\n"), format!("{fields}{file}--x--\n")] {
            let form = form(&vault, request(&whole), |_, _| 5).await.expect("a form");
            assert_eq!(form.field("type"), Some("image/png"));
            let file = form.file.expect("a file");
            assert_eq!(
                (file.label.as_deref(), file.name.as_deref()),
                (Some("image/png"), Some("c.png"))
            );
            assert_eq!(file.fresh.expect("kept").head, b"bytes");
        }
    }

    #[tokio::test]
    async fn what_is_too_large_is_read_to_its_end_and_refused() {
        let (_folder, vault) = vault();
        let large = format!(
            "--x\nContent-Disposition: form-data; name=\"file\"\n\n{}\n--x\n\
            Content-Disposition: form-data; name=\"type\"\n\naudio/ogg\n--x--\n",
            "x".repeat(1000)
        );
        let form = form(&vault, request(&large), |_, _| 999).await.expect("a form");
        assert_eq!(form.field("type"), Some("audio/ogg"), "what comes after it is known");
        assert_eq!(form.file.expect("a file").fresh.expect_err("refused"), Fault::TooLong);
        let refused = raw(&vault, Body::from("12345"), 4).await.expect("whole");
        assert_eq!(refused.expect_err("refused"), Fault::TooLong);
    }

    #[tokio::test]
    async fn broken_forms_are_refused() {
        let (_folder, vault) = vault();
        for broken in [
            "",
            "--x\nContent-Disposition: form-data; name=\"file\"\n\nhalf",
            &format!(
                "--x\nContent-Disposition: form-data; name=\"a\"\n\n{}\n--x--\n",
                "x".repeat(5000)
            ),
        ] {
            assert!(form(&vault, request(broken), |_, _| 99).await.is_err(), "{broken}");
        }
        let bare = Request::post("/").body(Body::from("x")).expect("sound");
        assert!(form(&vault, bare, |_, _| 99).await.is_err());
    }

    #[test]
    fn names_lose_their_folders() {
        assert_eq!(bare_name("x:\\x\\y.pdf").as_deref(), Some("y.pdf"));
        assert_eq!(bare_name("../../etc/passwd").as_deref(), Some("passwd"));
        assert_eq!(bare_name("x/"), None);
    }
}
