//! The file with a table, locked by one process at a time. It holds calls of people, so that only its owner
//! may read it and the files beside it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use forgotten_people::{ForgetKey, ForgetKeySource};
use lambda_kit::SecretValue as _;

/// The file beside a table's file with the key of the marks of forgotten people: who has a copy of the
/// table alone cannot tell from a mark who was forgotten.
const FORGET_KEY_SUFFIX: &str = ".forget-key";

/// The file beside a table's file with the key of pseudonyms and of references to people: what one command
/// printed, another one understands.
const PSEUDONYM_KEY_SUFFIX: &str = ".pseudonym-key";

/// A data file that only this process may use until this is dropped or the process ends. The lock is on a
/// file beside it, because SQLite locks the file itself.
#[derive(Debug)]
pub struct DataFile {
    path: PathBuf,
    _lock: File,
}

impl DataFile {
    /// Locks the file, which need not exist yet.
    ///
    /// # Errors
    ///
    /// A sentence that says whether another process uses it or it cannot be written.
    pub fn lock(path: &Path) -> anyhow::Result<Self> {
        Self::take(path, File::try_lock)
    }

    /// Locks a file for reading: others may read it too, and none may write it meanwhile.
    ///
    /// # Errors
    ///
    /// A sentence that says whether another process writes it.
    pub fn lock_shared(path: &Path) -> anyhow::Result<Self> {
        Self::take(path, File::try_lock_shared)
    }

    fn take(path: &Path, try_lock: fn(&File) -> Result<(), TryLockError>) -> anyhow::Result<Self> {
        let name = path.display();
        if path.is_dir() {
            bail!("{name} is a directory: give the name of a file for --data");
        }
        let mut lock = path.as_os_str().to_owned();
        lock.push(".lock");
        let cannot = || format!("{name} cannot be written: give --data a path that you may write");
        let writable = |path: &Path| {
            let mut options = OpenOptions::new();
            options.create(true).append(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            options.open(path).with_context(cannot)
        };
        let lock = writable(Path::new(&lock))?;
        match try_lock(&lock) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!(
                "{name} is in use by another process: end the `import` or `serve` that uses it, or give \
                 --data another file"
            ),
            Err(TryLockError::Error(error)) => return Err(error).with_context(cannot),
        }
        let is_new = !path.exists();
        drop(writable(path)?);
        if is_new {
            // It was only created to check that it can be written; the database creates it itself.
            remove(path)?;
        } else if !is_database(path).with_context(cannot)? {
            bail!("{name} is no data file of this program: give --data another name");
        }
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// The key of the marks of forgotten people in the table of a file. It is made at the first use.
///
/// # Errors
///
/// A sentence when the key's file can be neither read nor made, or holds no key.
pub fn forget_key(data: &Path) -> anyhow::Result<ForgetKeySource> {
    let text = forget_key_text(data)?;
    let key = ForgetKey::parse(&text).with_context(|| {
        format!("{} is no key any more: restore it", beside(data, FORGET_KEY_SUFFIX).display())
    })?;
    Ok(ForgetKeySource::fixed(key))
}

/// The text of [`forget_key`].
///
/// # Errors
///
/// A sentence when the key's file can be neither read nor made.
pub fn forget_key_text(data: &Path) -> anyhow::Result<String> {
    key_text(&beside(data, FORGET_KEY_SUFFIX))
}

/// The key of the pseudonyms and references of a file's reports. It is made at the first use.
///
/// # Errors
///
/// A sentence when the key's file can be neither read nor made.
pub fn pseudonym_key_text(data: &Path) -> anyhow::Result<String> {
    key_text(&beside(data, PSEUDONYM_KEY_SUFFIX))
}

fn key_text(file: &Path) -> anyhow::Result<String> {
    let cannot = || format!("{} cannot be read or written", file.display());
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Ok(mut new) => {
            let key = new_key();
            new.write_all(key.as_bytes()).with_context(cannot)?;
            Ok(key)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            std::fs::read_to_string(file).with_context(cannot)
        }
        Err(error) => Err(error).with_context(cannot),
    }
}

/// A key for a table that ends with its process, or for a new file.
#[must_use]
pub fn new_key() -> String {
    // Version 4: 122 random bits each, from the system.
    format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple())
}

