//! What can go wrong.

use call_table::TableError;
use due_days::UnknownEvent;
use lambda_runtime::Diagnostic;
use object_storage::error_code;
use privacy::KeyError;

/// Why an invocation failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Send another event.
    #[error(transparent)]
    UnknownEvent(#[from] UnknownEvent),
    /// The table could not be read: what was not exported stays due.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The lake could not be read or written: what was not exported stays due.
    #[error("{0}")]
    Lake(String),
    /// There is no key for pseudonyms.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A day cannot be written as Parquet, which no input should bring about.
    #[error("a day cannot be written as Parquet: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
}

impl From<object_store::Error> for Error {
    /// What to do about it, as far as S3 says it.
    fn from(error: object_store::Error) -> Self {
        Self::Lake(match error_code(&error).as_deref() {
            Some("NoSuchBucket") => {
                "the lake's bucket does not exist: deploy the stack again".to_owned()
            }
            Some("AccessDenied") => {
                "S3 refuses the lake (AccessDenied): the function's role has s3:GetObject, s3:PutObject, \
                 s3:DeleteObject and s3:AbortMultipartUpload on the objects and s3:ListBucket on the bucket, \
                 which its policy must not deny, and kms:GenerateDataKey and kms:Decrypt for the key KmsKeyArn"
                    .to_owned()
            }
            Some(code) => format!("S3 answered {code} for the lake"),
            None => format!("the lake cannot be read or written: {error}"),
        })
    }
}

impl From<Error> for Diagnostic {
    fn from(error: Error) -> Self {
        let error_type = match &error {
            Error::UnknownEvent(_) => "UnknownEvent",
            Error::Table(_) => "Table",
            Error::Lake(_) => "Lake",
            Error::Key(_) => "Key",
            Error::Parquet(_) => "Parquet",
        };
        Self { error_type: error_type.to_owned(), error_message: error.to_string() }
    }
}
