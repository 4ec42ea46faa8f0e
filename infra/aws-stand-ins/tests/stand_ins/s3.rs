//! S3: the part that functions use.

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use aws_stand_ins::{Fault, S3, s3_client};

#[tokio::test]
async fn an_object_is_read_whole_and_not_again_while_it_is_the_same() {
    let s3 = S3::start().await.unwrap();
    let client = s3_client(&s3.url());
    let etag = s3.put("files", "a folder/sites (1).tsv", "one");
    let get = || client.get_object().bucket("files").key("a folder/sites (1).tsv");
    let got = get().send().await.unwrap();
    assert_eq!(got.e_tag(), Some(&*etag));
    assert_eq!(got.content_length(), Some(3));
    assert_eq!(&got.body.collect().await.unwrap().to_vec(), b"one");

    let unchanged = get().if_none_match(&etag).send().await.unwrap_err();
    assert_eq!(unchanged.raw_response().unwrap().status().as_u16(), 304);

    let newer = s3.put("files", "a folder/sites (1).tsv", "two");
    assert_ne!(newer, etag);
    let got = get().if_none_match(&etag).send().await.unwrap();
    assert_eq!(&got.body.collect().await.unwrap().to_vec(), b"two");
}

#[tokio::test]
async fn what_is_not_there_or_not_allowed_has_s3s_codes() {
    let s3 = S3::start().await.unwrap();
    let client = s3_client(&s3.url());
    let get = async |bucket: &str| {
        let error = client.get_object().bucket(bucket).key("sites.tsv").send().await.unwrap_err();
        error.code().map(str::to_owned)
    };
    assert_eq!(get("files").await.as_deref(), Some("NoSuchBucket"));
    s3.put("files", "sites.tsv", "one");
    s3.put("files", "other.tsv", "one");
    s3.delete("files", "sites.tsv");
    assert_eq!(get("files").await.as_deref(), Some("NoSuchKey"));
    s3.faults().set(|_| Fault::ErrorBefore(403, "AccessDenied"));
    assert_eq!(get("files").await.as_deref(), Some("AccessDenied"));
    s3.faults().clear();
    let put = client.put_object().bucket("files").key("x").body(ByteStream::from_static(b"x"));
    assert_eq!(put.send().await.unwrap_err().code(), Some("NotImplemented"));
}
