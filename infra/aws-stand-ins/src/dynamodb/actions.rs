//! DynamoDB's actions on dynoxide, in this process. Dynoxide's own server would be a second listener, which
//! takes any signature and permits every page in a browser to read its answers.

use dynoxide::{Database, DynoxideError};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use stand_in_kit::{Answer, text};
use uuid::Uuid;

/// Why an action has no result.
#[derive(Debug)]
pub(super) enum Failure {
    /// SQLite has no room for what was to be written.
    DiskFull,
    Refused(DynoxideError),
}

impl From<DynoxideError> for Failure {
    fn from(error: DynoxideError) -> Self {
        // SQLITE_FULL arrives as text by one way and as rusqlite's error by another; both have its words.
        let is_full =
            error.status_code() == 500 && error.to_string().contains("database or disk is full");
        if is_full { Self::DiskFull } else { Self::Refused(error) }
    }
}

/// The result as JSON.
pub(super) fn serve(database: &Database, action: &str, body: &[u8]) -> Result<String, Failure> {
    match action {
        "BatchGetItem" => run(body, |request| database.batch_get_item(request)),
        "BatchWriteItem" => run(body, |request| database.batch_write_item(request)),
        "CreateTable" => run(body, |request| database.create_table(request)),
        "DeleteItem" => run(body, |request| database.delete_item(request)),
        "DeleteTable" => run(body, |request| database.delete_table(request)),
        "DescribeTable" => run(body, |request| database.describe_table(request)),
        "DescribeTimeToLive" => run(body, |request| database.describe_time_to_live(request)),
        "GetItem" => run(body, |request| database.get_item(request)),
        "ListTables" => run(body, |request| database.list_tables(request)),
        "ListTagsOfResource" => run(body, |request| database.list_tags_of_resource(request)),
        "PutItem" => run(body, |request| database.put_item(request)),
        "Query" => run(body, |request| database.query(request)),
        "Scan" => run(body, |request| database.scan(request)),
        "TagResource" => run(body, |request| database.tag_resource(request)),
        "TransactGetItems" => run(body, |request| database.transact_get_items(request)),
        "TransactWriteItems" => run(body, |request| database.transact_write_items(request)),
        "UntagResource" => run(body, |request| database.untag_resource(request)),
        "UpdateItem" => run(body, |request| database.update_item(request)),
        "UpdateTable" => run(body, |request| database.update_table(request)),
        "UpdateTimeToLive" => run(body, |request| database.update_time_to_live(request)),
        _ => Err(Failure::Refused(DynoxideError::UnsupportedCapability(action.to_owned()))),
    }
}

fn run<Q: DeserializeOwned, R: Serialize>(
    body: &[u8],
    action: impl FnOnce(Q) -> dynoxide::Result<R>,
) -> Result<String, Failure> {
    // serde's words name a place and a type; what was sent is not repeated.
    let request = serde_json::from_slice(body).map_err(|error| {
        DynoxideError::SerializationException(format!(
            "The request is not one of this action (line {}, column {}).",
            error.line(),
            error.column()
        ))
    })?;
    let result = action(request)?;
    serde_json::to_string(&result)
        .map_err(|error| Failure::Refused(DynoxideError::InternalServerError(error.to_string())))
}

pub(super) fn answer(served: Result<String, Failure>) -> Answer {
    match served {
        Ok(body) => json(StatusCode::OK, body),
        // No SDK retries this status: only space on the disk helps.
        Err(Failure::DiskFull) => json(
            StatusCode::INSUFFICIENT_STORAGE,
            "{\"__type\":\"DiskFull\",\"message\":\"The disk with the table is full.\"}".to_owned(),
        ),
        Err(Failure::Refused(error)) => {
            let status = StatusCode::from_u16(error.status_code());
            json(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), error.to_json())
        }
    }
}

pub(super) fn json(status: StatusCode, body: String) -> Answer {
    let mut answer = text(status, body);
    let headers = answer.headers_mut();
    let json = HeaderValue::from_static("application/x-amz-json-1.0");
    headers.insert(http::header::CONTENT_TYPE, json);
    if let Ok(id) = HeaderValue::from_str(&Uuid::new_v4().to_string()) {
        headers.insert("x-amzn-requestid", id);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_an_answer_of_its_own() {
        let error = DynoxideError::InternalServerError("database or disk is full".to_owned());
        let answer = answer(Err(error.into()));
        assert_eq!(answer.status(), StatusCode::INSUFFICIENT_STORAGE);
        let other = DynoxideError::InternalServerError("disk I/O error".to_owned());
        assert!(matches!(other.into(), Failure::Refused(_)));
        // A name of a client's may hold the same words.
        let refused = DynoxideError::ValidationException("database or disk is full".to_owned());
        assert!(matches!(refused.into(), Failure::Refused(_)));
    }

    #[test]
    fn a_request_that_cannot_be_read_is_not_repeated_in_the_answer() {
        let database = Database::memory().expect("a database");
        let answer = answer(serve(&database, "GetItem", b"{\"TableName\": [\"a secret\"]}"));
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    }
}