fn beside(data: &Path, suffix: &str) -> PathBuf {
    let mut name = data.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// A sentence on the files of a table that others than their owner may read or write; none when there are
/// no such files.
#[must_use]
pub fn exposure(path: &Path) -> Option<String> {
    let suffixes =
        ["", "-wal", "-shm", "-journal", ".lock", FORGET_KEY_SUFFIX, PSEUDONYM_KEY_SUFFIX];
    let exposed: Vec<String> = suffixes
        .map(|suffix| beside(path, suffix))
        .iter()
        .filter(|path| is_exposed(path))
        .map(|path| path.display().to_string())
        .collect();
    (!exposed.is_empty()).then(|| {
        let files = exposed.join(" ");
        format!(
            "warning: other users of this machine have access to calls of people; take it away with: \
             chmod 600 {files}"
        )
    })
}

#[cfg(unix)]
fn is_exposed(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_exposed(_: &Path) -> bool {
    false
}

/// Whether a file is empty or begins as every SQLite database does.
fn is_database(path: &Path) -> io::Result<bool> {
    use io::Read as _;
    let mut beginning = Vec::new();
    File::open(path)?.take(16).read_to_end(&mut beginning)?;
    Ok(beginning.is_empty() || beginning == b"SQLite format 3\0")
}

fn remove(path: &Path) -> anyhow::Result<()> {
    std::fs::remove_file(path).with_context(|| format!("{} cannot be replaced", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_user_at_a_time() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("calls.db");
        let first = DataFile::lock(&path).unwrap();
        let error = DataFile::lock(&path).unwrap_err().to_string();
        assert!(error.contains("in use by another process"), "{error}");
        assert!(!path.exists(), "taking a file does not make it");
        drop(first);
        let reader = DataFile::lock_shared(&path).unwrap();
        DataFile::lock_shared(&path).unwrap();
        assert!(DataFile::lock(&path).is_err(), "no process writes what is being read");
        drop(reader);
        DataFile::lock(&path).unwrap();
    }

    #[test]
    fn the_key_of_a_file_is_made_once_and_for_its_owner_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("calls.db");
        let key = forget_key_text(&path).unwrap();
        assert_eq!((key.len(), forget_key_text(&path).unwrap()), (64, key.clone()));
        assert_ne!(new_key(), key);
        assert_eq!(exposure(&path), None);
        std::fs::write(beside(&path, FORGET_KEY_SUFFIX), "").unwrap();
        let error = forget_key(&path).unwrap_err().to_string();
        assert!(error.contains("calls.db.forget-key"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_read_is_named_with_the_command_that_closes_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("calls.db");
        let _locked = DataFile::lock(&path).unwrap();
        assert_eq!(exposure(&path), None, "the lock is private");
        for name in ["calls.db", "calls.db-wal"] {
            let file = directory.path().join(name);
            std::fs::write(&file, "").unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        }
        let warning = exposure(&path).unwrap();
        let command = format!("chmod 600 {0} {0}-wal", path.display());
        assert!(warning.ends_with(&command), "{warning}");
    }

    #[test]
    fn a_path_that_cannot_be_a_data_file_is_named_with_what_to_do() {
        let directory = tempfile::tempdir().unwrap();
        let text = directory.path().join("notes.txt");
        std::fs::write(&text, "not a database at all").unwrap();
        for (path, words) in [
            (directory.path().to_owned(), "is a directory"),
            (directory.path().join("missing").join("calls.db"), "cannot be written"),
            (PathBuf::from("/proc/calls.db"), "cannot be written"),
            (text.clone(), "is no data file of this program"),
        ] {
            let error = DataFile::lock(&path).unwrap_err().to_string();
            assert!(error.contains(words) && error.contains("--data"), "{error}");
        }
        assert_eq!(std::fs::read(&text).unwrap(), b"not a database at all");
    }
}
