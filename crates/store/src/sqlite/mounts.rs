//! Network file systems are refused: their locks and flushes do not hold what SQLite needs.

use std::path::{Path, PathBuf};

/// File systems whose other end is on another machine (or, 9p, in another kernel). Those of
/// FUSE are named after the dot; FUSE itself is local more often than not.
const NETWORK: &[&str] = &[
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "ncpfs",
    "9p",
    "afs",
    "coda",
    "ceph",
    "lustre",
    "gpfs",
    "glusterfs",
    "beegfs",
    "orangefs",
    "ocfs2",
    "gfs2",
];
const NETWORK_FUSE: &[&str] = &[
    "sshfs",
    "s3fs",
    "gcsfuse",
    "goofys",
    "rclone",
    "glusterfs",
    "ceph",
    "cephfs",
    "davfs",
    "curlftpfs",
    "smbnetfs",
    "juicefs",
    "mfs",
    "mount-s3",
    "blobfuse",
    "blobfuse2",
    "seaweedfs",
];

/// The kind of network file system that a directory (canonical) is on; `None` when it is on a
/// local one or the system does not tell.
pub(super) fn network_kind(dir: &Path) -> Option<String> {
    let mounts = std::fs::read_to_string("/proc/mounts").ok()?;
    kind_of(&mounts, dir).filter(|kind| is_network(kind))
}

fn is_network(kind: &str) -> bool {
    let fuse = kind.strip_prefix("fuse.").map(|name| NETWORK_FUSE.contains(&name));
    fuse.unwrap_or_else(|| NETWORK.contains(&kind))
}

/// The kind of the mount that holds `dir`: the longest prefix, and of equals the last, which
/// covers the others.
fn kind_of(mounts: &str, dir: &Path) -> Option<String> {
    let mut best: Option<(usize, &str)> = None;
    for line in mounts.lines() {
        let mut fields = line.split(' ').skip(1);
        let (Some(point), Some(kind)) = (fields.next(), fields.next()) else { continue };
        let point = unescape(point);
        let depth = point.components().count();
        if dir.starts_with(&point) && best.is_none_or(|(deepest, _)| depth >= deepest) {
            best = Some((depth, kind));
        }
    }
    best.map(|(_, kind)| kind.to_owned())
}

/// Spaces and the like stand as octal numbers: `\040`.
fn unescape(point: &str) -> PathBuf {
    let mut text = point.to_owned();
    for (octal, plain) in [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")] {
        text = text.replace(octal, plain);
    }
    PathBuf::from(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
/dev/vda / ext4 rw 0 0
server:/export /srv/far nfs4 rw 0 0
tmpfs /srv/far/near tmpfs rw 0 0
me@host: /home/me/my\\040files fuse.sshfs rw 0 0
/dev/sdb /mnt ext4 rw 0 0
//nas/share /mnt cifs rw 0 0
portal /run/doc fuse.portal rw 0 0
";

    fn network(dir: &str) -> bool {
        is_network(&kind_of(MOUNTS, Path::new(dir)).unwrap())
    }

    #[test]
    fn the_deepest_and_last_mount_counts() {
        assert!(!network("/var/lib/strowger"));
        assert!(network("/srv/far"));
        assert!(network("/srv/far/away"));
        assert!(!network("/srv/farther"));
        assert!(!network("/srv/far/near/x"));
        assert!(network("/home/me/my files/data"));
        assert!(network("/mnt/data"));
        assert!(!network("/run/doc/x"));
    }
}
