//! Reading an answer without trusting its length.

use bytes::{Bytes, BytesMut};
use reqwest::Response;

use crate::failure::Failure;

/// What is read of an answer that is not a success: error bodies are a few hundred bytes.
const ERROR_BYTES: usize = 64 * 1024;

/// The body, at most `limit` bytes of a success and the beginning of anything else.
pub(crate) async fn read(mut response: Response, limit: usize) -> Result<Bytes, Failure> {
    let success = response.status().is_success();
    let limit = if success { limit } else { ERROR_BYTES };
    let announced = response.content_length().and_then(|length| usize::try_from(length).ok());
    if success && announced.is_some_and(|length| length > limit) {
        return Err(Failure::TooLarge { limit });
    }
    let mut body = BytesMut::with_capacity(announced.unwrap_or_default().min(limit));
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > limit {
            if success {
                return Err(Failure::TooLarge { limit });
            }
            break;
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}
