//! The building file as an object in S3.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use futures::TryStreamExt;
use object_storage::error_code;
use object_store::path::Path;
use object_store::{Error, GetOptions, ObjectStore};
use tokio::time::timeout;

/// The most bytes of a building file. 20,000 rows are 1.6 MB.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// How long reading an object's bytes may take, once S3 has begun to answer.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// The name of an object: `bucket/key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectName {
    bucket: String,
    key: Path,
}

/// A text that names no object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an object is named by its bucket, a slash and its key, such as my-bucket/teams/sites.tsv")]
pub struct InvalidObjectName;

impl FromStr for ObjectName {
    type Err = InvalidObjectName;

    fn from_str(text: &str) -> Result<Self, InvalidObjectName> {
        match text.split_once('/') {
            Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => {
                let path = Path::parse(key).map_err(|_| InvalidObjectName)?;
                Ok(Self { bucket: bucket.to_owned(), key: path })
            }
            _ => Err(InvalidObjectName),
        }
    }
}

impl ObjectName {
    /// The bucket's name.
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }
}

/// As a URL of S3's: what the table has as the source.
impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)
    }
}

/// An object that holds the building file.
#[derive(Clone, Debug)]
pub struct SitesObject {
    bucket: Arc<dyn ObjectStore>,
    name: ObjectName,
}

/// What S3 answered.
#[derive(Debug)]
pub(crate) enum Fetched {
    /// It is what is known already.
    Unchanged,
    /// Another one.
    Changed {
        content: Vec<u8>,
        /// None from a service that has none: it is read in every run then.
        etag: Option<String>,
    },
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    /// A person has to correct something: a sentence that says what.
    #[error("{0}")]
    Refused(String),
    /// It may be there in the next run.
    #[error("{0}")]
    Passing(String),
}

impl SitesObject {
    /// An object of this bucket, which is the one that its name has.
    #[must_use]
    pub fn new(bucket: Arc<dyn ObjectStore>, name: ObjectName) -> Self {
        Self { bucket, name }
    }

    pub(crate) fn name(&self) -> &ObjectName {
        &self.name
    }

    /// Reads the object, unless it is the one with this `ETag`.
    pub(crate) async fn fetch(&self, known: Option<&str>) -> Result<Fetched, FetchError> {
        let options =
            GetOptions { if_none_match: known.map(str::to_owned), ..GetOptions::default() };
        let got = match self.bucket.get_opts(&self.name.key, options).await {
            Ok(got) => got,
            Err(Error::NotModified { .. }) => return Ok(Fetched::Unchanged),
            Err(error) => {
                let refusal = error_code(&error).map(|code| {
                    self.refusal(&code).unwrap_or_else(|| {
                        FetchError::Passing(format!("S3 answered {code} for {}", self.name))
                    })
                });
                return Err(refusal.unwrap_or_else(|| FetchError::Passing(error.to_string())));
            }
        };
        let etag = got.meta.e_tag.clone();
        if got.meta.size > MAX_BYTES as u64 {
            return Err(self.too_large());
        }
        let mut body = got.into_stream();
        let mut content = Vec::new();
        let read = timeout(READ_TIMEOUT, async {
            let broke_off = |error: Error| {
                FetchError::Passing(format!("reading {} broke off: {error}", self.name))
            };
            while let Some(chunk) = body.try_next().await.map_err(broke_off)? {
                content.extend_from_slice(&chunk);
                if content.len() > MAX_BYTES {
                    return Err(self.too_large());
                }
            }
            Ok(())
        });
        read.await.map_err(|_| {
            let seconds = READ_TIMEOUT.as_secs();
            FetchError::Passing(format!("reading {} took more than {seconds} s", self.name))
        })??;
        Ok(Fetched::Changed { content, etag })
    }

    fn too_large(&self) -> FetchError {
        let megabytes = MAX_BYTES / 1024 / 1024;
        FetchError::Refused(format!("{} has more than {megabytes} MB", self.name))
    }

    /// What a person has to correct when S3 answers with this code.
    fn refusal(&self, code: &str) -> Option<FetchError> {
        let Self { name, .. } = self;
        let ObjectName { bucket, key } = name;
        Some(FetchError::Refused(match code {
            "NoSuchKey" => format!(
                "there is no object {key} in the bucket {bucket}: upload the building file there, or deploy \
                 with another SitesObject"
            ),
            "NoSuchBucket" => {
                format!("there is no bucket {bucket}: deploy with another SitesObject than {name}")
            }
            "AccessDenied" | "KMS.DisabledException" | "InvalidObjectState" => format!(
                "S3 refuses {name} ({code}): the function's role has s3:GetObject on it, which the policy of \
                 the bucket {bucket} must not deny, and kms:Decrypt for the key KmsKeyArn only, so the object \
                 must be under that key or one of S3's own. A key that does not exist is refused likewise, \
                 because the role lacks s3:ListBucket: see whether {key} is there"
            ),
            "PermanentRedirect" | "AuthorizationHeaderMalformed" => format!(
                "the bucket {bucket} is in another region ({code}): the building file must be in a bucket of \
                 the stack's region"
            ),
            _ => return None,
        }))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn an_object_is_a_bucket_and_a_key_with_slashes() {
        let name: ObjectName = "files/teams/sites.tsv".parse().unwrap();
        assert_eq!((&*name.bucket, name.key.as_ref()), ("files", "teams/sites.tsv"));
        assert_eq!(name.to_string(), "s3://files/teams/sites.tsv");
    }

    #[rstest]
    #[case("files")]
    #[case("files/")]
    #[case("/sites.tsv")]
    #[case("files/teams//sites.tsv")]
    fn what_names_no_object_is_refused(#[case] text: &str) {
        assert_eq!(text.parse::<ObjectName>(), Err(InvalidObjectName));
    }
}
