//! S3: the part that functions use.

use std::sync::Arc;

use aws_stand_ins::{Fault, S3};
use futures::TryStreamExt;
use lambda_kit::{Environment, TimeLimits};
use object_storage::error_code;
use object_store::path::Path;
use object_store::{
    Error, GetOptions, MultipartUpload, ObjectStore, ObjectStoreExt, PutMultipartOptions,
};

fn bucket(s3: &S3, name: &str) -> Arc<dyn ObjectStore> {
    let environment = Environment::from_pairs(s3.environment());
    Arc::new(object_storage::bucket(name, &environment, TimeLimits::BACKGROUND).unwrap())
}

#[tokio::test]
async fn an_object_is_read_whole_and_not_again_while_it_is_the_same() {
    let s3 = S3::start().await.unwrap();
    let files = bucket(&s3, "files");
    let etag = s3.put("files", "a folder/sites (1).tsv", "one");
    let path = Path::parse("a folder/sites (1).tsv").unwrap();
    let got = files.get(&path).await.unwrap();
    assert_eq!((got.meta.e_tag.as_deref(), got.meta.size), (Some(&*etag), 3));
    assert_eq!(got.bytes().await.unwrap(), "one");

    let known = || GetOptions { if_none_match: Some(etag.clone()), ..GetOptions::default() };
    let unchanged = files.get_opts(&path, known()).await.unwrap_err();
    assert!(matches!(unchanged, Error::NotModified { .. }), "{unchanged}");

    let newer = s3.put("files", "a folder/sites (1).tsv", "two");
    assert_ne!(newer, etag);
    let got = files.get_opts(&path, known()).await.unwrap();
    assert_eq!(got.bytes().await.unwrap(), "two");
}

#[tokio::test]
async fn what_is_not_there_or_not_allowed_has_s3s_codes() {
    let s3 = S3::start().await.unwrap();
    let files = bucket(&s3, "files");
    let path = Path::from("sites.tsv");
    let code = async || error_code(&files.get(&path).await.unwrap_err());
    assert_eq!(code().await.as_deref(), Some("NoSuchBucket"));
    s3.put("files", "sites.tsv", "one");
    s3.put("files", "other.tsv", "one");
    s3.delete("files", "sites.tsv");
    assert_eq!(code().await.as_deref(), Some("NoSuchKey"));
    s3.faults().set(|_| Fault::ErrorBefore(403, "AccessDenied"));
    assert_eq!(code().await.as_deref(), Some("AccessDenied"));
    s3.faults().set(|_| Fault::ErrorBefore(301, "PermanentRedirect"));
    assert_eq!(code().await.as_deref(), Some("PermanentRedirect"));
    s3.faults().set(|_| Fault::ErrorBefore(400, "KMS.DisabledException"));
    assert_eq!(code().await.as_deref(), Some("KMS.DisabledException"));
}

#[tokio::test]
async fn objects_are_put_listed_and_deleted() {
    let s3 = S3::start().await.unwrap();
    let lake = bucket(&s3, "lake");
    for number in 0..1_002 {
        s3.put("lake", &format!("calls/{number:04}"), "x");
    }
    s3.put("lake", "callsign", "x");
    s3.put("other", "calls/0001", "x");
    lake.put(&Path::from("calls/a & b"), "put".into()).await.unwrap();
    assert_eq!(s3.object("lake", "calls/a & b").unwrap(), "put");
    let listed: Vec<_> = lake.list(Some(&Path::from("calls"))).try_collect().await.unwrap();
    assert_eq!(listed.len(), 1_003);
    assert!(listed.iter().any(|object| object.location.as_ref() == "calls/a & b"));

    lake.delete(&Path::from("calls/a & b")).await.unwrap();
    lake.delete(&Path::from("calls/a & b")).await.unwrap();
    assert_eq!(s3.keys("lake").len(), 1_003);
}

#[tokio::test]
async fn an_upload_in_parts_is_seen_when_it_is_completed_and_not_before() {
    let s3 = S3::start().await.unwrap();
    let lake = bucket(&s3, "lake");
    let path = Path::from("day.parquet");
    let mut upload = lake.put_multipart_opts(&path, PutMultipartOptions::default()).await.unwrap();
    upload.put_part("one ".into()).await.unwrap();
    upload.put_part("two".into()).await.unwrap();
    assert_eq!((s3.open_uploads(), s3.object("lake", "day.parquet")), (1, None));
    upload.complete().await.unwrap();
    assert_eq!(
        (s3.open_uploads(), s3.object("lake", "day.parquet").unwrap()),
        (0, "one two".into())
    );

    let mut aborted = lake.put_multipart(&path).await.unwrap();
    aborted.put_part("three".into()).await.unwrap();
    aborted.abort().await.unwrap();
    assert_eq!(
        (s3.open_uploads(), s3.object("lake", "day.parquet").unwrap()),
        (0, "one two".into())
    );
}
