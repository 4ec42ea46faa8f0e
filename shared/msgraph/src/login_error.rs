//! What the login host refuses, read from its numbers.

use serde_json::Value;

use crate::advice;
use crate::error::LoginProblem;
use crate::fault::code_or_empty;

/// The numbers have seven digits at most; a larger one is none of Microsoft's.
const MAX_CODE: u64 = 9_999_999;

/// A refusal by the login host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) kind: LoginProblem,
    pub(crate) sentence: String,
    /// It may be over soon, without any action.
    pub(crate) passing: bool,
}

/// Reads an error answer of the token endpoint: `{error, error_description: "AADSTS…", error_codes}`.
///
/// The number decides, not the text. Source of the numbers: Microsoft Entra's list of AADSTS codes.
pub(crate) fn refusal(status: u16, body: &[u8], client_id: &str, secret: &str) -> Refusal {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let error = value["error"].as_str().unwrap_or_default();
    let description = value["error_description"].as_str().unwrap_or_default();
    let codes = codes(&value["error_codes"], description);
    let kind = problem(error, &codes);

    let sentence = advice::login(kind, client_id, &reference(status, error, &codes, secret));
    let passing = status >= 500
        || ["temporarily_unavailable", "server_error"].contains(&error)
        // 90033: a transient error, answered with 400 as well.
        || codes.contains(&90033);
    Refusal { kind, sentence, passing }
}

/// The login host's number, or what is there in its place. Its words are left out: they may quote the
/// request and name accounts.
fn reference(status: u16, error: &str, codes: &[u64], secret: &str) -> String {
    let code = code_or_empty(error, secret);
    match codes.first().filter(|code| **code <= MAX_CODE) {
        Some(number) => format!("AADSTS{number}"),
        None if code.is_empty() => status.to_string(),
        None => format!("{status} {code}"),
    }
}

fn codes(listed: &Value, description: &str) -> Vec<u64> {
    let listed = listed.as_array().into_iter().flatten().filter_map(Value::as_u64);
    let named = description.split("AADSTS").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest[..end].parse().ok()
    });
    listed.chain(named).collect()
}

/// The number decides, and where none is known, OAuth's own word.
fn problem(error: &str, codes: &[u64]) -> LoginProblem {
    let by_number = codes.iter().find_map(|code| {
        Some(match code {
            7_000_215 | 50_012 => LoginProblem::WrongSecret,
            7_000_216 | 7_000_218 => LoginProblem::MissingCredential,
            7_000_222 => LoginProblem::ExpiredSecret,
            700_016 | 7_000_229 => LoginProblem::UnknownApplication,
            7_000_112 => LoginProblem::DisabledApplication,
            90_002 | 900_021 | 900_023 | 50_059 | 50_020 => LoginProblem::WrongTenant,
            70_011 | 500_011 | 1_002_012 | 900_382 | 900_432 | 900_439 => LoginProblem::WrongCloud,
            70_021 | 700_024 | 700_027 | 50_027 | 700_211..=700_213 | 7_002_111..=7_002_139 => {
                LoginProblem::WrongAssertion
            }
            53_003 => LoginProblem::Blocked,
            _ => return None,
        })
    });
    by_number.unwrap_or(match error {
        "invalid_scope" | "invalid_resource" => LoginProblem::WrongCloud,
        "invalid_client" => LoginProblem::WrongSecret,
        "unauthorized_client" => LoginProblem::UnknownApplication,
        _ => LoginProblem::Other,
    })
}

#[cfg(test)]
mod tests;
