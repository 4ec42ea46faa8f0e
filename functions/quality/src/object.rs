//! The building file as an object in S3.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata};
use tokio::time::timeout;

/// The most bytes of a building file. 20,000 rows are 1.6 MB.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// How long reading an object's bytes may take, once S3 has begun to answer.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// The name of an object: `bucket/key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectName {
    bucket: String,
    key: String,
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
                Ok(Self { bucket: bucket.to_owned(), key: key.to_owned() })
            }
            _ => Err(InvalidObjectName),
        }
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
    client: Client,
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
    /// An object, as this client reads it.
    #[must_use]
    pub fn new(client: Client, name: ObjectName) -> Self {
        Self { client, name }
    }

    pub(crate) fn name(&self) -> &ObjectName {
        &self.name
    }

    /// Reads the object, unless it is the one with this `ETag`.
    pub(crate) async fn fetch(&self, known: Option<&str>) -> Result<Fetched, FetchError> {
        let get = self.client.get_object().bucket(&self.name.bucket).key(&self.name.key);
        let got = match get.set_if_none_match(known.map(str::to_owned)).send().await {
            Ok(got) => got,
            Err(error) => {
                let status = error.raw_response().map(|answer| answer.status().as_u16());
                return match (status, error.code()) {
                    (Some(304), _) => Ok(Fetched::Unchanged),
                    (_, Some(code)) => Err(self.refusal(code).unwrap_or_else(|| {
                        FetchError::Passing(format!("S3 answered {code} for {}", self.name))
                    })),
                    _ => Err(FetchError::Passing(DisplayErrorContext(&error).to_string())),
                };
            }
        };
        let etag = got.e_tag().map(str::to_owned);
        let stated = got.content_length().and_then(|length| usize::try_from(length).ok());
        if stated.is_some_and(|length| length > MAX_BYTES) {
            return Err(self.too_large());
        }
        let mut body = got.body;
        let mut content = Vec::new();
        let read = timeout(READ_TIMEOUT, async {
            while let Some(chunk) = body.next().await {
                content.extend_from_slice(&chunk.map_err(|error| {
                    FetchError::Passing(format!("reading {} broke off: {error}", self.name))
                })?);
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
        assert_eq!((&*name.bucket, &*name.key), ("files", "teams/sites.tsv"));
        assert_eq!(name.to_string(), "s3://files/teams/sites.tsv");
    }

    #[rstest]
    #[case("files")]
    #[case("files/")]
    #[case("/sites.tsv")]
    fn what_names_no_object_is_refused(#[case] text: &str) {
        assert_eq!(text.parse::<ObjectName>(), Err(InvalidObjectName));
    }
}
