//! The database's file.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;

/// Creates the file empty and for its owner alone, unless it exists. SQLite gives the files beside it
/// (`-wal`, `-shm`, `-journal`) the same permissions.
pub(super) fn create_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}
