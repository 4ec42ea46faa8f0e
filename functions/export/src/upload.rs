//! Writing one object while its content is still being made: in parts of a multipart upload, of which no
//! reader sees anything before it is completed; a small one at once.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt as _};

use crate::Error;

/// The bytes of a part. S3 takes no smaller ones than 5 MiB but the last.
const PART: usize = 8 * 1024 * 1024;

/// Bytes that were written and not sent yet. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, most: usize) -> Bytes {
        let mut bytes = self.bytes();
        let length = bytes.len().min(most);
        let rest = bytes.split_off(length);
        std::mem::replace(&mut *bytes, rest).into()
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An object that is being written.
pub(crate) struct Upload {
    path: Path,
    buffer: Buffer,
    parts: Option<Box<dyn MultipartUpload>>,
    sent: u64,
}

/// An object as it was written.
pub(crate) struct Written {
    pub(crate) bytes: u64,
    pub(crate) etag: Option<String>,
}

impl Upload {
    pub(crate) fn new(path: Path) -> Self {
        Self { path, buffer: Buffer::default(), parts: None, sent: 0 }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn buffer(&self) -> Buffer {
        self.buffer.clone()
    }

    /// Sends what fills a part.
    pub(crate) async fn send_parts(&mut self, store: &dyn ObjectStore) -> Result<(), Error> {
        while self.buffer.bytes().len() >= PART {
            let part = self.buffer.take(PART);
            self.send(store, part).await?;
        }
        Ok(())
    }

    /// Sends the last part, where there were others. What remains is [completing](Self::complete) it.
    pub(crate) async fn send_rest(&mut self, store: &dyn ObjectStore) -> Result<(), Error> {
        self.send_parts(store).await?;
        if self.parts.is_some() {
            let part = self.buffer.take(usize::MAX);
            if !part.is_empty() {
                self.send(store, part).await?;
            }
        }
        Ok(())
    }

    async fn send(&mut self, store: &dyn ObjectStore, part: Bytes) -> Result<(), Error> {
        let parts = match &mut self.parts {
            Some(parts) => parts,
            none => none.insert(store.put_multipart(&self.path).await?),
        };
        self.sent += u64::try_from(part.len()).unwrap_or(u64::MAX);
        Ok(parts.put_part(part.into()).await?)
    }

    /// Puts the object in the place of the one before it, by one request.
    pub(crate) async fn complete(&mut self, store: &dyn ObjectStore) -> Result<Written, Error> {
        match &mut self.parts {
            Some(parts) => {
                let etag = parts.complete().await?.e_tag;
                self.parts = None;
                Ok(Written { bytes: self.sent, etag })
            }
            None => {
                let content = self.buffer.take(usize::MAX);
                let bytes = u64::try_from(content.len()).unwrap_or(u64::MAX);
                let etag = store.put(&self.path, content.into()).await?.e_tag;
                Ok(Written { bytes, etag })
            }
        }
    }

    /// Gives up the parts. When that fails, they go by the bucket's lifecycle.
    pub(crate) async fn abort(&mut self) {
        if let Some(mut parts) = self.parts.take()
            && let Err(error) = parts.abort().await
        {
            tracing::warn!(error = %error, "export.upload_not_aborted");
        }
    }
}
