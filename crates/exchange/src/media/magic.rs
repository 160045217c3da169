//! Whether a file is what its label says, by its first bytes (reference 4, "MIME table"). Only a
//! contradiction counts: nothing here finds out what else it may be.

use super::bare_type;

/// As many first bytes of a file are looked at.
pub const HEAD_BYTES: usize = 32 * 1024;

/// Whether a file that begins like this may be of this MIME type. Types that are not in the
/// table may be anything.
pub fn fits(mime: &str, head: &[u8]) -> bool {
    let mime = bare_type(mime).to_ascii_lowercase();
    match mime.as_str() {
        "image/jpeg" => head.starts_with(b"\xff\xd8\xff"),
        "image/png" => head.starts_with(b"\x89PNG\r\n\x1a\n"),
        "image/webp" => head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP"),
        "video/mp4" | "video/3gpp" | "audio/mp4" => head.get(4..8) == Some(b"ftyp"),
        "audio/ogg" => head.starts_with(b"OggS"),
        "audio/amr" => head.starts_with(b"#!AMR"),
        "audio/mpeg" => head.starts_with(b"ID3") || is_mpeg_frame(head),
        "audio/aac" => head.starts_with(b"ADIF") || is_adts_frame(head),
        "application/pdf" => head.iter().take(1024).collect::<Vec<_>>().windows(5).any(is_pdf),
        "text/plain" => is_text(head),
        "application/msword" => is_compound(head) || head.starts_with(b"{\\rtf"),
        "application/vnd.ms-excel" | "application/vnd.ms-powerpoint" => is_compound(head),
        _ if mime.starts_with("application/vnd.openxmlformats-officedocument.") => {
            head.starts_with(b"PK\x03\x04")
        }
        _ => true,
    }
}

/// Whether a WebP file moves: the flag in its extended header.
pub fn is_animated(head: &[u8]) -> bool {
    head.get(12..16) == Some(b"VP8X") && head.get(20).is_some_and(|flags| flags & 0x02 != 0)
}

fn is_pdf(five: &[&u8]) -> bool {
    five.iter().map(|byte| **byte).eq(*b"%PDF-")
}

/// Eleven set bits, and layer 1, 2 or 3.
fn is_mpeg_frame(head: &[u8]) -> bool {
    matches!(head, [0xff, second, ..] if second & 0xe0 == 0xe0 && second & 0x06 != 0)
}

/// Twelve set bits, and layer 0.
fn is_adts_frame(head: &[u8]) -> bool {
    matches!(head, [0xff, second, ..] if second & 0xf6 == 0xf0)
}

/// What the office programs wrote before they wrote archives.
fn is_compound(head: &[u8]) -> bool {
    head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
}

/// No NUL in it, unless it says that it is UTF-16.
fn is_text(head: &[u8]) -> bool {
    let wide = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    wide || !head.contains(&0)
}

#[cfg(test)]
mod tests {
    use super::super::{MediaKind, most_bytes};
    use super::*;
    use crate::limits;

    const SAMPLES: &[(&str, &[u8])] = &[
        ("image/jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF"),
        ("image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("image/webp", b"RIFF\x10\0\0\0WEBPVP8 "),
        ("video/mp4", b"\0\0\0\x18ftypmp42"),
        ("audio/ogg", b"OggS\0\x02"),
        ("audio/amr", b"#!AMR\n"),
        ("audio/mpeg", b"ID3\x04"),
        ("audio/aac", b"\xff\xf1\x50\x80"),
        ("application/pdf", b"%PDF-1.7\n\0"),
        ("application/msword", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0"),
        (
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            b"PK\x03\x04\x14\0",
        ),
    ];

    #[test]
    fn a_label_that_its_bytes_contradict_is_found_out() {
        for (mime, head) in SAMPLES {
            for (other, _) in SAMPLES {
                assert_eq!(fits(other, head), mime == other, "{mime} labelled {other}");
            }
            assert!(fits(&format!("{}; codecs=x", mime.to_uppercase()), head));
        }
        assert!(fits("audio/mpeg", b"\xff\xfb\x90\x64") && fits("audio/mpeg", b"\xff\xf3\x40\xc0"));
        assert!(fits("application/pdf", b"\xef\xbb\xbf%PDF-1.4"));
        assert!(fits("text/plain", b"<html>words</html>") && fits("text/plain", b""));
        assert!(fits("text/plain", b"\xff\xfeh\0i\0"));
        for (mime, head) in SAMPLES.iter().filter(|sample| sample.1.contains(&0)) {
            assert!(!fits("text/plain", head), "{mime}");
        }
        for kind in MediaKind::ALL {
            assert!(kind.types().iter().all(|mime| *mime == "text/plain" || !fits(mime, b"")));
        }
    }

    #[test]
    fn a_sticker_may_be_larger_when_it_moves() {
        let mut head = b"RIFF\x10\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0".to_vec();
        assert_eq!(most_bytes("image/webp", &head), Some(limits::STICKER_ANIMATED_BYTES));
        head[20] = 0x10;
        assert_eq!(most_bytes("image/webp", &head), Some(limits::STICKER_BYTES));
        assert_eq!(most_bytes("image/png", &head), Some(limits::IMAGE_BYTES));
        assert_eq!(most_bytes("image/gif", &head), None);
    }
}
