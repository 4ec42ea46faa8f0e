//! The database's file.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use rusqlite::Connection;

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

/// How long the last requests of a database that was stopped are waited for.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Rewrites a table's file, so that neither it nor the log beside it holds what was deleted from the
/// table. No database may be running on it.
///
/// # Errors
///
/// The file is in use, or the disk has no room for a second copy of it.
pub fn compact(path: &Path) -> anyhow::Result<()> {
    let failed = || {
        format!(
            "{} still holds traces of what was deleted: close what uses it, free as much of the disk \
             as it takes, and run the command again",
            path.display()
        )
    };
    let compacted = || -> rusqlite::Result<i64> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.execute_batch("VACUUM")?;
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
    };
    let busy = compacted().with_context(failed)?;
    ensure!(busy == 0, failed());
    Ok(())
}
